"""The shape of the models: relations point down, constraints are named and speak French, everything has a name."""

import re

import pytest
from django.conf import settings
from django.db import models

from tests.architecture.projet import RANGS, modeles

MODELES = modeles()
CONTRAINTES = [(m, c) for m in MODELES for c in m._meta.constraints]
par_modele = pytest.mark.parametrize("modele", MODELES, ids=[m.__name__ for m in MODELES])
par_contrainte = pytest.mark.parametrize(("modele", "contrainte"), CONTRAINTES, ids=[c.name for _, c in CONTRAINTES])


def _ecarts_de_direction(modele: type[models.Model]) -> list[str]:
    """Relations of the model (n-n and their tables included) that lead to an app above, or beside."""
    ecarts = []
    app = modele._meta.app_label
    for champ in [*modele._meta.local_fields, *modele._meta.local_many_to_many]:
        if not champ.is_relation:
            continue
        cibles = [champ.remote_field.model, getattr(champ.remote_field, "through", None)]
        for cible in filter(None, cibles):
            autre = cible._meta.app_label
            if autre == app or autre not in RANGS or cible._meta.label == settings.AUTH_USER_MODEL:
                continue
            if RANGS[autre] >= RANGS[app]:
                ecarts.append(f"{modele.__name__}.{champ.name} → {cible._meta.label}")
    return ecarts


@par_modele
def test_une_relation_ne_monte_ni_ne_va_chez_une_soeur(modele):
    assert _ecarts_de_direction(modele) == []


def test_une_relation_qui_monte_est_vue(monkeypatch):
    from geographie.models import Epci
    from programmation.models import Dossier

    champ = next(c for c in Dossier._meta.local_fields if c.name == "porteur")
    monkeypatch.setattr(champ.remote_field, "model", type("Haut", (), {"_meta": Epci._meta}))
    monkeypatch.setitem(RANGS, "geographie", RANGS["portail"])
    assert any("Dossier.porteur" in ecart for ecart in _ecarts_de_direction(Dossier))


@par_modele
def test_un_modele_a_un_nom_francais_declare(modele):
    assert {"verbose_name", "verbose_name_plural"} <= set(modele._meta.original_attrs)


@par_modele
def test_chaque_champ_a_un_libelle_declare(modele):
    sans_libelle = [
        champ.name
        for champ in [*modele._meta.local_fields, *modele._meta.local_many_to_many]
        if champ._verbose_name is None and not champ.primary_key
    ]
    assert sans_libelle == []


@par_modele
def test_un_modele_sait_se_dire(modele):
    assert "__str__" in modele.__dict__


@par_modele
def test_un_modele_dit_ce_qu_il_est(modele):
    genere = f"{modele.__name__}("
    assert modele.__doc__
    assert modele.__doc__.startswith(genere) is False, "no docstring: Django wrote one"


@par_contrainte
def test_une_contrainte_porte_le_nom_de_son_app(modele, contrainte):
    assert contrainte.name.startswith(f"{modele._meta.app_label}_")
    assert len(contrainte.name) <= 63


@par_contrainte
def test_une_contrainte_parle_francais(modele, contrainte):
    message = str(contrainte.violation_error_message)
    assert message != str(contrainte.default_violation_error_message)
    assert re.fullmatch(r"[A-ZÀÉÊ].+[.)]", message), message
    assert not re.search(r"\b(?:constraint|must|cannot|already|should)\b", message)


@par_modele
def test_un_index_porte_le_nom_de_son_app(modele):
    assert [i.name for i in modele._meta.indexes if not i.name.startswith(f"{modele._meta.app_label}_")] == []
