"""That a person looked at a file: what it has not seen yet is told from it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from commun.auteur import Auteur

from ..models import Dossier, Visite
from ..regles.visites import nouvelle_visite


@transaction.atomic
def noter_visite(dossier: Dossier, *, par: Auteur, le: datetime) -> None:
    """Remember that this person is looking at the file now; no journal line: looking is no act."""
    visite, premiere = Visite.objects.select_for_update(of=("self",)).get_or_create(
        dossier=dossier, utilisateur=par.utilisateur, defaults={"vu_le": le}
    )
    if premiere or le <= visite.vu_le:
        return
    if nouvelle_visite(visite.vu_le, le):
        visite.precedente_le = visite.vu_le
    visite.vu_le = le
    visite.save(update_fields=["vu_le", "precedente_le"])
