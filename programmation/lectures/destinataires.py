"""Who is written to about a file."""

from __future__ import annotations

from collections.abc import Collection, Iterable

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


def destinataires_du_porteur(dossier: Dossier) -> list[int | None]:
    """Whom to write to, by account; None stands for the organisation itself, when it has an address and no account.

    Most imported files come from organisations where nobody has an account yet.
    """
    return destinataires_des_porteurs(dossier.contrat, [dossier.porteur_id])[dossier.porteur_id]


def destinataires_des_porteurs(contrat: Contrat, porteurs: Collection[int]) -> dict[int, list[int | None]]:
    """The same for many porteurs of a contract, by organisation. Two queries."""
    tenues = Habilitation.objects.actives().filter(contrat=contrat, role=Role.PORTEUR, organisme__in=porteurs)
    personnes: dict[int, set[int]] = {porteur: set() for porteur in porteurs}
    for porteur, personne in tenues.filter(utilisateur__is_active=True).values_list("organisme", "utilisateur"):
        personnes[porteur].add(personne)
    adresses = adresses_des_porteurs([porteur for porteur, siennes in personnes.items() if not siennes])
    return {
        porteur: [*sorted(siennes)] or ([None] if adresses.get(porteur) else [])
        for porteur, siennes in personnes.items()
    }


def adresse_du_porteur(dossier: Dossier) -> str:
    """The porteur's own e-mail address, for want of people; empty when it gave none."""
    return adresses_des_porteurs([dossier.porteur_id]).get(dossier.porteur_id, "")


def adresses_des_porteurs(porteurs: Collection[int]) -> dict[int, str]:
    """The same for many, by organisation; those without a card are absent."""
    if not porteurs:
        return {}
    fiches = FicheOrganisme.objects.filter(organisme__in=porteurs)
    return {
        organisme: courriel or du_representant
        for organisme, courriel, du_representant in fiches.values_list("organisme", "courriel", "representant_courriel")
    }


def adresse_de(dossier: Dossier, personne: int | None) -> str:
    """Where to write to one of `destinataires_du_porteur`; empty when the account was closed since."""
    if personne is None:
        return adresse_du_porteur(dossier)
    return Utilisateur.objects.filter(pk=personne, is_active=True).values_list("email", flat=True).first() or ""
