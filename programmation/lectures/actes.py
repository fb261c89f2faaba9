"""The acts of the funders in a year: what awaits one, what they made firm, what the porteurs are still to be told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, Sum, Value, When

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.models import LigneJournal
from commun.typographie import date_chiffres, minuscule, pluriel
from contrats.models import ActeDecision, Comite, Contrat
from contrats.permissions import roles

from ..etats import DEMANDE_FERME, EtatCourrier, EtatDemande, EtatDossier, EtatExamen
from ..models import (
    Campagne,
    Courrier,
    DemandeFinancement,
    Dossier,
    Enveloppe,
    ExamenDossier,
    FamilleDispositif,
    LotDeCourriers,
    MontantExamine,
)
from ..models.demande import A_LA_TABLE_DU_COPIL
from ..models.seance import demandes_de
from .courriers import a_annoncer, attribue_dans_l_annee, convention_due
from .enveloppes import masquees
from .porteur import siren_de

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
    a_refuser: int
    fermes: int
    vote: Decimal
    a_annoncer: int
    courriers: Mapping[str, int]  # by state

    @property
    def a_faire(self) -> bool:
        """An act to record, a refusal to say, or a decision to tell."""
        return bool(self.programmees or self.a_refuser or self.a_annoncer or self.a_relire or self.prets)

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
    """The funders of a year that this reader may follow, those with something to do first; six queries and those of its rights."""
    vues = demandes_vues(contrat, annee, pour=pour)
    programmees, fermes = Q(etat=EtatDemande.PROGRAMMEE), Q(etat__in=DEMANDE_FERME)
    annoncees = Courrier.objects.vivants().filter(dossier__contrat=contrat)
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
    muettes = vues.a_dire().pas_encore_dites(annoncees)
    restent = dict(muettes.order_by().values_list("financeur").annotate(nombre=Count("pk")))
    sans_suite = _sans_suite(vues, contrat)
    a_refuser = dict(sans_suite.order_by().values_list("financeur").annotate(nombre=Count("pk")))
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
            a_refuser=a_refuser.get(organisme.pk, 0),
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
    refusees: int
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
    a_refuser: int  # requests of files set aside, or that the COPIL did not keep
    actes: tuple[ActeLu, ...]
    refus: int  # refusals and postponements that no act carries, to be told
    lots: tuple[LotResume, ...]


def suivi_du_financeur(campagne: Campagne, financeur: Organisme, *, pour: Auteur) -> SuiviDuFinanceur:
    """What one funder decided and told in a year; a constant number of queries."""
    contrat = campagne.contrat
    vues = demandes_vues(contrat, campagne.annee, pour=pour).filter(financeur=financeur)
    en_attente = vues.filter(etat=EtatDemande.PROGRAMMEE).aggregate(n=Count("pk"), somme=Sum("montant_programme"))
    muettes = a_annoncer(campagne, financeur).filter(pk__in=vues.values("pk"))
    actees = muettes.filter(acte__isnull=False)
    par_acte = dict(actees.order_by().values_list("acte").annotate(nombre=Count("pk")))
    fermes = {
        ligne["acte"]: ligne
        for ligne in vues.filter(acte__isnull=False)
        .order_by()
        .values("acte")
        .annotate(
            lignes=Count("pk"),
            refusees=Count("pk", filter=Q(etat=EtatDemande.REFUSEE)),
            vote=Sum("montant_vote"),
        )
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
        a_refuser=_sans_suite(vues, contrat).count(),
        actes=tuple(
            ActeLu(
                acte,
                lignes=fermes[acte.pk]["lignes"] if acte.pk in fermes else 0,
                refusees=fermes[acte.pk]["refusees"] if acte.pk in fermes else 0,
                vote=(fermes[acte.pk]["vote"] or ZERO) if acte.pk in fermes else ZERO,
                a_annoncer=par_acte.get(acte.pk, 0),
            )
            for acte in actes.select_related("piece").order_by("-pris_le", "-pk").distinct()
        ),
        refus=muettes.filter(acte__isnull=True).exclude(dossier__in=actees.values("dossier")).count(),
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
    demandes: Iterable[DemandeFinancement],
    campagne: Campagne,
    financeur: Organisme,
    votes: Mapping[int, Decimal],
    *,
    parmi: Iterable[DemandeFinancement] = (),
) -> list[LigneADecider]:
    """These rows, each with whether a convention is required once `votes` (euros by row) are added to the year's grants.

    `parmi` are other rows that those votes may be about, not listed here: they count with those of their porteur.
    """
    lues = list(demandes)
    toutes = {demande.pk: demande for demande in (*parmi, *lues)}.values()
    porteurs = {demande.dossier.porteur_id: demande.dossier.porteur for demande in toutes}
    attribues = attribue_dans_l_annee(campagne, financeur, porteurs.values())
    ajoutes: dict[str | int, Decimal] = defaultdict(Decimal)
    for demande in toutes:
        ajoutes[siren_de(demande.dossier.porteur) or demande.dossier.porteur_id] += votes.get(demande.pk, ZERO)
    requises = {
        pk: convention_due(porteur, attribues[pk] + ajoutes[siren_de(porteur) or pk], campagne.annee)
        for pk, porteur in porteurs.items()
    }
    return [LigneADecider(demande, requises[demande.dossier.porteur_id]) for demande in lues]


# --- What is to be refused --------------------------------------------------------------------------------------------
# A request that its funder has not answered; on a file that the COPIL validated, or still under examination.
_SANS_REPONSE = (EtatDemande.DEMANDEE, EtatDemande.PROPOSEE)
_A_L_EXAMEN = (EtatDossier.EN_INSTRUCTION, EtatDossier.AJOURNE)
_ECARTEE, _DELAISSEE, _EN_COURS = "ecartee", "delaissee", ""


@dataclass(frozen=True, slots=True)
class LigneARefuser:
    """A request that nobody kept: where that comes from, and the session's own words for it, if it said some."""

    demande: DemandeFinancement
    origine: str
    motif: str


def lignes_a_refuser(campagne: Campagne, financeur: Organisme, *, pour: Auteur, toutes: bool = False) -> Any:
    """The funder's unanswered requests of files set aside in session or programmed without them; with `toutes`, all those
    of files examined or programmed. In the order of the files."""
    vues = demandes_vues(campagne.contrat, campagne.annee, pour=pour).filter(financeur=financeur)
    lues = _avec_la_suite(vues, campagne.contrat)
    if not toutes:
        lues = lues.exclude(suite=_EN_COURS)
    return lues.select_related("dossier__porteur", "dispositif", "financeur").order_by(
        "dossier__numero", "dispositif__code", "nature"
    )


def lignes_parties(campagne: Campagne, financeur: Organisme, cles: Collection[int], *, pour: Auteur) -> list[str]:
    """What became of these rows, that a page had shown and cannot decide any more: in words, in the order of the files."""
    if not cles:
        return []
    vues = demandes_vues(campagne.contrat, campagne.annee, pour=pour).filter(financeur=financeur, pk__in=cles)
    lues = vues.order_by("dossier__numero", "pk").values_list("dossier__numero", "etat", "dossier__etat")
    parties = [
        f"dossier {numero} (demande {minuscule(EtatDemande(etat).label)}, "
        f"dossier {minuscule(EtatDossier(du_dossier).label)})"
        for numero, etat, du_dossier in lues
    ]
    if cachees := len(cles) - len(parties):
        parties.append(f"{pluriel(cachees, 'demande')} que vous ne voyez plus")
    return parties


def avec_origine(demandes: Iterable[Any]) -> list[LigneARefuser]:
    """These rows of `lignes_a_refuser`, each with its origin in words and the reason to start from."""
    return [
        LigneARefuser(demande, _origine(demande), demande.seance_motif if demande.suite == _ECARTEE else "")
        for demande in demandes
    ]


def _sans_suite(vues: Any, contrat: Contrat) -> Any:
    """Unanswered requests that their committee set aside, or left out of a file that it programmed."""
    return _avec_la_suite(vues, contrat).exclude(suite=_EN_COURS)


def _avec_la_suite(vues: Any, contrat: Contrat) -> Any:
    """The unanswered requests of files examined or programmed, with `suite`: set aside, left out, or still under way; and
    what the last session of a committee that examines the row said of the file: `seance_motif`, `seance_le`.

    Left out: the committee programmed another row of the file, neither kept this one nor is to find it on its table. What
    it left at 0 is on no table until its funder proposes again.
    """
    comites = list(Comite.objects.filter(contrat=contrat).filter(Q(valide_programmation=True) | Q(valide_sip=True)))
    programme = Q(dossier__etat=EtatDossier.PROGRAMME)
    passee = Q(pk__in=())
    for comite in comites:
        ailleurs = DemandeFinancement.objects.filter(dossier__contrat=contrat, reunion__comite=comite)
        passee |= demandes_de(comite) & Q(dossier__in=ailleurs.order_by().values("dossier"))
    retenue = MontantExamine.objects.gardes().filter(demande=OuterRef("pk"))
    proposee_depuis = LigneJournal.objects.filter(
        cible_type=DemandeFinancement._meta.label_lower,
        cible_id=OuterRef("demande"),
        acte="proposer",
        fait_le__gt=OuterRef("examen__applique_le"),
    )
    laissee = MontantExamine.objects.laisses().filter(~Exists(proposee_depuis), demande=OuterRef("pk"))
    ecartee = Q(seance_etat=EtatExamen.ECARTE) & (Q(dossier__etat__in=_A_L_EXAMEN) | (programme & ~passee))
    delaissee = programme & passee & (~A_LA_TABLE_DU_COPIL | Exists(laissee)) & ~Exists(retenue)
    ouvertes = vues.filter(etat__in=_SANS_REPONSE, dossier__etat__in=(EtatDossier.PROGRAMME, *_A_L_EXAMEN))
    return ouvertes.annotate(**_derniere_seance(comites)).annotate(
        suite=Case(
            When(ecartee, then=Value(_ECARTEE)), When(delaissee, then=Value(_DELAISSEE)), default=Value(_EN_COURS)
        )
    )


def _derniere_seance(comites: list[Comite]) -> dict[str, Case]:
    """What the last session that decided of the file said, among those of the committees that examine the row."""
    dits = ExamenDossier.objects.filter(dossier=OuterRef("dossier"), applique_le__isnull=False)
    derniers = dits.order_by("-reunion__le", "-applique_le", "-pk")
    appels = derniers.filter(reunion__comite__valide_programmation=True)
    en_charge = any(comite.valide_sip for comite in comites)
    initiatives = derniers.filter(reunion__comite__valide_sip=True) if en_charge else appels

    sip = Q(dispositif__famille=FamilleDispositif.SIP)
    champs = {"seance_etat": "etat", "seance_motif": "motif", "seance_le": "reunion__le"}
    return {
        nom: Case(When(sip, then=Subquery(initiatives.values(lu)[:1])), default=Subquery(appels.values(lu)[:1]))
        for nom, lu in champs.items()
    }


def _origine(demande: Any) -> str:
    if demande.suite == _ECARTEE:
        return f"Dossier écarté en séance du {date_chiffres(demande.seance_le)}"
    if demande.suite == _DELAISSEE:
        return "Le COPIL a programmé le dossier sans cette demande"
    if demande.dossier.etat == EtatDossier.PROGRAMME and demande.a_la_table_du_copil:
        return "Proposée : le prochain COPIL l’examinera"
    return f"Dossier « {minuscule(demande.dossier.get_etat_display())} »"


@dataclass(frozen=True, slots=True)
class EffetSurEnveloppe:
    """What the act changes in one envelope: programmed becomes voted, the rest goes back. Euros.

    Its counters, before and after, are None for a reader withdrawn from a file that it pays (`masquee`).
    """

    enveloppe: Enveloppe
    programme: Decimal
    vote: Decimal
    masquee: bool = False

    @property
    def programme_avant(self) -> Decimal | None:
        return None if self.masquee else self.enveloppe.montant_programme

    @property
    def programme_apres(self) -> Decimal | None:
        return None if self.masquee else self.enveloppe.montant_programme - self.programme

    @property
    def vote_avant(self) -> Decimal | None:
        return None if self.masquee else self.enveloppe.montant_vote

    @property
    def vote_apres(self) -> Decimal | None:
        return None if self.masquee else self.enveloppe.montant_vote + self.vote

    @property
    def disponible_avant(self) -> Decimal | None:
        return None if self.masquee else self.enveloppe.disponible

    @property
    def disponible_apres(self) -> Decimal | None:
        return None if self.masquee else self.enveloppe.disponible + self.programme - self.vote

    @property
    def suffit(self) -> bool:
        """As far as this reader may know: whether an envelope suffices tells what it has left."""
        return self.disponible_apres is None or self.disponible_apres >= 0


def effets_sur_les_enveloppes(
    demandes: Iterable[DemandeFinancement], votes: Mapping[int, Decimal], *, contrat: Contrat, pour: Auteur
) -> list[EffetSurEnveloppe]:
    """Each envelope touched; a row without an amount in `votes` is refused and gives all back."""
    enveloppes: dict[int, Enveloppe] = {}
    rendus: dict[int, Decimal] = defaultdict(Decimal)
    pris: dict[int, Decimal] = defaultdict(Decimal)
    for demande in demandes:
        if demande.enveloppe is None or demande.etat != EtatDemande.PROGRAMMEE:
            continue
        enveloppes[demande.enveloppe.pk] = demande.enveloppe
        rendus[demande.enveloppe.pk] += demande.montant_programme or ZERO
        pris[demande.enveloppe.pk] += votes.get(demande.pk, ZERO)
    cachees = masquees(contrat, pour)
    return [
        EffetSurEnveloppe(enveloppe, rendus[pk], pris[pk], masquee=pk in cachees)
        for pk, enveloppe in enveloppes.items()
    ]
