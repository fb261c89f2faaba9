"""Where each funder wants its requests deposited, and what is to be entered there: requests, then decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max, Q
from django.utils import timezone

from commun.auteur import Auteur, Canal
from commun.models import LigneJournal
from contrats.etats import Role
from contrats.models import Contrat, NatureMoyens
from contrats.permissions import roles

from ..etats import DEMANDE_CONSOMME, EtatDemande, EtatDossier
from ..models import (
    CanalDepot,
    DemandeFinancement,
    Dispositif,
    Dossier,
    Enveloppe,
    OrigineDossier,
    Teleservice,
)
from ..permissions.acces import REPRESENTE

# What is asked no more: it is entered nowhere, and withdrawn where it was.
_ABANDONNE = (EtatDossier.RETIRE, EtatDossier.IRRECEVABLE)
_ABANDONNEE = Q(etat=EtatDemande.ANNULEE) | Q(dossier__etat__in=_ABANDONNE)
REPORTER = "reporter"
ANNULER = "annuler_le_report"


@dataclass(frozen=True, slots=True)
class CanalVu:
    """Where one funder wants the requests of one scheme; Pilotville as long as nobody said otherwise."""

    dispositif: Dispositif
    financeur: Any
    canal: str
    adresse: str
    consigne: str
    demandes: int  # rows of the year that it concerns


@dataclass(frozen=True, slots=True)
class LigneAReporter:
    """One row to enter in another téléservice. Amounts are those that the reader may see, in euros."""

    pk: int
    numero: str
    numero_externe: str
    porteur: str
    siret: str
    intitule: str
    financeur: str
    financeur_pk: int
    dispositif: str
    nature: str
    canal: str
    teleservice: str
    adresse: str
    consigne: str
    quoi: str  # the request itself, the decision, or its withdrawal
    etat: str
    demande: Decimal
    propose: Decimal | None
    programme: Decimal | None
    vote: Decimal | None
    numero_ej: str
    reporte_le: date | None
    change_le: date | None  # changed here since it was entered there
    peut: bool
    fictif: bool

    @property
    def a_faire(self) -> bool:
        return self.reporte_le is None or self.change_le is not None


def canaux_de_depot(contrat: Contrat, annee: int) -> list[CanalVu]:
    """Every scheme × funder that the contract knows of: said, funded or asked."""
    dits = {
        (c.dispositif_id, c.financeur_id): c
        for c in CanalDepot.objects.filter(contrat=contrat).select_related("dispositif", "financeur")
    }
    couples = {cle: (c.dispositif, c.financeur) for cle, c in dits.items()}
    comptes: dict[tuple[int, int], int] = {}
    demandes = DemandeFinancement.objects.filter(dossier__contrat=contrat).select_related("dispositif", "financeur")
    for demande in demandes.order_by("dispositif_id", "financeur_id").distinct("dispositif_id", "financeur_id"):
        couples.setdefault((demande.dispositif_id, demande.financeur_id), (demande.dispositif, demande.financeur))
    for enveloppe in Enveloppe.objects.filter(contrat=contrat).select_related("dispositif", "financeur"):
        cle = (enveloppe.dispositif_id, enveloppe.financeur_id)
        couples.setdefault(cle, (enveloppe.dispositif, enveloppe.financeur))
    for dispositif, financeur in demandes.filter(dossier__campagne__annee=annee).values_list("dispositif", "financeur"):
        comptes[dispositif, financeur] = comptes.get((dispositif, financeur), 0) + 1
    lus = [
        CanalVu(
            dispositif,
            financeur,
            dits[cle].canal if cle in dits else Teleservice.PILOTVILLE,
            dits[cle].adresse if cle in dits else "",
            dits[cle].consigne if cle in dits else "",
            comptes.get(cle, 0),
        )
        for cle, (dispositif, financeur) in couples.items()
    ]
    return sorted(lus, key=lambda c: (c.dispositif.code, c.financeur.nom_court))


def a_reporter(contrat: Contrat, annee: int, *, pour: Auteur) -> list[LigneAReporter]:
    """What is to be entered in another téléservice, or was: the requests deposited here, and the decisions made here.

    A request that was read there is already there: only its decision goes back. What changed here after it was
    entered there is to be entered again; what was given up here since, to be withdrawn there. A file that is not
    receivable goes nowhere.
    """
    canaux = {
        (c.dispositif_id, c.financeur_id): c
        for c in CanalDepot.objects.filter(contrat=contrat).exclude(canal=Teleservice.PILOTVILLE)
    }
    if not canaux:
        return []
    couples = Q(pk__in=[])
    for dispositif, financeur in canaux:
        couples |= Q(dispositif=dispositif, financeur=financeur)
    dossiers = Dossier.objects.instruits_par(pour, contrat).filter(campagne__annee=annee)
    lues = (
        DemandeFinancement.objects.avec_montants_vus(pour, contrat)
        .filter(couples, dossier__in=dossiers.exclude(etat=EtatDossier.BROUILLON).values("pk"))
        .exclude(_ABANDONNEE, reporte_le__isnull=True)
        .select_related("dossier__porteur", "financeur", "dispositif")
        .order_by("dossier__numero", "financeur__nom", "nature")
    )
    demandes = list(lues)
    changes = _changees_depuis(demandes)
    # The rows are those of files within one's limits: asked of the roles once, checked again row by row by the act.
    tenus = roles(pour, contrat)
    chef = tenus.administre or tenus.tient(Role.CHEF_DE_PROJET)
    lignes = []
    for demande in demandes:
        canal = canaux[demande.dispositif_id, demande.financeur_id]
        quoi = _a_ressaisir(demande, canal)
        if quoi:
            peut = chef or tenus.tient(*REPRESENTE, organisme_id=demande.financeur_id)
            lignes.append(_ligne(demande, canal, quoi, changes.get(demande.pk), peut))
    return lignes


def _a_ressaisir(demande: Any, canal: CanalDepot) -> str:
    """What is to be entered of a row: the request, or, when it was read there, the decision made here; else nothing."""
    if demande.etat == EtatDemande.ANNULEE or demande.dossier.etat in _ABANDONNE:
        return "Le retrait"  # of what was entered there: other rows are not read
    lue_la_bas = demande.dossier.origine == OrigineDossier.DAUPHIN and canal.canal == Teleservice.DAUPHIN
    decidee = demande.etat_vu in (*DEMANDE_CONSOMME, EtatDemande.REFUSEE)
    if decidee:
        return "La décision" if lue_la_bas else "La demande et la décision"
    return "" if lue_la_bas else "La demande"


def _changees_depuis(demandes: list[Any]) -> dict[int, datetime]:
    """When each row changed here for the last time since it was entered there, reading it there left out.

    The moment at which the entry was noted counts, not its day alone: what changes an hour later is to be entered
    again. A file given up changes its rows.
    """
    cles = [d.pk for d in demandes if d.reporte_le is not None]
    siennes = LigneJournal.objects.filter(cible_type=DemandeFinancement._meta.label_lower, cible_id__in=cles)
    lues = siennes.exclude(Q(canal=Canal.IMPORT) | Q(acte=ANNULER)).order_by()
    notees: dict[int, datetime] = {}
    changees: dict[int, datetime] = {}
    for cle, acte, fait_le in lues.values_list("cible_id", "acte", "fait_le"):
        derniers = notees if acte == REPORTER else changees
        derniers[cle] = max(fait_le, derniers.get(cle, fait_le))
    abandons = _abandons({d.dossier_id for d in demandes if d.reporte_le is not None and d.dossier.etat in _ABANDONNE})
    for demande in demandes:
        if (abandon := abandons.get(demande.dossier_id)) is not None:
            changees[demande.pk] = max(abandon, changees.get(demande.pk, abandon))
    return {
        d.pk: changees[d.pk]
        for d in demandes
        if d.pk in changees and d.reporte_le is not None and _apres(changees[d.pk], d.reporte_le, notees.get(d.pk))
    }


def _abandons(dossiers: set[int]) -> dict[int, datetime]:
    """When each of these files was given up, or declared not receivable."""
    lignes = LigneJournal.objects.filter(
        cible_type=Dossier._meta.label_lower, cible_id__in=dossiers, acte__in=["retirer", "declarer_irrecevable"]
    )
    return dict(lignes.values_list("cible_id").annotate(Max("fait_le")).order_by())


def _apres(change: datetime, reporte_le: date, note: datetime | None) -> bool:
    """Whether a change comes after what was entered: later than its day, or, that day, than the note that says so."""
    jour = timezone.localdate(change)
    return jour > reporte_le or (jour == reporte_le and note is not None and change > note)


def _ligne(demande: Any, canal: CanalDepot, quoi: str, change: datetime | None, peut: bool) -> LigneAReporter:
    dossier = demande.dossier
    return LigneAReporter(
        pk=demande.pk,
        numero=dossier.numero,
        numero_externe=demande.numero_externe or dossier.numero_externe,
        porteur=dossier.porteur.nom,
        siret=dossier.porteur.siret,
        intitule=dossier.intitule,
        financeur=demande.financeur.nom_court,
        financeur_pk=demande.financeur_id,
        dispositif=demande.dispositif.nom,
        nature=NatureMoyens(demande.nature).label,
        canal=canal.canal,
        teleservice=canal.get_canal_display(),
        adresse=canal.adresse,
        consigne=canal.consigne,
        quoi=quoi,
        etat=EtatDemande(demande.etat_vu).label,
        demande=demande.montant_demande,
        propose=demande.propose_vu,
        programme=demande.programme_vu,
        vote=demande.vote_vu,
        numero_ej=demande.numero_ej,
        reporte_le=demande.reporte_le,
        change_le=timezone.localdate(change) if change is not None else None,
        peut=peut,
        fictif=dossier.fictif,
    )
