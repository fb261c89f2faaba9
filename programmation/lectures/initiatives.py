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

from ..etats import DEMANDE_NOTIFIEE, EtatAccompagnement
from ..models import Accompagnement, Dossier, FamilleDispositif
from ..regles.fil_de_l_eau import Rang
from ..regles.proximite import Priorite, priorite
from .annee_au_fil import AnneeAuFil, LigneAuFil, ligne, socle
from .proximite import A_L_APPEL, PAS_DEPOSES, comites_des_initiatives, reunions_validant


@dataclass(frozen=True, slots=True, kw_only=True)
class InitiativeLue(LigneAuFil):
    """One initiative, as this reader may know it."""

    priorite: Priorite
    pic: str
    appui: str  # the support offered, in a word; empty when none is
    financee: bool  # a funder has notified an amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Proximite(AnneeAuFil[InitiativeLue]):
    """The neighbourhood initiatives of a year."""

    commission: str  # the body that decides, empty without one
    prochaine: Reunion | None
    tenues: int
    prevues: int
    attendues: int  # meetings a year that the bodies owe; 0: nobody says
    enregistrable: bool  # a meeting was held at which a decision may have been taken
    appuis: tuple[tuple[str, int], ...]  # (state, how many)
    sans_appui: int

    @property
    def prets(self) -> tuple[InitiativeLue, ...]:
        """Those run by volunteers outside the yearly call first (regles 2.13), then by date of deposit."""
        return tuple(sorted(self._au_rang(Rang.PRET), key=lambda lue: lue.priorite.ordre))

    @property
    def plafond(self) -> Decimal | None:
        """Euros at most for one initiative."""
        return self.dispositifs[0].plafond if self.dispositifs else None

    @property
    def total_appuis(self) -> int:
        return sum(nombre for _, nombre in self.appuis)

    @property
    def appuis_en_mots(self) -> str:
        return ", ".join(f"{nombre} {etat.lower()}{'s' if nombre > 1 else ''}" for etat, nombre in self.appuis)


def initiatives(contrat: Contrat, annee: int, *, pour: Auteur, le: date) -> Proximite:
    """The page of the year for those who instruct; a constant number of queries."""
    socle_lu = socle(
        contrat,
        annee,
        FamilleDispositif.SIP,
        lambda dossiers, lignes, mis_de_cote: _initiatives(contrat, annee, dossiers, lignes, mis_de_cote, pour),
        joindre=("fiche_proximite",),
        pour=pour,
        le=le,
    )
    comites = comites_des_initiatives(contrat)
    reunions = list(
        Reunion.objects.filter(comite__in=comites, le__year__gte=annee).select_related("comite").order_by("le")
    )
    siennes = [r for r in reunions if r.le.year == annee]
    appuis = Accompagnement.objects.visibles_par(pour, contrat).filter(dossier__campagne__annee=annee)
    nombres = Counter(appuis.values_list("etat", flat=True))
    return Proximite(
        **socle_lu,
        commission=comites[0].nom if comites else "",
        prochaine=next((r for r in reunions if r.le >= le and r.etat in REUNION_A_VENIR), None),
        tenues=sum(1 for r in siennes if r.tenue),
        prevues=sum(1 for r in siennes if r.le >= le and r.etat in REUNION_A_VENIR),
        attendues=sum(comite.reunions_par_an or 0 for comite in comites),
        enregistrable=reunions_validant(comites, annee, le=le).exists(),
        appuis=tuple((etat.label, nombres[etat]) for etat in EtatAccompagnement if nombres[etat]),
        sans_appui=sum(1 for lue in socle_lu["dossiers"] if lue.financee and not lue.appui),
    )


def _initiatives(
    contrat: Contrat,
    annee: int,
    dossiers: list[Dossier],
    lignes: dict[int, list[Any]],
    mis_de_cote: dict[int, str],
    pour: Auteur,
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
    return InitiativeLue(
        **ligne(dossier, demandes, ecarte_par),
        priorite=priorite(benevole=fiche.benevole if fiche else None, dossiers_a_l_appel=a_l_appel),
        pic=fiche.get_pic_display() if fiche else "",
        appui=EtatAccompagnement(appui.etat).label.lower() if appui else "",
        financee=any(d.etat_vu in DEMANDE_NOTIFIEE for d in demandes),
    )
