"""Amounts adjusted together, shares of the public, cents that add up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmation.regles.scenarios import (
    Ajustement,
    ajuste,
    au_centime,
    en_pourcent,
    manque_a_la_part,
    part_du_public,
    taux_en_mots,
)

D = Decimal
A = Ajustement


@pytest.mark.parametrize(
    ("ajustement", "montant", "autres", "attendu"),
    [
        (A.POURCENT, D(1000), {"taux": D(-5)}, D(950)),
        (A.POURCENT, D("1010"), {"taux": D("-2.5")}, D(985)),  # 984,75 to the euro
        (A.POURCENT, D(1000), {"taux": D(10), "cout": D(1050)}, D(1050)),
        (A.POURCENT, D(1000), {"taux": D(-100)}, D(0)),
        (A.POURCENT, None, {"taux": D(-5)}, None),
        (A.ZERO, D(1000), {}, D(0)),
        (A.ZERO, None, {}, D(0)),
        (A.AN_PASSE, D(1000), {"an_passe": D(800)}, D(800)),
        (A.AN_PASSE, D(700), {"an_passe": D(800)}, D(700)),
        (A.AN_PASSE, D(700), {"an_passe": None}, D(700)),
        (A.AN_PASSE, None, {"an_passe": D(800)}, None),
        (A.PROPOSITION, D(1), {"propose": D(800)}, D(800)),
        (A.PROPOSITION, D(1), {"propose": None}, D(1)),
        (A.DEMANDE, None, {"demande": D(900)}, D(900)),
        (A.DEMANDE, None, {"demande": D(900), "cout": D(500)}, D(500)),
        (A.DEMANDE, None, {"demande": D(900), "cout": D(0)}, D(900)),  # an imported file without its cost
        (A.POURCENT, D(1000), {"taux": D(10), "cout": D(0)}, D(1100)),
    ],
)
def test_ajuster_un_montant(ajustement, montant, autres, attendu) -> None:
    assert ajuste(ajustement, montant, **({"cout": D(20_000)} | autres)) == attendu


@pytest.mark.parametrize(
    ("nombre", "public", "part"),
    [(30, 60, D("0.5")), (0, 60, D(0)), (70, 60, D(1)), (None, 60, None), (30, None, None), (30, 0, None)],
)
def test_la_part_d_un_public_est_inconnue_plutot_que_nulle(nombre, public, part) -> None:
    assert part_du_public(nombre, public) == part


@pytest.mark.parametrize(
    ("portion", "tout", "part"),
    [("50.05", "100", "50.1"), ("50.04", "100", "50.0"), ("1", "3", "33.3"), ("0", "5", "0"), ("1", "0", None)],
)
def test_une_part_s_arrondit_au_dixieme_superieur_a_la_moitie(portion, tout, part) -> None:
    assert en_pourcent(D(portion), D(tout)) == (None if part is None else D(part))


@pytest.mark.parametrize(("portion", "manque"), [("299.99", "0.01"), ("300", "0"), ("301", "0")])
def test_ce_qui_manque_a_une_part_se_compte_au_centime(portion, manque) -> None:
    assert manque_a_la_part(D(portion), D(1000), D(30)) == D(manque)


@pytest.mark.parametrize(
    ("taux", "mots"), [("-12.5", "Baisser de 12,5\xa0%"), ("5", "Augmenter de 5\xa0%"), ("0", "Augmenter de 0\xa0%")]
)
def test_un_ajustement_se_dit_en_francais(taux, mots) -> None:
    assert taux_en_mots(D(taux)) == mots


@given(
    st.lists(st.decimals(min_value=0, max_value=10**6, places=6), min_size=1, max_size=12),
    st.decimals(min_value=0, max_value=10**7, places=2),
)
def test_les_parts_ramenees_au_centime_font_le_total(exacts, total) -> None:
    arrondis = au_centime(exacts, total)
    assert sum(arrondis) == (total if sum(exacts) else 0)
    assert all(a == a.quantize(D("0.01")) and a >= 0 for a in arrondis)
