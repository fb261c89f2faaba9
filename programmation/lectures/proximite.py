"""Neighbourhood initiatives (SIP): which body decides on them, what a file says as one, the support offered."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from acteurs.models import Organisme
from commun.auteur import Auteur
from contrats.etats import REUNION_A_VENIR, EtatReunion
from contrats.models import Comite, Contrat, Reunion

from ..etats import EtatAccompagnement, EtatDemande, EtatDossier
from ..models import (
    Accompagnement,
    Campagne,
    DemandeFinancement,
    Dispositif,
    Dossier,
    FamilleDispositif,
    FicheProximite,
)
from ..models.seance import demandes_de
from ..permissions.proximite import peut_faire_avancer
from ..regles.campagne import motif_de_fermeture
from ..regles.proximite import Priorite, instance_competente, priorite
from .calendriers import OuvertHorsAppel, calendriers
from .dispositifs import admet
from .dispositifs import en_vigueur as dispositifs_en_vigueur

A_L_APPEL = (FamilleDispositif.AAP, FamilleDispositif.CPO)
PAS_DEPOSES = (EtatDossier.BROUILLON, EtatDossier.RETIRE)


# --- Which body decides ------------------------------------------------------------------------------------------------
def est_un_sip(dossier: Dossier) -> bool:
    """True for a neighbourhood initiative."""
    return Dispositif.objects.filter(pk=dossier.dispositif_id, famille=FamilleDispositif.SIP).exists()


def valide_le_dossier(comite: Comite, dossier: Dossier) -> bool:
    """May a meeting of this body validate something of the file: one of its requests, else its scheme."""
    demandees = dossier.demandes.exclude(etat__in=(EtatDemande.ANNULEE, EtatDemande.REFUSEE))
    if demandees.exists():
        return comite.decide_des_dossiers and demandees.filter(demandes_de(comite)).exists()
    return instance_competente(
        sip=est_un_sip(dossier),
        valide_programmation=comite.valide_programmation,
        valide_sip=comite.valide_sip,
        sip_confie=Comite.objects.filter(contrat=comite.contrat_id, valide_sip=True).exists(),
    )


def comites_validant(dossier: Dossier) -> list[Comite]:
    """The bodies that may validate something of this file."""
    return [comite for comite in _qui_valident(dossier.contrat) if valide_le_dossier(comite, dossier)]


def comites_de_la_selection(contrat: Contrat, dossiers: Collection[int]) -> list[Comite]:
    """The bodies that have a proposal of these files (by key) to validate; without any, those that validate.

    A file put off is taken up again with its rows; a row put off on a file that goes on is not.
    """
    proposees = DemandeFinancement.objects.filter(
        Q(etat=EtatDemande.PROPOSEE) | Q(etat=EtatDemande.AJOURNEE, dossier__etat=EtatDossier.AJOURNE),
        dossier__in=dossiers,
        proposition_partagee=True,
        montant_propose__gt=0,
    )
    comites = _qui_valident(contrat)
    return [comite for comite in comites if proposees.filter(demandes_de(comite)).exists()] or comites


def comites_des_initiatives(contrat: Contrat) -> list[Comite]:
    """The bodies that may validate an initiative: those in charge of them, else those of the programming."""
    return _competents(contrat, sip=True)


def _qui_valident(contrat: Contrat) -> list[Comite]:
    valident = Q(valide_programmation=True) | Q(valide_sip=True)
    return list(Comite.objects.filter(valident, contrat=contrat).order_by("pk"))


def _competents(contrat: Contrat, *, sip: bool) -> list[Comite]:
    comites = _qui_valident(contrat)
    confie = any(comite.valide_sip for comite in comites)
    return [
        comite
        for comite in comites
        if instance_competente(
            sip=sip,
            valide_programmation=comite.valide_programmation,
            valide_sip=comite.valide_sip,
            sip_confie=confie,
        )
    ]


def prochaine_reunion(comites: list[Comite], le: date) -> Reunion | None:
    """Their next meeting, today included."""
    a_venir = Reunion.objects.filter(comite__in=comites, etat__in=REUNION_A_VENIR, le__gte=le)
    return a_venir.select_related("comite").order_by("le").first()


def reunions_validant(comites: list[Comite], annee: int, *, le: date) -> Any:
    """The meetings of these bodies, held by `le`, at which the programming of `annee` may have been validated.

    From the autumn before, to the spring after: what is asked in December, all year round, is decided in January.
    """
    return (
        Reunion.objects.filter(
            comite__in=comites, le__gte=date(annee - 1, 9, 1), le__lte=min(le, date(annee + 1, 3, 31))
        )
        .exclude(etat=EtatReunion.ANNULEE)
        .select_related("comite")
        .order_by("-le")
    )


@dataclass(frozen=True, slots=True)
class SeanceDeDecision:
    """The body that decides on initiatives, and its next meeting when one is planned."""

    comite: str
    le: date | None


def seance_de_decision(dossier: Dossier, le: date) -> SeanceDeDecision | None:
    """Where an initiative goes next; None for another file, and where no body is in charge of initiatives."""
    if dossier.dispositif.famille != FamilleDispositif.SIP:
        return None
    comite = Comite.objects.filter(contrat=dossier.contrat_id, valide_sip=True).order_by("pk").first()
    if comite is None:
        return None
    prochaine = comite.reunions.filter(etat__in=REUNION_A_VENIR, le__gte=le).order_by("le").first()
    return SeanceDeDecision(comite.nom, prochaine.le if prochaine else None)


def initiatives_ouvertes(campagne: Campagne, le: date, *, porteur: Organisme | None = None) -> list[OuvertHorsAppel]:
    """The schemes of one-page requests that take deposits on that day, whatever the limit of the yearly call.

    Those that `porteur` may ask for, when given. One that has its own days follows them, as its deposit does.
    """
    propres = calendriers(campagne.contrat, campagne.annee)
    ouvertes = []
    for dispositif in dispositifs_en_vigueur(campagne.contrat, le):
        calendrier = propres.get(dispositif.pk)
        if dispositif.famille != FamilleDispositif.SIP or not (dispositif.permanent or calendrier):
            continue
        if porteur is not None and not admet(dispositif, porteur.forme_juridique):
            continue
        if not motif_de_fermeture(
            campagne.etat,
            ouverte_le=campagne.ouverte_le,
            limite_depot=campagne.limite_depot,
            le=le,
            fin_du_permanent=date(campagne.annee, 12, 31),
            jours_propres=(calendrier.ouvre, calendrier.ferme) if calendrier else None,
        ):
            ouvertes.append(OuvertHorsAppel(dispositif, calendrier.ferme if calendrier else None))
    return ouvertes


# --- One file ----------------------------------------------------------------------------------------------------------
def alerte_de_cumul(dossier: Dossier, *, pour: Auteur | None = None) -> str:
    """The same association in the yearly call and in the initiatives of the year, in a French sentence; empty if not.

    It names the other files that `pour` sees, and none without a reader.
    """
    famille = dossier.dispositif.famille
    if famille == FamilleDispositif.SIP and (autres := _deposes(dossier, A_L_APPEL)):
        return (
            f"Cette association a déjà répondu à l’appel à projets {dossier.campagne.annee}"
            f"{_numeros_vus(dossier, autres, pour)} : "
            "les initiatives de proximité vont d’abord à celles qui n’y ont pas répondu."
        )
    if famille == FamilleDispositif.AAP and (autres := _deposes(dossier, [FamilleDispositif.SIP])):
        return (
            f"Cette association a déjà une initiative de proximité en {dossier.campagne.annee}"
            f"{_numeros_vus(dossier, autres, pour)} : vérifiez que les deux demandes ne paient pas la même action."
        )
    return ""


def _deposes(dossier: Dossier, familles: Iterable[str]) -> list[int]:
    """The porteur's other deposited files of the year in these schemes, by key."""
    autres = Dossier.objects.filter(
        campagne=dossier.campagne_id, porteur=dossier.porteur_id, dispositif__famille__in=list(familles)
    )
    return list(autres.exclude(pk=dossier.pk).exclude(etat__in=PAS_DEPOSES).values_list("pk", flat=True))


def _numeros_vus(dossier: Dossier, autres: list[int], pour: Auteur | None) -> str:
    """Their numbers, in brackets, as far as this reader sees these files."""
    if pour is None:
        return ""
    vus = Dossier.objects.visibles_par(pour, dossier.contrat).filter(pk__in=autres).order_by("numero")
    numeros = list(vus.values_list("numero", flat=True))
    return f" ({', '.join(numeros[:3])}{'…' if len(numeros) > 3 else ''})" if numeros else ""


@dataclass(frozen=True, slots=True)
class ProximiteLue:
    """What the file says as a neighbourhood initiative, and where its association comes."""

    benevole: bool | None
    pic: str
    priorite: Priorite


def proximite_de(dossier: Dossier) -> ProximiteLue | None:
    """None for a file of another scheme."""
    if dossier.dispositif.famille != FamilleDispositif.SIP:
        return None
    fiche = FicheProximite.objects.filter(dossier=dossier).first()
    return ProximiteLue(
        benevole=fiche.benevole if fiche else None,
        pic=fiche.get_pic_display() if fiche else "",
        priorite=priorite(
            benevole=fiche.benevole if fiche else None, dossiers_a_l_appel=len(_deposes(dossier, A_L_APPEL))
        ),
    )


# --- Support -----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class AccompagnementLu:
    """Support offered to one association."""

    pk: int
    organisme: str
    organisme_id: int
    numero: str
    structure: str
    etat: str
    etat_libelle: str
    note: str  # what was offered
    reponse: str  # what the association answered
    fait: str
    propose_le: datetime
    actes: tuple[tuple[str, str], ...]  # (act, label) that the reader may do now
    fictif: bool


def accompagnements(
    contrat: Contrat, *, pour: Auteur, dossier: Dossier | None = None, organisme: Organisme | None = None
) -> list[AccompagnementLu]:
    """The support offered about a file, or to an organisation, that the reader may know."""
    vus = Accompagnement.objects.visibles_par(pour, contrat).select_related("contrat", "organisme", "dossier")
    vus = vus.prefetch_related("dossier__accompagnements")
    if dossier is not None:
        vus = vus.filter(dossier=dossier)
    if organisme is not None:
        vus = vus.filter(organisme=organisme)
    return [
        AccompagnementLu(
            pk=appui.pk,
            organisme=appui.organisme.nom,
            organisme_id=appui.organisme_id,
            numero=appui.dossier.numero if appui.dossier else "",
            structure=appui.structure,
            etat=appui.etat,
            etat_libelle=EtatAccompagnement(appui.etat).label,
            note=appui.note,
            reponse=appui.reponse,
            fait=appui.fait,
            propose_le=appui.propose_le,
            actes=_actes(appui, pour),
            fictif=appui.fictif,
        )
        for appui in vus
    ]


def _actes(appui: Accompagnement, pour: Auteur) -> tuple[tuple[str, str], ...]:
    return tuple(
        (acte, transition.libelle)
        for acte, transition in appui.TRANSITIONS.items()
        if appui.transition_possible(acte) and peut_faire_avancer(pour, appui, acte)
    )
