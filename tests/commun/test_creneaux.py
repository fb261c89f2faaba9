"""Slots: a question asked upwards, filled once, never left open."""

import pytest

from commun import creneaux
from commun.creneaux import Creneau
from commun.verifications import creneaux_remplis


@pytest.fixture(autouse=True)
def registre(monkeypatch):
    """A register of its own for each test."""
    monkeypatch.setattr(creneaux, "CRENEAUX", {})
    monkeypatch.setattr("commun.verifications.CRENEAUX", creneaux.CRENEAUX)


def test_un_creneau_rempli_repond():
    creneau: Creneau[[int], bool] = Creneau("essai.peut_clore", "May this meeting be closed?")
    creneau.remplir(lambda numero: numero > 3)

    assert creneau(4)
    assert not creneau(3)
    assert creneaux_remplis(None) == []


def test_un_creneau_vide_est_une_erreur_de_demarrage():
    creneau = Creneau("essai.peut_clore", "May this meeting be closed?")

    (erreur,) = creneaux_remplis(None)
    assert erreur.id == "commun.E001"
    assert "essai.peut_clore" in erreur.msg
    with pytest.raises(RuntimeError, match=r"essai\.peut_clore"):
        creneau()


def test_un_creneau_n_a_qu_une_reponse():
    creneau = Creneau("essai.peut_clore", "May this meeting be closed?")
    creneau.remplir(bool)
    with pytest.raises(RuntimeError, match="already filled"):
        creneau.remplir(bool)


def test_deux_creneaux_ne_portent_pas_le_meme_nom():
    premier = Creneau("essai.peut_clore", "May this meeting be closed?")
    with pytest.raises(RuntimeError, match="Two slots"):
        Creneau("essai.peut_clore", "Another question?")
    assert list(creneaux.CRENEAUX.values()) == [premier]
