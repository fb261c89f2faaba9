"""Neighbourhood initiatives of a year (SIP): to instruct, ready for the next commission, decided, without issue."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from commun.auteur import Auteur
from contrats.etats import REUNION_A_VENIR
from contrats.models import Contrat, Reunion

from ..etats import DEMANDE_CONSOMME, DEMANDE_NOTIFIEE, EtatAccompagnement, EtatDossier
from ..models import Accompagnement, Campagne, Dispositif, Dossier, FamilleDispositif
from ..regles.fil_de_l_eau import Rang
from ..regles.proximite import Priorite, priorite
from .dispositifs import a_demander, de_la_famille
from .enveloppes import enveloppes
from .proximite import A_L_APPEL, PAS_DEPOSES, comites_des_initiatives, reunions_validant
from .rangs import (
    ZERO,
    ArgentAuFil,
    argent,
    attendus,
    ecartes,
    lignes_vues,
    rang_de,
    somme_demandee,
    somme_programmee,
    somme_proposee,
    suite_en_mots,
)


@dataclass(frozen=True, slots=True)
class InitiativeLue:
    """One initiative, as this reader may know it; euros, None when it may not read the amount or there is none."""

    numero: str
    intitule: str
    porteur: str
    etat: str
    etat_libelle: str
    rang: Rang
    suite: str  # why nothing more is expected, empty for the others
    demande: Decimal
    propose: Decimal | None
    programme: Decimal | None
    sans_reponse: int  # funders that have not answered yet, private drafts included
    reunion: str
    priorite: Priorite
    pic: str
    appui: str  # the support offered, in a word; empty when none is
    financee: bool  # a funder has notified an amount
    fictif: bool


@dataclass(frozen=True, slots=True)
class Proximite:
    """The neighbourhood initiatives of a year."""

    campagne: Campagne | None
    dispositifs: tuple[Dispositif, ...]
    dispositif: Dispositif | None  # the one that may be asked for today
    initiatives: tuple[InitiativeLue, ...]
    commission: str  # the body that decides, empty without one
    prochaine: Reunion | None
    tenues: int
    prevues: int
    attendues: int  # meetings a year that the bodies owe; 0: nobody says
    enregistrable: bool  # a meeting was held at which a decision may have been taken
    argent: ArgentAuFil
    appuis: tuple[tuple[str, int], ...]  # (state, how many)
    sans_appui: int

    def _au_rang(self, rang: Rang) -> tuple[InitiativeLue, ...]:
        return tuple(lue for lue in self.initiatives if lue.rang == rang)

    @property
    def a_instruire(self) -> tuple[InitiativeLue, ...]:
        return self._au_rang(Rang.A_INSTRUIRE)

    @property
    def pretes(self) -> tuple[InitiativeLue, ...]:
        """Those run by volunteers outside the yearly call first (regles 2.13), then by date of deposit."""
        return tuple(sorted(self._au_rang(Rang.PRET), key=lambda lue: lue.priorite.ordre))

    @property
    def decidees(self) -> tuple[InitiativeLue, ...]:
        return self._au_rang(Rang.DECIDE)

    @property
    def ajournees(self) -> tuple[InitiativeLue, ...]:
        return self._au_rang(Rang.AJOURNE)

    @property
    def sans_suite(self) -> tuple[InitiativeLue, ...]:
        return self._au_rang(Rang.SANS_SUITE)

    @property
    def permanents(self) -> bool:
        """May all of these schemes be asked for all year round?"""
        return all(dispositif.permanent for dispositif in self.dispositifs)

    @property
    def plafond(self) -> Decimal | None:
        """Euros at most for one initiative."""
        return self.dispositifs[0].plafond if self.dispositifs else None

    @property
    def total_pret(self) -> Decimal:
        """Euros proposed on the ready ones, by all the funders that the reader knows of."""
        return sum((lue.propose or ZERO for lue in self.pretes), ZERO)

    @property
    def total_appuis(self) -> int:
        return sum(nombre for _, nombre in self.appuis)

    @property
    def appuis_en_mots(self) -> str:
        return ", ".join(f"{nombre} {etat.lower()}{'s' if nombre > 1 else ''}" for etat, nombre in self.appuis)


def initiatives(contrat: Contrat, annee: int, *, pour: Auteur, le: date) -> Proximite:
    """The page of the year for those who instruct; a constant number of queries."""
    dispositifs = de_la_famille(contrat, annee, FamilleDispositif.SIP)
    dossiers = list(
        Dossier.objects.instruits_par(pour, contrat)
        .filter(campagne__annee=annee, dispositif__famille=FamilleDispositif.SIP)
        .exclude(etat__in=PAS_DEPOSES)
        .select_related("porteur", "fiche_proximite")
        .order_by("depose_le", "numero")
    )
    cles = [dossier.pk for dossier in dossiers]
    lignes = lignes_vues(cles, contrat, pour=pour)
    lues = _initiatives(contrat, annee, dossiers, lignes, pour)
    pretes = [ligne for d, lue in zip(dossiers, lues, strict=True) if lue.rang == Rang.PRET for ligne in lignes[d.pk]]
    comites = comites_des_initiatives(contrat)
    reunions = list(
        Reunion.objects.filter(comite__in=comites, le__year__gte=annee).select_related("comite").order_by("le")
    )
    siennes = [r for r in reunions if r.le.year == annee]
    appuis = Accompagnement.objects.visibles_par(pour, contrat).filter(dossier__campagne__annee=annee)
    nombres = Counter(appuis.values_list("etat", flat=True))
    return Proximite(
        campagne=Campagne.objects.filter(contrat=contrat, annee=annee).first(),
        dispositifs=tuple(dispositifs),
        dispositif=a_demander(dispositifs, le),
        initiatives=tuple(lues),
        commission=comites[0].nom if comites else "",
        prochaine=next((r for r in reunions if r.le >= le and r.etat in REUNION_A_VENIR), None),
        tenues=sum(1 for r in siennes if r.tenue),
        prevues=sum(1 for r in siennes if r.le >= le and r.etat in REUNION_A_VENIR),
        attendues=sum(comite.reunions_par_an or 0 for comite in comites),
        enregistrable=reunions_validant(comites, annee, le=le).exists(),
        argent=argent(
            enveloppes(contrat, annee, pour=pour), {d.pk for d in dispositifs}, pretes, pour=pour, contrat=contrat
        ),
        appuis=tuple((etat.label, nombres[etat]) for etat in EtatAccompagnement if nombres[etat]),
        sans_appui=sum(1 for lue in lues if lue.financee and not lue.appui),
    )


def _initiatives(
    contrat: Contrat, annee: int, dossiers: list[Dossier], lignes: dict[int, list[Any]], pour: Auteur
) -> list[InitiativeLue]:
    cles = [dossier.pk for dossier in dossiers]
    a_l_appel = Counter(
        Dossier.objects.filter(
            contrat=contrat,
            campagne__annee=annee,
            dispositif__famille__in=A_L_APPEL,
            porteur__in={dossier.porteur_id for dossier in dossiers},
        )
        .exclude(etat__in=PAS_DEPOSES)
        .values_list("porteur", flat=True)
    )
    mis_de_cote = ecartes(cles, contrat, pour=pour)
    offerts = Accompagnement.objects.visibles_par(pour, contrat).filter(dossier__in=cles)
    appuis = {appui.dossier_id: appui for appui in offerts.order_by("propose_le", "pk")}  # the last one offered
    return [
        _initiative(d, lignes[d.pk], a_l_appel[d.porteur_id], appuis.get(d.pk), mis_de_cote.get(d.pk, ""))
        for d in dossiers
    ]


def _initiative(
    dossier: Dossier, demandes: list[Any], a_l_appel: int, appui: Accompagnement | None, ecarte_par: str
) -> InitiativeLue:
    fiche = getattr(dossier, "fiche_proximite", None)
    rang = rang_de(dossier.etat, FamilleDispositif.SIP, demandes, ecarte=bool(ecarte_par))
    reunions = [d.reunion for d in demandes if d.reunion is not None and d.etat_vu in DEMANDE_CONSOMME]
    return InitiativeLue(
        numero=dossier.numero,
        intitule=dossier.intitule,
        porteur=dossier.porteur.nom_court,
        etat=dossier.etat,
        etat_libelle=EtatDossier(dossier.etat).label,
        rang=rang,
        suite=suite_en_mots(rang, dossier.etat, ecarte_par),
        demande=somme_demandee(demandes),
        propose=somme_proposee(demandes),
        programme=somme_programmee(demandes),
        sans_reponse=attendus(rang, demandes),
        reunion=str(reunions[0]) if reunions else "",
        priorite=priorite(benevole=fiche.benevole if fiche else None, dossiers_a_l_appel=a_l_appel),
        pic=fiche.get_pic_display() if fiche else "",
        appui=EtatAccompagnement(appui.etat).label.lower() if appui else "",
        financee=any(d.etat_vu in DEMANDE_NOTIFIEE for d in demandes),
        fictif=dossier.fictif,
    )
