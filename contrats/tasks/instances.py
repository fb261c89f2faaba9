"""Jobs of the committees: e-mails, packets, the daily round of reminders."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils import timezone

from commun.models import Travail
from commun.travaux import Suivi, travail

from ..actions import instances as actions
from ..models import Reunion


@travail(actions.ENVOYER)
def envoyer_courriel(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Send one e-mail about a meeting, a decision or a committee, to one person."""
    return {"parti": actions.expedier(rangee, le=timezone.now())}


@travail(actions.PRODUIRE_PAQUET)
def produire_paquet(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Make the packet of a meeting."""
    assert rangee.cible_id is not None  # a packet is asked for a meeting
    reunion = Reunion.objects.select_related("comite__contrat__pilote", "commune").get(pk=rangee.cible_id)
    return {"fichier": actions.produire_paquet(reunion, suivi, le=timezone.now()).pk}


@travail(actions.PRODUIRE_EXEMPLAIRE)
def produire_exemplaire(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Make the copy of a packet for somebody withdrawn from some of its files."""
    reunion = Reunion.objects.select_related("comite__contrat__pilote", "commune").get(pk=rangee.cible_id)
    return {"fichier": actions.produire_l_exemplaire(reunion, suivi, le=timezone.now()).pk}


@travail("contrats.rappeler_instances", chaque_jour_a=7)
def rappeler(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Plan the reminders of the day."""
    return asdict(actions.rappeler(timezone.now()))
