"""What partners say of their means: writing many boxes at once, whoever sends them; reminding who has not answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte, RevisionDepassee
from commun.journal import inscrire, inscrire_lot, preparer
from commun.permissions import verifier
from commun.travaux import planifier

from ..etats import StatutMoyen
from ..lectures.moyens import (
    ACTE_DE_RELANCE,
    ACTE_DE_RETRAIT,
    correspondants,
    moyens_annonces,
    partenaires_possibles,
    version,
)
from ..models import Contrat, MoyenAnnonce, NatureAnnoncee, NatureOrientation, Orientation, Section
from ..notifications import courriel_des_moyens, envoyer
from ..permissions import (
    organismes_annonces,
    peut_annoncer,
    peut_annoncer_pour,
    peut_relancer_les_partenaires,
    roles,
)
from .lot import Issue

DEPASSEE = "Quelqu’un écrit ces moyens en même temps que vous : enregistrez de nouveau, votre saisie est gardée."
HORS_DU_CONTRAT = (
    "Cet organisme n’est ni dans le contrat ni sollicité par ses dossiers : choisissez un de ses partenaires."
)
RETIRER = ""  # the status that empties a box
MONTANT_MAX = Decimal(10) ** 11
LONGUEUR_PRECISION = 2000
LONGUEUR_SOURCE = 200
Cle = tuple[int, int, str, str, int | None]


@dataclass(frozen=True, slots=True)
class SaisieMoyen:
    """One box as somebody sends it. `precision` and `source` left to None keep what stands."""

    organisme: Organisme
    annee: int
    nature: str
    section: str
    orientation: Orientation | None = None
    statut: str = StatutMoyen.COMMUNIQUE
    montant: Decimal | None = None
    precision: str | None = None
    source: str | None = None

    @property
    def cle(self) -> Cle:
        """What designates the box."""
        orientation = self.orientation.pk if self.orientation else None
        return self.organisme.pk, self.annee, self.nature, self.section, orientation


@dataclass(frozen=True, slots=True)
class ResultatDeMoyen:
    """One line of a lot: its number, what it did (or would do), the row, what is wrong with it."""

    numero: int
    issue: Issue
    pk: int | None = None
    erreurs: tuple[RegleEnfreinte, ...] = ()


@dataclass(slots=True)
class _Ligne:
    numero: int
    saisie: SaisieMoyen
    existant: MoyenAnnonce | None
    auteur: Auteur
    valeurs: dict[str, Any]
    erreurs: list[RegleEnfreinte]

    @property
    def issue(self) -> Issue:
        if self.erreurs:
            return Issue.REFUSE
        if self.saisie.statut == RETIRER:
            return Issue.MODIFIE if self.existant else Issue.INCHANGE
        if self.existant is None:
            return Issue.CREE
        return Issue.MODIFIE if self.change else Issue.INCHANGE

    @property
    def dit_autre_chose(self) -> bool:
        """True when the box would not read the same."""
        e = self.existant
        return e is None or any(getattr(e, nom) != self.valeurs[nom] for nom in ("statut", "montant", "precision"))

    @property
    def change(self) -> bool:
        """The same, or the organisation confirms in its own name what was entered for it."""
        assert self.existant is not None
        confirme = self.existant.saisi_par_organisme_id is not None and self.auteur.pour_le_compte_de is None
        return self.dit_autre_chose or confirme or self.existant.source != self.valeurs["source"]


@transaction.atomic
def annoncer_moyens(
    contrat: Contrat,
    saisies: Sequence[SaisieMoyen],
    *,
    par: Auteur,
    le: datetime,
    tout_ou_rien: bool = True,
    essai: bool = False,
    numeros: Sequence[int] | None = None,
    version_lue: str | None = None,
) -> list[ResultatDeMoyen]:
    """Write what partners say of their means, and say what became of each line; the same lot again writes nothing.

    A line designates one box: organisation, year, nature, section, orientation. `RETIRER` empties it. A chef de projet
    who writes *pour le compte de* names the document it read, and never writes over what the organisation said itself;
    the organisation that sends the same confirms it. `version_lue` is what the author read of its one organisation and
    year (`lectures.moyens.version`): another one by now raises `RevisionDepassee`. `tout_ou_rien` writes nothing when a line is refused; `essai` only
    tells what would happen.
    """
    verifier(peut_annoncer(par, contrat))
    # One lot at a time in a contract: two of them must not create the same box.
    Contrat.objects.select_for_update(no_key=True).get(pk=contrat.pk)
    if version_lue is not None and saisies and version(contrat, saisies[0].annee, saisies[0].organisme) != version_lue:
        raise RevisionDepassee(DEPASSEE, code="revision_depassee")
    lignes = _examiner(contrat, saisies, numeros or range(1, len(saisies) + 1), par)
    refuses = any(ligne.erreurs for ligne in lignes)
    if essai or (refuses and tout_ou_rien):
        return [_sans_ecrire(ligne, essai=essai) for ligne in lignes]
    issues = [ligne.issue for ligne in lignes]  # as they stand before anything is written
    a_creer = [ligne for ligne in lignes if ligne.issue is Issue.CREE]
    a_changer = [ligne for ligne in lignes if ligne.issue is Issue.MODIFIE]
    with contraintes_en_francais(), transaction.atomic():
        _creer(a_creer, contrat, le)
        _modifier([ligne for ligne in a_changer if ligne.saisie.statut != RETIRER], le)
        _retirer([ligne for ligne in a_changer if ligne.saisie.statut == RETIRER], le)
    return [
        ResultatDeMoyen(ligne.numero, issue, _pk(ligne), tuple(ligne.erreurs))
        for ligne, issue in zip(lignes, issues, strict=True)
    ]


def _examiner(contrat: Contrat, saisies: Sequence[SaisieMoyen], numeros: Sequence[int], par: Auteur) -> list[_Ligne]:
    existants = _existants(contrat, saisies)
    tenus = roles(par, contrat)
    siens = organismes_annonces(tenus)
    du_contrat = set(partenaires_possibles(contrat).values_list("pk", flat=True)) | siens
    vues: dict[Cle, int] = {}
    lignes = []
    for numero, saisie in zip(numeros, saisies, strict=True):
        existant = existants.get(saisie.cle)
        auteur = par
        # The team writes for the lead in its own name, as does whoever speaks for the organisation.
        if not par.est_le_produit and saisie.organisme.pk not in siens:
            auteur = par.au_nom_de(saisie.organisme)
        ligne = _Ligne(numero, saisie, existant, auteur, _valeurs(saisie, existant), [])
        if not (reponse := peut_annoncer_pour(tenus, saisie.organisme.pk)):
            ligne.erreurs.append(RegleEnfreinte(reponse.motif, champ="organisme", code="interdit"))
        elif saisie.organisme.pk not in du_contrat:
            ligne.erreurs.append(RegleEnfreinte(HORS_DU_CONTRAT, champ="organisme", code="hors_du_contrat"))
        ligne.erreurs += _erreurs_de_saisie(contrat, ligne)
        if reponse:
            ligne.erreurs += _erreurs_pour_le_compte_de(ligne)
        premiere = vues.setdefault(saisie.cle, numero)
        if premiere != numero:
            message = f"La ligne {premiere} porte déjà sur la même case : gardez une seule des deux."
            ligne.erreurs.append(RegleEnfreinte(message, champ="orientation", code="ligne_repetee"))
        lignes.append(ligne)
    return lignes


def _existants(contrat: Contrat, saisies: Sequence[SaisieMoyen]) -> dict[Cle, MoyenAnnonce]:
    """The rows that the lines may designate, held until the end."""
    desires = Q(
        organisme__in={s.organisme.pk for s in saisies},
        annee__in={s.annee for s in saisies},
    )
    rangees = (
        MoyenAnnonce.objects.filter(desires, contrat=contrat)
        .select_for_update(of=("self",), no_key=True)
        .select_related("organisme")
        .order_by("pk")
    )
    return {(m.organisme_id, m.annee, m.nature, m.section, m.orientation_id): m for m in rangees}


def _valeurs(saisie: SaisieMoyen, existant: MoyenAnnonce | None) -> dict[str, Any]:
    """What the row would hold; parts not given keep what stands."""
    garde = {nom: getattr(existant, nom) if existant else "" for nom in ("precision", "source")}
    return {
        "statut": saisie.statut,
        "montant": saisie.montant,
        "precision": garde["precision"] if saisie.precision is None else saisie.precision.strip(),
        "source": garde["source"] if saisie.source is None else saisie.source.strip(),
    }


def _erreurs_de_saisie(contrat: Contrat, ligne: _Ligne) -> list[RegleEnfreinte]:
    """What is wrong with the line itself, each on the part that it names."""
    s, v, erreurs = ligne.saisie, ligne.valeurs, []

    def refuser(champ: str, message: str) -> None:
        erreurs.append(RegleEnfreinte(message, champ=champ, code=champ))

    if s.annee not in contrat.annees:
        refuser("annee", f"L’année {s.annee} n’est pas dans le contrat ({contrat.debut}–{contrat.fin}).")
    if s.nature not in NatureAnnoncee:
        refuser("nature", "Choisissez droit commun, crédits spécifiques, NPNRU ou Europe.")
    if s.section not in Section:
        refuser("section", "Choisissez fonctionnement ou investissement.")
    o = s.orientation
    if o is not None and (o.contrat_id != contrat.pk or o.nature != NatureOrientation.THEMATIQUE):
        refuser(
            "orientation",
            "Choisissez une orientation thématique de ce contrat : un axe transversal ne porte pas d’euros.",
        )
    if s.statut == RETIRER:
        return erreurs
    if s.statut not in StatutMoyen:
        refuser("statut", "Choisissez communiqué, non communiqué ou sans objet.")
    elif s.statut == StatutMoyen.COMMUNIQUE and s.montant is None and not v["precision"]:
        refuser("montant", "Donnez un montant, ou dites les moyens en nature.")
    elif s.statut != StatutMoyen.COMMUNIQUE and s.montant is not None:
        refuser("montant", "Une case sans objet ou non communiquée n’a pas de montant.")
    if s.montant is not None and not 0 <= s.montant < MONTANT_MAX:
        refuser("montant", "Un montant est positif, en euros.")
    elif s.montant is not None and s.montant != s.montant.quantize(Decimal("0.01")):
        refuser("montant", "Un montant a deux décimales au plus.")
    for champ, longueur in (("precision", LONGUEUR_PRECISION), ("source", LONGUEUR_SOURCE)):
        if len(v[champ]) > longueur or "\x00" in v[champ]:
            refuser(champ, f"Écrivez {longueur} caractères au plus.")
    return erreurs


def _erreurs_pour_le_compte_de(ligne: _Ligne) -> list[RegleEnfreinte]:
    organisme = ligne.auteur.pour_le_compte_de
    if organisme is None or ligne.issue is Issue.INCHANGE:
        return []
    e = ligne.existant
    if e is not None and e.saisi_par_organisme_id is None:
        message = f"{organisme} a annoncé lui-même ces moyens : demandez-lui de les corriger."
        return [RegleEnfreinte(message, champ="organisme", code="annonce_de_l_organisme")]
    if ligne.saisie.statut != RETIRER and not ligne.valeurs["source"]:
        message = f"Vous annoncez pour le compte de {organisme} : indiquez le document lu."
        return [RegleEnfreinte(message, champ="source", code="document_manquant")]
    return []


def _sans_ecrire(ligne: _Ligne, *, essai: bool) -> ResultatDeMoyen:
    issue = ligne.issue if essai or ligne.erreurs else Issue.NON_ECRIT
    return ResultatDeMoyen(ligne.numero, issue, _pk(ligne), tuple(ligne.erreurs))


def _pk(ligne: _Ligne) -> int | None:
    return ligne.existant.pk if ligne.existant is not None else None


# --- Writing ----------------------------------------------------------------------------------------------------------
def _creer(lignes: list[_Ligne], contrat: Contrat, le: datetime) -> None:
    nouveaux = []
    for ligne in lignes:
        s = ligne.saisie
        objet = MoyenAnnonce(
            contrat=contrat,
            annee=s.annee,
            organisme=s.organisme,
            orientation=s.orientation,
            section=s.section,
            nature=s.nature,
        )
        _poser(objet, ligne, le)
        ligne.existant = objet
        nouveaux.append(objet)
    MoyenAnnonce.objects.bulk_create(nouveaux, batch_size=1000)
    inscrire_lot(
        preparer(
            objet, acte="annoncer_moyens", libelle="Moyens annoncés", par=ligne.auteur, le=le, apres=_en_clair(objet)
        )
        for ligne, objet in zip(lignes, nouveaux, strict=True)
    )


def _modifier(lignes: list[_Ligne], le: datetime) -> None:
    objets, journal = [], []
    for ligne in lignes:
        objet = ligne.existant
        assert objet is not None
        libelle = "Moyens corrigés" if ligne.dit_autre_chose else "Moyens confirmés par l’organisme"
        avant = _en_clair(objet)
        _poser(objet, ligne, le)
        objet.revision += 1
        objet.modifie_le = timezone.now()  # `bulk_update` sets nothing by itself
        objets.append(objet)
        journal.append(
            preparer(
                objet,
                acte="annoncer_moyens",
                libelle=libelle,
                par=ligne.auteur,
                le=le,
                avant=avant,
                apres=_en_clair(objet),
            )
        )
    colonnes = ["statut", "montant", "precision", "source", "canal", "saisi_par", "saisi_par_organisme", "saisi_le"]
    MoyenAnnonce.objects.bulk_update(objets, [*colonnes, "revision", "modifie_le"], batch_size=500)
    inscrire_lot(journal, nouveaux=False)


def _retirer(lignes: list[_Ligne], le: datetime) -> None:
    journal, cles = [], []
    for ligne in lignes:
        objet = ligne.existant
        assert objet is not None
        journal.append(
            preparer(
                objet,
                acte=ACTE_DE_RETRAIT,
                libelle="Annonce de moyens retirée",
                par=ligne.auteur,
                le=le,
                avant=_en_clair(objet),
            )
        )
        cles.append(objet.pk)
    inscrire_lot(journal, nouveaux=False)
    MoyenAnnonce.objects.filter(pk__in=cles).delete()


def _poser(objet: MoyenAnnonce, ligne: _Ligne, le: datetime) -> None:
    for nom, valeur in ligne.valeurs.items():
        setattr(objet, nom, valeur)
    auteur = ligne.auteur
    objet.canal, objet.saisi_par, objet.saisi_le = auteur.canal, auteur.utilisateur, le
    objet.saisi_par_organisme = auteur.organisme if auteur.pour_le_compte_de is not None else None


def _en_clair(objet: MoyenAnnonce) -> dict[str, Any]:
    """A box as the journal keeps it."""
    return {
        "organisme": objet.organisme.nom,
        "numero": objet.organisme_id,
        "annee": objet.annee,
        "nature": objet.nature,
        "section": objet.section,
        "orientation": objet.orientation_id,
        "statut": objet.statut,
        "montant": f"{objet.montant.normalize():f}" if objet.montant is not None else None,
        "precision": objet.precision,
        "source": objet.source,
    }


# --- Reminding --------------------------------------------------------------------------------------------------------
@transaction.atomic
def relancer_les_partenaires(
    contrat: Contrat, *, annee: int, organismes: Sequence[Organisme], par: Auteur, le: datetime
) -> int:
    """Plan one e-mail to each correspondent of these organisations, those with nothing left to say aside.

    Once a day for one organisation and year. Returns how many organisations are written to.
    """
    verifier(peut_relancer_les_partenaires(par, contrat))
    if annee not in contrat.annees:
        raise RegleEnfreinte(f"L’année {annee} n’est pas dans le contrat.", champ="annee", code="annee_hors_contrat")
    contrat = Contrat.objects.select_for_update(of=("self",)).get(pk=contrat.pk)
    lus = moyens_annonces(contrat, annee, organismes=[o.pk for o in organismes]).partenaires
    incomplets = {p.pk for p in lus if not p.completude.complete}
    choisis = {o.pk: o for o in organismes if o.pk in incomplets}
    personnes_par_organisme = correspondants(contrat, choisis)
    for pk, personnes in personnes_par_organisme.items():
        for personne in personnes:
            planifier(
                "contrats.rappeler_les_moyens",
                cible=contrat,
                parametres={"organisme": pk, "utilisateur": personne.pk, "annee": annee},
                cle=f"contrats.rappeler_les_moyens:{contrat.pk}:{annee}:{pk}:{personne.pk}:{timezone.localdate(le)}",
                par=par,
            )
        inscrire(
            contrat,
            acte=ACTE_DE_RELANCE,
            libelle=f"{choisis[pk]} relancé sur ses moyens {annee}",
            par=par,
            le=le,
            apres={"annee": annee, "organisme": pk},
        )
    return len(personnes_par_organisme)


def expedier_rappel(contrat: Contrat, parametres: Mapping[str, Any]) -> bool:
    """Send one reminder as things stand now; False when the person or the organisation has nothing more to say."""
    annee, organisme = parametres["annee"], Organisme.objects.get(pk=parametres["organisme"])
    (lue,) = moyens_annonces(contrat, annee, organismes=[organisme.pk]).partenaires
    personne = next(
        (p for p in correspondants(contrat, [organisme.pk]).get(organisme.pk, []) if p.pk == parametres["utilisateur"]),
        None,
    )
    if personne is None or lue.completude.complete:
        return False
    envoyer(courriel_des_moyens(contrat, organisme, personne, annee=annee, completude=lue.completude))
    return True
