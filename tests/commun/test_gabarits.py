"""The spaces of French typography in templates: set in sentences, never in what Django or a browser reads."""

from __future__ import annotations

import pytest
from django import forms
from django.contrib.messages import SUCCESS
from django.contrib.messages.storage.base import Message
from django.template import Context, Template
from django.template.loader import get_template, render_to_string
from django.utils.safestring import mark_safe

from commun.gabarits import composer

FINE, INSECABLE = "\u202f", "\u00a0"


@pytest.mark.parametrize(
    ("ecrit", "lu"),
    [
        ("Qui ? Vous : « oui » ; non !", f"Qui{FINE}? Vous{FINE}: «{FINE}oui{FINE}»{FINE}; non{FINE}!"),
        ("« {{ nom }} » : 50 %", f"«{FINE}{{{{ nom }}}}{FINE}»{FINE}: 50{INSECABLE}%"),
        ("à 14:30, &nbsp;voir https://a.fr", "à 14:30, &nbsp;voir https://a.fr"),
        ('<a title="a : b" {% if n > 1 ? %}x{% endif %}>', '<a title="a : b" {% if n > 1 ? %}x{% endif %}>'),
        ("{% if a : %}{{ b ? }}{# c ! #}", "{% if a : %}{{ b ? }}{# c ! #}"),
        ("2 < 3 : vrai", f"2 < 3{FINE}: vrai"),
    ],
)
def test_seules_les_phrases_sont_composees(ecrit: str, lu: str) -> None:
    assert composer(ecrit) == lu
    assert composer(lu) == lu


def test_les_gabarits_du_projet_sont_composes() -> None:
    texte = get_template("composants/message.html").render({"ton": "succes", "texte": "Fait."})
    assert f"Succès{FINE}:" in texte


def test_ce_que_le_code_ecrit_reste_echappe() -> None:
    gabarit = Template("{{ sur|safe|espaces }} {{ douteux|espaces }}")
    rendu = gabarit.render(Context({"sur": "<b>a</b> : b", "douteux": "<i> : c"}))
    assert rendu == f"<b>a</b>{FINE}: b &lt;i&gt;{FINE}: c"


class _EssaiForm(forms.Form):
    montant = forms.IntegerField(error_messages={"required": "Manquant : « zéro » s’écrit 0."})

    def clean(self) -> None:
        raise forms.ValidationError("Rien n’est écrit : reprenez.")


def test_les_messages_et_les_erreurs_ecrits_en_python_ont_des_espaces_insecables() -> None:
    lus = [Message(SUCCESS, "C’est fait : <voyez>."), Message(SUCCESS, mark_safe("Voyez <b>ici</b> : oui."))]
    assert "C’est fait\u202f: &lt;voyez&gt;." in (
        page := render_to_string("composants/messages.html", {"messages": lus})
    )
    assert "Voyez <b>ici</b>\u202f: oui." in page

    form = _EssaiForm({})
    champ, resume = str(form["montant"].errors), render_to_string("composants/erreurs.html", {"form": form})
    assert "Manquant\u202f: «\u202fzéro\u202f» s’écrit" in champ
    assert "Montant\u202f: Manquant\u202f: «\u202fzéro\u202f» s’écrit" in resume
    assert "Rien n’est écrit\u202f: reprenez." in resume
    # What a program reads keeps ordinary spaces.
    assert form.errors.get_json_data()["montant"][0]["message"] == "Manquant : « zéro » s’écrit 0."
