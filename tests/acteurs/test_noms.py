"""The name of an organisation within a French sentence."""

from __future__ import annotations

import pytest

from acteurs.models import Organisme, TypeOrganisme


@pytest.mark.parametrize(
    ("type", "sigle", "nom", "le", "de", "a"),
    [
        ("etat", "État", "État – préfecture du Nord", "l’État", "de l’État", "à l’État"),
        ("departement", "Département", "Département du Nord", "le Département", "du Département", "au Département"),
        ("region", "Région", "Région Hauts-de-France", "la Région", "de la Région", "à la Région"),
        ("departement", "CD59", "Département du Nord", "le CD59", "du CD59", "au CD59"),
        ("caf", "CAF", "Caisse d’allocations familiales du Nord", "la CAF", "de la CAF", "à la CAF"),
        ("ars", "ARS", "Agence régionale de santé", "l’ARS", "de l’ARS", "à l’ARS"),
        ("service_etat", "SDJES", "Service départemental à la jeunesse", "le SDJES", "du SDJES", "au SDJES"),
        ("service_etat", "DSDEN", "Éducation nationale – DSDEN", "la DSDEN", "de la DSDEN", "à la DSDEN"),
        ("service_etat", "Rectorat", "Éducation nationale – rectorat", "le Rectorat", "du Rectorat", "au Rectorat"),
        ("epci", "CAPH", "Communauté d’agglomération de La Porte du Hainaut", "CAPH", "de CAPH", "à CAPH"),
        ("commune", "Armentières", "Commune d’Armentières", "Armentières", "d’Armentières", "à Armentières"),
        ("commune", "Haveluy", "Commune d’Haveluy", "Haveluy", "d’Haveluy", "à Haveluy"),
        ("commune", "Hordain", "Commune de Hordain", "Hordain", "de Hordain", "à Hordain"),
        ("commune", "", "Commune de Denain", *(f"{mot} Commune de Denain" for mot in ("la", "de la", "à la"))),
        ("bailleur", "SIGH", "Société immobilière Grand Hainaut", "SIGH", "de SIGH", "à SIGH"),
        ("bailleur", "", "Habitat du Nord", "Habitat du Nord", "d’Habitat du Nord", "à Habitat du Nord"),
        ("autre", "Bailleurs", "Ensemble des bailleurs", "les Bailleurs", "des Bailleurs", "aux Bailleurs"),
        ("ccas", "", "CCAS d’Escaudain", "le CCAS d’Escaudain", "du CCAS d’Escaudain", "au CCAS d’Escaudain"),
        ("association", "", "Les Ajoncs", "Les Ajoncs", "des Ajoncs", "aux Ajoncs"),
        ("association", "", "Le Souffle", "Le Souffle", "du Souffle", "au Souffle"),
        ("association", "", "Épicerie du Marché", *(f"{mot}Épicerie du Marché" for mot in ("l’", "de l’", "à l’"))),
        ("france_travail", "", "France Travail", "France Travail", "de France Travail", "à France Travail"),
    ],
)
def test_un_nom_dans_une_phrase(type: str, sigle: str, nom: str, le: str, de: str, a: str) -> None:
    organisme = Organisme(type=TypeOrganisme(type), sigle=sigle, nom=nom)
    assert (organisme.le_nom, organisme.de_nom, organisme.a_nom) == (le, de, a)
