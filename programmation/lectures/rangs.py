"""Where the files of the permanent schemes stand for one reader, and the money that is left for them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from commun.auteur import Auteur
from contrats.models import Contrat
from contrats.permissions import roles

from ..etats import DEMANDE_CONSOMME, DEMANDE_PROPOSE, EtatDemande, EtatDossier, EtatExamen
from ..models import DemandeFinancement, Dossier, ExamenDossier, FamilleDispositif
from ..models.dossier import sollicitant
from ..models.seance import examinent
from ..regles.fil_de_l_eau import Rang, Reponse, ranger, reponse_lue
from .enveloppes import LigneEnveloppe, somme_lisible
from .proximite import PAS_DEPOSES

ZERO = Decimal(0)
# Neither put off nor set aside.
VIVANTS = (Rang.A_INSTRUIRE, Rang.PRET, Rang.DECIDE)
CleEnveloppe = tuple[int, int, str]  # funder, scheme, nature


# --- Where files stand -------------------------------------------------------------------------------------------------
def reponse(demande: Any) -> Reponse:
    """The answer of one row read by `avec_montants_vus`, as its reader may know it."""
    return reponse_lue(demande.etat_vu, partagee=demande.proposition_partagee, propose=bool(demande.propose_vu))


def rang_de(etat: str, famille: str, demandes: Collection[Any], *, ecarte: bool) -> Rang:
    """Where a file of a kind of scheme stands, from its rows as one reader knows them."""
    siennes = lignes_propres(famille, demandes)
    autres = [demande for demande in demandes if demande not in siennes]
    return ranger(etat, [reponse(d) for d in siennes], ecarte=ecarte, ailleurs=[reponse(d) for d in autres])


def lignes_propres(famille: str, demandes: Collection[Any]) -> Collection[Any]:
    """The rows that a file of a kind of scheme is read by: those of the initiatives for an initiative that has some.

    A commission settles these only: what else such a file asks is for the COPIL (regles 2.13).
    """
    if famille != FamilleDispositif.SIP:
        return demandes
    return [demande for demande in demandes if demande.famille == famille] or demandes


def lignes_vues(cles: Collection[int], contrat: Contrat, *, pour: Auteur) -> dict[int, list[Any]]:
    """The rows of these files (by key), with what this reader may know of each. One query."""
    lignes: dict[int, list[Any]] = defaultdict(list)
    for demande in _vues(cles, contrat, pour).select_related("reunion__comite").order_by("pk"):
        lignes[demande.dossier_id].append(demande)
    return lignes


def _vues(cles: Collection[int], contrat: Contrat, pour: Auteur) -> Any:
    vues: Any = DemandeFinancement.objects.filter(dossier__in=cles).avec_montants_vus(pour, contrat)
    return vues.annotate(famille=F("dispositif__famille"))


def ecartes(cles: Collection[int], contrat: Contrat, *, pour: Auteur) -> dict[int, str]:
    """The files that the last meeting to settle them set aside, with that meeting; for who works with their funders.

    Put on the list of a later meeting of the same body, a file is no longer set aside. What another body says of its own
    rows sets nothing aside, and takes nothing up again.
    """
    lignes = DemandeFinancement.objects.filter(dossier=OuterRef("dossier"))
    siennes = lignes.filter(dispositif__famille=FamilleDispositif.SIP)
    du_sip = Q(dossier__dispositif__famille=FamilleDispositif.SIP) & (Exists(siennes) | ~Exists(lignes))
    examens = ExamenDossier.objects.alias(du_sip=du_sip).filter(
        Q(reunion__comite__valide_programmation=True) | Q(reunion__comite__valide_sip=True),
        Q(examinent(sip=True), du_sip=True) | Q(examinent(sip=False), du_sip=False),
        dossier__in=cles,
    )
    tenus = roles(pour, contrat)
    if tenus.instruit_pour_un_financeur_seulement:
        examens = examens.filter(dossier__in=sollicitant(tenus.organismes_instructeurs))
    derniers = {e.dossier_id: e for e in examens.select_related("reunion__comite").order_by("reunion__le", "pk")}
    return {
        cle: str(examen.reunion)
        for cle, examen in derniers.items()
        if examen.etat == EtatExamen.ECARTE and examen.applique_le is not None
    }


def somme_demandee(demandes: Iterable[Any]) -> Decimal:
    """Euros asked by the rows that still stand."""
    return sum((d.montant_demande for d in demandes if d.etat_vu != EtatDemande.ANNULEE), ZERO)


def somme_proposee(demandes: Iterable[Any]) -> Decimal | None:
    """Euros proposed that stand, as the reader knows them; None without any."""
    lus = [d.propose_vu for d in demandes if d.etat_vu in DEMANDE_PROPOSE and d.propose_vu is not None]
    return sum(lus, ZERO) if lus else None


def somme_programmee(demandes: Iterable[Any]) -> Decimal | None:
    """Euros programmed, as the reader knows them; None without any."""
    lus = [d.programme_vu for d in demandes if d.etat in DEMANDE_CONSOMME and d.programme_vu is not None]
    return sum(lus, ZERO) if lus else None


def suite_en_mots(rang: Rang, etat: str, ecarte_par: str) -> str:
    """Why nothing more is expected of a file, when its state does not say so; empty for the others."""
    if rang != Rang.SANS_SUITE or etat == EtatDossier.IRRECEVABLE:
        return ""
    return f"écarté : {ecarte_par}" if ecarte_par else "refusé par tous ses financeurs"


def attendus(rang: Rang, demandes: Iterable[Any]) -> int:
    """How many rows of a file that waits have no answer yet, private drafts included."""
    if rang != Rang.A_INSTRUIRE:
        return 0
    return sum(1 for demande in demandes if reponse(demande) == Reponse.ATTENDUE)


# --- Counted, without being read ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class CompteDeFamille:
    """The files of one kind of scheme (by key) and the euros that they ask, by where they stand."""

    dossiers: Mapping[Rang, tuple[int, ...]]
    demandes: Mapping[Rang, Decimal]

    def combien(self, rang: Rang) -> int:
        return len(self.dossiers.get(rang, ()))

    @property
    def vivants(self) -> tuple[int, ...]:
        """Those that are neither put off nor set aside."""
        return tuple(cle for rang in VIVANTS for cle in self.dossiers.get(rang, ()))

    @property
    def demande(self) -> Decimal:
        """Euros that these ask."""
        return sum((self.demandes.get(rang, ZERO) for rang in VIVANTS), ZERO)


def compter(contrat: Contrat, annee: int, familles: Collection[str], *, pour: Auteur) -> dict[str, CompteDeFamille]:
    """The files of a year, counted by kind of scheme; three queries whatever their number, none of their contents."""
    dossiers = list(
        Dossier.objects.instruits_par(pour, contrat)
        .filter(campagne__annee=annee, dispositif__famille__in=familles)
        .exclude(etat__in=PAS_DEPOSES)
        .order_by("pk")
        .values_list("pk", "etat", "dispositif__famille")
    )
    cles = [cle for cle, _, _ in dossiers]
    lignes: dict[int, list[Any]] = defaultdict(list)
    colonnes = ("dossier_id", "etat_vu", "proposition_partagee", "propose_vu", "montant_demande", "famille")
    for ligne in _vues(cles, contrat, pour).order_by().values_list(*colonnes, named=True):
        lignes[ligne.dossier_id].append(ligne)
    mis_de_cote = ecartes(cles, contrat, pour=pour)
    ranges: dict[str, dict[Rang, list[int]]] = {famille: defaultdict(list) for famille in familles}
    demandes: dict[str, dict[Rang, Decimal]] = {famille: defaultdict(lambda: ZERO) for famille in familles}
    for cle, etat, famille in dossiers:
        rang = rang_de(etat, famille, lignes[cle], ecarte=cle in mis_de_cote)
        ranges[famille][rang].append(cle)
        demandes[famille][rang] += somme_demandee(lignes_propres(famille, lignes[cle]))
    return {
        famille: CompteDeFamille({r: tuple(siens) for r, siens in ranges[famille].items()}, demandes[famille])
        for famille in familles
    }


# --- Money -------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class EnveloppeAuFil:
    """What one funder has left for one scheme, in euros, and what the ready files would take from it.

    `reste` is None for a reader withdrawn from a file that it pays; 0 where there is no envelope yet (`a_ouvrir`).
    """

    financeur: str
    dispositif: str
    nature: str
    attendue: Decimal  # of the amount, what no letter has confirmed yet
    reste: Decimal | None
    pret: Decimal
    a_ouvrir: bool = False  # nothing is validated on it until somebody opens it

    @property
    def reste_apres(self) -> Decimal | None:
        """What would be left once the ready files are validated as proposed; negative when they ask too much."""
        return None if self.reste is None else self.reste - self.pret


@dataclass(frozen=True, slots=True)
class ArgentAuFil:
    """The envelopes of some schemes in a year, as far as one reader sees them."""

    enveloppes: tuple[EnveloppeAuFil, ...]
    entier: bool  # the reader sees those of all the funders

    @property
    def reste(self) -> Decimal | None:
        """Euros left; None without an envelope to read, or when one of them is not for this reader."""
        return somme_lisible(e.reste for e in self.enveloppes) if self.enveloppes else None

    @property
    def reste_apres(self) -> Decimal | None:
        """What would be left of them once the ready files are validated as proposed."""
        return somme_lisible(e.reste_apres for e in self.enveloppes) if self.enveloppes else None

    @property
    def attendue(self) -> Decimal:
        """Euros that no letter has confirmed yet."""
        return sum((e.attendue for e in self.enveloppes), ZERO)

    @property
    def depassees(self) -> int:
        """How many envelopes would not suffice: what one funder has left pays nobody else's row."""
        return sum(1 for e in self.enveloppes if e.reste_apres is not None and e.reste_apres < 0)

    @property
    def ton(self) -> str:
        """Does the money hold?"""
        return "danger" if self.depassees else "succes"


def argent(
    lignes: Iterable[LigneEnveloppe],
    dispositifs: Collection[int],
    pretes: Iterable[Any],
    *,
    pour: Auteur,
    contrat: Contrat,
) -> ArgentAuFil:
    """Of the year's envelopes that the reader sees, those of these schemes (by key); `pretes` are the rows of the ready
    files. A row takes from the envelope of its own funder, scheme and nature, in the section of the scheme, and from no
    other; who sees those of all the funders reads those to open too.
    """
    entier = roles(pour, contrat).pilote_tout
    prises: dict[CleEnveloppe, Decimal] = defaultdict(lambda: ZERO)
    prenantes: dict[CleEnveloppe, int] = {}
    for demande in pretes:
        if demande.dispositif_id in dispositifs and reponse(demande) == Reponse.PROPOSEE:
            cle = demande.financeur_id, demande.dispositif_id, demande.nature
            prises[cle] += demande.propose_vu
            prenantes[cle] = demande.pk
    par_cle: dict[CleEnveloppe, list[LigneEnveloppe]] = defaultdict(list)
    for ligne in lignes:
        if ligne.dispositif_id in dispositifs and not ligne.hors_section:
            par_cle[ligne.financeur_id, ligne.dispositif_id, ligne.nature].append(ligne)
    ouvertes = tuple(
        EnveloppeAuFil(
            financeur=siennes[0].financeur,
            dispositif=siennes[0].dispositif,
            nature=siennes[0].nature_libelle,
            attendue=sum((e.montant for e in siennes if not e.notifiee), ZERO),
            reste=somme_lisible(e.disponible for e in siennes),
            pret=prises[cle],
        )
        for cle, siennes in par_cle.items()
    )
    manquantes = {cle: pk for cle, pk in prenantes.items() if cle not in par_cle} if entier else {}
    return ArgentAuFil((*ouvertes, *_a_ouvrir(manquantes, prises)), entier)


def _a_ouvrir(demandes: Mapping[CleEnveloppe, int], prises: Mapping[CleEnveloppe, Decimal]) -> list[EnveloppeAuFil]:
    """The envelopes that these rows (by key) would take from and that nobody has opened; one query at most."""
    if not demandes:
        return []
    lues = DemandeFinancement.objects.filter(pk__in=demandes.values()).select_related("financeur", "dispositif")
    return [
        EnveloppeAuFil(
            financeur=d.financeur.nom_court,
            dispositif=d.dispositif.nom,
            nature=d.get_nature_display(),
            attendue=ZERO,
            reste=ZERO,
            pret=prises[d.financeur_id, d.dispositif_id, d.nature],
            a_ouvrir=True,
        )
        for d in lues.order_by("nature", "financeur__nom", "dispositif__code")
    ]
