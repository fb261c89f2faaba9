"""What every page template must respect."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.conf import settings
from django.db.models.fields import BLANK_CHOICE_DASH
from django.template.loader import get_template

RACINE = settings.BASE_DIR / "templates"
# Pages only: e-mails and print sheets are not read under the content security policy.
PAGES = sorted(
    str(gabarit.relative_to(RACINE))
    for gabarit in RACINE.rglob("*.html")
    if not {"impression", "courriels", "email", "rapports"} & set(gabarit.relative_to(RACINE).parts)
)


@pytest.mark.parametrize("page", PAGES)
def test_un_gabarit_ne_porte_ni_script_ni_style_en_ligne(page):
    source = (RACINE / page).read_text(encoding="utf-8")
    source = re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", source, flags=re.DOTALL)
    assert not re.search(r"\sstyle=", source)
    assert not re.search(r"\son(click|change|submit|load|input|key\w+|mouse\w+|focus|blur|error|toggle)=", source)
    assert not re.search(r"hx-on|\"js:|javascript:", source)
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)", source)


@pytest.mark.parametrize("page", PAGES)
def test_un_gabarit_se_compile(page):
    assert get_template(page)


@pytest.mark.parametrize("composant", sorted((RACINE / "composants").glob("*.html"), key=str), ids=lambda c: c.name)
def test_un_composant_dit_ses_entrees(composant):
    assert composant.read_text(encoding="utf-8").startswith(("{% comment %}", "{#"))


def test_un_choix_vide_se_lit() -> None:
    class Choix(forms.Form):
        choix = forms.ChoiceField(choices=[*BLANK_CHOICE_DASH, ("1", "Un")])

    rendu = str(Choix()["choix"])
    assert '<option value="" selected>Choisissez</option>' in rendu
    assert '<option value="1">Un</option>' in rendu
