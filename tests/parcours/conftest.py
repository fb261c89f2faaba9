"""The demo contract, loaded as `make demo` loads it, for the journeys of real people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from acteurs.models import Utilisateur
from portail.demo.chargement import charger
from portail.demo.comptes import DOMAINE

AUJOURD_HUI = date(2026, 11, 20)


@pytest.fixture
def demo(transactional_db: None) -> None:
    """La Porte du Hainaut on 20 November 2026."""
    charger(aujourdhui=AUJOURD_HUI, graine=2030)


@pytest.fixture
def page_du_compte(demo: None, page_de: Callable[..., Any]) -> Callable[..., Any]:
    """`page_du_compte("chef-de-projet")`: a page where this account of the demo is signed in."""

    def ouvrir(cle: str, **suite: Any) -> Any:
        return page_de(utilisateur=Utilisateur.objects.get(email=f"{cle}@{DOMAINE}"), **suite)

    return ouvrir
