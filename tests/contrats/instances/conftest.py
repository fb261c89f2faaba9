"""A COPIL with members and guests, and its meeting in a fortnight."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest
from django.utils import timezone

from commun.auteur import Auteur
from contrats.etats import Role
from contrats.models import Comite, Contrat, Reunion, TypeComite
from tests.fabriques import (
    ComiteFactory,
    HabilitationFactory,
    MembreComiteFactory,
    OrganismeFactory,
    PointOrdreDuJourFactory,
    ReunionFactory,
)

JOUR = date(2026, 12, 4)


@pytest.fixture
def chef(auteur_de: Callable[..., Auteur], horloge: Any) -> Auteur:
    """A chef de projet of the whole contract; the clock stands on 20 November 2026."""
    return auteur_de(Role.CHEF_DE_PROJET)


@pytest.fixture
def copil(contrat: Contrat) -> Comite:
    return ComiteFactory(contrat=contrat, type=TypeComite.COPIL, nom="COPIL", reunions_par_an=1)


@pytest.fixture
def membre(copil: Comite) -> Auteur:
    """An instructeur whose organisation sits in the COPIL."""
    organisme = OrganismeFactory(departement=True)
    MembreComiteFactory(comite=copil, organisme=organisme)
    habilitation = HabilitationFactory(contrat=copil.contrat, organisme=organisme, role=Role.SIGNATAIRE)
    return Auteur(utilisateur=habilitation.utilisateur, organisme=organisme)


@pytest.fixture
def invite(copil: Comite) -> Auteur:
    """Somebody of an organisation that the COPIL invites."""
    organisme = OrganismeFactory(caf=True)
    MembreComiteFactory(comite=copil, organisme=organisme, invite=True)
    habilitation = HabilitationFactory(contrat=copil.contrat, organisme=organisme, role=Role.SIGNATAIRE)
    return Auteur(utilisateur=habilitation.utilisateur, organisme=organisme)


@pytest.fixture
def reunion(copil: Comite, membre: Auteur, invite: Auteur) -> Reunion:
    reunion = ReunionFactory(
        comite=copil, le=JOUR, debut=time(14), fin=time(16, 30), lieu="Siège, salle 2", objet="Revue des engagements"
    )
    PointOrdreDuJourFactory(reunion=reunion, ordre=1, titre="Revue des engagements")
    return reunion


@pytest.fixture
def maintenant() -> Callable[[], Any]:
    return timezone.now
