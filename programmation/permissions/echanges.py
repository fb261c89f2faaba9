"""Who writes on a file to whom: notes for one's colleagues, messages to its porteur and back."""

from __future__ import annotations

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.etats import Role
from contrats.models import Contrat
from contrats.permissions import ROLES_INSTRUCTEURS, roles

from ..etats import EtatDossier
from ..models import Dossier, NoteInterne, SensMessage
from .acces import instruit, tient


def peut_ecrire_une_note(auteur: Auteur, dossier: Dossier) -> Reponse:
    """Whoever instructs the file, for its colleagues."""
    if instruit(auteur, dossier) and tient(auteur, dossier, *ROLES_INSTRUCTEURS):
        return OUI
    return non("Les notes s’écrivent entre ceux qui instruisent le dossier.")


def peut_retirer_une_note(auteur: Auteur, note: NoteInterne) -> Reponse:
    """Its own author alone."""
    if auteur.utilisateur is None or note.auteur_id != auteur.utilisateur.pk:
        return non("Seule la personne qui a écrit une note la retire.")
    if note.retiree_le is not None:
        return non("Cette note est déjà retirée.")
    return OUI


def sens_du_message(auteur: Auteur, dossier: Dossier) -> SensMessage | None:
    """Which way this author writes: to the porteur when it instructs the file, from it when it carries it."""
    if instruit(auteur, dossier) and tient(auteur, dossier, *ROLES_INSTRUCTEURS):
        return SensMessage.AU_PORTEUR
    if tient(auteur, dossier, Role.PORTEUR, organisme_id=dossier.porteur_id):
        return SensMessage.DU_PORTEUR
    return None


def peut_ecrire_un_message(auteur: Auteur, dossier: Dossier) -> Reponse:
    """Those who instruct the file and its porteur write to each other, once it is deposited."""
    if sens_du_message(auteur, dossier) is None:
        return non("Seuls le porteur et ceux qui instruisent le dossier échangent des messages.")
    if dossier.etat == EtatDossier.BROUILLON:
        return non("Les messages s’échangent une fois le dossier déposé.")
    return OUI


def peut_ecrire_a_une_selection(auteur: Auteur, contrat: Contrat) -> Reponse:
    """The team writes to many porteurs at once; each file is then asked for itself."""
    if roles(auteur, contrat).pilote:
        return OUI
    return non("Seul un chef de projet écrit à plusieurs porteurs à la fois.")
