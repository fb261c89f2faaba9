"""Jobs of the requests to join a contract: their e-mails, and forgetting those that nobody confirmed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from acteurs.models import Utilisateur
from commun.models import Travail
from commun.travaux import Suivi, travail

from ..actions import inscriptions
from ..models import Inscription


@travail("contrats.envoyer_inscription")
def envoyer_inscription(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Send the link that confirms an address."""
    demandee = datetime.fromisoformat(rangee.parametres["demandee"])
    inscription = Inscription.objects.filter(pk=rangee.cible_id or 0).first()
    return {"parti": inscription is not None and inscriptions.expedier_inscription(inscription, demandee=demandee)}


@travail("contrats.annoncer_inscription")
def annoncer_inscription(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Tell a chef de projet that a request awaits."""
    inscription = Inscription.objects.select_related("contrat").get(pk=rangee.cible_id or 0)
    personne = Utilisateur.objects.get(pk=rangee.parametres["personne"])
    return {"parti": inscriptions.annoncer_inscription(inscription, personne)}


@travail("contrats.refuser_inscription")
def refuser_inscription(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Tell a person why its request is refused."""
    inscriptions.annoncer_le_refus(Inscription.objects.select_related("contrat").get(pk=rangee.cible_id or 0))
    return {"parti": True}


@travail("contrats.purger_inscriptions", chaque_jour_a=3)
def purger_inscriptions(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Forget the requests that nobody confirmed."""
    return {"oubliees": inscriptions.purger_les_inscriptions(le=timezone.now())}
