"""The jobs of the evaluation."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from commun.auteur import Auteur, Canal
from commun.models import Travail
from commun.travaux import Suivi, travail

from .actions import produire_rapport, publier
from .models import Rapport


@travail("evaluation.produire_rapport")
def produire(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Make the report that was asked for."""
    assert rangee.cible_id is not None  # `planifier` was given the report
    rapport = Rapport.objects.select_related("contrat__pilote", "demande_par").filter(pk=rangee.cible_id).first()
    if rapport is None:
        return {"rapport": None}  # removed since: nothing to make
    rapport = produire_rapport(rapport, suivi, le=timezone.now())
    if rangee.parametres.get("publier") and rapport.transition_possible("publier"):
        par = Auteur(utilisateur=rangee.demande_par, canal=Canal.TACHE)
        publier(rapport, par=par, le=timezone.now())
    assert rapport.instantane is not None  # made, hence complete
    return {"rapport": rapport.pk, "pages": rapport.pages, "instantane": rapport.instantane.sha256}
