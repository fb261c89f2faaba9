"""The form where a partner tells its means: one line per nature and section, one box per orientation, in a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from acteurs.models import Organisme
from commun.cellules import CelluleFausse
from commun.typographie import nombre, pluriel, typographie

from ..actions.moyens import LONGUEUR_PRECISION, LONGUEUR_SOURCE, RETIRER, SaisieMoyen
from ..etats import StatutMoyen
from ..imports.moyens import EN_NATURE, NON_COMMUNIQUE, SANS_OBJET, lire_case
from ..lectures.moyens import LIGNES, MoyensDuPartenaire
from ..models import NatureAnnoncee, Orientation, Section

ENSEMBLE = "Toutes orientations, non réparti"
_MOTS = {StatutMoyen.NON_COMMUNIQUE.value: NON_COMMUNIQUE, StatutMoyen.SANS_OBJET.value: SANS_OBJET}


@dataclass(frozen=True, slots=True)
class LigneDeSaisie:
    """One line of the table: its two names, its boxes from left to right, its words."""

    nature: str
    section: str
    cases: list[tuple[str, forms.BoundField]]
    precision: forms.BoundField


class MoyensForm(forms.Form):
    """Boxes typed « 12 500 », « nc », « so »; an empty one says nothing, emptied it takes back what was said.

    The page keeps what each box said when it was opened. Sent back after somebody else wrote, the two are put together
    box by box; those that both changed are shown, and what is typed there is kept when it is sent again.
    """

    reste = forms.ChoiceField(
        label="Les lignes laissées vides",
        required=False,
        choices=[
            ("", "restent sans réponse"),
            (StatutMoyen.SANS_OBJET.value, "sont sans objet"),
            (StatutMoyen.NON_COMMUNIQUE.value, "ne sont pas communiquées"),
        ],
    )
    source = forms.CharField(
        label="Document lu",
        max_length=LONGUEUR_SOURCE,
        help_text="Ce qui vous permet de répondre à la place de l’organisme : « courrier de la CAF du 3 mars 2026 ».",
    )
    depart = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        organisme: Organisme,
        annee: int,
        orientations: Sequence[Orientation],
        lus: MoyensDuPartenaire,
        version: str,
        pour_le_compte_de: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.organisme, self.annee = organisme, annee
        self.colonnes: list[Orientation | None] = [None, *orientations]
        self.version_lue = version
        if not pour_le_compte_de:
            del self.fields["source"]
        else:
            self.fields["source"].initial = lus.sources[-1] if lus.sources else ""
        self._depart: dict[str, str] = {}
        for ligne in lus.lignes:
            self._ajouter_ligne(ligne)
        self.fields["depart"].initial = self._en_depart()
        self.fusionnees = 0  # boxes that somebody else filled meanwhile
        self._differences: dict[str, str] = {}
        if self.is_bound:
            self._fusionner()

    def _en_depart(self) -> str:
        """What the boxes say now, as the page sends it back; those that say nothing are left out."""
        return json.dumps({nom: texte for nom, texte in self._depart.items() if texte}, ensure_ascii=False)

    def _fusionner(self) -> None:
        """Take what somebody else wrote since the page was opened, wherever this person changed nothing."""
        lu = _depart_lu(self.data.get("depart", ""))
        donnees = self.data.copy()
        for nom, present in self._depart.items():
            avant, tape = _sens(nom, lu.get(nom, "")), _sens(nom, self.data.get(nom, ""))
            if _sens(nom, present) in (avant, tape):
                continue
            if tape == avant:
                donnees[nom] = present
                self.fusionnees += 1
            else:
                self._differences[nom] = present
        donnees["depart"] = self._en_depart()
        self.data = donnees

    def _ajouter_ligne(self, ligne: Any) -> None:
        nature, section = NatureAnnoncee(ligne.nature).label, Section(ligne.section).label.lower()
        propres = [ligne.ensemble, *(c if c.propre else None for c in ligne.cases)]
        for orientation, dite in zip(self.colonnes, propres, strict=True):
            nom = _nom(ligne.nature, ligne.section, orientation)
            self._depart[nom] = _ecrire(dite)
            ou = orientation.nom_court or orientation.nom if orientation else ENSEMBLE.lower()
            self.fields[nom] = forms.CharField(
                label=f"{nature}, {section}, {ou}",
                required=False,
                max_length=40,
                initial=self._depart[nom],
                widget=forms.TextInput({"inputmode": "text", "autocomplete": "off", "data-case": ""}),
            )
        nom = _nom_des_mots(ligne.nature, ligne.section)
        self._depart[nom] = ligne.ensemble.precision if ligne.ensemble else ""
        self.fields[nom] = forms.CharField(
            label=f"{nature}, {section}, moyens en nature et précisions",
            required=False,
            max_length=LONGUEUR_PRECISION,
            initial=self._depart[nom],
            widget=forms.TextInput({"autocomplete": "off"}),
        )

    def lignes(self) -> list[LigneDeSaisie]:
        """The table, as the page shows it."""
        return [
            LigneDeSaisie(
                nature.label,
                section.label,
                [(o.nom_court or o.nom if o else "Non réparti", self[_nom(nature, section, o)]) for o in self.colonnes],
                self[_nom_des_mots(nature, section)],
            )
            for nature, section in LIGNES
        ]

    def clean(self) -> dict[str, Any]:
        valeurs = super().clean() or {}
        self._saisies = []
        if self._differences:
            self._dire_les_differences()
            return valeurs
        for nature, section in LIGNES:
            self._lire_ligne(valeurs, nature, section)
        return valeurs

    def _dire_les_differences(self) -> None:
        combien = pluriel(
            len(self._differences), "case que vous remplissez a changé", "cases que vous remplissez ont changé"
        )
        message = (
            f"Quelqu’un a répondu en même temps que vous : {combien} entre-temps. Rien n’est encore enregistré, votre "
            "saisie est gardée : relisez ces cases, puis enregistrez."
        )
        self.add_error(None, forms.ValidationError(typographie(message), code="revision_depassee"))
        for nom, present in self._differences.items():
            dit = f"dit maintenant « {present} »" if present else "est maintenant vide"
            self.add_error(nom, typographie(f"Cette case {dit} : gardez votre réponse, ou reprenez celle-ci."))

    def _lire_ligne(self, valeurs: dict[str, Any], nature: NatureAnnoncee, section: Section) -> None:
        mots = valeurs.get(_nom_des_mots(nature, section), "").strip()
        mots_changes = mots != self._depart[_nom_des_mots(nature, section)]
        noms = {_nom(nature, section, o): o for o in self.colonnes}
        vide = not mots and not any(valeurs.get(nom, "").strip() for nom in noms)
        for nom, orientation in noms.items():
            texte = valeurs.get(nom, "").strip()
            if orientation is None and vide and valeurs.get("reste"):
                texte = _MOTS[valeurs["reste"]]
            elif orientation is None and mots and not texte:
                texte = EN_NATURE  # words alone say means in kind
            if texte == self._depart[nom] and not (orientation is None and mots_changes):
                continue
            try:
                statut, montant = lire_case(texte) if texte else (RETIRER, None)
            except CelluleFausse as faute:
                self.add_error(nom, faute.message)
                continue
            self._saisies.append(
                SaisieMoyen(
                    organisme=self.organisme,
                    annee=self.annee,
                    nature=nature,
                    section=section,
                    orientation=orientation,
                    statut=statut,
                    montant=montant,
                    precision=mots if orientation is None else None,
                    source=valeurs.get("source"),
                )
            )

    def saisies(self) -> list[SaisieMoyen]:
        """The boxes that the person changed."""
        return self._saisies

    def champ_de(self, saisie: SaisieMoyen, champ: str | None) -> str | None:
        """The field where a rule broken on this box is told; None for the form as a whole."""
        if champ == "source":
            return "source" if "source" in self.fields else None
        if champ == "precision":
            return _nom_des_mots(saisie.nature, saisie.section)
        return _nom(saisie.nature, saisie.section, saisie.orientation)


def _depart_lu(texte: str) -> dict[str, str]:
    """What the page said when it was opened, as it sends it back; nothing of what reads otherwise."""
    try:
        lu = json.loads(texte or "{}")
    except ValueError:
        return {}
    return {nom: dit for nom, dit in lu.items() if isinstance(dit, str)} if isinstance(lu, dict) else {}


def _nom(nature: str, section: str, orientation: Orientation | None) -> str:
    return f"{nature}-{section}-{orientation.pk if orientation else 0}"


def _nom_des_mots(nature: str, section: str) -> str:
    return f"{nature}-{section}-mots"


def _sens(nom: str, texte: str) -> Any:
    """What a box says, however it is typed: « 12500 » and « 12 500 » say the same."""
    texte = texte.strip()
    if not texte or nom.endswith("-mots"):
        return texte
    try:
        return lire_case(texte)
    except CelluleFausse:
        return texte


def _ecrire(dite: Any) -> str:
    """What stands, as one would type it."""
    if dite is None:
        return ""
    if dite.montant is not None:
        montant: Decimal = dite.montant
        return nombre(montant, 0 if montant == int(montant) else 2)
    return _MOTS.get(dite.reponse, EN_NATURE)
