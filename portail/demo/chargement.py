"""Loads the demo once: a line of the contract's journal tells which fixtures and which seed stand in the base."""

from __future__ import annotations

from datetime import date

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from commun.auteur import Canal, systeme
from commun.journal import inscrire
from commun.models import LigneJournal
from commun.planificateur import compter
from contrats.models import Contrat

from . import fictif, lecture
from .reference import DOSSIER, charger_reference

ACTE = "charger_demo"


@transaction.atomic
def charger(*, aujourdhui: date, graine: int, reprendre: bool = False, reference_seule: bool = False) -> str:
    """Load what is missing and say in one sentence what was done.

    Nothing when the same fixtures and the same fictitious part are there. New fixtures refresh the real data and
    leave the fictitious part as people worked on it; `reprendre` redoes that part.
    """
    empreinte = lecture.empreinte()
    charge = _dernier_chargement()
    a_jour = charge.get("empreinte") == empreinte
    deja = "graine" in charge
    if a_jour and not reprendre and (deja or reference_seule):
        return "Données déjà chargées"
    contrat = charger_reference()[DOSSIER]
    tampon: dict[str, object] = {"empreinte": empreinte}
    if reference_seule:
        phrase = "Contrats réels chargés"
        tampon |= {cle: charge[cle] for cle in ("graine", "aujourdhui") if deja}
    elif deja and not reprendre:
        phrase = "Contrats réels mis à jour, données fictives inchangées"
        tampon |= {cle: charge[cle] for cle in ("graine", "aujourdhui")}
    else:
        if deja:
            fictif.effacer(contrat)
        fictif.inventer(contrat, aujourdhui=aujourdhui, graine=graine)
        phrase = "Contrats réels et données fictives chargés"
        tampon |= {"graine": graine, "aujourdhui": aujourdhui.isoformat()}
    inscrire(contrat, acte=ACTE, libelle=phrase, par=systeme(Canal.COMMANDE), le=timezone.now(), apres=tampon)
    compter(apps.get_models(include_auto_created=True))
    return phrase


def _dernier_chargement() -> dict[str, object]:
    """What the last loading wrote in the journal; empty on a new base."""
    contrat = Contrat.objects.filter(slug=DOSSIER).first()
    if contrat is None:
        return {}
    derniere = LigneJournal.objects.de(contrat).filter(acte=ACTE).last()
    return derniere.apres if derniere else {}
