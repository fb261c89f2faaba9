"""Other funders' calls, on the shared calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.journal import inscrire
from commun.permissions import verifier

from ...models import AppelExterne, Contrat
from ...permissions import peut_animer
from .seance import dit


@dataclass(frozen=True, slots=True)
class FicheAppel:
    """A call of another funder as the team notes it for the shared calendar."""

    nom: str
    organisme: Organisme | None = None
    periode: str = ""
    ouvre_le: date | None = None
    ferme_le: date | None = None
    note: str = ""


_CHAMPS_APPEL = ("nom", "organisme", "periode", "ouvre_le", "ferme_le", "note")


@transaction.atomic
def enregistrer_appel(
    contrat: Contrat, fiche: FicheAppel, *, par: Auteur, le: datetime, appel: AppelExterne | None = None
) -> AppelExterne:
    """Put another funder's call on the calendar, or change it."""
    verifier(peut_animer(par, contrat))
    nouveau = appel is None
    if appel is None:
        appel = AppelExterne(contrat=contrat)
    else:
        appel = AppelExterne.objects.select_for_update(of=("self",)).get(pk=appel.pk, contrat=contrat)
    avant = {} if nouveau else dit(appel, _CHAMPS_APPEL)
    for nom in _CHAMPS_APPEL:
        setattr(appel, nom, getattr(fiche, nom))
    with contraintes_en_francais(), transaction.atomic():
        appel.save()
    inscrire(
        appel,
        acte="enregistrer_appel",
        libelle="Appel inscrit" if nouveau else "Appel modifié",
        par=par,
        le=le,
        avant=avant,
        apres=dit(appel, _CHAMPS_APPEL),
    )
    return appel


@transaction.atomic
def retirer_appel(appel: AppelExterne, *, par: Auteur, le: datetime) -> None:
    """Take a call off the calendar."""
    appel = AppelExterne.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=appel.pk)
    verifier(peut_animer(par, appel.contrat))
    inscrire(appel, acte="retirer_appel", libelle="Appel retiré", par=par, le=le, avant=dit(appel, _CHAMPS_APPEL))
    appel.delete()
