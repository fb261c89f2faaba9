"""What each file of an import would do to what stands here, before anything is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from commun.erreurs import RegleEnfreinte
from commun.typographie import ABSENT, date_chiffres, euros

from ...etats import EtatDemande, EtatDossier
from ...models import DemandeFinancement, Dossier, Localisation
from ...regles.dauphin import actes_vers
from .saisie import CHAMPS, Difference, ErreurDeSaisie, Issue, SaisieDemande, SaisieDossier

# A row whose amount asked may still change: nobody has validated nor refused it.
_MODIFIABLES = (EtatDemande.DEMANDEE, EtatDemande.PROPOSEE, EtatDemande.AJOURNEE)
_FERMES = (EtatDossier.RETIRE, EtatDossier.CLOS)
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
    actes: tuple[str, ...] = ()
    demandes: list[LigneDeDemande] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    erreurs: list[ErreurDeSaisie] = field(default_factory=list)

    @property
    def issue(self) -> Issue:
        if self.erreurs:
            return Issue.REFUSE
        if self.saisie.existant is None:
            return Issue.CREE
        return Issue.MODIFIE if self.differences else Issue.INCHANGE


def examiner(saisies: Sequence[SaisieDossier], *, piece: str) -> list[DossierExamine]:
    """Compare each file with what stands here: four queries, however many they are."""
    existants = [s.existant.pk for s in saisies if s.existant is not None]
    demandes: dict[int, list[DemandeFinancement]] = defaultdict(list)
    lieux: dict[int, set[Any]] = defaultdict(set)
    if existants:
        lues = DemandeFinancement.objects.filter(dossier__in=existants).select_related("financeur", "dispositif")
        for demande in lues.order_by("pk"):
            demandes[demande.dossier_id].append(demande)
        places = Localisation.objects.filter(dossier__in=existants)
        for cle, mode, version, commune, part in places.values_list("dossier", "mode", "version", "commune", "part"):
            lieux[cle].add((mode, version, commune, part))
    return [
        _examiner_un(s, demandes[s.existant.pk], lieux[s.existant.pk], piece)
        if s.existant is not None
        else _examiner_nouveau(s)
        for s in saisies
    ]


def _examiner_nouveau(saisie: SaisieDossier) -> DossierExamine:
    examine = DossierExamine(saisie, champs={**saisie.defauts, **saisie.champs}, lieux=bool(saisie.lieux))
    for demande in saisie.demandes:
        _ajouter(examine, demande)
    _avancer(examine, EtatDossier.BROUILLON)
    _verifier_les_montants(examine, None)
    return examine


def _examiner_un(
    saisie: SaisieDossier, demandes: list[DemandeFinancement], lieux: set[Any], piece: str
) -> DossierExamine:
    dossier = saisie.existant
    assert dossier is not None
    examine = DossierExamine(saisie, dossier.numero)
    for nom in CHAMPS:
        if nom in saisie.champs and getattr(dossier, nom) != saisie.champs[nom]:
            examine.champs[nom] = saisie.champs[nom]
            libelle = str(Dossier._meta.get_field(nom).verbose_name)  # type: ignore[union-attr]
            examine.differences.append(
                Difference(_capitale(libelle), _en_clair(dossier, nom), _en_clair(dossier, nom, saisie.champs[nom]))
            )
    if not dossier.numero_externe and saisie.numero_externe:
        examine.champs["numero_externe"] = saisie.numero_externe
        examine.differences.append(Difference("Numéro dans l’autre téléservice", ABSENT, saisie.numero_externe))
    if saisie.lieux is not None and {lieu.cle for lieu in saisie.lieux} != lieux:
        examine.lieux = True
        examine.differences.append(Difference("Lieux", _nombre_de_lieux(len(lieux)), _dire_les_lieux(saisie)))
    restantes = list(demandes)
    for demande in saisie.demandes:
        existante = _trouver(demande, restantes)
        if existante is not None:
            restantes.remove(existante)
        _comparer(examine, demande, existante, piece)
    _avancer(examine, dossier.etat)
    _verifier_les_montants(examine, dossier)
    if dossier.etat in _FERMES and examine.differences:
        etat = dossier.get_etat_display().lower()
        _refuser(
            examine,
            saisie.lignes[0],
            "numero_externe",
            f"Le dossier {dossier.numero} est {etat} dans Pilotville : ses lignes ne changent plus rien. Retirez-les, ou "
            "donnez un autre numéro si c’est une nouvelle demande.",
            "dossier_ferme",
        )
    return examine


def _ajouter(examine: DossierExamine, saisie: SaisieDemande) -> None:
    """A funder's row that does not stand here yet."""
    if saisie.montant_demande is None:
        message = f"Le montant demandé à {saisie.financeur.nom_court} manque : écrivez-le, 0 s’il ne demande rien."
        _refuser(examine, saisie.ligne, "montant_demande", message, "montant_absent")
    propose = None if saisie.refusee else saisie.montant_propose
    examine.demandes.append(LigneDeDemande(saisie, None, propose=propose, refuse=saisie.refusee))


def _trouver(saisie: SaisieDemande, existantes: list[DemandeFinancement]) -> DemandeFinancement | None:
    """The row that a line designates: its funder, then its nature and its scheme when they are given."""
    candidates = [d for d in existantes if d.financeur_id == saisie.financeur.pk]
    if saisie.nature is not None:
        candidates = [d for d in candidates if d.nature == saisie.nature]
    if saisie.dispositif is not None:
        candidates = [d for d in candidates if d.dispositif_id == saisie.dispositif.pk]
    habituelles = [d for d in candidates if d.nature == saisie.nature_par_defaut]
    return next(iter([*habituelles, *candidates]), None)


def _comparer(examine: DossierExamine, saisie: SaisieDemande, existante: DemandeFinancement | None, piece: str) -> None:
    """What a line changes in its funder's row."""
    qui = saisie.financeur.nom_court
    if existante is None:
        _ajouter(examine, saisie)
        examine.differences.append(Difference(f"Demandé à {qui}", ABSENT, euros(saisie.montant_demande or Decimal())))
        return
    ligne = LigneDeDemande(saisie, existante)
    if saisie.montant_demande is not None and saisie.montant_demande != existante.montant_demande:
        if existante.etat not in _MODIFIABLES:
            _refuser(
                examine,
                saisie.ligne,
                "montant_demande",
                f"La demande à {qui} est déjà « {existante.get_etat_display().lower()} » dans Pilotville pour "
                f"{euros(existante.montant_demande)} demandés : un import ne la change plus. Corrigez la ligne, ou faites "
                "rectifier l’acte du financeur.",
                "demande_decidee",
            )
        ligne.changes["montant_demande"] = saisie.montant_demande
        examine.differences.append(
            Difference(f"Demandé à {qui}", euros(existante.montant_demande), euros(saisie.montant_demande))
        )
    for nom, valeur, libelle in (
        ("etat_externe", saisie.etat_externe, f"Statut chez {qui}"),
        ("numero_ej", saisie.numero_ej, f"Engagement juridique, {qui}"),
    ):
        if valeur and valeur != getattr(existante, nom):
            ligne.changes[nom] = valeur
            examine.differences.append(Difference(libelle, getattr(existante, nom) or ABSENT, valeur))
    if saisie.refusee and existante.transition_possible("refuser"):
        ligne.refuse = True
        examine.differences.append(
            Difference(f"Décision, {qui}", existante.get_etat_display(), EtatDemande.REFUSEE.label)
        )
    elif _a_proposer(saisie, existante):
        ligne.propose = saisie.montant_propose
        avant = ABSENT if existante.montant_propose is None else euros(existante.montant_propose)
        examine.differences.append(Difference(f"Proposé par {qui}", avant, euros(saisie.montant_propose or Decimal())))
    examine.demandes.append(ligne)


def _a_proposer(saisie: SaisieDemande, existante: DemandeFinancement) -> bool:
    """A proposal read elsewhere is taken, unless the funder has made its own here."""
    if saisie.montant_propose is None or saisie.montant_propose == existante.montant_propose:
        return False
    if existante.etat == EtatDemande.DEMANDEE:
        return True
    return existante.etat == EtatDemande.PROPOSEE and existante.piece_source.startswith(PIECE_D_IMPORT)


def _avancer(examine: DossierExamine, present: str) -> None:
    """The acts that bring the file to the state read elsewhere; a proposal is made under instruction only."""
    vise = examine.saisie.etat
    if vise == EtatDossier.IRRECEVABLE:
        for ligne in examine.demandes:
            ligne.propose = None
    if any(ligne.propose is not None for ligne in examine.demandes):
        vise = EtatDossier.EN_INSTRUCTION
    examine.actes = actes_vers(present, vise)
    if examine.actes and examine.saisie.existant is not None:
        arrivee = Dossier.TRANSITIONS[examine.actes[-1]].vers
        examine.differences.append(Difference("État", EtatDossier(present).label, EtatDossier(arrivee).label))


def _verifier_les_montants(examine: DossierExamine, dossier: Dossier | None) -> None:
    """Neither an amount asked nor an amount proposed is more than the cost of the action."""
    cout = examine.champs.get("cout_total", dossier.cout_total if dossier is not None else None)
    if not cout:
        return
    for ligne in examine.demandes:
        for champ, montant in (("montant_demande", ligne.saisie.montant_demande), ("montant_propose", ligne.propose)):
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
