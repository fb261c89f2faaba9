"""The simplified form: the same sections as the long request, fewer questions, all on one page."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from commun.auteur import Auteur
from contrats.models import NatureOrientation, Orientation

from ...actions.ecriture_demande import LieuSaisi
from ...lectures.depot import LieuPropose
from ...lectures.pages import PageLue
from ...models import Dossier
from ...regles.champs import NOMS_DE_LA_FICHE
from .base import GARDER, OUVERTURE, SectionForm, attendre
from .lignes import AttestationsForm, BudgetForm, FinanceursForm, LieuxForm
from .sections import ActionForm, MoyensForm, PublicForm

_LIBELLES = {
    "intitule": "Titre du projet",
    "resume": "Que voulez-vous faire ?",
    "besoin": "Pourquoi ce projet ?",
    "lieu": "Où exactement ?",
    "debut": "Début",
    "fin": "Fin",
    "partenaires": "Autres associations associées",
}
_AIDES = {
    "besoin": "Ce qui manque dans le quartier, qui l’a dit.",
    "lieu": "La salle, l’école, la place.",
    "partenaires": "Leur nom, et ce que chacune apporte.",
}


class DeLaFiche(SectionForm):
    """A section without the questions that the simplified form leaves out; written only where something was typed."""

    def construire(self) -> None:
        super().construire()
        for nom in self.noms:
            if nom not in NOMS_DE_LA_FICHE:
                for champ in self.champs_de(nom):
                    del self.fields[champ]
        for nom, champ in self.fields.items():
            champ.label = _LIBELLES.get(nom, champ.label)
            champ.help_text = _AIDES.get(nom, champ.help_text)
            if isinstance(champ.widget, forms.Textarea):
                champ.widget.attrs["rows"] = 3

    def champs_de(self, nom: str) -> list[str]:
        return [champ for champ in super().champs_de(nom) if champ in self.fields]

    def valeurs(self) -> dict[str, Any]:
        return super().valeurs() if self.has_changed() else {}

    @property
    def nom_d_ouverture(self) -> str:
        """Under which name the page sends back what it showed of this section."""
        return f"{OUVERTURE}_{self.section}"

    @property
    def nom_de_garde(self) -> str:
        """Under which name the sender keeps its own answers."""
        return f"{GARDER}_{self.section}"


class ActionDeFicheForm(DeLaFiche, ActionForm):
    """Title, what and why; the national theme follows the orientation wherever the contract says which."""

    def construire(self) -> None:
        super().construire()
        thematiques = Orientation.objects.filter(contrat=self.dossier.contrat, nature=NatureOrientation.THEMATIQUE)
        self.theme_suit = not thematiques.filter(theme_p147__isnull=True).exists()

    def clean(self) -> dict[str, Any]:
        lues: dict[str, Any] = super().clean()
        orientation = lues.get("orientation")
        if self.theme_suit:
            lues["theme_p147"] = orientation.theme_p147 if orientation else self.dossier.theme_p147
        return lues


class LieuxDeFicheForm(DeLaFiche, LieuxForm):
    """One place is chosen in a list; several are shared out below, as on the long form."""

    PLUSIEURS = "plusieurs"

    def initiales(self, dossier: Dossier) -> dict[str, Any]:
        initiales = super().initiales(dossier)
        siens = [lieu for lieu in self.lieux if lieu.part]
        if len(siens) == 1 and siens[0].part == 100:
            return initiales | {"quartier": siens[0].cle}
        return initiales | {"quartier": self.PLUSIEURS if siens else ""}

    def construire(self) -> None:
        super().construire()
        par_commune: dict[str, list[tuple[str, str]]] = {}
        for lieu in self.lieux:
            par_commune.setdefault(lieu.groupe or "Tout le contrat", []).append((lieu.cle, _en_entier(lieu)))
        self.fields["quartier"] = forms.ChoiceField(
            label="Dans quel quartier ?",
            required=False,
            choices=[
                ("", "Choisissez"),
                (self.PLUSIEURS, "Plusieurs lieux : je les répartis ci-dessous"),
                *par_commune.items(),
            ],
        )
        attendre(self, "quartier")

    def champs_de(self, nom: str) -> list[str]:
        champs = super().champs_de(nom)
        return ["quartier", *champs] if nom == "localisations" and "quartier" in self.fields else champs

    def valeur(self, nom: str) -> Any:
        choisi = self.cleaned_data.get("quartier")
        if nom != "localisations" or choisi in ("", self.PLUSIEURS):
            return super().valeur(nom)
        lieu = next(lieu for lieu in self.lieux if lieu.cle == choisi)
        return [LieuSaisi(lieu.mode, lieu.version_id, lieu.commune_id, Decimal(100))]

    @property
    def plusieurs(self) -> bool:
        """True when the shares are what counts."""
        return self["quartier"].value() == self.PLUSIEURS


class MoyensDeFicheForm(DeLaFiche, MoyensForm):
    """When, with which other associations, and whether volunteers run it."""


class PublicDeFicheForm(DeLaFiche, PublicForm):
    """For whom, without the ages."""


class FinanceursDeFicheForm(DeLaFiche, FinanceursForm):
    """The funders of the scheme alone; another door stays when it was asked."""

    def initiales(self, dossier: Dossier) -> dict[str, Any]:
        initiales = super().initiales(dossier)
        self.guichets = [g for g in self.guichets if g.dispositif.pk == dossier.dispositif_id or g.demande]
        return initiales


class BudgetDeFicheForm(DeLaFiche, BudgetForm):
    """The simplified budget."""


class AttestationsDeFicheForm(DeLaFiche, AttestationsForm):
    """The same attestations."""


PARTIES: dict[str, type[DeLaFiche]] = {
    partie.section: partie
    for partie in (
        ActionDeFicheForm,
        LieuxDeFicheForm,
        MoyensDeFicheForm,
        PublicDeFicheForm,
        FinanceursDeFicheForm,
        BudgetDeFicheForm,
        AttestationsDeFicheForm,
    )
}


def partie_de(
    section: str, data: Any, *, dossier: Dossier, ouverts: frozenset[str], page: PageLue, pour: Auteur
) -> DeLaFiche:
    """One section of the page, with what the page sends back of it."""
    if data is not None:
        data = data.copy()
        for nom in (OUVERTURE, GARDER):
            data[nom] = data.get(f"{nom}_{section}", "")
    return PARTIES[section](data, dossier=dossier, ouverts=ouverts & NOMS_DE_LA_FICHE, page=page, pour=pour)


class FicheForm:
    """The sections of the page as one form: what is wrong in any of them, and each by its code."""

    def __init__(self, sections: Mapping[str, SectionForm]) -> None:
        self.sections = dict(sections)

    @property
    def errors(self) -> dict[str, Any]:
        """What is wrong, by field, over all the sections."""
        return {nom: erreurs for form in self.sections.values() for nom, erreurs in form.errors.items()}

    @property
    def fields(self) -> dict[str, forms.Field]:
        return {nom: champ for form in self.sections.values() for nom, champ in form.fields.items()}

    @property
    def partagees(self) -> list[SectionForm]:
        """The sections that somebody else has written meanwhile."""
        return [form for form in self.sections.values() if form.en_conflit or form.de_l_autre]

    @property
    def autres_erreurs(self) -> list[forms.BoundField]:
        """The fields that are wrong, whoever writes."""
        return [champ for form in self.sections.values() for champ in form.autres_erreurs]

    @property
    def retenus(self) -> list[str]:
        """Answers made of several fields that one wrong field keeps from being saved."""
        return [libelle for form in self.sections.values() for libelle in form.retenus]

    def non_field_errors(self) -> list[str]:
        return [str(erreur) for form in self.sections.values() for erreur in form.non_field_errors()]


def _en_entier(lieu: LieuPropose) -> str:
    """A place with its commune: a closed list shows the choice alone."""
    return f"{lieu.nom} ({lieu.groupe})" if lieu.groupe else lieu.nom
