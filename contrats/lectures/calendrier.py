"""The shared calendar: meetings, stages of the campaigns, TFPB and bilans, other funders' calls; month, list and feed."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from commun.auteur import Auteur
from commun.ical import Evenement
from commun.typographie import MOIS

from ..creneaux import Echeance, GenreEcheance, dates_tfpb, etapes_de_campagne
from ..etats import EtatReunion
from ..models import AppelExterne, Contrat, Reunion
from ..permissions import roles
from .instances import reunions_visibles

# What a diary keeps: half a year behind, a year and a half ahead.
FLUX_AVANT = timedelta(days=183)
FLUX_APRES = timedelta(days=548)
DUREE_PAR_DEFAUT = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class JourDuMois:
    """One square of the month."""

    le: date
    du_mois: bool
    aujourdhui: bool
    echeances: tuple[Echeance, ...]


@dataclass(frozen=True, slots=True)
class Mois:
    """A month in weeks, from Monday to Sunday."""

    premier: date
    titre: str
    semaines: tuple[tuple[JourDuMois, ...], ...]
    precedent: date
    suivant: date


def echeances(
    contrat: Contrat,
    du: date,
    au: date,
    *,
    pour: Auteur,
    genre: str = "",
    commune_id: int | None = None,
) -> list[Echeance]:
    """Every date between these days, included, that the reader may see, in order.

    With a commune: what is held there, and what concerns the whole contract.
    """
    if not roles(pour, contrat):
        return []
    trouvees = [
        *_reunions(contrat, du, au, pour),
        *_appels(contrat, du, au),
        *etapes_de_campagne(contrat, du, au, pour),
        *dates_tfpb(contrat, du, au, pour),
    ]
    choisies = [
        e
        for e in trouvees
        if (not genre or e.genre == genre) and (commune_id is None or e.commune_id in (None, commune_id))
    ]
    return sorted(choisies, key=lambda e: (e.le, e.debut is not None, e.debut or datetime.min.time(), e.titre))


def _reunions(contrat: Contrat, du: date, au: date, pour: Auteur) -> Iterable[Echeance]:
    for reunion in reunions_visibles(contrat, pour=pour).filter(le__range=(du, au)).order_by("le", "pk"):
        yield _de_reunion(reunion, contrat)


def _de_reunion(reunion: Reunion, contrat: Contrat) -> Echeance:
    return Echeance(
        cle=f"reunion-{reunion.pk}",
        genre=GenreEcheance.REUNION,
        titre=titre_de(reunion),
        le=reunion.le,
        debut=reunion.debut,
        fin=reunion.fin,
        lieu=reunion.lieu,
        commune_id=reunion.commune_id,
        detail=reunion.objet,
        url=reverse("contrats:reunion", kwargs={"contrat": contrat.slug, "pk": reunion.pk}),
        annulee=reunion.etat == EtatReunion.ANNULEE,
        version=reunion.version,
        fictif=reunion.fictif,
    )


def titre_de(reunion: Reunion) -> str:
    """The committee, and the commune where it meets in each."""
    return f"{reunion.comite.nom} – {reunion.commune}" if reunion.commune else reunion.comite.nom


def _appels(contrat: Contrat, du: date, au: date) -> Iterable[Echeance]:
    """Openings and closings of other funders' calls; a call without a date stands in the list of calls only."""
    url = reverse("contrats:appels", kwargs={"contrat": contrat.slug})
    for appel in AppelExterne.objects.filter(contrat=contrat).select_related("organisme"):
        qui = appel.organisme.nom_court if appel.organisme else ""
        nom = f"{qui} : {appel.nom}" if qui else appel.nom
        bornes = (("ouvre", "Ouverture", appel.ouvre_le), ("ferme", "Clôture", appel.ferme_le))
        for cle, mot, le in bornes:
            if le is not None and du <= le <= au:
                yield Echeance(
                    cle=f"appel-{appel.pk}-{cle}",
                    genre=GenreEcheance.APPEL,
                    titre=f"{mot} – {nom}",
                    le=le,
                    detail=appel.periode,
                    url=url,
                )


def appels_sans_date(contrat: Contrat) -> int:
    """How many calls of other funders the calendar cannot show, for nobody wrote when they open or close."""
    return AppelExterne.objects.filter(contrat=contrat, ouvre_le=None, ferme_le=None).count()


def mois(premier: date, liste: list[Echeance], *, aujourdhui: date) -> Mois:
    """The month that begins on `premier`, its squares filled; what lasts several days stands in each of them."""
    par_jour: dict[date, list[Echeance]] = defaultdict(list)
    for echeance in liste:
        jour, dernier = echeance.le, echeance.au or echeance.le
        while jour <= dernier:
            par_jour[jour].append(echeance)
            jour += timedelta(days=1)
    semaines = tuple(
        tuple(JourDuMois(j, j.month == premier.month, j == aujourdhui, tuple(par_jour[j])) for j in semaine)
        for semaine in calendar.Calendar().monthdatescalendar(premier.year, premier.month)
    )
    return Mois(
        premier=premier,
        titre=f"{MOIS[premier.month - 1]} {premier.year}",
        semaines=semaines,
        precedent=(premier - timedelta(days=1)).replace(day=1),
        suivant=fin_de_mois(premier) + timedelta(days=1),
    )


def fin_de_mois(jour: date) -> date:
    """The last day of its month."""
    return jour.replace(day=calendar.monthrange(jour.year, jour.month)[1])


def evenement_de_reunion(reunion: Reunion) -> Evenement:
    """A meeting as the calendar file of its convocation."""
    contrat = reunion.comite.contrat
    return evenement(_de_reunion(reunion, contrat), contrat, modifie_le=reunion.modifie_le)


def evenement(echeance: Echeance, contrat: Contrat, *, modifie_le: datetime) -> Evenement:
    """A date as a diary keeps it: at its hours when they are known, else for the day."""
    adresse = settings.INSTALLATION["adresse"]
    debut: date | datetime = echeance.le
    fin: date | datetime | None = echeance.au or echeance.le
    if echeance.debut is not None:
        debut = timezone.make_aware(datetime.combine(echeance.le, echeance.debut))
        fin = (
            timezone.make_aware(datetime.combine(echeance.le, echeance.fin))
            if echeance.fin is not None
            else debut + DUREE_PAR_DEFAUT
        )
    return Evenement(
        identifiant=f"{echeance.cle}-{contrat.slug}@{adresse.split('://')[-1].split('/')[0].split(':')[0]}",
        titre=echeance.titre,
        debut=debut,
        fin=fin,
        modifie_le=modifie_le,
        lieu=echeance.lieu,
        texte=echeance.detail,
        adresse=f"{adresse}{echeance.url}" if echeance.url else "",
        categorie=str(echeance.genre.label),
        version=echeance.version,
        annule=echeance.annulee,
    )


def flux(pour: Auteur, *, le: datetime) -> list[Evenement]:
    """Everything that a person may see of the calendars of its contracts, for its own diary."""
    jour = timezone.localdate(le)
    evenements = []
    for contrat in Contrat.objects.visibles_par(pour):
        for echeance in echeances(contrat, jour - FLUX_AVANT, jour + FLUX_APRES, pour=pour):
            evenements.append(evenement(echeance, contrat, modifie_le=le))
    return evenements
