"""The acts of the funders in a year: what awaits one, what they made firm, what the porteurs are still to be told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from acteurs.models import Organisme
from commun.auteur import Auteur
from contrats.models import ActeDecision, Contrat
from contrats.permissions import roles

from ..etats import DEMANDE_FERME, EtatCourrier, EtatDemande
from ..models import Campagne, Courrier, DemandeFinancement, Dossier, Enveloppe, LotDeCourriers
from ..regles import convention_requise
from ..regles.courriers import SEUIL_DE_CONVENTION
from .courriers import a_annoncer, attribue_dans_l_annee

ZERO = Decimal(0)


def demandes_vues(contrat: Contrat, annee: int, *, pour: Auteur) -> Any:
    """The rows of a year that this reader deliberates: all for the team, its own organisation's for a funder."""
    dossiers = Dossier.objects.deliberes_par(pour, contrat).filter(campagne__annee=annee)
    lues = DemandeFinancement.objects.filter(dossier__in=dossiers.values("pk"))
    tenus = roles(pour, contrat)
    if tenus.instruit_pour_un_financeur_seulement:
        return lues.filter(financeur__in=tenus.organismes_instructeurs)
    return lues


@dataclass(frozen=True, slots=True)
class FinanceurDeLAnnee:
    """Where one funder stands, in numbers of rows and of letters, and in euros."""

    organisme: Organisme
    programmees: int
    programme: Decimal
    fermes: int
    vote: Decimal
    a_annoncer: int
    courriers: Mapping[str, int]  # by state

    @property
    def a_faire(self) -> bool:
        """An act to record, or a decision to tell."""
        return bool(self.programmees or self.a_annoncer or self.a_relire or self.prets)

    @property
    def a_relire(self) -> int:
        return self.courriers.get(EtatCourrier.A_RELIRE, 0)

    @property
    def prets(self) -> int:
        return self.courriers.get(EtatCourrier.PRET, 0)

    @property
    def envoyes(self) -> int:
        return self.courriers.get(EtatCourrier.ENVOYE, 0)


def financeurs_de_l_annee(contrat: Contrat, annee: int, *, pour: Auteur) -> list[FinanceurDeLAnnee]:
    """The funders of a year that this reader may follow, those with something to do first; four queries and those of its rights."""
    vues = demandes_vues(contrat, annee, pour=pour)
    programmees, fermes = Q(etat=EtatDemande.PROGRAMMEE), Q(etat__in=DEMANDE_FERME)
    annoncees = Courrier.objects.vivants().filter(dossier__contrat=contrat).values("demandes")
    muettes = Q(etat__in=(EtatDemande.VOTEE, EtatDemande.REFUSEE), notifie_le__isnull=True) | Q(
        etat=EtatDemande.AJOURNEE
    )
    comptes = {
        ligne["financeur"]: ligne
        for ligne in vues.order_by()
        .values("financeur")
        .annotate(
            programmees=Count("pk", filter=programmees),
            programme=Sum("montant_programme", filter=programmees),
            fermes=Count("pk", filter=fermes),
            vote=Sum("montant_vote", filter=fermes),
        )
    }
    restent = dict(
        vues.filter(muettes).exclude(pk__in=annoncees).order_by().values_list("financeur").annotate(nombre=Count("pk"))
    )
    courriers: dict[int, dict[str, int]] = defaultdict(dict)
    des_courriers = Courrier.objects.visibles_par(pour, contrat).filter(lot__campagne__annee=annee)
    for financeur, etat, nombre in (
        des_courriers.order_by().values_list("lot__financeur", "etat").annotate(nombre=Count("pk"))
    ):
        courriers[financeur][etat] = nombre
    lus = [
        FinanceurDeLAnnee(
            organisme=organisme,
            programmees=comptes[organisme.pk]["programmees"],
            programme=comptes[organisme.pk]["programme"] or ZERO,
            fermes=comptes[organisme.pk]["fermes"],
            vote=comptes[organisme.pk]["vote"] or ZERO,
            a_annoncer=restent.get(organisme.pk, 0),
            courriers=courriers[organisme.pk],
        )
        for organisme in Organisme.objects.filter(pk__in=comptes).order_by("type", "nom")
    ]
    return sorted(lus, key=lambda lu: not lu.a_faire)


@dataclass(frozen=True, slots=True)
class ActeLu:
    """One act of a funder: how many rows it decides, for how many euros, how many the porteurs are to be told."""

    acte: ActeDecision
    lignes: int
    vote: Decimal
    a_annoncer: int


@dataclass(frozen=True, slots=True)
class LotResume:
    """A lot of letters in one line."""

    lot: LotDeCourriers
    courriers: int
    a_relire: int
    prets: int
    envoyes: int


@dataclass(frozen=True, slots=True)
class SuiviDuFinanceur:
    """All that one funder's page shows."""

    organisme: Organisme
    campagne: Campagne
    programmees: int
    programme: Decimal
    actes: tuple[ActeLu, ...]
    refus: int  # refusals and postponements that no act carries, to be told
    lots: tuple[LotResume, ...]


def suivi_du_financeur(campagne: Campagne, financeur: Organisme, *, pour: Auteur) -> SuiviDuFinanceur:
    """What one funder decided and told in a year; a constant number of queries."""
    contrat = campagne.contrat
    vues = demandes_vues(contrat, campagne.annee, pour=pour).filter(financeur=financeur)
    en_attente = vues.filter(etat=EtatDemande.PROGRAMMEE).aggregate(n=Count("pk"), somme=Sum("montant_programme"))
    muettes = a_annoncer(campagne, financeur).filter(pk__in=vues.values("pk"))
    votees = muettes.filter(etat=EtatDemande.VOTEE)
    par_acte = dict(votees.order_by().values_list("acte").annotate(nombre=Count("pk")))
    fermes = {
        ligne["acte"]: ligne
        for ligne in vues.filter(acte__isnull=False)
        .order_by()
        .values("acte")
        .annotate(lignes=Count("pk"), vote=Sum("montant_vote"))
    }
    seuls = Q(
        pris_le__year=campagne.annee, demandes__isnull=True, avenants__isnull=True, volets__isnull=True,
        priorites__isnull=True,
    )  # fmt: skip
    actes = ActeDecision.objects.filter(contrat=contrat, organisme=financeur).filter(Q(pk__in=fermes) | seuls)
    return SuiviDuFinanceur(
        organisme=financeur,
        campagne=campagne,
        programmees=en_attente["n"],
        programme=en_attente["somme"] or ZERO,
        actes=tuple(
            ActeLu(
                acte,
                lignes=fermes[acte.pk]["lignes"] if acte.pk in fermes else 0,
                vote=(fermes[acte.pk]["vote"] or ZERO) if acte.pk in fermes else ZERO,
                a_annoncer=par_acte.get(acte.pk, 0),
            )
            for acte in actes.select_related("piece").order_by("-pris_le", "-pk").distinct()
        ),
        refus=muettes.exclude(etat=EtatDemande.VOTEE).exclude(dossier__in=votees.values("dossier")).count(),
        lots=_lots(campagne, financeur, pour=pour),
    )


def _lots(campagne: Campagne, financeur: Organisme, *, pour: Auteur) -> tuple[LotResume, ...]:
    comptes: dict[int, dict[str, int]] = defaultdict(dict)
    vus = Courrier.objects.visibles_par(pour, campagne.contrat).filter(lot__campagne=campagne, lot__financeur=financeur)
    for lot, etat, nombre in vus.order_by().values_list("lot", "etat").annotate(nombre=Count("pk")):
        comptes[lot][etat] = nombre
    lots = LotDeCourriers.objects.filter(campagne=campagne, financeur=financeur).select_related(
        "acte", "financeur", "ouvert_par"
    )
    return tuple(
        LotResume(
            lot,
            courriers=sum(n for etat, n in comptes[lot.pk].items() if etat != EtatCourrier.ANNULE),
            a_relire=comptes[lot.pk].get(EtatCourrier.A_RELIRE, 0),
            prets=comptes[lot.pk].get(EtatCourrier.PRET, 0),
            envoyes=comptes[lot.pk].get(EtatCourrier.ENVOYE, 0),
        )
        for lot in lots.order_by("-ouvert_le", "-pk")
    )


# --- What an act is about to decide -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class LigneADecider:
    """A programmed row that awaits its act. Euros."""

    demande: DemandeFinancement
    convention: bool  # the year's grants of this funder to this porteur need one (S-11)


def lignes_a_decider(campagne: Campagne, financeur: Organisme, *, pour: Auteur) -> Any:
    """The programmed rows of one funder that this reader deliberates, in the order of the files."""
    vues = demandes_vues(campagne.contrat, campagne.annee, pour=pour)
    return (
        vues.filter(financeur=financeur, etat=EtatDemande.PROGRAMMEE)
        .select_related("dossier__porteur", "dispositif", "enveloppe__dispositif", "enveloppe__financeur")
        .order_by("dossier__numero", "dispositif__code", "nature")
    )


def avec_convention(
    demandes: Iterable[DemandeFinancement], campagne: Campagne, financeur: Organisme, votes: Mapping[int, Decimal]
) -> list[LigneADecider]:
    """These rows, each with whether a convention is required once `votes` (euros by row) are added to the year's grants."""
    lues = list(demandes)
    sommes: dict[int, list[Decimal]] = defaultdict(list)
    for porteur, somme in attribue_dans_l_annee(campagne, financeur, {d.dossier.porteur_id for d in lues}).items():
        sommes[porteur].append(somme)
    for demande in lues:
        sommes[demande.dossier.porteur_id].append(votes.get(demande.pk, ZERO))
    return [LigneADecider(d, convention_requise(sommes[d.dossier.porteur_id], seuil=SEUIL_DE_CONVENTION)) for d in lues]


@dataclass(frozen=True, slots=True)
class EffetSurEnveloppe:
    """What the act changes in one envelope: programmed becomes voted, the rest goes back. Euros."""

    enveloppe: Enveloppe
    programme: Decimal
    vote: Decimal

    @property
    def programme_apres(self) -> Decimal:
        return self.enveloppe.montant_programme - self.programme

    @property
    def vote_apres(self) -> Decimal:
        return self.enveloppe.montant_vote + self.vote

    @property
    def disponible_apres(self) -> Decimal:
        return self.enveloppe.disponible + self.programme - self.vote

    @property
    def suffit(self) -> bool:
        return self.disponible_apres >= 0


def effets_sur_les_enveloppes(
    demandes: Iterable[DemandeFinancement], votes: Mapping[int, Decimal]
) -> list[EffetSurEnveloppe]:
    """Each envelope touched; a row without an amount in `votes` is refused and gives all back."""
    enveloppes: dict[int, Enveloppe] = {}
    rendus: dict[int, Decimal] = defaultdict(Decimal)
    pris: dict[int, Decimal] = defaultdict(Decimal)
    for demande in demandes:
        if demande.enveloppe is None:
            continue
        enveloppes[demande.enveloppe.pk] = demande.enveloppe
        rendus[demande.enveloppe.pk] += demande.montant_programme or ZERO
        pris[demande.enveloppe.pk] += votes.get(demande.pk, ZERO)
    return [EffetSurEnveloppe(enveloppe, rendus[pk], pris[pk]) for pk, enveloppe in enveloppes.items()]
