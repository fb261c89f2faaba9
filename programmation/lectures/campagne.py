"""What a campaign allows today."""

from __future__ import annotations

from datetime import date

from acteurs.models import Organisme
from commun.permissions import Reponse

from ..models import Campagne, Dispositif, OuvertureTardive
from ..regles import campagne as regles


def depot_ouvert(campagne: Campagne, porteur: Organisme, le: date, *, dispositif: Dispositif | None = None) -> Reponse:
    """May this porteur deposit in this campaign on `le`, and else why not; a permanent scheme has no limit."""
    ouverture = OuvertureTardive.objects.filter(campagne=campagne, porteur=porteur, retiree_le__isnull=True).first()
    return regles.depot_ouvert(
        campagne.etat,
        ouverte_le=campagne.ouverte_le,
        limite=campagne.limite_depot,
        tardive=ouverture.jusqu_au if ouverture else None,
        permanent=dispositif is not None and dispositif.permanent,
        le=le,
    )
