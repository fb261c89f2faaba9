"""When a call for projects takes deposits."""

from __future__ import annotations

from datetime import date

from commun.typographie import date_longue

from ..etats import EtatCampagne


def motif_de_fermeture(
    etat: str,
    *,
    ouverte_le: date,
    limite_depot: date,
    le: date,
    ouvert_jusqu_au: date | None = None,
    fin_du_permanent: date | None = None,
    jours_propres: tuple[date, date] | None = None,
) -> str:
    """Why nothing may be deposited on the day `le`, in French; empty when deposits are open.

    Both days count. `ouvert_jusqu_au` is a porteur's own late opening: it holds in a closed campaign too.
    `fin_du_permanent` is the last day of a scheme open all year, which the limit of the call does not close.
    `jours_propres` are the first and last days of a scheme that has its own calendar in the year: they alone count for it.
    """
    if etat in (EtatCampagne.PREPARATION, EtatCampagne.ESSAI):
        return f"L’appel à projets n’est pas encore ouvert : le dépôt est prévu à partir du {date_longue(ouverte_le)}."
    if le < ouverte_le:
        return f"Le dépôt ouvre le {date_longue(ouverte_le)}."
    if jours_propres is not None and le < jours_propres[0]:
        return f"Ce dispositif ouvre le {date_longue(jours_propres[0])}."
    if ouvert_jusqu_au is not None and le <= ouvert_jusqu_au:
        return ""
    if jours_propres is not None:
        return "" if le <= jours_propres[1] else f"Ce dispositif est fermé depuis le {date_longue(jours_propres[1])}."
    if fin_du_permanent is not None:
        return "" if le <= fin_du_permanent else f"Ce dispositif est fermé depuis le {date_longue(fin_du_permanent)}."
    if ouvert_jusqu_au is not None and limite_depot < ouvert_jusqu_au:
        return f"Votre délai supplémentaire a pris fin le {date_longue(ouvert_jusqu_au)}. {_QUE_FAIRE}"
    if etat == EtatCampagne.CLOSE and le <= limite_depot:
        return f"L’appel à projets a été clos. {_QUE_FAIRE}"
    if le > limite_depot:
        return f"La date limite de dépôt, le {date_longue(limite_depot)}, est passée. {_QUE_FAIRE}"
    return ""


_QUE_FAIRE = "Demandez au chef de projet s’il peut vous ouvrir un délai."


def decaler(jour: date, ans: int) -> date:
    """The same day `ans` years later; 29 February becomes the 28th of a common year."""
    bissextile = (jour.month, jour.day) == (2, 29)
    return jour.replace(year=jour.year + ans, day=28 if bissextile else jour.day)
