"""The real contract of the demo: whole, sourced, and never a zero in place of what is unknown."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.apps import apps
from django.db.models import Sum

from acteurs.models import Utilisateur
from contrats.models import Contrat, Orientation
from geographie.models import Mesure, Perimetre, PopulationPerimetre, StatutMesure, VersionPerimetre
from portail.demo.chargement import charger
from programmation.models import Dossier

APPS = ("acteurs", "geographie", "contrats", "programmation", "tfpb", "evaluation")


@pytest.fixture(autouse=True)
def contrat_reel(db: None) -> Contrat:
    charger(aujourdhui=date(2026, 11, 20), graine=2030, reference_seule=True)
    return Contrat.objects.get(slug="porte-du-hainaut")


def test_le_contrat_reel_est_entier(contrat_reel: Contrat) -> None:
    qpv = Perimetre.objects.qpv().filter(contrats__contrat=contrat_reel)
    assert qpv.count() == 13
    en_vigueur = PopulationPerimetre.objects.filter(version__perimetre__in=qpv, version__generation=2024)
    assert en_vigueur.aggregate(total=Sum("habitants"))["total"] == 32_305
    assert sorted(en_vigueur.filter(est_une_part=True).values_list("habitants", flat=True)) == [64, 390, 543]
    orientations = Orientation.objects.filter(contrat=contrat_reel)
    assert Counter(orientations.values_list("nature", flat=True)) == {"thematique": 6, "transversale": 6}
    references = contrat_reel.engagements.values_list("reference", flat=True)
    assert Counter(reference[0] in "E" and reference[1:].isdigit() for reference in references) == {True: 61, False: 96}
    assert contrat_reel.engagements.filter(organisme__type="bailleur").count() == 85
    assert not Dossier.objects.exists()
    assert not Utilisateur.objects.exists()


def test_chaque_ligne_reelle_dit_sa_source() -> None:
    for app in APPS:
        for modele in apps.get_app_config(app).get_models():
            if "source" in {champ.name for champ in modele._meta.fields}:
                assert not modele._default_manager.filter(source="").exists(), modele.__name__


def test_une_donnee_absente_n_est_jamais_un_zero(contrat_reel: Contrat) -> None:
    absentes = Mesure.objects.exclude(statut=StatutMesure.VALEUR)
    assert absentes.filter(statut=StatutMesure.ND, source__startswith="contrat-cadre 2024-2030").count() == 9
    assert not absentes.filter(valeur__isnull=False).exists()
    assert contrat_reel.engagements.filter(organisme__isnull=True).count() == 42


def test_les_deux_generations_d_un_qpv_se_suivent() -> None:
    fusionne = VersionPerimetre.objects.get(code="QN05922M")
    assert fusionne.origines.count() == 2
    denain = Perimetre.objects.get(code="QN05950M")
    assert [v.generation for v in denain.versions.order_by("valide_du")] == [2015, 2024]
    assert denain.versions.en_vigueur(date(2023, 12, 31)).get().generation == 2015
