"""A spreadsheet as Dauphin exports it: one line per file and funder, and the contract whose words it uses."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from acteurs.models import TypeOrganisme
from contrats.models import Contrat
from programmation.models import Campagne, FamilleDispositif
from tests.fabriques import (
    CampagneFactory,
    CommuneFactory,
    DispositifFactory,
    OrganismeFactory,
    OrientationFactory,
    PerimetreDuContratFactory,
    PerimetreFactory,
    SignataireFactory,
    ThemeP147Factory,
    VersionPerimetreFactory,
)
from tests.fabriques.acteurs import siren_numero, siret_numero

# When the tests import: after the limit of deposit.
LE = datetime(2026, 1, 20, 10, tzinfo=ZoneInfo("Europe/Paris"))
TITRES = (
    *("Référence administrative", "SIRET", "Raison sociale", "Intitulé du projet", "Thématique", "Récurrence"),
    *("Date de début", "Date de fin", "Date de transmission", "Quartiers prioritaires", "Commune"),
    *("Nombre de bénéficiaires", "Dont QPV", "Femmes", "Hommes", "Coût total", "Financeur", "Nature des crédits"),
    *("Montant sollicité", "Montant voté", "Statut", "Engagement juridique"),
)


def siret(rang: int) -> str:
    """A right SIRET, the same for the same rank."""
    return siret_numero(siren_numero(20_000_000 + rang))


def ligne(rang: int = 1, **changes: Any) -> dict[str, Any]:
    """A good line of file `rang`, with changes by heading (`Statut="Recevable"`; spaces as `_`)."""
    valeurs: dict[str, Any] = {
        "Référence administrative": f"DA{10_000_000 + rang}",
        "SIRET": siret(rang % 60),
        "Raison sociale": f"Association des Quartiers {rang % 60}",
        "Intitulé du projet": f"Ateliers au pied des tours {rang}",
        "Thématique": "1.2 Santé",
        "Récurrence": "Première demande",
        "Date de début": "01/01/2026",
        "Date de fin": "31/12/2026",
        "Date de transmission": "01/12/2025",
        "Quartiers prioritaires": "QN05901M",
        "Commune": "Denain",
        "Nombre de bénéficiaires": "80",
        "Dont QPV": "60",
        "Femmes": "40",
        "Hommes": "40",
        "Coût total": "20 000,00 €",
        "Financeur": "État",
        "Nature des crédits": "Crédits spécifiques",
        "Montant sollicité": "5 000,00",
        "Montant voté": "",
        "Statut": "Transmise",
        "Engagement juridique": "",
    }
    for nom, valeur in changes.items():
        titre = next(t for t in TITRES if t == nom.replace("_", " "))
        valeurs[titre] = valeur
    return valeurs


def en_csv(lignes: Iterable[dict[str, Any]], *, encodage: str = "cp1252", titres: Iterable[str] = TITRES) -> bytes:
    """The file, as Dauphin's French spreadsheets are saved: semicolons, no UTF-8."""
    sortie = io.StringIO(newline="")
    feuille = csv.DictWriter(sortie, list(titres), delimiter=";", extrasaction="ignore")
    feuille.writeheader()
    feuille.writerows(lignes)
    return sortie.getvalue().encode(encodage)


def monter(contrat: Contrat) -> Campagne:
    """The campaign of 2026 of a contract with the words that the export uses."""
    campagne = CampagneFactory(contrat=contrat)
    DispositifFactory(code="aap-test", famille=FamilleDispositif.AAP, contrat=contrat)
    for nom, sigle, type_ in (
        ("Préfecture du Nord", "État", TypeOrganisme.ETAT),
        ("Caisse d’allocations familiales du Nord", "CAF", TypeOrganisme.CAF),
        ("Département du Nord", "Département", TypeOrganisme.DEPARTEMENT),
    ):
        SignataireFactory(contrat=contrat, organisme=OrganismeFactory(nom=nom, sigle=sigle, type=type_))
    sante = ThemeP147Factory(code="1.2", nom="Santé")
    emploi = ThemeP147Factory(code="2.1", nom="Emploi")
    ThemeP147Factory(code="1.6", nom="Prévention et lutte contre les discriminations")
    OrientationFactory(contrat=contrat, code="O1", nom="Emploi pour tous", nom_court="Emploi", theme_p147=emploi)
    OrientationFactory(contrat=contrat, code="O2", nom="Santé des habitants", nom_court="Santé", theme_p147=sante)
    denain = CommuneFactory(code="59172", nom="Denain")
    contrat.communes.add(denain, CommuneFactory(code="59002", nom="Abscon"))
    for code, nom in (("QN05901M", "Duclos Bellevue"), ("QN05902M", "Le Chêne, les Tilleuls")):
        version = VersionPerimetreFactory(perimetre=PerimetreFactory(code=code, nom=nom), communes=[denain])
        PerimetreDuContratFactory(contrat=contrat, perimetre=version.perimetre)
    VersionPerimetreFactory(
        perimetre=version.perimetre,
        generation=2015,
        code="QP059005",
        nom=nom,
        valide_du=date(2015, 1, 1),
        valide_au=date(2023, 12, 31),
    )
    return campagne
