"""Jobs of the contract."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from commun.models import Travail
from commun.travaux import Suivi, travail

from ..actions import expedier_invitation
from ..models import Invitation


@travail("contrats.envoyer_invitation")
def envoyer_invitation(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Send the e-mail of an invitation, once per sending."""
    invitation = Invitation.objects.get(pk=rangee.cible_id)
    envoi = datetime.fromisoformat(rangee.parametres["envoi"])
    return {"parti": expedier_invitation(invitation, envoi=envoi, le=timezone.now())}
