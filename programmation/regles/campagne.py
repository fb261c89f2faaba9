"""When a campaign takes deposits."""

from __future__ import annotations

from datetime import date

from commun.permissions import OUI, Reponse, non
from commun.typographie import date_longue

from ..etats import EtatCampagne


def depot_ouvert(
    etat: str, *, ouverte_le: date, limite: date, tardive: date | None, permanent: bool, le: date
) -> Reponse:
    """May a porteur deposit on `le`? `tardive`: the day until which it was let in by name; `permanent`: a scheme open
    all year long."""
    if etat == EtatCampagne.CLOSE:
        return non("La campagne est close.")
    if etat != EtatCampagne.OUVERTE:
        return non("L’appel à projets n’est pas encore ouvert.")
    if le < ouverte_le:
        return non(f"L’appel à projets ouvre le {date_longue(ouverte_le)}.")
    if le <= limite or permanent or (tardive is not None and le <= tardive):
        return OUI
    if tardive is not None:
        return non(f"Votre délai supplémentaire a pris fin le {date_longue(tardive)}.")
    return non(
        f"La date limite de dépôt était le {date_longue(limite)}. Le chef de projet peut rouvrir le dépôt pour vous, "
        "avec un motif."
    )
