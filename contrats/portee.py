"""The contract (and year) that a request is about, who asks, and what it is there: given to each view of a contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from acteurs.models import Organisme
from commun.auteur import Auteur, Canal
from commun.erreurs import ActeRefuse

from .etats import Role
from .models import Contrat, Habilitation
from .permissions import ROLES_INSTRUCTEURS, RolesTenus, RoleTenu, roles

P = ParamSpec("P")

# Which role speaks first when a person holds several in a contract.
_PRESEANCE = [
    Role.CHEF_DE_PROJET,
    Role.DECIDEUR,
    Role.INSTRUCTEUR,
    Role.DELEGUE_PREFET,
    Role.FINANCES,
    Role.JURIDIQUE,
    Role.BAILLEUR,
    Role.SIGNATAIRE,
    Role.PORTEUR,
    Role.CONSEIL_CITOYEN,
    Role.MEMBRE_COPIL,
]


@dataclass(frozen=True, slots=True)
class Portee:
    """What a view of a contract receives instead of guessing."""

    contrat: Contrat
    annee: int | None
    auteur: Auteur
    roles: RolesTenus

    @property
    def role_libelle(self) -> str:
        """The role shown in the frame."""
        if self.roles.administre:
            return "Administrateur"
        tenus = {h.role for h in self.roles.habilitations}
        return next((role.label for role in _PRESEANCE if role in tenus), "")


@dataclass(frozen=True, slots=True)
class DansLeContrat:
    """Declared access: an habilitation in the contract, in one of these roles (any when empty)."""

    attendus: frozenset[Role]

    def permet(self, tenus: RolesTenus) -> bool:
        return tenus.administre or (tenus.tient(*self.attendus) if self.attendus else bool(tenus))


Vue = Callable[Concatenate[HttpRequest, Portee, P], HttpResponseBase]

INSTRUCTEURS = tuple(ROLES_INSTRUCTEURS)


def dans_le_contrat(*attendus: Role) -> Callable[[Vue[P]], Callable[..., HttpResponseBase]]:
    """Declare a view of a contract. Its URL holds `contrat` (slug) and perhaps `annee`.

    A contract where the person is nobody does not exist for it (404); one where its role is another refuses (403).
    """

    def decorer(vue: Vue[P]) -> Callable[..., HttpResponseBase]:
        acces = DansLeContrat(frozenset(attendus))

        @wraps(vue)
        def enveloppe(
            request: HttpRequest, *args: Any, contrat: str, annee: int | None = None, **kwargs: Any
        ) -> HttpResponseBase:
            portee = portee_de(request, contrat, annee)
            if not acces.permet(portee.roles):
                raise ActeRefuse("Votre rôle dans ce contrat ne donne pas accès à cette page.")
            request.portee = portee  # type: ignore[attr-defined]
            return vue(request, portee, *args, **kwargs)

        enveloppe.acces = acces  # type: ignore[attr-defined]
        return enveloppe

    return decorer


def portee_de(request: HttpRequest, slug: str, annee: int | None = None, *, canal: Canal = Canal.ECRAN) -> Portee:
    """The scope of a request on the contract `slug`; raises `Http404` when the person holds nothing there."""
    anonyme = Auteur(utilisateur=request.user, canal=canal)
    contrat = get_object_or_404(Contrat.objects.visibles_par(anonyme).select_related("pilote"), slug=slug)
    if annee is not None and annee not in contrat.annees:
        raise Http404("This year is outside the contract.")
    tenus = roles(anonyme, contrat)
    auteur = Auteur(utilisateur=request.user, organisme=_organisme(request, contrat, tenus), canal=canal)
    return Portee(contrat, annee, auteur, tenus)


def organisme_agissant(
    request: HttpRequest, contrat: Contrat, habilitations: Iterable[RoleTenu | Habilitation]
) -> int | None:
    """The organisation the person acts for, by number: the one it chose, else that of its first role."""
    ordre = sorted(habilitations, key=lambda h: _PRESEANCE.index(Role(h.role)))
    possibles = [h.organisme_id for h in ordre]
    choisi = request.session.get(_cle_de_session(contrat))
    if choisi in possibles:
        return choisi
    return possibles[0] if possibles else None


def agir_pour(request: HttpRequest, contrat: Contrat, organisme: Organisme) -> None:
    """Keep the person's choice for the length of its session; a choice it no longer holds is ignored."""
    request.session[_cle_de_session(contrat)] = organisme.pk


def _organisme(request: HttpRequest, contrat: Contrat, tenus: RolesTenus) -> Organisme:
    """The organisation the person acts for; the lead for an administrator, who holds nothing."""
    numero = organisme_agissant(request, contrat, tenus.habilitations)
    return contrat.pilote if numero is None else Organisme.objects.get(pk=numero)


def _cle_de_session(contrat: Contrat) -> str:
    return f"organisme_{contrat.pk}"
