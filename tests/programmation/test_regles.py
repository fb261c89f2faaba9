"""Rules of the programming on plain values: thresholds at the cent, shares, balance, words for the reader."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programmation.etats import DEMANDE_FERME, EtatDemande
from programmation.regles import (
    PartCpo,
    accord,
    alertes_public,
    budget_equilibre,
    centimes_sans_perte,
    convention_requise,
    manque_pour_equilibrer,
    parts_completes,
)

SEUIL = Decimal(23_000)
CENTIME = Decimal("0.01")

euros = st.decimals(min_value=0, max_value=10_000_000, places=2)


# --- S-11: a convention beyond the threshold, with F-10's cases -------------------------------------------------------
@pytest.mark.parametrize(
    ("montants", "requise"),
    [
        (["23000.00"], False),
        (["23000.01"], True),
        (["12000", "11500"], True),
        (["12000"], False),
        (["11500"], False),
        ([], False),
    ],
)
def test_une_convention_est_requise_au_dela_du_seuil_strictement(montants: list[str], requise: bool) -> None:
    """S-11: 23 000 € exactly need none, a cent more does, and the year's grants are added up."""
    assert convention_requise(map(Decimal, montants), seuil=SEUIL) is requise


@given(st.lists(euros, max_size=8))
def test_le_decoupage_d_une_subvention_ne_fait_pas_echapper_a_la_convention(montants: list[Decimal]) -> None:
    """S-11: only the year's total counts, however it is split."""
    assert convention_requise(montants, seuil=SEUIL) == convention_requise([sum(montants, Decimal(0))], seuil=SEUIL)


# --- S-01 and S-17 ----------------------------------------------------------------------------------------------------
@given(st.lists(euros, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_un_budget_est_equilibre_quel_que_soit_l_ordre_de_ses_lignes(charges: list[Decimal], hasard) -> None:
    produits = list(charges)
    hasard.shuffle(produits)
    assert budget_equilibre(charges, produits)
    assert not budget_equilibre(charges, [*produits, CENTIME])


@pytest.mark.parametrize(
    ("parts", "completes"),
    [
        (["33.33", "33.33", "33.33"], True),
        (["60", "40"], True),
        (["99.90"], True),
        (["100.10"], True),
        (["99.89"], False),
        (["100.11"], False),
        ([], False),
    ],
)
def test_les_parts_d_un_dossier_font_cent_pour_cent_a_un_dixieme_pres(parts: list[str], completes: bool) -> None:
    assert parts_completes(map(Decimal, parts)) is completes


@pytest.mark.parametrize(
    ("public", "alertes"),
    [
        ({"total": 80, "qpv": 41, "femmes": 40, "hommes": 40}, 0),
        ({"total": 80, "qpv": 40, "femmes": None, "hommes": None}, 1),
        ({"total": 80, "qpv": 0, "femmes": None, "hommes": None}, 1),
        ({"total": 80, "qpv": 60, "femmes": 50, "hommes": 31}, 1),
        ({"total": 80, "qpv": 20, "femmes": 50, "hommes": 31}, 2),
        ({"total": None, "qpv": 20, "femmes": 50, "hommes": 31}, 0),
        ({"total": 80, "qpv": None, "femmes": 50, "hommes": None}, 0),
    ],
)
def test_le_public_attendu_alerte_sans_inventer_ce_qui_manque(public: dict, alertes: int) -> None:
    assert len(alertes_public(**public)) == alertes


# --- C-04: the CPO share, with F-15's cases ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("montant", "atteinte", "manque"),
    [("49999.99", False, "0.01"), ("50000", True, "0"), ("50000.01", True, "0"), ("0", False, "50000")],
)
def test_la_part_cpo_alerte_a_un_centime_de_la_moitie(montant: str, atteinte: bool, manque: str) -> None:
    part = PartCpo(Decimal(montant), Decimal(100_000), Decimal(50))
    assert part.atteinte is atteinte
    assert part.manque == Decimal(manque)


def test_la_part_cpo_arrondie_ne_cache_pas_l_objectif_manque() -> None:
    part = PartCpo(Decimal("49999.99"), Decimal(100_000), Decimal(50))
    assert part.part == Decimal("50.00")
    assert not part.atteinte


def test_la_part_cpo_d_une_enveloppe_vide_n_existe_pas() -> None:
    assert PartCpo(Decimal(0), Decimal(0), Decimal(50)).part is None


@given(euros, euros.filter(bool), st.decimals(min_value=0, max_value=100, places=2))
def test_ajouter_ce_qui_manque_atteint_toujours_l_objectif(montant: Decimal, base: Decimal, visee: Decimal) -> None:
    part = PartCpo(montant, base, visee)
    assert part.atteinte == (part.manque == 0)
    assert PartCpo(montant + part.manque, base, visee).atteinte


# --- What a file's requests tell --------------------------------------------------------------------------------------
D = EtatDemande


@pytest.mark.parametrize(
    ("etats", "libelle"),
    [
        ([], "aucun financeur sollicité"),
        ([(1, D.ANNULEE)], "aucun financeur sollicité"),
        ([(1, D.DEMANDEE)], "en attente de 1 financeur"),
        ([(1, D.PROGRAMMEE), (2, D.PROPOSEE)], "en attente de 2 financeurs"),
        ([(1, D.VOTEE), (2, D.DEMANDEE)], "accordé par 1 financeur sur 2"),
        ([(1, D.VOTEE), (2, D.NOTIFIEE), (3, D.REFUSEE), (4, D.DEMANDEE)], "accordé par 2 financeurs sur 4"),
        ([(1, D.VOTEE), (2, D.SOLDEE)], "accordé par tous les financeurs"),
        ([(1, D.VOTEE), (1, D.REFUSEE)], "accordé par tous les financeurs"),
        ([(1, D.VOTEE), (2, D.ANNULEE)], "accordé par tous les financeurs"),
        ([(1, D.REFUSEE), (2, D.REFUSEE)], "refusé par tous les financeurs"),
        ([(1, D.REFUSEE), (1, D.DEMANDEE)], "en attente de 1 financeur"),
    ],
)
def test_l_accord_d_un_dossier_se_lit_en_une_phrase(etats: list[tuple[int, str]], libelle: str) -> None:
    assert accord(etats).libelle == libelle


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(list(D))), max_size=10))
def test_un_financeur_ne_compte_qu_une_fois(etats: list[tuple[int, str]]) -> None:
    lu = accord(etats)
    assert lu.financeurs == len({f for f, etat in etats if etat != D.ANNULEE})
    assert lu.fermes == len({f for f, etat in etats if etat in DEMANDE_FERME})
    assert lu.fermes + lu.refus <= lu.financeurs


# --- Money ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cout", "autres", "accordes", "manque"),
    [("20000", "5000", ["10000", "2500.50"], "2499.50"), ("20000", "5000", ["15000"], "0"), ("9", "5", ["5"], "-1")],
)
def test_le_manque_est_le_cout_moins_tout_ce_qui_vient(
    cout: str, autres: str, accordes: list[str], manque: str
) -> None:
    lu = manque_pour_equilibrer(Decimal(cout), Decimal(autres), map(Decimal, accordes))
    assert lu == Decimal(manque)


def test_un_tiers_de_cent_euros_trois_fois_fait_cent_euros() -> None:
    tiers = Decimal(100) / 3
    assert centimes_sans_perte([tiers, tiers, tiers]) == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]


def test_repartir_rien_ne_donne_rien() -> None:
    assert centimes_sans_perte([]) == []


@given(st.lists(st.decimals(min_value=0, max_value=1_000_000, places=6), min_size=1, max_size=12))
def test_la_mise_au_centime_garde_la_somme_et_bouge_chaque_part_de_moins_d_un_centime(exacts: list[Decimal]) -> None:
    lus = centimes_sans_perte(exacts)

    assert sum(lus) == sum(exacts).quantize(CENTIME, "ROUND_HALF_UP")
    assert all(abs(lu - exact) < CENTIME for lu, exact in zip(lus, exacts, strict=True))
    assert all(lu == lu.quantize(CENTIME) for lu in lus)
