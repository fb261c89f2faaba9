"""Numbers of organisations: IBAN, BIC, lost zeros, legal categories (F-12, F-20)."""

import pytest

from acteurs.models import FormeJuridique, TypeOrganisme
from acteurs.regles import (
    bic_valide,
    chiffres,
    completer_siren,
    completer_siret,
    forme_de_la_categorie,
    iban_valide,
    siren_valide,
    siret_valide,
)


@pytest.mark.parametrize(
    "iban", ["FR7630006000011234567890189", "FR1420041010050500013M02606", "DE89370400440532013000"]
)
def test_un_iban_juste_est_accepte(iban):
    """F-12."""
    assert iban_valide(iban)


@pytest.mark.parametrize(
    "iban",
    [
        "FR7630006000011234567890180",  # F-12: the remainder by 97 is not 1
        "FR763000600001123456789018",  # 26 characters
        "fr7630006000011234567890189",
        "FR76 3000 6000 0112 3456 7890 189",
        "FR",
        "",
    ],
)
def test_un_iban_faux_est_refuse(iban):
    assert not iban_valide(iban)


def test_un_iban_francais_porte_la_cle_de_son_rib():
    """F-12: the key of the two usual samples is 89 and 06; another key is refused though the IBAN be recomputed."""
    corps = "30006000011234567890190"
    cle = 98 - int("".join(str(int(s, 36)) for s in f"{corps}FR00")) % 97
    assert not iban_valide(f"FR{cle:02d}{corps}")


@pytest.mark.parametrize(
    ("bic", "attendu"),
    [("AGRIFRPP", True), ("AGRIFRPP882", True), ("AGRIFRP", False), ("AGRIFRPP88", False), ("1GRIFRPP", False)],
)
def test_un_bic_compte_8_ou_11_signes(bic, attendu):
    assert bic_valide(bic) is attendu


def test_les_zeros_perdus_sont_rendus():
    """F-20: 83 is 000000083, then Luhn."""
    assert completer_siren(83) == "000000083"
    assert siren_valide(completer_siren(83))
    assert siren_valide(completer_siren("000900019"))
    assert completer_siret(90001900015) == "00090001900015"


def test_un_numero_se_tape_avec_ses_espaces():
    assert siret_valide(chiffres("200 034 528\u00a0000\u202f14"))


@pytest.mark.parametrize(
    ("categorie", "type", "forme"),
    [
        ("9220", TypeOrganisme.ASSOCIATION, FormeJuridique.ASSOCIATION_1901),
        ("9260", TypeOrganisme.ASSOCIATION, FormeJuridique.ASSOCIATION_LOCALE),
        ("7210", TypeOrganisme.COMMUNE, FormeJuridique.DROIT_PUBLIC),
        ("7361", TypeOrganisme.CCAS, FormeJuridique.DROIT_PUBLIC),
        ("7389", TypeOrganisme.ETABLISSEMENT, FormeJuridique.DROIT_PUBLIC),
        ("5710", TypeOrganisme.ENTREPRISE, FormeJuridique.SOCIETE),
        ("", TypeOrganisme.AUTRE, FormeJuridique.INCONNUE),
    ],
)
def test_la_categorie_juridique_dit_le_type_et_la_forme(categorie, type, forme):
    assert forme_de_la_categorie(categorie) == (type, forme)
