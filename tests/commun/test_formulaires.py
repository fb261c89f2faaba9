"""Forms as they are rendered, and amounts as people type them."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django import forms
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from commun.formulaires import ChampMontant, SaisieDate
from commun.templatetags.icones import icone


class EssaiForm(forms.Form):
    intitule = forms.CharField(label="Intitulé", help_text="Tel qu’il paraîtra.")
    montant = ChampMontant(label="Montant demandé", required=False)
    nature = forms.ChoiceField(
        label="Nature", widget=forms.RadioSelect, choices=[("a", "Nouvelle"), ("b", "Renouvelée")]
    )
    debut = forms.DateField(label="Début", widget=SaisieDate, required=False)
    accord = forms.BooleanField(label="Je certifie")
    etape = forms.CharField(widget=forms.HiddenInput, required=False)


@pytest.mark.parametrize(
    ("saisie", "montant"),
    [
        ("1 234,56 €", Decimal("1234.56")),
        ("1\u202f234,56\u00a0€", Decimal("1234.56")),
        ("12000", Decimal(12000)),
        ("0", Decimal(0)),
        ("1234.5", Decimal("1234.5")),
    ],
)
def test_un_montant_se_lit_comme_on_l_ecrit(saisie, montant):
    assert ChampMontant().clean(saisie) == montant


@pytest.mark.parametrize("saisie", ["douze mille", "-5", "− 5", "1,2,3", "0,001", "99999999999"])
def test_un_montant_faux_est_refuse(saisie):
    with pytest.raises(forms.ValidationError):
        ChampMontant().clean(saisie)


@given(st.decimals(min_value=0, max_value=9_999_999_999, places=2))
def test_un_montant_ecrit_se_relit_sans_perte(montant):
    champ = ChampMontant()
    assert champ.clean(champ.prepare_value(montant)) == montant


def test_ce_qui_a_ete_saisi_revient_tel_quel_avec_son_erreur():
    html = str(EssaiForm({"montant": "douze mille"}))
    assert 'value="douze mille"' in html


def test_chaque_erreur_du_resume_mene_a_un_element_de_la_page():
    html = str(EssaiForm({"montant": "douze mille"}))
    ancres = re.findall(r'href="#([^"]+)"', html)
    assert len(ancres) == 4  # title, amount, nature, agreement
    assert all(f'id="{ancre}"' in html for ancre in ancres)


def test_l_aide_et_l_erreur_sont_reliees_au_champ():
    html = str(EssaiForm({}))
    assert 'aria-describedby="id_intitule_helptext id_intitule_error"' in html
    assert 'id="id_intitule_helptext"' in html
    assert 'id="id_intitule_error"' in html


def test_sans_erreur_il_n_y_a_pas_de_resume():
    assert "resume-erreurs" not in str(EssaiForm())


def test_un_champ_facultatif_le_dit_et_l_unite_est_dans_le_champ():
    html = EssaiForm()["montant"].as_field_group()
    assert "(facultatif)" in html
    assert '<span class="unite-champ">€</span>' in html


def test_chaque_controle_a_sa_classe():
    formulaire = EssaiForm()
    assert 'class="form-control"' in str(formulaire["intitule"])
    assert 'class="form-check-input"' in str(formulaire["accord"])
    assert "form-control" not in str(formulaire["nature"])
    assert "class" not in str(formulaire["etape"])


def test_une_date_est_ecrite_comme_le_navigateur_l_attend():
    formulaire = EssaiForm(initial={"debut": "2026-11-20"})
    assert 'type="date"' in str(formulaire["debut"])
    assert 'value="2026-11-20"' in str(formulaire["debut"])


def test_une_icone_inconnue_est_une_erreur():
    with pytest.raises(LookupError):
        icone("n-existe-pas")


def test_toute_icone_nommee_dans_un_gabarit_existe():
    noms = {
        nom
        for gabarit in (settings.BASE_DIR / "templates").rglob("*.html")
        for nom in re.findall(r'(?:{% icone |icone_\w+=)"([^"]+)"', gabarit.read_text(encoding="utf-8"))
    }
    assert len(noms) > 20
    for nom in noms:
        assert icone(nom).startswith("<svg")
