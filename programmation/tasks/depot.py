"""The receipt of a deposit, and what is decided on the file since: one job per reader."""

from __future__ import annotations

from typing import Any

from commun.models import Travail
from commun.travaux import Suivi, travail
from contrats.notifications import envoyer

from ..actions import nouvelles
from ..actions.depot import ACCUSER
from ..lectures.destinataires import adresse_de
from ..models import Dossier
from ..notifications.depot import accuse_de_reception


@travail(nouvelles.ANNONCER_AU_PORTEUR)
def annoncer_au_porteur(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Tell one person of the porteur what was decided."""
    return {"parti": nouvelles.expedier_la_nouvelle(rangee)}


@travail(ACCUSER)
def accuser_reception(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Send the receipt to one person; nothing when the account was closed since."""
    assert rangee.cible_id is not None  # a receipt is about a file
    dossier = Dossier.objects.select_related("contrat", "campagne", "porteur", "instructeur").get(pk=rangee.cible_id)
    if not (adresse := adresse_de(dossier, rangee.parametres["personne"])):
        return {"parti": False}
    envoyer(accuse_de_reception(dossier, adresse))
    return {"parti": True}
