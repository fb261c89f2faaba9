"""What the others stand on: who works on a file, in which role, for which funder."""

from __future__ import annotations

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.etats import Role
from contrats.models import Contrat
from contrats.permissions import ROLES_INSTRUCTEURS, Limites, roles

from ..models import DemandeFinancement, Dossier
from ..models.dossier import deports_de

REPRESENTE = (Role.INSTRUCTEUR, Role.DECIDEUR)


def instruit(auteur: Auteur, dossier: Dossier) -> bool:
    """True when the author works on this file before the decision, and so reads its opinions and its journal."""
    return Dossier.objects.instruits_par(auteur, dossier.contrat).filter(pk=dossier.pk).exists()


def delibere(auteur: Auteur, dossier: Dossier) -> bool:
    """True when the author is of the team or of a funder of this file, not merely asked for its opinion."""
    return Dossier.objects.deliberes_par(auteur, dossier.contrat).filter(pk=dossier.pk).exists()


def pour_le_financeur(auteur: Auteur, demande: DemandeFinancement, attendus: tuple[Role, ...]) -> Reponse:
    dossier = demande.dossier
    if tient(auteur, dossier, Role.CHEF_DE_PROJET) or tient(
        auteur, dossier, *attendus, organisme_id=demande.financeur_id
    ):
        return OUI
    if roles(auteur, dossier.contrat).tient(*REPRESENTE):
        return non(f"Seuls les représentants {demande.financeur.de_nom} décident de sa ligne.")
    return non("Votre rôle ne modifie pas les montants des financeurs.")


def tient(auteur: Auteur, dossier: Dossier, *attendus: Role, organisme_id: int | None = None) -> bool:
    """True when the author holds one of these roles on this very file: within the limits of that habilitation.

    Whoever is withdrawn from the file holds none there, save that of its porteur when it is one.
    """
    tenus = roles(auteur, dossier.contrat)
    if dossier.pk in deports_de(auteur, dossier.contrat):
        siens = organisme_id in (None, dossier.porteur_id) and dossier.porteur_id in tenus.organismes_porteurs
        return Role.PORTEUR in attendus and siens
    return tenus.administre or any(
        h.role in attendus and organisme_id in (None, h.organisme_id) and dossier.est_dans(h.limites)
        for h in tenus.habilitations
    )


def instruit_tout(auteur: Auteur, contrat: Contrat) -> bool:
    """Does this author work on every deposited file of the contract?

    A funder works on those that ask it, a habilitation may be limited to some places, and who is withdrawn from a file
    does not read it: what they do not see, they cannot take for nothing.
    """
    if deports_de(auteur, contrat):
        return False
    tenus = roles(auteur, contrat)
    return tenus.administre or any(
        h.limites == Limites() and h.role in ROLES_INSTRUCTEURS - {Role.INSTRUCTEUR, Role.DECIDEUR}
        for h in tenus.habilitations
    )
