"""Who is written to about a file."""

from __future__ import annotations

from collections.abc import Iterable

from acteurs.models import FicheOrganisme, Organisme, Utilisateur
from contrats.etats import Role
from contrats.models import Contrat, Habilitation

from ..models import Dossier


def gens(contrat: Contrat, roles: Iterable[Role], organismes: Iterable[Organisme | int]) -> list[Utilisateur]:
    """The people who hold one of these roles today, for one of these organisations."""
    tenues = Habilitation.objects.actives().filter(
        contrat=contrat, role__in=list(roles), organisme__in=list(organismes)
    )
    return list(Utilisateur.objects.filter(is_active=True, habilitations__in=tenues).distinct().order_by("pk"))


def gens_du_porteur(dossier: Dossier) -> list[Utilisateur]:
    """The people who carry the action."""
    return gens(dossier.contrat, [Role.PORTEUR], [dossier.porteur_id])


def destinataires_du_porteur(dossier: Dossier) -> list[int | None]:
    """Whom to write to, by account; None stands for the organisation itself, when it has an address and no account.

    Most imported files come from organisations where nobody has an account yet.
    """
    personnes: list[int | None] = [personne.pk for personne in gens_du_porteur(dossier)]
    return personnes or ([None] if adresse_du_porteur(dossier) else [])


def adresse_du_porteur(dossier: Dossier) -> str:
    """The porteur's own e-mail address, for want of people; empty when it gave none."""
    fiche = FicheOrganisme.objects.filter(organisme=dossier.porteur_id).first()
    return (fiche.courriel or fiche.representant_courriel) if fiche else ""


def adresse_de(dossier: Dossier, personne: int | None) -> str:
    """Where to write to one of `destinataires_du_porteur`; empty when the account was closed since."""
    if personne is None:
        return adresse_du_porteur(dossier)
    return Utilisateur.objects.filter(pk=personne, is_active=True).values_list("email", flat=True).first() or ""
