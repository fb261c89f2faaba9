"""What a campaign opens, and for whom."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from acteurs.models import Organisme
from commun.permissions import OUI, Reponse, non

from ..models import Campagne, Dispositif, OuvertureTardive
from ..regles.campagne import motif_de_fermeture


def depot_ouvert(
    campagne: Campagne, porteur: Organisme, le: date | datetime, *, dispositif: Dispositif | None = None
) -> Reponse:
    """May `porteur` deposit a request on that day? No comes with its reason.

    `dispositif` is what it asks for, once known: one open all year takes requests until the end of the campaign's year.
    """
    jour = timezone.localdate(le) if isinstance(le, datetime) else le
    motif = motif_de_fermeture(
        campagne.etat,
        ouverte_le=campagne.ouverte_le,
        limite_depot=campagne.limite_depot,
        le=jour,
        ouvert_jusqu_au=OuvertureTardive.objects.filter(campagne=campagne, porteur=porteur, retiree_le__isnull=True)
        .values_list("jusqu_au", flat=True)
        .first(),
        fin_du_permanent=date(campagne.annee, 12, 31) if dispositif is not None and dispositif.permanent else None,
    )
    return non(motif) if motif else OUI
