"""Who moves a file as a file, and who gives an opinion on it."""

from __future__ import annotations

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.etats import Role

from ..etats import DOSSIER_EN_COURS
from ..models import Dossier
from .acces import REPRESENTE, instruit, tient

DONNENT_UN_AVIS = (Role.CHEF_DE_PROJET, Role.INSTRUCTEUR, Role.DECIDEUR, Role.DELEGUE_PREFET)


def peut_instruire(auteur: Auteur, dossier: Dossier) -> Reponse:
    """Form, admissibility, opening of the instruction: the team of the contract."""
    if tient(auteur, dossier, Role.CHEF_DE_PROJET):
        return OUI
    return non("Seul un chef de projet du contrat fait avancer le dossier.")


def peut_donner_avis(auteur: Auteur, dossier: Dossier) -> Reponse:
    """The team, the co-funders that are asked, the délégué du préfet: an opinion decides nothing.

    In another organisation's place, the chef de projet alone.
    """
    if not instruit(auteur, dossier) or not tient(auteur, dossier, *DONNENT_UN_AVIS):
        return non("Votre rôle ne donne pas d’avis sur ce dossier.")
    if auteur.pour_le_compte_de is not None and not tient(auteur, dossier, Role.CHEF_DE_PROJET):
        return non("Seul un chef de projet écrit l’avis d’un autre organisme.")
    if dossier.etat not in DOSSIER_EN_COURS:
        return non("Les avis se donnent avant la décision du COPIL.")
    return OUI


def en_delegue(auteur: Auteur, dossier: Dossier) -> bool:
    """True when the author's opinion is that of the délégué du préfet, not its organisation's."""
    organisme = auteur.organisme.pk if auteur.organisme else None
    return tient(auteur, dossier, Role.DELEGUE_PREFET, organisme_id=organisme) and not tient(
        auteur, dossier, Role.CHEF_DE_PROJET, *REPRESENTE, organisme_id=organisme
    )
