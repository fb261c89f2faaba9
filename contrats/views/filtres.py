"""The filters of a list, in words."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest
from django.utils.http import urlencode


def puces(request: HttpRequest, form: forms.Form) -> list[tuple[str, str]]:
    """Each filter set, as people say it, with the address of the list without it.

    A field whose first choice is what the list shows anyway (« En vigueur ») says nothing while it keeps it.
    """
    if not form.is_bound or not form.is_valid():
        return []
    trouvees = []
    for nom, valeur in form.cleaned_data.items():
        champ = form.fields[nom]
        if (
            not valeur
            or champ.widget.is_hidden
            or (isinstance(champ, forms.ChoiceField) and valeur == next(iter(champ.choices))[0])
        ):
            continue
        reste = {n: v for n, v in request.GET.items() if n not in (nom, "page") and v}
        if isinstance(champ, forms.ModelChoiceField):
            libelle = str(valeur)
        elif isinstance(champ, forms.ChoiceField):
            libelle = str(dict(champ.choices)[valeur])
        else:
            libelle = f"« {valeur} »"
        trouvees.append((libelle, f"?{urlencode(reste)}"))
    return trouvees
