"""What the words of a spreadsheet designate in one contract: funders, schemes, themes, places, porteurs, statuses."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from acteurs.models import FormeJuridique, Organisme, TypeOrganisme
from acteurs.regles import siren_valide
from commun.cellules import Annuaire, CelluleFausse
from commun.recherche import mots, normaliser
from contrats.models import Contrat, NatureMoyens, NatureOrientation, ThemeP147
from geographie.models import VersionPerimetre
from geographie.regles import generation_du_code

from ..etats import EtatDossier
from ..models import Campagne, DemandeFinancement, Dispositif, FamilleDispositif
from ..regles.dauphin import AVANCEMENT, STATUTS, StatutExterne
from .constats import MotInconnu

_NATURES = {
    NatureMoyens.DROIT_COMMUN: ("droit commun", "dc", "droit_commun", "credits de droit commun"),
    NatureMoyens.SPECIFIQUE: (
        *("specifique", "specifiques", "credits specifiques", "p147", "bop 147", "politique de la ville"),
        *("contrat de ville", "cdv", "credits politique de la ville"),
    ),
}
# What people write before or after a name that is not part of it.
_TYPES = (
    ("ccas", TypeOrganisme.CCAS, FormeJuridique.DROIT_PUBLIC),
    ("centre communal d'action sociale", TypeOrganisme.CCAS, FormeJuridique.DROIT_PUBLIC),
    ("cias", TypeOrganisme.CCAS, FormeJuridique.DROIT_PUBLIC),
    ("commune de", TypeOrganisme.COMMUNE, FormeJuridique.DROIT_PUBLIC),
    ("mairie", TypeOrganisme.COMMUNE, FormeJuridique.DROIT_PUBLIC),
    ("ville de", TypeOrganisme.COMMUNE, FormeJuridique.DROIT_PUBLIC),
    ("commune d'", TypeOrganisme.COMMUNE, FormeJuridique.DROIT_PUBLIC),
    ("ville d'", TypeOrganisme.COMMUNE, FormeJuridique.DROIT_PUBLIC),
    ("college", TypeOrganisme.ETABLISSEMENT, FormeJuridique.DROIT_PUBLIC),
    ("lycee", TypeOrganisme.ETABLISSEMENT, FormeJuridique.DROIT_PUBLIC),
    ("communaute d'agglomeration", TypeOrganisme.EPCI, FormeJuridique.DROIT_PUBLIC),
    ("communaute de communes", TypeOrganisme.EPCI, FormeJuridique.DROIT_PUBLIC),
)


def nature_du_porteur(nom: str) -> tuple[str, str]:
    """What an organisation known by its name alone most likely is, and its legal form: an association by default."""
    clair = normaliser(nom)
    for debut, type_, forme in _TYPES:
        if clair.startswith(debut):
            return type_, forme
    return TypeOrganisme.ASSOCIATION, FormeJuridique.INCONNUE


def financeurs_possibles(contrat: Contrat) -> list[Organisme]:
    """The organisations that may be asked for money: those that sign, fund, or were asked before."""
    signataires = contrat.signataires.values_list("organisme", flat=True)
    canaux = contrat.canaux.values_list("financeur", flat=True)
    return _organismes({contrat.pilote_id, *signataires, *canaux} | _sollicites(contrat))


def financeurs_habituels(contrat: Contrat) -> list[Organisme]:
    """The funders that have an envelope or were asked before in the contract; all possible ones until there is any."""
    return _organismes(_sollicites(contrat)) or financeurs_possibles(contrat)


def _sollicites(contrat: Contrat) -> set[int]:
    """Asked apart: in one condition, the server would compare every request with every organisation."""
    demandes = DemandeFinancement.objects.filter(dossier__contrat=contrat).order_by()
    return {
        *contrat.enveloppes.values_list("financeur", flat=True),
        *demandes.values_list("financeur", flat=True).distinct(),
    }


def _organismes(numeros: set[int]) -> list[Organisme]:
    return list(Organisme.objects.filter(pk__in=numeros).order_by("recherche"))


def dispositifs_du_contrat(contrat: Contrat) -> list[Dispositif]:
    """The contract's own schemes and the national ones."""
    return list(Dispositif.objects.filter(Q(contrat=contrat) | Q(contrat__isnull=True)).order_by("code"))


def dispositif_habituel(contrat: Contrat) -> Dispositif | None:
    """The yearly call, the contract's own first."""
    appels = [d for d in dispositifs_du_contrat(contrat) if d.famille == FamilleDispositif.AAP]
    return next(iter(sorted(appels, key=lambda d: (d.contrat_id is None, d.pk))), None)


NE_PAS_REPRENDRE = "-"  # decided of a word that designates nothing here


class Mots:
    """The words of one column: what was decided for them before, else their exact name; the unknown are counted."""

    def __init__(self, champ: str, annuaire: Annuaire, objets: Iterable[Any], gardes: Mapping[str, Any]) -> None:
        self.champ = champ
        self._annuaire = annuaire
        self._quoi = annuaire.quoi
        self._objets = {str(o.pk): o for o in objets}
        self._gardes = {mot: self._objets[str(pk)] for mot, pk in gardes.items() if str(pk) in self._objets}
        self._ecartes = {mot for mot, pk in gardes.items() if pk == NE_PAS_REPRENDRE}
        self._vus: dict[str, Any] = {}
        self._inconnus: dict[str, int] = defaultdict(int)
        self._ecrits: dict[str, str] = {}

    def trouver(self, mot: str) -> Any:
        """What `mot` designates; raises `CelluleFausse`."""
        cle = normaliser(mot)
        if cle not in self._vus:
            try:
                self._vus[cle] = self._gardes[cle] if cle in self._gardes else self._annuaire.trouver(mot)
            except CelluleFausse as faute:
                self._vus[cle] = faute
                self._ecrits[cle] = mot
        trouve = self._vus[cle]
        if isinstance(trouve, CelluleFausse):
            self._inconnus[cle] += 1
            raise CelluleFausse(
                f"« {mot[:80]} » ne se trouve pas parmi les {self._quoi} : dites ce qu’il désigne dans les questions du "
                "fichier, ou corrigez la case.",
                f"{self.champ}_inconnu",
            )
        return trouve

    def est_ecarte(self, mot: str) -> bool:
        """True when somebody decided that this word is not taken up."""
        return normaliser(mot) in self._ecartes

    @property
    def inconnus(self) -> list[MotInconnu]:
        noms = {normaliser(str(o)): pk for pk, o in self._objets.items()}
        lus = []
        for cle, nombre in self._inconnus.items():
            proches = difflib.get_close_matches(cle, noms, n=1, cutoff=0.82)
            lus.append(MotInconnu(self.champ, self._ecrits[cle][:120], nombre, noms[proches[0]] if proches else ""))
        return lus


class Porteurs:
    """Organisations by SIRET and by name; the nearest ones of an unknown name share its words."""

    def __init__(self) -> None:
        self._par_siret: dict[str, Organisme] = {}
        self._par_nom: dict[str, dict[int, Organisme]] = defaultdict(dict)
        self._par_mot: dict[str, set[int]] = defaultdict(set)
        self.par_pk: dict[int, Organisme] = {}
        for organisme in Organisme.objects.defer("recherche", "source"):
            self.par_pk[organisme.pk] = organisme
            if organisme.siret:
                self._par_siret[organisme.siret] = organisme
            for nom in {organisme.nom, organisme.sigle} - {""}:
                self._par_nom[normaliser(nom)][organisme.pk] = organisme
                for mot in mots(nom):
                    if len(mot) > 3:
                        self._par_mot[mot].add(organisme.pk)

    def du_siret(self, siret: str) -> Organisme | None:
        return self._par_siret.get(siret)

    def du_nom(self, nom: str) -> list[Organisme]:
        return list(self._par_nom.get(normaliser(nom), {}).values())

    def proches(self, nom: str, *, siren: str = "", au_plus: int = 6) -> list[Organisme]:
        """Those of the same SIREN first, then those whose names share the most words with `nom`."""
        scores: dict[int, int] = defaultdict(int)
        for mot in mots(nom):
            for pk in self._par_mot.get(mot, ()):
                scores[pk] += 1
        memes = [o for o in self._par_siret.values() if siren and siren_valide(siren) and o.siret.startswith(siren)]
        suite = sorted(scores, key=lambda pk: (-scores[pk], self.par_pk[pk].nom))
        return list({o.pk: o for o in [*memes, *(self.par_pk[pk] for pk in suite)]}.values())[:au_plus]


class Reperes:
    """Everything that the words of a spreadsheet may designate, read once for a whole import."""

    def __init__(self, campagne: Campagne, valeurs: Mapping[str, Mapping[str, Any]]) -> None:
        contrat = campagne.contrat
        self.campagne = campagne
        self.liste_financeurs = financeurs_possibles(contrat)
        self.liste_dispositifs = dispositifs_du_contrat(contrat)
        orientations = list(contrat.orientations.filter(nature=NatureOrientation.THEMATIQUE))
        themes = list(ThemeP147.objects.all())
        self.financeurs = _mots(
            "financeur", "financeurs", self.liste_financeurs, lambda o: (o.nom, o.sigle, o.siret), valeurs
        )
        self.dispositifs = _mots(
            "dispositif", "dispositifs", self.liste_dispositifs, lambda d: (d.code, d.nom), valeurs
        )
        self.orientations = _mots(
            "orientation", "orientations du contrat", orientations, lambda o: (o.code, o.nom, o.nom_court), valeurs
        )
        self.themes = _mots(
            "theme_p147", "thèmes du programme 147", themes, lambda t: (t.code, t.nom, f"{t.code} {t.nom}"), valeurs
        )
        self._lire_les_lieux(campagne, valeurs)
        self._par_theme: dict[int, list[Any]] = defaultdict(list)
        for orientation in orientations:
            if orientation.theme_p147_id is not None:
                self._par_theme[orientation.theme_p147_id].append(orientation)
        self._orientations_des_themes = _mots(
            "orientation_du_theme", "orientations du contrat", orientations, lambda o: (), valeurs
        )
        self.porteurs = Porteurs()
        self.porteurs_choisis: Mapping[str, Any] = valeurs.get("porteur", {})
        self.dossiers_choisis: Mapping[str, Any] = valeurs.get("dossier", {})
        self._statuts: dict[str, StatutExterne | None] = {}
        self._statuts_gardes: Mapping[str, Any] = valeurs.get("etat", {})
        self._statuts_inconnus: dict[str, tuple[str, int]] = {}

    def _lire_les_lieux(self, campagne: Campagne, valeurs: Mapping[str, Mapping[str, Any]]) -> None:
        """The versions in force in the campaign's year (Q-02), and the codes of the others."""
        contrat = campagne.contrat
        toutes = list(
            VersionPerimetre.objects.filter(perimetre__contrats__contrat=contrat).select_related("perimetre").distinct()
        )
        en_vigueur = set(
            VersionPerimetre.objects.filter(perimetre__contrats__contrat=contrat)
            .de_l_annee(campagne.annee)
            .values_list("pk", flat=True)
        )
        versions = [v for v in toutes if v.pk in en_vigueur]
        self.version_du_code = {v.code: v for v in versions if v.code}
        self.codes_passes = {v.code for v in toutes if v.code and v.pk not in en_vigueur}
        self.quartiers = _mots(
            "quartiers", "quartiers du contrat", versions, lambda v: (v.code, v.nom, v.perimetre.nom), valeurs
        )
        self.noms_de_lieux = {normaliser(v.nom) for v in versions} | {normaliser(v.perimetre.nom) for v in versions}
        communes = list(contrat.communes.all())
        self.commune_du_nom = {normaliser(c.nom): c for c in communes}
        self.communes = _mots(
            "communes",
            "communes du contrat",
            communes,
            lambda c: (c.code, c.code.lstrip("0"), c.nom, f"Ville de {c.nom}", f"Commune de {c.nom}"),
            valeurs,
        )

    def generation_passee(self, code: str) -> bool:
        """True for the code of a perimeter that is no longer in force in the campaign's year (Q-02)."""
        attendue = 2024 if any(generation_du_code(c) == 2024 for c in self.version_du_code) else 2015
        return code in self.codes_passes or (generation_du_code(code) or attendue) < attendue

    def orientation_du_theme(self, theme: Any) -> Any:
        """The orientation that stands for a P147 theme in this contract; raises when none or several do."""
        choix = self._par_theme.get(theme.pk, [])
        if len(choix) == 1:
            return choix[0]
        try:
            return self._orientations_des_themes.trouver(str(theme))
        except CelluleFausse:
            combien = "Plusieurs orientations" if choix else "Aucune orientation"
            raise CelluleFausse(
                f"{combien} du contrat pour le thème « {theme} » : choisissez-en une dans les questions du fichier, ou "
                "ajoutez une colonne « Orientation du contrat ».",
                "orientation_absente",
            ) from None

    def statut(self, mot: str) -> StatutExterne:
        """What a status of the other téléservice says; raises when nothing is known of it."""
        cle = normaliser(mot)
        if cle not in self._statuts:
            vise = str(self._statuts_gardes.get(cle, cle))
            self._statuts[cle] = statuts_connus().get(vise)
        connu = self._statuts[cle]
        if connu is None:
            ecrit, nombre = self._statuts_inconnus.get(cle, (mot, 0))
            self._statuts_inconnus[cle] = (ecrit, nombre + 1)
            raise CelluleFausse(
                f"« {mot[:60]} » n’est pas un statut connu : dites ce qu’il veut dire dans les questions du fichier.",
                "etat_inconnu",
            )
        return connu

    @property
    def inconnus(self) -> list[MotInconnu]:
        """The words that designate nothing yet, the most frequent first."""
        listes = (
            *(self.financeurs, self.dispositifs, self.orientations, self.themes),
            *(self.quartiers, self.communes, self._orientations_des_themes),
        )
        trouves = [mot for liste in listes for mot in liste.inconnus]
        trouves += [MotInconnu("etat", mot[:120], nombre) for mot, nombre in self._statuts_inconnus.values()]
        return sorted(trouves, key=lambda m: (m.champ, -m.lignes))


def nature(mot: str) -> str:
    """Droit commun or specific credits; raises when the word says neither."""
    cle = normaliser(mot)
    for valeur, connus in _NATURES.items():
        if cle in connus:
            return str(valeur)
    raise CelluleFausse(
        f"« {mot[:60]} » n’est pas une nature de crédits : écrivez « Droit commun » ou « Crédits spécifiques ».",
        "nature_inconnue",
    )


# Our own words for what an import does not write: the file goes no further than its instruction, a file given up is left.
_AU_DELA = {
    normaliser(etat.label): StatutExterne(etat.label, vise)
    for etat, vise in (
        (EtatDossier.INCOMPLET, EtatDossier.DEPOSE),
        (EtatDossier.PROGRAMME, EtatDossier.EN_INSTRUCTION),
        (EtatDossier.AJOURNE, EtatDossier.EN_INSTRUCTION),
        (EtatDossier.CLOS, EtatDossier.EN_INSTRUCTION),
        (EtatDossier.RETIRE, EtatDossier.BROUILLON),
    )
}


def statuts_connus() -> dict[str, StatutExterne]:
    """The statuses of Dauphin, then our own words for a file."""
    notres = {
        normaliser(etat.label): StatutExterne(etat.label, etat) for etat in (*AVANCEMENT[1:], EtatDossier.IRRECEVABLE)
    }
    return {**notres, **_AU_DELA, "refusee": STATUTS["rejetee"], "refuse": STATUTS["rejetee"], **STATUTS}


def _mots(champ: str, quoi: str, objets: Iterable[Any], noms: Any, valeurs: Mapping[str, Mapping[str, Any]]) -> Mots:
    objets = list(objets)
    annuaire = Annuaire(quoi, ((nom, objet) for objet in objets for nom in noms(objet) if nom))
    return Mots(champ, annuaire, objets, valeurs.get(champ, {}))


def choix_des_mots(campagne: Campagne) -> dict[str, list[tuple[str, str]]]:
    """What a person may choose for an unknown word, by column: values and their names."""
    contrat = campagne.contrat
    orientations = [
        (str(o.pk), f"{o.code} {o.nom}") for o in contrat.orientations.filter(nature=NatureOrientation.THEMATIQUE)
    ]
    versions = (
        VersionPerimetre.objects.filter(perimetre__contrats__contrat=contrat)
        .de_l_annee(campagne.annee)
        .select_related("perimetre")
        .order_by("perimetre__type", "nom")
    )
    vus: set[str] = set()
    statuts = []
    for cle, statut in statuts_connus().items():
        if statut.libelle not in vus:
            vus.add(statut.libelle)
            statuts.append((cle, statut.libelle))
    return {
        "financeur": [(str(o.pk), o.nom) for o in financeurs_possibles(contrat)],
        "dispositif": [(str(d.pk), d.nom) for d in dispositifs_du_contrat(contrat)],
        "orientation": orientations,
        "orientation_du_theme": orientations,
        "theme_p147": [(str(t.pk), str(t)) for t in ThemeP147.objects.all()],
        "quartiers": [
            (NE_PAS_REPRENDRE, "Ne pas reprendre ce lieu"),
            *((str(v.pk), f"{v.code} {v.nom}".strip()) for v in versions),
        ],
        "communes": [(str(c.pk), c.nom) for c in contrat.communes.all()],
        "etat": statuts,
    }
