"""Where a file that is decided all year round stands, from what each of its funders answered."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from ..etats import DEMANDE_CONSOMME, EtatDemande, EtatDossier


class Rang(StrEnum):
    """What a file waits for."""

    A_INSTRUIRE = "a_instruire"
    PRET = "pret"  # all its funders have answered: the body that validates it may decide
    DECIDE = "decide"
    AJOURNE = "ajourne"
    SANS_SUITE = "sans_suite"


class Reponse(StrEnum):
    """What one funder has answered, as far as a meeting may read it."""

    ATTENDUE = "attendue"
    PROPOSEE = "proposee"
    ACCORDEE = "accordee"
    AJOURNEE = "ajournee"
    REFUSEE = "refusee"


def a_la_table_du_copil(etat: str, *, partagee: bool, propose: bool) -> bool:
    """Proposed, above 0 (`propose`), and shared: a private draft is not on the COPIL's table."""
    return etat == EtatDemande.PROPOSEE and partagee and propose


def reponse_lue(etat: str, *, partagee: bool, propose: bool) -> Reponse:
    """The answer of a row in this state; `propose`: its amount is above 0.

    A private draft is no answer yet, for its own author either; a proposal of 0 is a refusal.
    """
    if etat in DEMANDE_CONSOMME:
        return Reponse.ACCORDEE
    if a_la_table_du_copil(etat, partagee=partagee, propose=propose):
        return Reponse.PROPOSEE
    if etat == EtatDemande.PROPOSEE and partagee:
        return Reponse.REFUSEE
    if etat == EtatDemande.AJOURNEE:
        return Reponse.AJOURNEE
    if etat in (EtatDemande.REFUSEE, EtatDemande.ANNULEE):
        return Reponse.REFUSEE
    return Reponse.ATTENDUE


def ranger(etat: str, reponses: Collection[Reponse], *, ecarte: bool, ailleurs: Collection[Reponse] = ()) -> Rang:
    """Where a deposited file in this state stands; `ecarte`: the last meeting that settled it set it aside.

    `ailleurs`: what was answered on the rows of another body. Programmed by that body alone, a file stands where its own
    rows say.
    """
    donnees = set(reponses)
    if etat == EtatDossier.PROGRAMME and Reponse.ACCORDEE in ailleurs and Reponse.ACCORDEE not in donnees:
        etat = EtatDossier.EN_INSTRUCTION
    if etat == EtatDossier.IRRECEVABLE or donnees == {Reponse.REFUSEE}:
        return Rang.SANS_SUITE
    if etat == EtatDossier.PROGRAMME:
        return Rang.DECIDE
    sans_argent = bool(donnees) and donnees <= {Reponse.REFUSEE, Reponse.AJOURNEE}
    if etat == EtatDossier.CLOS:
        return Rang.SANS_SUITE if sans_argent else Rang.DECIDE
    if etat == EtatDossier.AJOURNE:
        return Rang.AJOURNE
    if ecarte:
        return Rang.SANS_SUITE
    if sans_argent:
        return Rang.AJOURNE
    if etat == EtatDossier.EN_INSTRUCTION and Reponse.PROPOSEE in donnees and Reponse.ATTENDUE not in donnees:
        return Rang.PRET
    return Rang.A_INSTRUIRE
