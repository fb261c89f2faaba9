"""Neighbourhood initiatives of a year (SIP): to instruct, ready for the next commission, decided; support offered."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from acteurs.models import Organisme
from commun.auteur import Auteur
from contrats.etats import REUNION_A_VENIR, EtatReunion
from contrats.models import Comite, Contrat, Reunion

from ..etats import (
    DEMANDE_CONSOMME,
    DEMANDE_NOTIFIEE,
    DEMANDE_PROPOSE,
    DOSSIER_EN_COURS,
    EtatAccompagnement,
    EtatDemande,
    EtatDossier,
)
from ..models import (
    Accompagnement,
    Campagne,
    DemandeFinancement,
    Dispositif,
    Dossier,
    FamilleDispositif,
    FicheProximite,
)
from ..permissions.proximite import peut_faire_avancer
from ..regles.campagne import motif_de_fermeture
from ..regles.proximite import Priorite, instance_competente, priorite
from .dispositifs import en_vigueur as dispositifs_en_vigueur
from .enveloppes import LigneEnveloppe, enveloppes

ZERO = Decimal(0)
A_L_APPEL = (FamilleDispositif.AAP, FamilleDispositif.CPO)
_PAS_DEPOSES = (EtatDossier.BROUILLON, EtatDossier.RETIRE)
_DECIDES = (EtatDossier.PROGRAMME, EtatDossier.CLOS)


# --- Which body decides ------------------------------------------------------------------------------------------------
def est_un_sip(dossier: Dossier) -> bool:
    """True for a neighbourhood initiative."""
    return Dispositif.objects.filter(pk=dossier.dispositif_id, famille=FamilleDispositif.SIP).exists()


def valide_le_dossier(comite: Comite, dossier: Dossier) -> bool:
    """May a meeting of this body validate the file?"""
    return instance_competente(
        sip=est_un_sip(dossier),
        valide_programmation=comite.valide_programmation,
        valide_sip=comite.valide_sip,
        sip_confie=Comite.objects.filter(contrat=comite.contrat_id, valide_sip=True).exists(),
    )


def comites_validant(contrat: Contrat, dossier: Dossier | None) -> list[Comite]:
    """The bodies that may validate this file; without one, those that validate anything."""
    comites = list(Comite.objects.filter(Q(valide_programmation=True) | Q(valide_sip=True), contrat=contrat))
    if dossier is None:
        return comites
    sip, confie = est_un_sip(dossier), any(comite.valide_sip for comite in comites)
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


def initiatives_ouvertes(campagne: Campagne, le: date) -> list[Dispositif]:
    """The schemes of one-page requests that take deposits on that day, whatever the limit of the yearly call."""
    proposes = dispositifs_en_vigueur(campagne.contrat, le)
    return [
        dispositif
        for dispositif in proposes
        if dispositif.famille == FamilleDispositif.SIP
        and dispositif.permanent
        and not motif_de_fermeture(
            campagne.etat,
            ouverte_le=campagne.ouverte_le,
            limite_depot=campagne.limite_depot,
            le=le,
            fin_du_permanent=date(campagne.annee, 12, 31),
        )
    ]


# --- One file ----------------------------------------------------------------------------------------------------------
def alerte_de_cumul(dossier: Dossier) -> str:
    """The same association in the yearly call and in the initiatives of the year, in a French sentence; empty if not."""
    famille = dossier.dispositif.famille
    if famille == FamilleDispositif.SIP:
        autres = _deposes(dossier, A_L_APPEL)
        if autres:
            return (
                f"Cette association a déjà répondu à l’appel à projets {dossier.campagne.annee} ({_numeros(autres)}) : "
                "les initiatives de proximité vont d’abord à celles qui n’y ont pas répondu."
            )
    elif famille == FamilleDispositif.AAP:
        autres = _deposes(dossier, [FamilleDispositif.SIP])
        if autres:
            return (
                f"Cette association a déjà une initiative de proximité en {dossier.campagne.annee} "
                f"({_numeros(autres)}) : vérifiez que les deux demandes ne paient pas la même action."
            )
    return ""


def _deposes(dossier: Dossier, familles: Iterable[str]) -> list[str]:
    """Numbers of the porteur's other deposited files of the year in these schemes."""
    autres = Dossier.objects.filter(
        campagne=dossier.campagne_id, porteur=dossier.porteur_id, dispositif__famille__in=list(familles)
    )
    return list(
        autres.exclude(pk=dossier.pk).exclude(etat__in=_PAS_DEPOSES).order_by("numero").values_list("numero", flat=True)
    )


def _numeros(numeros: list[str]) -> str:
    return ", ".join(numeros[:3]) + ("…" if len(numeros) > 3 else "")


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


# --- The year ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class InitiativeLue:
    """One initiative, as this reader may know it; euros, None when it may not read the amount or there is none."""

    numero: str
    intitule: str
    porteur: str
    etat: str
    etat_libelle: str
    demande: Decimal
    propose: Decimal | None
    programme: Decimal | None
    reunion: str
    priorite: Priorite
    pic: str
    appui: str  # the support offered, in a word; empty when none is
    appui_pk: int | None
    financee: bool  # a funder has notified an amount
    fictif: bool


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
    note: str
    propose_le: datetime
    actes: tuple[tuple[str, str], ...]  # (act, label) that the reader may do now
    fictif: bool


@dataclass(frozen=True, slots=True)
class Proximite:
    """The neighbourhood initiatives of a year."""

    campagne: Campagne | None
    dispositif: Dispositif | None
    a_instruire: tuple[InitiativeLue, ...]
    pretes: tuple[InitiativeLue, ...]
    decidees: tuple[InitiativeLue, ...]
    prochaine: Reunion | None
    tenues: int
    prevues: int
    attendues: int | None  # meetings a year that the body owes
    enveloppes: tuple[LigneEnveloppe, ...]
    appuis: tuple[tuple[str, int], ...]  # (state, how many)
    sans_appui: int

    @property
    def reste(self) -> Decimal | None:
        """Euros left on the envelopes that this reader sees; None without one."""
        return sum((e.disponible for e in self.enveloppes), ZERO) if self.enveloppes else None

    @property
    def reste_apres(self) -> Decimal | None:
        """What would be left once the ready ones are validated as proposed."""
        reste = self.reste
        return None if reste is None else reste - sum((i.propose or ZERO for i in self.pretes), ZERO)

    @property
    def total_pret(self) -> Decimal:
        return sum((i.propose or ZERO for i in self.pretes), ZERO)

    @property
    def ton_du_reste(self) -> str:
        """Does the money hold?"""
        return "danger" if (self.reste_apres or ZERO) < 0 else "succes"

    @property
    def total_appuis(self) -> int:
        return sum(nombre for _, nombre in self.appuis)

    @property
    def appuis_en_mots(self) -> str:
        return ", ".join(f"{nombre} {etat.lower()}{'s' if nombre > 1 else ''}" for etat, nombre in self.appuis)

    @property
    def nombre(self) -> int:
        return len(self.a_instruire) + len(self.pretes) + len(self.decidees)


def initiatives(contrat: Contrat, annee: int, *, pour: Auteur, le: date) -> Proximite:
    """The page of the year for those who instruct; a constant number of queries."""
    campagne = Campagne.objects.filter(contrat=contrat, annee=annee).first()
    dispositif = (
        Dispositif.objects.filter(Q(contrat=contrat) | Q(contrat__isnull=True), famille=FamilleDispositif.SIP)
        .order_by("contrat_id", "code")
        .first()
    )
    dossiers = list(
        Dossier.objects.instruits_par(pour, contrat)
        .filter(campagne__annee=annee, dispositif__famille=FamilleDispositif.SIP)
        .exclude(etat__in=_PAS_DEPOSES)
        .select_related("porteur", "fiche_proximite")
        .order_by("depose_le", "numero")
    )
    lues = _initiatives(contrat, annee, dossiers, pour)
    pretes = tuple(lue for lue in lues if lue.etat == EtatDossier.EN_INSTRUCTION and lue.propose)
    reunions = list(
        Reunion.objects.filter(comite__contrat=contrat, comite__valide_sip=True, le__year__gte=annee)
        .exclude(etat=EtatReunion.ANNULEE)
        .select_related("comite")
        .order_by("le")
    )
    siennes = [r for r in reunions if r.le.year == annee]
    appuis = Accompagnement.objects.visibles_par(pour, contrat).filter(dossier__campagne__annee=annee)
    nombres = Counter(appuis.values_list("etat", flat=True))
    return Proximite(
        campagne=campagne,
        dispositif=dispositif,
        a_instruire=tuple(lue for lue in lues if lue.etat in _A_INSTRUIRE and lue not in pretes),
        pretes=pretes,
        decidees=tuple(lue for lue in lues if lue.etat not in _A_INSTRUIRE),
        prochaine=next((r for r in reunions if r.le >= le and not r.tenue), None),
        tenues=sum(1 for r in siennes if r.tenue),
        prevues=sum(1 for r in siennes if not r.tenue and r.le >= le),
        attendues=reunions[0].comite.reunions_par_an if reunions else None,
        enveloppes=tuple(
            e
            for e in enveloppes(contrat, annee, pour=pour)
            if dispositif is not None and e.dispositif == dispositif.nom
        ),
        appuis=tuple((etat.label, nombres[etat]) for etat in EtatAccompagnement if nombres[etat]),
        sans_appui=sum(1 for lue in lues if lue.financee and not lue.appui),
    )


_A_INSTRUIRE = (*DOSSIER_EN_COURS, EtatDossier.AJOURNE)


def _initiatives(contrat: Contrat, annee: int, dossiers: list[Dossier], pour: Auteur) -> list[InitiativeLue]:
    cles = [dossier.pk for dossier in dossiers]
    lignes: dict[int, list[Any]] = defaultdict(list)
    vues: Any = DemandeFinancement.objects.filter(dossier__in=cles).avec_montants_vus(pour, contrat)
    for demande in vues.select_related("reunion__comite"):
        lignes[demande.dossier_id].append(demande)
    a_l_appel = Counter(
        Dossier.objects.filter(
            contrat=contrat,
            campagne__annee=annee,
            dispositif__famille__in=A_L_APPEL,
            porteur__in={dossier.porteur_id for dossier in dossiers},
        )
        .exclude(etat__in=_PAS_DEPOSES)
        .values_list("porteur", flat=True)
    )
    appuis = {a.dossier_id: a for a in Accompagnement.objects.visibles_par(pour, contrat).filter(dossier__in=cles)}
    return [_initiative(d, lignes[d.pk], a_l_appel[d.porteur_id], appuis.get(d.pk)) for d in dossiers]


def _initiative(dossier: Dossier, demandes: list[Any], a_l_appel: int, appui: Accompagnement | None) -> InitiativeLue:
    fiche = getattr(dossier, "fiche_proximite", None)
    vivantes = [d for d in demandes if d.etat != EtatDemande.ANNULEE]
    proposes = [d.propose_vu for d in vivantes if d.etat in DEMANDE_PROPOSE and d.propose_vu is not None]
    programmes = [d.programme_vu for d in vivantes if d.etat in DEMANDE_CONSOMME and d.programme_vu is not None]
    reunions = [d.reunion for d in vivantes if d.reunion is not None]
    return InitiativeLue(
        numero=dossier.numero,
        intitule=dossier.intitule,
        porteur=dossier.porteur.nom_court,
        etat=dossier.etat,
        etat_libelle=EtatDossier(dossier.etat).label,
        demande=sum((d.montant_demande for d in vivantes), ZERO),
        propose=sum(proposes, ZERO) if proposes else None,
        programme=sum(programmes, ZERO) if programmes else None,
        reunion=str(reunions[0]) if reunions else "",
        priorite=priorite(benevole=fiche.benevole if fiche else None, dossiers_a_l_appel=a_l_appel),
        pic=fiche.get_pic_display() if fiche else "",
        appui=EtatAccompagnement(appui.etat).label.lower() if appui else "",
        appui_pk=appui.pk if appui else None,
        financee=any(d.etat in DEMANDE_NOTIFIEE for d in vivantes),
        fictif=dossier.fictif,
    )


# --- Support -----------------------------------------------------------------------------------------------------------
def accompagnements(
    contrat: Contrat, *, pour: Auteur, dossier: Dossier | None = None, organisme: Organisme | None = None
) -> list[AccompagnementLu]:
    """The support offered about a file, or to an organisation, that the reader may know."""
    vus = Accompagnement.objects.visibles_par(pour, contrat).select_related("contrat", "organisme", "dossier")
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
