"""The contract of Hazebrouck, loaded beside the first one: its own facts, and nothing of another contract."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from acteurs.models import Organisme
from contrats.models import CibleEngagement, Contrat, Objectif, OperationUrbaine
from geographie.models import Mesure, StatutMesure
from portail.demo.chargement import charger

THEMES_DES_SUBVENTIONS = 6


@pytest.fixture
def contrat(db: None) -> Contrat:
    charger(aujourdhui=date(2026, 11, 20), graine=2030, reference_seule=True)
    return Contrat.objects.get(slug="hazebrouck")


def _somme(code: str) -> Decimal:
    return Mesure.objects.filter(indicateur__code__startswith=code).aggregate(total=Sum("valeur"))["total"]


def test_le_contrat_est_entier(contrat: Contrat) -> None:
    assert contrat.pilote.siren == "200040947"
    assert (contrat.actions_renforcees, contrat.signe_le) == (4, None)
    assert contrat.signataires.count() == 17
    assert [s.organisme.sigle for s in contrat.signataires.filter(qualite="pilote")] == ["Cœur de Flandre agglo"]
    assert Counter(contrat.orientations.values_list("nature", flat=True)) == {"thematique": 9, "transversale": 1}
    assert contrat.engagements.count() == 105
    familles = Counter(
        reference.rstrip("0123456789") for reference in contrat.engagements.values_list("reference", flat=True)
    )
    assert familles == {
        "L": 15,
        "E": 17,
        "C": 3,
        "F": 4,
        "A": 11,
        "P": 9,
        "D": 18,
        "N": 3,
        "PAR-": 10,
        "FOH-": 4,
        "FT-": 11,
    }


def test_les_projets_phares_sont_les_seuls_objectifs_prioritaires(contrat: Contrat) -> None:
    prioritaires = Objectif.objects.filter(orientation__contrat=contrat, prioritaire=True)
    assert Counter(prioritaires.values_list("orientation__nom_court", flat=True)) == {
        "Santé": 1,
        "Éducation": 2,
        "Emploi": 1,
        "Mobilité": 1,
    }
    assert set(prioritaires.values_list("ambition", flat=True)) == {"Projet phare"}


def test_un_perimetre_sans_code_imprime_n_en_recoit_aucun(contrat: Contrat) -> None:
    perimetre = contrat.perimetres.get().perimetre
    assert [(v.generation, v.code) for v in perimetre.versions.order_by("valide_du")] == [(2015, ""), (2024, "")]
    actuelle = perimetre.versions.get(generation=2024)
    assert [p.habitants for p in actuelle.populations.all()] == [None]
    assert actuelle.origines.get().deduite
    anciennes = perimetre.versions.get(generation=2015).populations.order_by("millesime")
    assert [(p.millesime, p.habitants) for p in anciennes] == [(2013, 1379), (2015, 1324), (2018, 1379), (2021, 1416)]


def test_les_sommes_verifiees_dans_le_texte_se_retrouvent(contrat: Contrat) -> None:
    assert _somme("haz-subventions-") == 1_906_552
    assert Mesure.objects.filter(indicateur__code__startswith="haz-subventions-").count() == THEMES_DES_SUBVENTIONS
    assert sum(_somme(f"haz-mediation-{acces}") for acces in ("droits", "soins", "autres")) == 291
    assert (_somme("haz-mediation-qpv"), _somme("haz-mediation-hors-qpv")) == (245, 46)
    assert OperationUrbaine.objects.get(contrat=contrat, nom="Réseau de bus 2025").cout == 2_911_100
    for suffixe in ("", "-f", "-h"):
        for millesime in ("2017", "2021"):
            niveaux = [f"haz-niveau-{niveau}{suffixe}" for niveau in ("infra-cap", "cap", "bac", "supra-bac")]
            parts = Mesure.objects.filter(indicateur__code__in=niveaux, millesime=millesime)
            assert abs(parts.aggregate(total=Sum("valeur"))["total"] - 100) <= Decimal("0.1")


def test_une_valeur_non_disponible_le_dit(contrat: Contrat) -> None:
    mesure = Mesure.objects.get(indicateur__code="haz-college-prive", millesime="2021")
    assert (mesure.statut, mesure.valeur) == (StatutMesure.ND, None)


def test_chaque_cible_garde_ce_que_le_texte_en_dit(contrat: Contrat) -> None:
    cibles = CibleEngagement.objects.filter(engagement__contrat=contrat)
    cites = cibles.get(engagement__reference="E1")
    assert (cites.type, cites.valeur, cites.valeur_haute, cites.echeance) == ("intervalle", 3, 4, date(2024, 12, 31))
    bus = cibles.get(engagement__reference="L1", type="nombre")
    assert (bus.reference, bus.valeur, bus.echeance) == (134, 270, date(2027, 12, 31))
    pass_sport = cibles.get(engagement__reference="L6")
    assert (pass_sport.valeur, pass_sport.reference, pass_sport.echeance) == (20, None, None)
    logements = cibles.get(engagement__reference="D9")
    assert (logements.type, logements.valeur) == ("plafond", 0)


def test_le_porteur_deduit_d_un_engagement_reste_inconnu(contrat: Contrat) -> None:
    sans = contrat.engagements.filter(organisme__isnull=True).values_list("reference", flat=True)
    assert {"L1", "L2", "L15", "D8", "D9", "D10"} <= set(sans)
    assert not contrat.engagements.filter(organisme__sigle="Cottage").exists()
    assert Organisme.objects.filter(sigle="Cottage", signatures__contrat=contrat).exists()
