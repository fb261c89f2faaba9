"""One request in each state, on the département's row."""

from __future__ import annotations

from typing import Any

import pytest

from programmation.models import DemandeFinancement, Dossier
from tests.fabriques import DemandeFactory, DossierFactory


@pytest.fixture
def demande(dossier: Dossier, gens: Any) -> DemandeFinancement:
    """5 000 € asked of the département, which has an envelope of 100 000 €."""
    return DemandeFactory(dossier=dossier, financeur=gens.departement, dotee=True)


@pytest.fixture
def proposee(dossier: Dossier, gens: Any) -> DemandeFinancement:
    return DemandeFactory(dossier=dossier, financeur=gens.departement, proposee=True)


@pytest.fixture
def programmee(contrat, gens: Any) -> DemandeFinancement:
    dossier = DossierFactory(contrat=contrat, programme=True)
    return DemandeFactory(dossier=dossier, financeur=gens.departement, programmee=True)


@pytest.fixture
def votee(contrat, gens: Any) -> DemandeFinancement:
    dossier = DossierFactory(contrat=contrat, programme=True)
    return DemandeFactory(dossier=dossier, financeur=gens.departement, votee=True)
