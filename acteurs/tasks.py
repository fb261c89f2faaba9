"""Jobs of the actors."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from commun.auteur import Canal, systeme
from commun.models import Travail
from commun.travaux import Suivi, travail

from .actions import verifier_les_organismes, verifier_organisme
from .models import Organisme


@travail("acteurs.verifier_organisme")
def verifier_un_organisme(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Ask the national directory for one organisation."""
    organisme = Organisme.objects.get(pk=rangee.cible_id or 0)
    return {"reponse": verifier_organisme(organisme, par=systeme(Canal.TACHE), le=timezone.now())}


@travail("acteurs.verifier_organismes", chaque_jour_a=5)
def verifier_organismes(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Ask again for those that the directory did not answer (S-20)."""
    return {"verifies": verifier_les_organismes(par=systeme(Canal.TACHE), le=timezone.now())}
