"""Rules of commitments on plain values: six calendar months, what is missing, what each kind of target asks."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from contrats.actions import SaisieCible
from contrats.etats import EtatReponse, TypeCible
from contrats.regles import (
    GUIDES_DE_CIBLE,
    CibleEcrite,
    dans_n_mois,
    limite_de_reponse,
    manques_d_un_engagement,
    situation_de_reponse,
)

JOURS = st.dates(date(2024, 1, 1), date(2031, 12, 31))


@pytest.mark.parametrize(
    ("sollicite", "limite"),
    [
        (date(2026, 1, 15), date(2026, 7, 15)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2027, 8, 29), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2027, 6, 30)),
        (date(2026, 6, 30), date(2026, 12, 30)),
    ],
)
def test_six_mois_sont_des_mois_de_calendrier(sollicite, limite) -> None:
    assert limite_de_reponse(sollicite) == limite


@pytest.mark.parametrize(
    ("sollicite", "declare", "le", "situation"),
    [
        (None, False, date(2026, 11, 20), EtatReponse.A_SOLLICITER),
        (None, True, date(2026, 11, 20), EtatReponse.REPONDU),
        (date(2026, 5, 20), False, date(2026, 11, 20), EtatReponse.SOLLICITE),
        (date(2026, 5, 20), False, date(2026, 11, 21), EtatReponse.EN_RETARD),
        (date(2026, 1, 1), True, date(2026, 11, 20), EtatReponse.REPONDU),
    ],
)
def test_sollicite_repondu_ou_en_retard(sollicite, declare, le, situation) -> None:
    assert situation_de_reponse(sollicite, declare=declare, le=le) == situation


@given(JOURS, st.integers(0, 40))
def test_ajouter_des_mois_avance_d_autant_et_ne_depasse_pas_le_mois_vise(jour, mois) -> None:
    la = dans_n_mois(jour, mois)
    assert (la.year * 12 + la.month) - (jour.year * 12 + jour.month) == mois
    assert la.day == jour.day or (la.day < jour.day and (la + timedelta(days=1)).day == 1)


@pytest.mark.django_db
def test_la_base_compte_les_mois_comme_la_regle() -> None:
    jours = [date(2027, 1, 1) + timedelta(days=n) for n in range(800)]
    with connection.cursor() as curseur:
        curseur.execute("SELECT (j + make_interval(months => 6))::date FROM unnest(%s::date[]) AS j", [jours])
        assert [ligne[0] for ligne in curseur.fetchall()] == [limite_de_reponse(j) for j in jours]


def manques(**champs) -> tuple[str, ...]:
    complet = {
        "responsable": True,
        "orientation": True,
        "echeance": date(2027, 12, 31),
        "cibles": [CibleEcrite("nombre", "places", Decimal(20), None)],
    }
    return manques_d_un_engagement(**(complet | champs))


def test_un_engagement_complet_ne_manque_de_rien() -> None:
    assert manques() == ()


@pytest.mark.parametrize(
    ("champs", "manque"),
    [
        ({"responsable": False}, "responsable inconnu"),
        ({"orientation": False}, "orientation manquante"),
        ({"echeance": None}, "échéance manquante"),
        ({"cibles": []}, "aucune cible"),
        ({"cibles": [CibleEcrite("nombre", "", Decimal(20), None)]}, "objet de la cible non précisé"),
        ({"cibles": [CibleEcrite("nombre", "places", None, None)]}, "cible non chiffrée"),
    ],
)
def test_ce_qui_manque_est_dit(champs, manque) -> None:
    assert manques(**champs) == (manque,)


def test_l_echeance_d_une_cible_suffit() -> None:
    assert manques(echeance=None, cibles=[CibleEcrite("jalon", "ouverture", None, date(2027, 1, 1))]) == ()


@pytest.mark.parametrize("sorte", ["jalon", "direction", "indicateur", "comparaison"])
def test_une_cible_sans_valeur_par_nature_n_est_pas_incomplete(sorte) -> None:
    assert manques(cibles=[CibleEcrite(sorte, "quelque chose", None, None)]) == ()


@pytest.mark.parametrize("sorte", TypeCible)
def test_chaque_sorte_de_cible_est_expliquee_et_nomme_des_champs_qui_existent(sorte) -> None:
    guide = GUIDES_DE_CIBLE[sorte]
    assert guide.explication.endswith(".")
    assert guide.exemple
    assert set(guide.champs) <= set(SaisieCible.__dataclass_fields__)
    assert ("valeur" in guide.champs) or not guide.valeur_attendue
    assert ("valeur_haute" in guide.champs) == (sorte == TypeCible.INTERVALLE)
