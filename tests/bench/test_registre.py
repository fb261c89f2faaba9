"""How measures register and how their answers are judged and written."""

import pytest

from bench import registre
from bench.registre import Ligne, banc, mediane, rapport, tableau


@pytest.fixture(autouse=True)
def registre_vide(monkeypatch):
    monkeypatch.setattr(registre, "BANCS", {})


def test_un_banc_s_inscrit_une_seule_fois():
    banc("essai")(lambda n: [])
    with pytest.raises(ValueError, match="essai"):
        banc("essai")(lambda n: [])


def test_un_rapport_est_la_mediane_des_rapports_par_tour():
    ligne = rapport("a/b", [2.0, 9.0, 3.0], [4.0, 9.0, 4.0], plafond=0.75)
    assert (ligne.valeur, ligne.n, ligne.tenu) == ("0.75 ×", 3, True)
    assert rapport("a/b", [4.0], [4.0], plafond=0.75).tenu is False


def test_une_mediane_se_juge_si_elle_a_un_plafond():
    assert mediane("m", [1, 5, 3], "s").tenu is None
    assert mediane("m", [1, 5, 3], "s", plafond=2).tenu is False
    assert mediane("m", [1, 5, 3], "s").valeur == "3.00 s (1.00–5.00)"


def test_le_tableau_dit_ce_qui_n_est_pas_tenu():
    texte = tableau({"pdf": [Ligne("temps", "3 s", 5, "≤ 2 s", False), Ligne("pages", "12", 1)]})
    assert texte.splitlines()[0].split() == ["banc", "mesure", "médiane", "n", "objectif", "tenu"]
    assert texte.splitlines()[2].endswith("NON")
    assert texte.splitlines()[3].split() == ["pdf", "pages", "12", "1"]
