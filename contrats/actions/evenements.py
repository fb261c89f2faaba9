"""Telling the partners' information systems what has just happened: one job per address, tried again for a day.

`annoncer` plans the calls in the transaction of the act: what is rolled back is never announced, what is committed always is. A
call may arrive twice (its `id` tells) and later than another.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from commun.api.reponses import en_json
from commun.appels import AppelInterdit, AppelManque, poster, signature
from commun.erreurs import RegleEnfreinte
from commun.models import Travail
from commun.travaux import planifier

from ..etats import EvenementSortant
from ..models import AbonnementApi, Contrat

TRAVAIL = "contrats.livrer_evenement"
# After each failed try, how long before the next one: seven tries over a day and a half.
ATTENTES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
)


def annoncer(
    evenement: EvenementSortant,
    contrat: Contrat,
    *,
    donnees: dict[str, Any],
    le: datetime,
    organismes: Collection[int] | None = None,
) -> int:
    """Plan a call to every address subscribed to this event (of these organisations, when given). Returns how many."""
    abonnements = AbonnementApi.objects.actifs().filter(contrat=contrat, evenements__contains=[evenement.value])
    if organismes is not None:
        abonnements = abonnements.filter(organisme__in=organismes)
    identifiant = str(uuid.uuid4())
    message = {
        "id": identifiant,
        "evenement": evenement.value,
        "survenu_le": le.isoformat(),
        "contrat": contrat.slug,
        "donnees": donnees,
    }
    for abonnement in abonnements:
        _planifier(abonnement, message, essai=1, a_partir_de=None)
    return len(abonnements)


def livrer(rangee: Travail, *, le: datetime) -> dict[str, Any]:
    """Make one call. A failure plans the next try; the last one, or a forbidden address, ends the job in failure."""
    assert rangee.cible_id is not None  # planned with its subscription as target
    abonnement = AbonnementApi.objects.actifs().filter(pk=rangee.cible_id).first()
    if abonnement is None:
        return {"livre": False, "motif": "Abonnement résilié."}
    message, essai = rangee.parametres["message"], rangee.parametres["essai"]
    corps = en_json(message)
    entetes = {
        "Content-Type": "application/json",
        "Pilotville-Evenement": message["evenement"],
        "Pilotville-Livraison": message["id"],
        "Pilotville-Signature": signature(abonnement.secret, int(le.timestamp()), corps),
    }
    try:
        statut = poster(abonnement.adresse, corps, entetes)
    except AppelInterdit as erreur:
        raise RegleEnfreinte(str(erreur), code="adresse_interdite") from erreur
    except AppelManque as erreur:
        if essai > len(ATTENTES):
            raise RegleEnfreinte(f"{erreur} Essai {essai}, le dernier.", code="non_livre") from erreur
        _planifier(abonnement, message, essai=essai + 1, a_partir_de=le + ATTENTES[essai - 1])
        return {"livre": False, "essai": essai, "motif": str(erreur)}
    return {"livre": True, "essai": essai, "statut": statut}


def _planifier(abonnement: AbonnementApi, message: dict[str, Any], *, essai: int, a_partir_de: datetime | None) -> None:
    planifier(
        TRAVAIL,
        cible=abonnement,
        parametres={"message": message, "essai": essai},
        cle=f"{TRAVAIL}:{message['id']}:{abonnement.pk}:{essai}",
        a_partir_de=a_partir_de,
    )
