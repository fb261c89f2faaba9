"""Snapshots: the same data give the same bytes, and come back as they were."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commun.instantanes import InstantaneIllisible, empreinte, figer, relire


@dataclass(frozen=True)
class Poste:
    nom: str
    montant: Decimal | None


@dataclass(frozen=True)
class Bilan:
    annee: int
    le: date
    extrait_le: datetime
    complet: bool
    postes: tuple[Poste, ...]
    total: Decimal


BILAN = Bilan(
    annee=2026,
    le=date(2026, 11, 20),
    extrait_le=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
    complet=False,
    postes=(Poste("Santé", Decimal("1200.50")), Poste("Émancipation", None)),
    total=Decimal("1200.50"),
)


def test_un_instantane_revient_tel_qu_il_etait():
    assert relire(figer(BILAN, schema=3), Bilan, schema=3) == BILAN


def test_les_octets_sont_canoniques():
    octets = figer(BILAN, schema=1)
    assert octets == json.dumps(json.loads(octets), sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    assert '"montant":"1200.50"' in octets.decode()
    assert '"nom":"Émancipation"' in octets.decode()
    assert octets.startswith(b'{"donnees":')


def test_les_memes_donnees_ont_la_meme_empreinte_et_d_autres_une_autre():
    assert empreinte(figer(BILAN, schema=1)) == empreinte(figer(replace(BILAN), schema=1))
    assert empreinte(figer(BILAN, schema=1)) != empreinte(figer(replace(BILAN, annee=2027), schema=1))
    assert empreinte(figer(BILAN, schema=1)) != empreinte(figer(BILAN, schema=2))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2), st.text())
def test_un_montant_et_un_texte_quelconques_font_l_aller_et_retour(montant, nom):
    poste = Poste(nom, montant)
    assert relire(figer(poste, schema=1), Poste, schema=1) == poste


def test_un_flottant_est_refuse():
    with pytest.raises(TypeError, match="float"):
        figer(Poste("Santé", 1.5), schema=1)


@pytest.mark.parametrize(
    "octets",
    [
        b"pas du JSON",
        b"[]",
        figer(BILAN, schema=2),
        b'{"donnees":{"nom":"x"},"schema":1}',
        b'{"donnees":{"montant":"douze","nom":"x"},"schema":1}',
        b'{"donnees":{"montant":null,"nom":12},"schema":1}',
    ],
)
def test_d_autres_octets_ne_sont_pas_lus_pour_un_instantane(octets):
    with pytest.raises(InstantaneIllisible):
        relire(octets, Poste, schema=1)


def test_un_champ_ajoute_depuis_prend_sa_valeur_par_defaut():
    """A snapshot stays readable when a field with a default is added; one without a default is missed."""

    @dataclass(frozen=True)
    class PosteSuivant:
        nom: str
        montant: Decimal | None
        note: str = ""

    ancien = figer(Poste("Santé", Decimal(3)), schema=1)
    assert relire(ancien, PosteSuivant, schema=1) == PosteSuivant("Santé", Decimal(3))

    @dataclass(frozen=True)
    class PosteExigeant:
        nom: str
        montant: Decimal | None
        note: str

    with pytest.raises(InstantaneIllisible):
        relire(ancien, PosteExigeant, schema=1)
