"""The form where a partner tells its means: one line per nature and section, one box per orientation, in a table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
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
A_DIRE_EN_MOTS = typographie("Dites ici ces moyens en nature, en quelques mots : « 2 ETP de médiateurs ».")
MOTS_SANS_CASE = typographie(
    "Ces mots allaient avec une case que vous videz : videz-les aussi, ou écrivez « en nature » dans la case qu’ils "
    "décrivent."
)
Lue = tuple[str, Decimal | None]  # what a box says: its status, its euros
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
        self._precisions: dict[str, str] = {}  # the words of each box, by its name
        self._intouchables: set[str] = set()  # what the organisation said itself, for the team that writes for it
        self._pour_le_compte_de = pour_le_compte_de
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
            self._precisions[nom] = dite.precision if dite else ""
            if dite and self._pour_le_compte_de and not dite.pour_son_compte:
                self._intouchables.add(nom)
            ou = orientation.nom_court or orientation.nom if orientation else ENSEMBLE.lower()
            self.fields[nom] = forms.CharField(
                label=f"{nature}, {section}, {ou}",
                required=False,
                max_length=40,
                initial=self._depart[nom],
                widget=forms.TextInput({"inputmode": "text", "autocomplete": "off", "data-case": ""}),
            )
        nom = _nom_des_mots(ligne.nature, ligne.section)
        self._depart[nom] = _joindre(c.precision for c in propres if c)
        self.fields[nom] = forms.CharField(
            label=f"{nature}, {section}, moyens en nature et précisions",
            required=False,
            max_length=max(LONGUEUR_PRECISION, len(self._depart[nom])),
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
        champ_des_mots, ensemble = _nom_des_mots(nature, section), _nom(nature, section, None)
        mots = valeurs.get(champ_des_mots, "").strip()
        noms = {_nom(nature, section, o): o for o in self.colonnes}
        textes = {nom: valeurs.get(nom, "").strip() for nom in noms}
        if not any(textes.values()):
            if mots and mots == self._depart[champ_des_mots] and not self._depart[ensemble]:
                self.add_error(champ_des_mots, MOTS_SANS_CASE)
                return
            # Words alone say means in kind, for all the orientations; nothing at all says what is chosen for the rest.
            textes[ensemble] = EN_NATURE if mots else _MOTS.get(valeurs.get("reste", ""), "")
        lues = self._lire_cases(textes)
        if not mots and any(_en_nature(lue) for lue in lues.values()):
            self.add_error(champ_des_mots, A_DIRE_EN_MOTS)
            return
        porteuses = self._porteuses(lues, mots, ensemble)
        for nom, orientation in noms.items():
            texte = textes[nom]
            if (texte and nom not in lues) or (texte == self._depart[nom] and nom not in porteuses):
                continue
            statut, montant = lues.get(nom, (RETIRER, None))
            self._saisies.append(
                SaisieMoyen(
                    organisme=self.organisme,
                    annee=self.annee,
                    nature=nature,
                    section=section,
                    orientation=orientation,
                    statut=statut,
                    montant=montant,
                    precision=mots if nom in porteuses or _en_nature((statut, montant)) else None,
                    source=valeurs.get("source"),
                )
            )

    def _lire_cases(self, textes: dict[str, str]) -> dict[str, Lue]:
        """What the filled boxes of a line say, from left to right; those that cannot be read are told."""
        lues: dict[str, Lue] = {}
        for nom, texte in textes.items():
            if texte:
                try:
                    lues[nom] = lire_case(texte)
                except CelluleFausse as faute:
                    self.add_error(nom, faute.message)
        return lues

    def _porteuses(self, lues: dict[str, Lue], mots: str, ensemble: str) -> list[str]:
        """The filled boxes that take the words of their line; none while those that stay say them already.

        Words go where there are some and with means in kind; else with what is given for all the orientations, else
        with each box. They never fill a box by themselves.
        """
        if mots == _joindre(self._precisions[nom] for nom in lues):
            return []
        deja = [nom for nom, lue in lues.items() if self._precisions[nom] or _en_nature(lue)]
        permises = [nom for nom in lues if nom not in self._intouchables] or list(lues)
        if ensemble in permises and lues[ensemble][0] == StatutMoyen.COMMUNIQUE:
            permises = [ensemble]
        return deja or permises

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


def _en_nature(lue: Lue) -> bool:
    """True for means told without an amount."""
    return lue == (StatutMoyen.COMMUNIQUE, None)


def _joindre(precisions: Iterable[str]) -> str:
    """The words of a line on one line, each once: « 2 ETP ; un local prêté »."""
    dites = (dite for precision in precisions for dite in " ".join(precision.split()).split(" ; ") if dite)
    return " ; ".join(dict.fromkeys(dites))


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
