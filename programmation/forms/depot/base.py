"""What the pages of a request share: fields of their own, answers that are kept although others are wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms

from commun.auteur import Auteur
from commun.formulaires import ChampMontant
from commun.typographie import nombre

from ...actions.pages import PageSaisie
from ...lectures.demande import formulaire_du_dossier
from ...lectures.pages import PageLue, Redaction
from ...models import Dossier, Formulaire
from ...regles.champs import se_demande, section
from ...regles.pages import Sort, connues, empreinte, sort
from ..a_deux import OUVERTURE, en_clair, ouverture_lue, poser

GARDER = "garder"  # the revision over which the sender keeps its own answers


class ChampEntier(ChampMontant):
    """A whole number, zero or more: « 1 200 »."""

    message = "Écrivez un nombre entier, par exemple 120."

    def __init__(self, *, unite: str = "", **options: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off"} | ({"data-unite": unite} if unite else {})
        options.setdefault("widget", forms.TextInput(attrs=attrs if unite else attrs | {"data-court": "1"}))
        options.setdefault("required", False)
        super().__init__(max_digits=9, decimal_places=0, **options)
        self.error_messages |= {
            "invalid": self.message,
            "max_decimal_places": self.message,
            "min_value": "Écrivez un nombre positif.",
            "max_digits": "Ce nombre est trop grand.",
            "max_whole_digits": "Ce nombre est trop grand.",
        }
        for controle in self.validators:
            for code in ("max_decimal_places", "max_digits", "max_whole_digits"):
                if hasattr(controle, "messages") and code in controle.messages:
                    controle.messages = controle.messages | {code: self.error_messages[code]}

    def clean(self, value: Any) -> Any:
        lu = super().clean(value)
        return None if lu is None else int(lu)


class ChampEuros(ChampEntier):
    """Whole euros (S-03); blank is nothing."""

    message = "Écrivez des euros entiers, sans centimes (S-03)."

    def __init__(self, **options: Any) -> None:
        super().__init__(unite="€", **options)


class ChampPart(ChampMontant):
    """A share in %, above 0."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "data-unite": "%", "autocomplete": "off"})
        super().__init__(
            max_digits=5, decimal_places=2, max_value=Decimal(100), required=False, widget=widget, **options
        )

    def prepare_value(self, value: Any) -> Any:
        return nombre(value, None) if isinstance(value, Decimal) else value


class SectionForm(forms.Form):
    """One page of the request. What is wrong is said and not kept; all the rest is kept."""

    section: ClassVar[str]
    use_required_attribute = False

    def __init__(
        self, data: Any = None, *, dossier: Dossier, ouverts: frozenset[str], page: PageLue, pour: Auteur
    ) -> None:
        """`ouverts`: the names that this person may write now; the others are shown and closed.

        `page`, read before `dossier`, tells what others have written since the sender opened it.
        """
        self.dossier = dossier
        self.ouverts = ouverts
        self.page, self.pour = page, pour
        super().__init__(data, initial=self.initiales(dossier))
        self.construire()
        self._retirer_ce_qui_n_est_pas_demande()
        for nom in self.noms:
            for champ in self.champs_de(nom):
                if champ in self.fields:
                    self.fields[champ].disabled = nom not in ouverts
        self._revision, self._lues = ouverture_lue(self.data.get(OUVERTURE, ""))
        self.autre: Redaction | None = None
        self.de_l_autre: list[str] = []  # fields where the other's answers stay
        self.en_conflit: dict[str, str] = {}  # fields that both have written: what the other wrote
        if self.is_bound and self._revision is not None:
            self.autre = page.autre_depuis(self._revision, pour)
            if self.autre is not None:
                self._reunir(self._revision, self.autre)

    def _retirer_ce_qui_n_est_pas_demande(self) -> None:
        """Take away the questions that this file's form does not ask; the one-page form sorts out its own."""
        formulaire, trouvee = formulaire_du_dossier(self.dossier), section(self.section)
        if trouvee is None or formulaire == Formulaire.FICHE:
            return
        for champ in trouvee.champs:
            if se_demande(champ.code, formulaire, self.dossier.dispositif.questions):
                continue
            for nom in champ.noms:
                for retire in self.champs_de(nom):
                    del self.fields[retire]
            self.ouverts -= set(champ.noms)

    @property
    def noms(self) -> list[str]:
        """The answers of this page, as the actions name them."""
        trouvee = section(self.section)
        return [nom for champ in trouvee.champs for nom in champ.noms] if trouvee else []

    def initiales(self, dossier: Dossier) -> dict[str, Any]:
        """What is known already, by form field."""
        return {}

    def construire(self) -> None:
        """Add the fields that depend on the file."""

    def champs_de(self, nom: str) -> list[str]:
        """The form fields that make up an answer."""
        return [nom] if nom in self.fields else []

    def valeur(self, nom: str) -> Any:
        """An answer whose fields are all right, as the action takes it."""
        return self.cleaned_data[nom]

    def valeurs(self) -> dict[str, Any]:
        """The answers to keep: those open, whose fields, and those that only make sense with them, are right."""
        trouvee = section(self.section)
        gardees: dict[str, Any] = {}
        for champ in trouvee.champs if trouvee else ():
            presents = [nom for nom in champ.noms if self.champs_de(nom) and nom in self.ouverts]
            if not any(fautif in self.errors for nom in presents for fautif in self.champs_de(nom)):
                gardees |= {nom: self.valeur(nom) for nom in presents}
        return gardees

    # --- Two people on the page ---------------------------------------------------------------------------------------
    @property
    def ouverture(self) -> str:
        """What a page now shown must send back: its revision, and marks of what it shows."""
        if self._revision is None:
            marques = {nom: empreinte(self._montree(nom)) for nom in self.fields}
            return json.dumps({"revision": self.page.revision, "marques": marques})
        montrees = {nom: empreinte(self._montree(nom)) for nom in self.de_l_autre}
        return json.dumps({"revision": self._revision, "marques": {**self._lues, **montrees}})

    def page_saisie(self, valeurs: Mapping[str, Any]) -> PageSaisie:
        """For the action: the page, and marks of what this person writes there."""
        ecrites: dict[str, str] = {}
        if self._revision is not None:
            champs = {champ for nom in valeurs for champ in self.champs_de(nom)} - set(self.de_l_autre)
            siennes = self.page.siennes_depuis(self._revision, self.pour)
            ecrites = {**siennes, **{champ: empreinte(self[champ].data) for champ in champs}}
        return PageSaisie(self.section, self.page.revision, ecrites)

    def clean(self) -> dict[str, Any]:
        """Say beside each answer that two people have written what the other one wrote."""
        lues: dict[str, Any] = super().clean() or self.cleaned_data
        for champ, ecrit in self.en_conflit.items():
            assert self.autre is not None  # nobody else, no conflict
            self.add_error(champ, f"{self.autre.nom} a écrit ici : {ecrit}")
        return lues

    @property
    def champs_en_conflit(self) -> list[forms.BoundField]:
        """The fields that both have written."""
        return [self[champ] for champ in self.en_conflit]

    @property
    def autres_erreurs(self) -> list[forms.BoundField]:
        """The fields that are wrong, whoever writes."""
        return [self[nom] for nom in self.fields if nom in self.errors and nom not in self.en_conflit]

    @property
    def libelles_de_l_autre(self) -> list[str]:
        """The answers that the other one has written and that stay."""
        return [str(self.fields[champ].label) for champ in self.de_l_autre]

    def _montree(self, nom: str) -> Any:
        """An answer kept, as its page writes it."""
        return self.fields[nom].prepare_value(self.get_initial_for_field(self.fields[nom], nom))

    def _reunir(self, revision: int, autre: Redaction) -> None:
        """Keep the other's answers where the sender has typed nothing; note where both have."""
        connue = connues(self._lues, self.page.siennes_depuis(revision, self.pour))
        passe_outre = _entier(self.data.get(GARDER)) or 0
        donnees = self.data.copy()
        for nom, champ in self.fields.items():
            if champ.disabled:
                continue
            actuelle = self._montree(nom)
            # A field that the page did not have yet was blank for its sender.
            issue = sort(
                connue=connue.get(nom, empreinte("")), actuelle=empreinte(actuelle), tapee=empreinte(self[nom].data)
            )
            if issue is Sort.DE_L_AUTRE:
                self.de_l_autre.append(nom)
                poser(donnees, nom, actuelle)
            elif issue is Sort.CONFLIT and passe_outre < autre.revision:
                self.en_conflit[nom] = en_clair(champ, actuelle)
        self.data = donnees

    @property
    def retenus(self) -> list[str]:
        """Answers made of several fields that one wrong field keeps from being saved at all."""
        trouvee = section(self.section)
        return [
            champ.libelle
            for champ in (trouvee.champs if trouvee else ())
            for siens in [[f for nom in champ.noms for f in self.champs_de(nom)]]
            if len(siens) > 1 and any(nom in self.errors for nom in siens)
        ]

    def groupe(self, champs: Iterable[str]) -> list[forms.BoundField]:
        """These fields, for the page."""
        return [self[nom] for nom in champs]


def attendre(form: forms.Form, *noms: str) -> None:
    """Say that these answers are expected in the end, though a draft may leave them empty."""
    for nom in noms:
        form.fields[nom].attendu = True  # type: ignore[attr-defined]


def _entier(texte: Any) -> int | None:
    return int(texte) if isinstance(texte, str) and texte.isdecimal() else None
