"""What a person is in a contract: its habilitations, its roles, the places and orientations they are limited to."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non

from .etats import Role
from .models.contrat import Contrat
from .models.habilitation import Habilitation, Invitation
from .regles import lieux_inclus, orientations_incluses

# Those who work together on the files before the decision, and see each other's amounts.
ROLES_INSTRUCTEURS = frozenset(
    {Role.CHEF_DE_PROJET, Role.INSTRUCTEUR, Role.DECIDEUR, Role.DELEGUE_PREFET, Role.JURIDIQUE, Role.FINANCES}
)


@dataclass(frozen=True, slots=True)
class Limites:
    """The places and orientations that an habilitation is limited to; empty sets mean no limit."""

    communes: frozenset[int] = frozenset()
    perimetres: frozenset[int] = frozenset()
    orientations: frozenset[int] = frozenset()

    def lieux(self, *, commune: str, communes_du_perimetre: str, perimetre: str) -> Q:
        """The places as a filter on the given lookups, empty without a limit.

        A perimeter given without a commune counts for each commune on which it lies.
        """
        lieux = Q()
        if self.communes:
            lieux |= Q(**{f"{commune}__in": self.communes})
            lieux |= Q(**{f"{commune}__isnull": True, f"{communes_du_perimetre}__in": self.communes})
        if self.perimetres:
            lieux |= Q(**{f"{perimetre}__in": self.perimetres})
        return lieux

    def incluses_dans(self, tenues: Limites) -> bool:
        """True when whoever holds `tenues` holds all that these limits allow."""
        return lieux_inclus(
            self.communes,
            self.perimetres,
            communes_tenues=tenues.communes,
            perimetres_tenus=tenues.perimetres,
        ) and orientations_incluses(self.orientations, tenues=tenues.orientations)


@dataclass(frozen=True, slots=True)
class RoleTenu:
    """One habilitation in force, as plain values."""

    role: Role
    organisme_id: int
    limites: Limites


@dataclass(frozen=True, slots=True)
class RolesTenus:
    """All that a person is in one contract today."""

    habilitations: tuple[RoleTenu, ...] = ()
    administre: bool = False

    def __bool__(self) -> bool:
        return bool(self.habilitations) or self.administre

    def tient(self, *attendus: Role, organisme_id: int | None = None) -> bool:
        """True when the person holds one of these roles (for this organisation, when given)."""
        return any(
            h.role in attendus and (organisme_id is None or h.organisme_id == organisme_id) for h in self.habilitations
        )

    def organismes(self, *attendus: Role) -> frozenset[int]:
        """The organisations for which the person holds one of these roles."""
        return frozenset(h.organisme_id for h in self.habilitations if h.role in attendus)

    @property
    def instruit(self) -> bool:
        return self.administre or any(h.role in ROLES_INSTRUCTEURS for h in self.habilitations)

    @property
    def pilote(self) -> bool:
        return self.administre or self.tient(Role.CHEF_DE_PROJET)

    @property
    def pilote_tout(self) -> bool:
        """A chef de projet of the whole contract, not of some places or orientations only."""
        return self.administre or any(
            h.role == Role.CHEF_DE_PROJET and h.limites == Limites() for h in self.habilitations
        )

    @property
    def organismes_instructeurs(self) -> frozenset[int]:
        return self.organismes(*ROLES_INSTRUCTEURS)

    @property
    def organismes_porteurs(self) -> frozenset[int]:
        return self.organismes(Role.PORTEUR)


def voit_les_declarations(tenus: RolesTenus) -> bool:
    """Yearly statements are read by those who work with them: the team, the co-funders, signatories and landlords.

    Others read the commitments as the contract writes them, and the statements in published reports.
    """
    return tenus.instruit or tenus.tient(Role.SIGNATAIRE, Role.BAILLEUR)


def limites_de(objet: Habilitation | Invitation) -> Limites:
    """The limits written on an habilitation or an invitation."""
    return Limites(
        frozenset(c.pk for c in objet.communes.all()),
        frozenset(p.pk for p in objet.perimetres.all()),
        frozenset(o.pk for o in objet.orientations.all()),
    )


def roles(auteur: Auteur, contrat: Contrat) -> RolesTenus:
    """What the author is in `contrat` today; read once per request and kept on the person's object.

    An author without a person (a job, a command) is the product itself: it administers.
    """
    utilisateur = auteur.utilisateur
    if utilisateur is None:
        return RolesTenus(administre=True)
    if not utilisateur.is_authenticated or not utilisateur.is_active:
        return RolesTenus()
    if utilisateur.is_superuser:
        return RolesTenus(administre=True)
    connus: dict[int, RolesTenus] = utilisateur.__dict__.setdefault("_roles_tenus", {})
    if contrat.pk not in connus:
        habilitations = (
            utilisateur.habilitations.actives()
            .filter(contrat=contrat)
            .prefetch_related("communes", "perimetres", "orientations")
        )
        connus[contrat.pk] = RolesTenus(
            tuple(RoleTenu(Role(h.role), h.organisme_id, limites_de(h)) for h in habilitations)
        )
    return connus[contrat.pk]


def peut_inviter(auteur: Auteur, contrat: Contrat) -> Reponse:
    """The team of the contract opens accounts."""
    if roles(auteur, contrat).pilote:
        return OUI
    return non("Seul un chef de projet du contrat peut inviter une personne.")


def peut_accorder(auteur: Auteur, contrat: Contrat, limites: Limites) -> Reponse:
    """Nobody grants more than it holds: a communal chef de projet opens accounts for its own commune."""
    if not (reponse := peut_inviter(auteur, contrat)):
        return reponse
    tenus = roles(auteur, contrat)
    if tenus.administre or any(
        limites.incluses_dans(h.limites) for h in tenus.habilitations if h.role == Role.CHEF_DE_PROJET
    ):
        return OUI
    return non("Vos propres droits sont limités : accordez une habilitation dans les mêmes lieux et orientations.")


def peut_gerer(auteur: Auteur, objet: Habilitation | Invitation) -> Reponse:
    """Whoever could have granted it may change it, close it or withdraw it."""
    if not roles(auteur, objet.contrat).pilote:
        return non("Seul un chef de projet du contrat modifie son équipe.")
    return peut_accorder(auteur, objet.contrat, limites_de(objet))
