"""The job that proposes the amounts of a scenario."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone

from commun.auteur import Canal
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import Travail
from commun.travaux import Suivi, travail

from .. import actions
from ..actions.scenarios import PROMOUVOIR
from ..models import Scenario


@travail(PROMOUVOIR)
def promouvoir_scenario(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Each row in its own transaction; the result tells what each became, and why it was refused.

    Taken over after a crash, a row already proposed at this amount counts as done.
    """
    scenario = Scenario.objects.select_related("contrat", "organisme").get(pk=rangee.cible_id)
    auteur = actions.auteur_du_travail(rangee, Canal.TACHE)
    lignes = rangee.parametres["lignes"]
    proposees: list[dict[str, Any]] = []
    refusees: list[dict[str, str]] = list(rangee.parametres["refusees"])
    suivi.etape(1, 1, "Proposition des montants", total=len(lignes))
    for fait, ligne in enumerate(lignes, start=1):
        ou = {"numero": ligne["numero"], "financeur": ligne["financeur"]}
        try:
            actions.proposer_la_ligne(
                scenario,
                ligne["demande"],
                montant=Decimal(ligne["montant"]),
                version=ligne["version"],
                par=auteur,
                le=timezone.now(),
            )
        except RegleEnfreinte as erreur:
            refusees.append({**ou, "motif": erreur.message})
        except ActeRefuse as refus:
            refusees.append({**ou, "motif": refus.motif})
        else:
            proposees.append({**ou, "avant": ligne["avant"], "apres": ligne["montant"]})
        suivi.avancer(fait)
    if proposees:
        actions.constater_la_promotion(
            scenario, proposees=len(proposees), refusees=len(refusees), par=auteur, le=timezone.now()
        )
    return {"proposees": proposees, "refusees": refusees}
