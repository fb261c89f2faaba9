"""What committees and the shared calendar read of the programming: files proposed to a meeting, stages of campaigns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import Q
from django.urls import reverse

from commun.auteur import Auteur
from contrats.creneaux import DossierPropose, Echeance, GenreEcheance, ProgrammationProposee
from contrats.etats import Role
from contrats.models import Contrat, Reunion, TypeComite
from contrats.permissions import roles

from ..etats import DEMANDE_CONSOMME, EtatDemande, EtatDossier
from ..models import Campagne, DemandeFinancement, Deport, FamilleDispositif
from ..permissions.campagne import voit_la_campagne
from .campagne import etapes_au_calendrier

ZERO = Decimal(0)
# The accounts of an action are due six months after the end of its year (loi 2000-321, art. 10).
JOUR_DES_BILANS = (6, 30)


def programmation_proposee(reunion: Reunion) -> ProgrammationProposee | None:
    """The files that the meeting is asked to programme, then those it did; None when there is none.

    Shared proposals only: a funder's private draft is not printed. A body that validates the SIP alone reads the SIP.
    """
    comite = reunion.comite
    demandes = DemandeFinancement.objects.filter(dossier__contrat=comite.contrat_id)
    if not comite.valide_programmation:
        demandes = demandes.filter(dispositif__famille=FamilleDispositif.SIP)
    elif not comite.valide_sip:
        demandes = demandes.exclude(dispositif__famille=FamilleDispositif.SIP)
    programmees = demandes.filter(reunion=reunion, etat__in=DEMANDE_CONSOMME)
    if not reunion.tenue:
        attendues = Q(
            etat=EtatDemande.PROPOSEE,
            proposition_partagee=True,
            dossier__etat__in=(EtatDossier.EN_INSTRUCTION, EtatDossier.AJOURNE),
        )
        programmees = demandes.filter(attendues | Q(reunion=reunion, etat__in=DEMANDE_CONSOMME))
    lignes = list(
        programmees.select_related(
            "dossier__porteur", "dossier__orientation", "dossier__campagne", "financeur"
        ).order_by("dossier__orientation__ordre", "dossier__numero", "financeur__recherche", "nature")
    )
    if not lignes:
        return None
    par_dossier: dict[int, list[DemandeFinancement]] = defaultdict(list)
    for ligne in lignes:
        par_dossier[ligne.dossier_id].append(ligne)
    deports = _deports(reunion, par_dossier)
    dossiers = tuple(_propose(groupe, deports[cle]) for cle, groupe in par_dossier.items())
    return ProgrammationProposee(
        annee=max(ligne.dossier.campagne.annee for ligne in lignes),
        dossiers=dossiers,
        total_demande=sum((d.demande for d in dossiers), ZERO),
        total_propose=sum((d.propose for d in dossiers), ZERO),
    )


def _deports(reunion: Reunion, dossiers: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Who is withdrawn from each of these files (by key) on the day of the meeting; the reasons are not printed."""
    noms: dict[int, tuple[str, ...]] = defaultdict(tuple)
    deports = Deport.objects.filter(
        Q(leve_le__isnull=True) | Q(leve_le__date__gt=reunion.le), dossier__in=list(dossiers)
    )
    if reunion.tenue:
        deports = deports.filter(declare_le__date__lte=reunion.le)
    for deport in deports.select_related("utilisateur").order_by("utilisateur__last_name", "pk"):
        noms[deport.dossier_id] += (str(deport.utilisateur),)
    return noms


def _propose(demandes: list[DemandeFinancement], deports: tuple[str, ...]) -> DossierPropose:
    dossier = demandes[0].dossier
    montants: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for demande in demandes:
        montants[demande.financeur.nom_court] += demande.montant_programme or demande.montant_propose or ZERO
    return DossierPropose(
        numero=dossier.numero,
        intitule=dossier.intitule,
        porteur=dossier.porteur.nom_court,
        orientation=dossier.orientation.nom_court if dossier.orientation else "",
        demande=sum((d.montant_demande for d in demandes), ZERO),
        propose=sum(montants.values(), ZERO),
        financeurs=tuple(montants.items()),
        fictif=dossier.fictif,
        deports=deports,
    )


def etapes_de_campagne(contrat: Contrat, du: date, au: date, pour: Auteur) -> list[Echeance]:
    """Opening and closing of each campaign, its stages, its COPIL until a meeting stands for it, the day the bilans are due.

    Whoever acts in the contract reads them; a campaign in preparation and the planned COPIL are for those who instruct.
    """
    tenus = roles(pour, contrat)
    suit = tenus.instruit or tenus.tient(Role.PORTEUR)
    copils = set(
        Reunion.objects.filter(comite__contrat=contrat, comite__type=TypeComite.COPIL).values_list("le", flat=True)
    )
    return [
        echeance
        for campagne in Campagne.objects.filter(contrat=contrat).select_related("contrat").prefetch_related("etapes")
        if voit_la_campagne(pour, campagne)
        for echeance in _etapes(campagne, contrat, copils if tenus.instruit else None, suit=suit)
        if du <= echeance.le <= au
    ]


def _etapes(campagne: Campagne, contrat: Contrat, copils: set[date] | None, *, suit: bool) -> Iterable[Echeance]:
    """`suit`: the reader may open the files."""
    tableau = {"contrat": contrat.slug, "annee": campagne.annee}
    url = reverse("programmation:tableau", kwargs=tableau) if suit and campagne.annee in contrat.annees else ""
    jours = [
        ("ouverture", GenreEcheance.CAMPAGNE, f"{campagne.nom} : ouverture du dépôt", campagne.ouverte_le),
        ("limite", GenreEcheance.CAMPAGNE, f"{campagne.nom} : date limite de dépôt", campagne.limite_depot),
        (
            "bilans",
            GenreEcheance.BILAN,
            f"Bilans des actions {campagne.annee} à rendre",
            date(campagne.annee + 1, *JOUR_DES_BILANS),
        ),
    ]
    if copils is not None and campagne.copil_prevu_le is not None and campagne.copil_prevu_le not in copils:
        jours.append(("copil", GenreEcheance.CAMPAGNE, f"{campagne.nom} : COPIL prévu", campagne.copil_prevu_le))
    jours += [
        (cle, GenreEcheance.CAMPAGNE, f"{campagne.nom} : {nom[0].lower()}{nom[1:]}", le)
        for cle, nom, le in etapes_au_calendrier(campagne)
    ]
    for cle, genre, titre, le in jours:
        yield Echeance(
            cle=f"campagne-{campagne.pk}-{cle}", genre=genre, titre=titre, le=le, url=url, fictif=campagne.fictif
        )
