"""The receipt of a deposit, one job per reader."""

from __future__ import annotations

from typing import Any

from acteurs.models import Utilisateur
from commun.models import Travail
from commun.travaux import Suivi, travail
from contrats.notifications import envoyer

from ..actions.depot import ACCUSER
from ..models import Dossier
from ..notifications.depot import accuse_de_reception


@travail(ACCUSER)
def accuser_reception(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Send the receipt to one person; nothing when the account was closed since."""
    personne = Utilisateur.objects.filter(pk=rangee.parametres["personne"], is_active=True).first()
    if personne is None:
        return {"parti": False}
    assert rangee.cible_id is not None  # a receipt is about a file
    dossier = Dossier.objects.select_related("contrat", "campagne", "porteur", "instructeur").get(pk=rangee.cible_id)
    envoyer(accuse_de_reception(dossier, personne))
    return {"parti": True}
