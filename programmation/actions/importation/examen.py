"""What each file of an import would do to what stands here, before anything is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from commun.erreurs import RegleEnfreinte
from commun.recherche import normaliser
from commun.typographie import ABSENT, date_chiffres, euros, minuscule

from ...etats import DEMANDE_CONSOMME, DOSSIER_OUVERT_AUX_PROPOSITIONS, EtatDemande, EtatDossier
from ...lectures.reponses_d_ici import repondu_ici
from ...models import DemandeFinancement, Dossier, Localisation, PublicParAge, TrancheAge
from ...regles.dauphin import actes_vers
from .saisie import CHAMPS, Difference, ErreurDeSaisie, Issue, Remarque, SaisieDemande, SaisieDossier, SaisieLieu

# A row whose amount asked may still change: nobody has validated nor refused it.
_MODIFIABLES = (EtatDemande.DEMANDEE, EtatDemande.PROPOSEE, EtatDemande.AJOURNEE)
# The COPIL has decided on what the file asked: it changes no more because of a spreadsheet.
_DECIDES = (EtatDossier.PROGRAMME, EtatDossier.CLOS)
# The answer that holds what a spreadsheet says, where it has another name.
_REPONSES = {"caractere": "precedent", "cout_total": "budget"}
PIECE_D_IMPORT = "Import de "


@dataclass(slots=True)
class LigneDeDemande:
    """One funder's row: what the spreadsheet says, what stands here, what changes."""

    saisie: SaisieDemande
    existante: DemandeFinancement | None
    changes: dict[str, Any] = field(default_factory=dict)
    propose: Decimal | None = None  # a proposal to record
    refuse: bool = False  # a refusal to record


@dataclass(slots=True)
class DossierExamine:
    """One file: what changes in it, the acts that bring it to its state, its rows, what is wrong."""

    saisie: SaisieDossier
    numero: str = ""
    champs: dict[str, Any] = field(default_factory=dict)
    lieux: bool = False
    ages: dict[str, int] | None = None  # the brackets to write, when they change
    actes: tuple[str, ...] = ()
    demandes: list[LigneDeDemande] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    erreurs: list[ErreurDeSaisie] = field(default_factory=list)
    remarques: list[Remarque] = field(default_factory=list)
    restantes: list[DemandeFinancement] = field(default_factory=list)
    donnees_ici: frozenset[str] = frozenset()  # answers that the spreadsheet does not overwrite

    @property
    def decide(self) -> bool:
        """True when the COPIL has decided on what the file asks."""
        return self.saisie.existant is not None and self.saisie.existant.etat in _DECIDES

    @property
    def change_la_demande(self) -> bool:
        """True when what the porteur asks is no longer the same, and not only where the file stands."""
        montants = any(d.existante is None or "montant_demande" in d.changes for d in self.demandes)
        return self.lieux or self.ages is not None or montants or any(nom in CHAMPS for nom in self.champs)

    @property
    def issue(self) -> Issue:
        if self.erreurs:
            return Issue.REFUSE
        if self.saisie.existant is None:
            return Issue.CREE
        return Issue.MODIFIE if self.differences else Issue.INCHANGE


def examiner(saisies: Sequence[SaisieDossier]) -> list[DossierExamine]:
    """Compare each file with what stands here: seven queries, however many they are."""
    existants = [s.existant.pk for s in saisies if s.existant is not None]
    donnees_ici = repondu_ici([s.existant for s in saisies if s.existant is not None])
    demandes: dict[int, list[DemandeFinancement]] = defaultdict(list)
    lieux: dict[int, set[Any]] = defaultdict(set)
    ages: dict[int, dict[str, int]] = defaultdict(dict)
    communes: dict[int, str] = {}
    if existants:
        lues = DemandeFinancement.objects.filter(dossier__in=existants).select_related("financeur", "dispositif")
        for demande in lues.order_by("pk"):
            demandes[demande.dossier_id].append(demande)
        places = Localisation.objects.filter(dossier__in=existants)
        for cle, mode, version, commune, nom, part in places.values_list(
            "dossier", "mode", "version", "commune", "commune__nom", "part"
        ):
            lieux[cle].add((mode, version, commune, part))
            communes[commune] = nom
        publics = PublicParAge.objects.filter(dossier__in=existants).order_by()
        for cle, tranche, nombre in publics.values_list("dossier", "tranche", "nombre"):
            ages[cle][tranche] = nombre
    return [
        _examiner_un(
            s,
            demandes[s.existant.pk],
            lieux[s.existant.pk],
            ages[s.existant.pk],
            communes,
            donnees_ici.get(s.existant.pk, frozenset()),
        )
        if s.existant is not None
        else _examiner_nouveau(s)
        for s in saisies
    ]


def _examiner_nouveau(saisie: SaisieDossier) -> DossierExamine:
    examine = DossierExamine(saisie, champs={**saisie.defauts, **saisie.champs}, lieux=bool(saisie.lieux))
    examine.ages = dict(saisie.ages) or None
    for demande in saisie.demandes:
        _ajouter(examine, demande)
    _avancer(examine, EtatDossier.BROUILLON)
    _verifier_les_liens(examine, None)
    _verifier_les_montants(examine, None)
    return examine


def _examiner_un(
    saisie: SaisieDossier,
    demandes: list[DemandeFinancement],
    lieux: set[Any],
    ages: dict[str, int],
    communes: Mapping[int, str],
    donnees_ici: frozenset[str],
) -> DossierExamine:
    dossier = saisie.existant
    assert dossier is not None
    examine = DossierExamine(saisie, dossier.numero, donnees_ici=donnees_ici)
    if dossier.etat == EtatDossier.RETIRE:
        _laisser_retire(examine, dossier)
        return examine
    laisses: dict[str, str] = {}
    for nom in CHAMPS:
        if nom not in saisie.champs or getattr(dossier, nom) == saisie.champs[nom]:
            continue
        libelle = _capitale(str(Dossier._meta.get_field(nom).verbose_name))  # type: ignore[union-attr]
        avant, apres = _en_clair(dossier, nom), _en_clair(dossier, nom, saisie.champs[nom])
        if examine.decide or _REPONSES.get(nom, nom) in donnees_ici:
            laisses[nom] = f"{libelle.removesuffix(' (€)')} « {apres} »"
            continue
        examine.champs[nom] = saisie.champs[nom]
        examine.differences.append(Difference(libelle, avant, apres))
    if not dossier.numero_externe and saisie.numero_externe not in ("", dossier.numero):
        examine.champs["numero_externe"] = saisie.numero_externe
        examine.differences.append(Difference("Numéro dans l’autre téléservice", ABSENT, saisie.numero_externe))
    if saisie.lieux is not None and not _memes_lieux(saisie.lieux, lieux, communes):
        if examine.decide or "localisations" in donnees_ici:
            laisses["quartiers"] = f"Lieux « {_dire_les_lieux(saisie)} »"
        else:
            examine.lieux = True
            examine.differences.append(Difference("Lieux", _nombre_de_lieux(len(lieux)), _dire_les_lieux(saisie)))
    if (reunis := {**ages, **saisie.ages}) != ages:
        if examine.decide or "ages" in donnees_ici:
            laisses["beneficiaires"] = f"Âges du public « {_dire_les_ages(reunis)} »"
        else:
            examine.ages = reunis
            examine.differences.append(Difference("Âges du public", _dire_les_ages(ages), _dire_les_ages(reunis)))
    if laisses:
        _laisser(examine, saisie.lignes[0], next(iter(laisses)), ", ".join(laisses.values()))
    restantes = list(demandes)
    for demande in saisie.demandes:
        if jumelles := _au_meme_titre(demande, restantes):
            restantes = [d for d in restantes if d not in jumelles]
            if sum(d.montant_demande for d in jumelles) != demande.montant_demande:
                _refuser_les_jumelles(examine, demande, jumelles)
            continue
        existante = _trouver(demande, restantes)
        if existante is not None:
            restantes.remove(existante)
        _comparer(examine, demande, existante)
    examine.restantes = [d for d in restantes if d.montant_demande and d.etat != EtatDemande.ANNULEE]
    _avancer(examine, dossier.etat)
    _verifier_les_liens(examine, dossier)
    _verifier_les_montants(examine, dossier)
    return examine


def _laisser(examine: DossierExamine, ligne: int, champ: str, quoi: str) -> None:
    """Say what a line gives otherwise and that stays here as it is, with the reason."""
    dossier = examine.saisie.existant
    assert dossier is not None
    if examine.decide:
        raison, code = f"le dossier {dossier.numero} est {minuscule(dossier.get_etat_display())}", "dossier_decide"
    else:
        raison, code = "ce qui a été saisi ou corrigé dans Pilotville reste", "repondu_ici"
    _remarquer(examine, ligne, champ, f"N’est pas repris, {raison} : {quoi}. Corrigez-le ici s’il le faut.", code)


def _memes_lieux(lus: Sequence[SaisieLieu], lieux: set[Any], communes: Mapping[int, str]) -> bool:
    """True when both say the same.

    A neighbourhood read without its commune is the one that stands here with it; a perimeter that bears the name of a
    commune, that commune.
    """
    restants = set(lieux)
    for lieu in lus:
        mode, version, commune, part = lieu.cle
        memes = [c for c in restants if c[:2] == (mode, version) and c[3] == part and commune in (None, c[2])]
        if not memes and lieu.version is not None:
            noms = {normaliser(lieu.version.nom), normaliser(lieu.version.perimetre.nom)}
            memes = [
                c for c in restants if c[1] is None and c[3] == part and normaliser(communes.get(c[2], "")) in noms
            ]
        if not memes:
            return False
        restants.remove(lieu.cle if lieu.cle in restants else memes[0])
    return not restants


def _laisser_retire(examine: DossierExamine, dossier: Dossier) -> None:
    """The lines of a file that was given up here change nothing: said, so that nobody waits for them."""
    _remarquer(
        examine,
        examine.saisie.lignes[0],
        "numero_externe",
        f"Le dossier {dossier.numero} est retiré dans Pilotville : ses lignes ne changent rien. Si c’est une nouvelle "
        "demande, donnez-lui un autre numéro.",
        "dossier_retire",
    )


def _ajouter(examine: DossierExamine, saisie: SaisieDemande) -> None:
    """A funder's row that does not stand here yet."""
    if saisie.montant_demande is None:
        message = f"Le montant demandé à {saisie.financeur.nom_court} manque : écrivez-le, 0 s’il ne demande rien."
        _refuser(examine, saisie.ligne, "montant_demande", message, "montant_absent")
    propose = saisie.montant_propose if _prend_les_propositions(examine) and not saisie.refusee else None
    examine.demandes.append(LigneDeDemande(saisie, None, propose=propose, refuse=saisie.refusee))


def _prend_les_propositions(examine: DossierExamine) -> bool:
    """A proposal is made under instruction only: the file is there, or what was read elsewhere leads it there."""
    if examine.saisie.etat == EtatDossier.IRRECEVABLE:
        return False
    dossier = examine.saisie.existant
    present = EtatDossier.BROUILLON if dossier is None else dossier.etat
    return present in DOSSIER_OUVERT_AUX_PROPOSITIONS or bool(actes_vers(present, EtatDossier.EN_INSTRUCTION))


def _au_meme_titre(saisie: SaisieDemande, existantes: list[DemandeFinancement]) -> list[DemandeFinancement]:
    """The rows between which a line does not choose: same funder, same nature, several schemes, none of them said."""
    if saisie.dispositif is not None or saisie.montant_demande is None:
        return []
    nature = saisie.nature or saisie.nature_par_defaut
    memes = [
        d
        for d in existantes
        if (d.financeur_id, d.nature) == (saisie.financeur.pk, nature) and d.etat != EtatDemande.ANNULEE
    ]
    # The amount of one of them tells which.
    return memes if len(memes) > 1 and all(d.montant_demande != saisie.montant_demande for d in memes) else []


def _refuser_les_jumelles(examine: DossierExamine, saisie: SaisieDemande, jumelles: list[DemandeFinancement]) -> None:
    if examine.decide or "demandes" in examine.donnees_ici:
        quoi = f"{euros(saisie.montant_demande or Decimal())} demandés à {saisie.financeur.nom_court}"
        _laisser(examine, saisie.ligne, "montant_demande", quoi)
        return
    total = sum((d.montant_demande for d in jumelles), Decimal())
    _refuser(
        examine,
        saisie.ligne,
        "montant_demande",
        f"Ce dossier a ici {len(jumelles)} demandes à {saisie.financeur.nom_court} au même titre, {euros(total)} en tout : "
        "donnez le dispositif de la ligne, ou corrigez-les ici.",
        "dispositif_a_dire",
    )


def _trouver(saisie: SaisieDemande, existantes: list[DemandeFinancement]) -> DemandeFinancement | None:
    """The row that a line designates: its funder, then its nature and its scheme when they are given."""
    candidates = [d for d in existantes if d.financeur_id == saisie.financeur.pk]
    if saisie.nature is not None:
        candidates = [d for d in candidates if d.nature == saisie.nature]
    if saisie.dispositif is not None:
        candidates = [d for d in candidates if d.dispositif_id == saisie.dispositif.pk]
    habituelles = [d for d in candidates if d.nature == saisie.nature_par_defaut]
    memes = [d for d in [*habituelles, *candidates] if d.montant_demande == saisie.montant_demande]
    return next(iter([*memes, *habituelles, *candidates]), None)


def _comparer(examine: DossierExamine, saisie: SaisieDemande, existante: DemandeFinancement | None) -> None:
    """What a line changes in its funder's row."""
    qui = saisie.financeur.nom_court
    if existante is None:
        if examine.decide:
            _laisser(examine, saisie.ligne, "montant_demande", f"une demande à {qui}")
            return
        _ajouter(examine, saisie)
        examine.differences.append(Difference(f"Demandé à {qui}", ABSENT, euros(saisie.montant_demande or Decimal())))
        return
    ligne = LigneDeDemande(saisie, existante)
    if saisie.montant_demande is not None and saisie.montant_demande != existante.montant_demande:
        _comparer_le_montant(examine, ligne, existante, saisie.montant_demande)
    for nom, valeur, libelle in (
        ("etat_externe", saisie.etat_externe, f"Statut chez {qui}"),
        ("numero_ej", saisie.numero_ej, f"Engagement juridique, {qui}"),
    ):
        if valeur and valeur != getattr(existante, nom):
            ligne.changes[nom] = valeur
            examine.differences.append(Difference(libelle, getattr(existante, nom) or ABSENT, valeur))
    if saisie.refusee and existante.etat in DEMANDE_CONSOMME:
        # An import moves no envelope: the refusal is recorded where its money is given back.
        geste = "rectifiez l’acte, puis enregistrez" if existante.est_ferme else "enregistrez"
        _remarquer(
            examine,
            saisie.ligne,
            "etat",
            f"{qui} l’a refusée dans l’autre téléservice, et elle est ici « {minuscule(existante.get_etat_display())} » : "
            f"{geste} le refus ici, pour que son montant revienne à l’enveloppe. Un import ne le fait pas.",
            "refus_a_enregistrer",
        )
    elif saisie.refusee and existante.transition_possible("refuser") and not _clos(examine):
        ligne.refuse = True
        examine.differences.append(
            Difference(f"Décision, {qui}", existante.get_etat_display(), EtatDemande.REFUSEE.label)
        )
    elif _prend_les_propositions(examine) and _a_proposer(saisie, existante):
        ligne.propose = saisie.montant_propose
        avant = ABSENT if existante.montant_propose is None else euros(existante.montant_propose)
        examine.differences.append(Difference(f"Proposé par {qui}", avant, euros(saisie.montant_propose or Decimal())))
    examine.demandes.append(ligne)


def _clos(examine: DossierExamine) -> bool:
    dossier = examine.saisie.existant
    return dossier is not None and dossier.etat == EtatDossier.CLOS


def _comparer_le_montant(
    examine: DossierExamine, ligne: LigneDeDemande, existante: DemandeFinancement, montant: Decimal
) -> None:
    """Another amount asked than the one that stands here: taken as long as nobody has answered it here."""
    qui, numero = ligne.saisie.financeur.nom_court, ligne.saisie.ligne
    if examine.decide or "demandes" in examine.donnees_ici:
        _laisser(examine, numero, "montant_demande", f"{euros(montant)} demandés à {qui}")
        return
    if existante.etat not in _MODIFIABLES:
        _refuser(
            examine,
            numero,
            "montant_demande",
            f"La demande à {qui} est déjà « {minuscule(existante.get_etat_display())} » dans Pilotville pour "
            f"{euros(existante.montant_demande)} demandés : un import ne la change plus. Corrigez la ligne, ou faites "
            "rectifier l’acte du financeur.",
            "demande_decidee",
        )
    ligne.changes["montant_demande"] = montant
    examine.differences.append(Difference(f"Demandé à {qui}", euros(existante.montant_demande), euros(montant)))


def _a_proposer(saisie: SaisieDemande, existante: DemandeFinancement) -> bool:
    """A proposal read elsewhere is taken, unless the funder has made its own here."""
    if saisie.refusee or saisie.montant_propose is None or saisie.montant_propose == existante.montant_propose:
        return False
    if existante.etat == EtatDemande.DEMANDEE:
        return True
    return existante.etat == EtatDemande.PROPOSEE and existante.piece_source.startswith(PIECE_D_IMPORT)


def _avancer(examine: DossierExamine, present: str) -> None:
    """The acts that bring the file to the state read elsewhere; a proposal is made under instruction only."""
    vise = examine.saisie.etat
    if any(ligne.propose is not None for ligne in examine.demandes):
        vise = EtatDossier.EN_INSTRUCTION
    examine.actes = actes_vers(present, vise)
    if examine.actes and examine.saisie.existant is not None:
        arrivee = Dossier.TRANSITIONS[examine.actes[-1]].vers
        examine.differences.append(Difference("État", EtatDossier(present).label, EtatDossier(arrivee).label))


def _verifier_les_liens(examine: DossierExamine, dossier: Dossier | None) -> None:
    """What several lines, or a line and the file that stands here, say together: dates in order, a public (S-17)."""

    def lu(nom: str) -> Any:
        return examine.champs.get(nom, getattr(dossier, nom) if dossier is not None else None)

    debut, fin = lu("debut"), lu("fin")
    if debut and fin and fin < debut and examine.champs.keys() & {"debut", "fin"}:
        _refuser(
            examine,
            examine.saisie.lignes[0],
            "fin" if "fin" in examine.champs else "debut",
            f"L’action irait du {date_chiffres(debut)} au {date_chiffres(fin)} : donnez les deux dates, dans l’ordre.",
            "dates_inversees",
        )
    public, qpv = lu("beneficiaires"), lu("beneficiaires_qpv")
    if (
        public is not None
        and qpv is not None
        and qpv > public
        and examine.champs.keys() & {"beneficiaires", "beneficiaires_qpv"}
    ):
        _refuser(
            examine,
            examine.saisie.lignes[0],
            "beneficiaires_qpv" if "beneficiaires_qpv" in examine.champs else "beneficiaires",
            f"{qpv} habitants des QPV pour un public de {public} : donnez les deux nombres, le public des QPV ne dépasse pas "
            "le public (S-17).",
            "public_qpv",
        )


def _verifier_les_montants(examine: DossierExamine, dossier: Dossier | None) -> None:
    """Neither an amount asked nor an amount proposed is more than the cost of the action, when it is known."""
    cout = examine.champs.get("cout_total", dossier.cout_total if dossier is not None else None)
    if not cout or not (examine.change_la_demande or any(ligne.propose for ligne in examine.demandes)):
        return
    for ligne in examine.demandes:
        demande = ligne.saisie.montant_demande
        if ligne.existante is not None:
            demande = ligne.changes.get("montant_demande", ligne.existante.montant_demande)
        for champ, montant in (("montant_demande", demande), ("montant_propose", ligne.propose)):
            if montant is not None and montant > cout:
                _refuser(
                    examine,
                    ligne.saisie.ligne,
                    champ,
                    f"{euros(montant)} dépassent le coût total de l’action, {euros(cout)} : corrigez l’un ou l’autre.",
                    "montant_depasse_cout",
                )


def _refuser(examine: DossierExamine, ligne: int, champ: str, message: str, code: str) -> None:
    examine.erreurs.append(ErreurDeSaisie(ligne, champ, RegleEnfreinte(message, champ=champ, code=code)))


def _remarquer(examine: DossierExamine, ligne: int, champ: str, message: str, code: str) -> None:
    examine.remarques.append(Remarque(ligne, champ, message, code))


_PRESENT = object()


def _en_clair(dossier: Dossier, nom: str, valeur: Any = _PRESENT) -> str:
    """A value of a file in words: its own, or the one given."""
    valeur = getattr(dossier, nom) if valeur is _PRESENT else valeur
    if valeur is None or valeur == "":
        return ABSENT
    if isinstance(valeur, Decimal):
        return euros(valeur)
    if isinstance(valeur, date):
        return date_chiffres(valeur)
    choix = dict(Dossier._meta.get_field(nom).flatchoices)  # type: ignore[union-attr]
    return str(choix.get(valeur, valeur))


def _capitale(texte: str) -> str:
    return texte[:1].upper() + texte[1:]


def _nombre_de_lieux(nombre: int) -> str:
    if not nombre:
        return ABSENT
    return "1 lieu" if nombre == 1 else f"{nombre} lieux"


def _dire_les_lieux(saisie: SaisieDossier) -> str:
    lieux = saisie.lieux or ()
    noms = [str(lieu.version or lieu.commune or lieu.mode.label) for lieu in lieux]
    return ", ".join(noms) or ABSENT


def _dire_les_ages(ages: Mapping[str, int]) -> str:
    lus = [f"{tranche.label} : {ages[tranche.value]}" for tranche in TrancheAge if tranche.value in ages]
    return " ; ".join(lus) or ABSENT
