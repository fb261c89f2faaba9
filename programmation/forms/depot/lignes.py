"""Pages of lines: places, indicators, budget, funders, attestations. A line left empty is not there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from commun.formulaires import ChampMontant

from ...actions.ecriture_demande import AttestationSaisie, IndicateurSaisi, LieuSaisi
from ...lectures.campagne import guichets_fermes
from ...lectures.demande import est_une_initiative, formulaire_du_dossier, se_depose
from ...lectures.depot import LieuPropose, budget_par_compte, indicateurs_proposes, lieux_proposes
from ...lectures.guichets import Cle, Guichet, guichets
from ...lectures.porteur import est_une_association
from ...models import DemandePic, Dossier, FicheProximite
from ...regles.attestations import TexteAttestation, textes_demandes
from ...regles.demande import parts_egales
from ...regles.plans_budget import PlanBudget, PostePlan, plan_de
from .base import ChampEuros, ChampPart, SectionForm, attendre

PROPRES = 4  # indicators in one's own words


class LieuxForm(SectionForm):
    """The shares of the action between places: 100 % in all (S-17)."""

    section = "lieux"

    lieu = forms.CharField(
        label="Lieux de réalisation",
        required=False,
        max_length=300,
        help_text="Les salles, écoles, places : « Maison de quartier du Faubourg Duchateau, collège Bayard ».",
    )

    def initiales(self, dossier: Dossier) -> dict[str, Any]:
        self.lieux = lieux_proposes(dossier)
        return {"lieu": dossier.lieu} | {lieu.nom_de_champ: lieu.part for lieu in self.lieux}

    def construire(self) -> None:
        for lieu in self.lieux:
            self.fields[lieu.nom_de_champ] = ChampPart(label=lieu.nom)

    def champs_de(self, nom: str) -> list[str]:
        return [lieu.nom_de_champ for lieu in self.lieux] if nom == "localisations" else super().champs_de(nom)

    def valeur(self, nom: str) -> Any:
        if nom != "localisations":
            return super().valeur(nom)
        remplis = [(lieu, part) for lieu in self.lieux if (part := self.cleaned_data[lieu.nom_de_champ])]
        parts = [part for _, part in remplis]
        if self.data.get("egal") and parts:
            parts = parts_egales(len(parts))
        return [
            LieuSaisi(lieu.mode, lieu.version_id, lieu.commune_id, part)
            for (lieu, _), part in zip(remplis, parts, strict=True)
        ]

    @property
    def groupes(self) -> list[tuple[str, bool, list[forms.BoundField]]]:
        """(heading, open, lines): what stands for the whole contract first, then commune by commune."""
        par_groupe: dict[str, list[LieuPropose]] = defaultdict(list)
        for lieu in self.lieux:
            par_groupe[lieu.groupe].append(lieu)
        return [
            (nom, not nom or any(self[lieu.nom_de_champ].value() for lieu in lieux), self._champs(lieux))
            for nom, lieux in par_groupe.items()
        ]

    def _champs(self, lieux: list[LieuPropose]) -> list[forms.BoundField]:
        return self.groupe(lieu.nom_de_champ for lieu in lieux)


@dataclass(frozen=True, slots=True)
class LigneIndicateur:
    """An indicator of the library on the page: tick it, say the target."""

    case: forms.BoundField
    cible: forms.BoundField
    unite: str
    definition: str


class IndicateursForm(SectionForm):
    """What the action will be judged on: the library's indicators, then one's own."""

    section = "indicateurs"

    evaluation = forms.CharField(
        label="Comment allez-vous évaluer l’action ?",
        required=False,
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def initiales(self, dossier: Dossier) -> dict[str, Any]:
        prevus = list(dossier.indicateurs.order_by("pk"))
        self.bibliotheque = indicateurs_proposes(dossier)
        initiales: dict[str, Any] = {"evaluation": dossier.evaluation}
        for prevu in prevus:
            if prevu.indicateur_id:
                initiales |= {f"choix_{prevu.indicateur_id}": True, f"cible_{prevu.indicateur_id}": prevu.cible}
        propres = [prevu for prevu in prevus if not prevu.indicateur_id]
        self.rangs = range(max(PROPRES, len(propres) + 1))
        for rang, prevu in enumerate(propres):
            initiales |= {
                f"propre_{rang}_libelle": prevu.libelle,
                f"propre_{rang}_unite": prevu.unite,
                f"propre_{rang}_cible": prevu.cible,
            }
        return initiales

    def construire(self) -> None:
        for indicateur in self.bibliotheque:
            self.fields[f"choix_{indicateur.pk}"] = forms.BooleanField(label=indicateur.libelle, required=False)
            self.fields[f"cible_{indicateur.pk}"] = _cible(f"Cible : {indicateur.libelle}")
        for rang in self.rangs:
            self.fields[f"propre_{rang}_libelle"] = forms.CharField(label="Indicateur", max_length=200, required=False)
            self.fields[f"propre_{rang}_unite"] = forms.CharField(label="Unité", max_length=40, required=False)
            self.fields[f"propre_{rang}_cible"] = _cible("Cible")
        for champ in self.champs_de("indicateurs"):
            attendre(self, champ)

    def champs_de(self, nom: str) -> list[str]:
        if nom != "indicateurs":
            return super().champs_de(nom)
        return [champ for champ in self.fields if champ.startswith(("choix_", "cible_", "propre_"))]

    def valeur(self, nom: str) -> Any:
        if nom != "indicateurs":
            return super().valeur(nom)
        lues = self.cleaned_data
        choisis = [
            IndicateurSaisi(indicateur, "", "", lues[f"cible_{indicateur.pk}"])
            for indicateur in self.bibliotheque
            if lues[f"choix_{indicateur.pk}"] or lues[f"cible_{indicateur.pk}"] is not None
        ]
        propres = [
            IndicateurSaisi(None, lues[f"propre_{r}_libelle"], lues[f"propre_{r}_unite"], lues[f"propre_{r}_cible"])
            for r in self.rangs
            if lues[f"propre_{r}_libelle"]
        ]
        return [*choisis, *propres]

    def clean(self) -> dict[str, Any]:
        lues: dict[str, Any] = super().clean() or self.cleaned_data
        for rang in self.rangs:
            if lues.get(f"propre_{rang}_cible") is not None and not lues.get(f"propre_{rang}_libelle"):
                self.add_error(f"propre_{rang}_libelle", "Nommez l’indicateur de cette cible.")
        return lues

    @property
    def lignes(self) -> list[LigneIndicateur]:
        return [
            LigneIndicateur(self[f"choix_{i.pk}"], self[f"cible_{i.pk}"], i.unite, i.definition)
            for i in self.bibliotheque
        ]

    @property
    def propres(self) -> list[list[forms.BoundField]]:
        return [self.groupe(f"propre_{rang}_{nom}" for nom in ("libelle", "unite", "cible")) for rang in self.rangs]


def _cible(libelle: str) -> ChampMontant:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "data-court": "1", "autocomplete": "off"})
    return ChampMontant(label=libelle, required=False, widget=widget)


class BudgetForm(SectionForm):
    """The lines of the form that applies, in whole euros; what is asked from the call's funders comes by itself."""

    section = "budget"

    note_budget = forms.CharField(
        label="Précisions sur le budget",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Le détail d’une ligne, la méthode de calcul des charges indirectes ou du bénévolat…",
    )

    def initiales(self, dossier: Dossier) -> dict[str, Any]:
        self.plan: PlanBudget = plan_de(formulaire_du_dossier(dossier))
        montants, note = budget_par_compte(dossier, self.plan)
        return {"note_budget": note} | {f"compte_{compte}": montant for compte, montant in montants.items()}

    def construire(self) -> None:
        for poste in (*self.plan.charges, *self.plan.produits):
            for ligne in poste.lignes:
                titre = ligne.libelle if ligne.compte.endswith("x") and not poste.seule else ligne.titre
                self.fields[f"compte_{ligne.compte}"] = ChampEuros(label=titre)

    def champs_de(self, nom: str) -> list[str]:
        return [f"compte_{compte}" for compte in self.plan.comptes] if nom == "budget" else super().champs_de(nom)

    def valeur(self, nom: str) -> Any:
        if nom != "budget":
            return super().valeur(nom)
        montants = {compte: self.cleaned_data[f"compte_{compte}"] for compte in self.plan.comptes}
        return {compte: montant for compte, montant in montants.items() if montant}

    @property
    def charges(self) -> list[tuple[PostePlan, list[forms.BoundField]]]:
        return self._postes(self.plan.charges)

    @property
    def produits(self) -> list[tuple[PostePlan, list[forms.BoundField]]]:
        return self._postes(self.plan.produits)

    def _postes(self, postes: tuple[PostePlan, ...]) -> list[tuple[PostePlan, list[forms.BoundField]]]:
        return [(poste, self.groupe(f"compte_{ligne.compte}" for ligne in poste.lignes)) for poste in postes]


class FinanceursForm(SectionForm):
    """What is asked at each door, in whole euros (S-04)."""

    section = "financeurs"

    pic = forms.ChoiceField(
        label="Ce projet est-il aussi présenté au PIC de la Région (projets d’initiative citoyenne) ?",
        choices=DemandePic,
        widget=forms.RadioSelect,
        required=False,
        help_text="Les deux aides peuvent se compléter ; l’une ne remplace pas l’autre.",
    )

    def initiales(self, dossier: Dossier) -> dict[str, Any]:
        demandes = list(dossier.demandes.exclude(etat="annulee"))
        lus = guichets(
            dossier.campagne,
            forme=dossier.porteur.forme_juridique,
            demandes=demandes,
            dispositif=dossier.dispositif_id,
        )
        # What is already asked stays, and the checks say that its scheme is closed.
        fermes = (
            guichets_fermes(dossier, [g.dispositif for g in lus], timezone.localdate()) if se_depose(dossier) else {}
        )
        self.guichets = [g for g in lus if g.demande is not None or g.dispositif.pk not in fermes]
        proximite = FicheProximite.objects.filter(dossier=dossier).first()
        return {_champ(guichet.cle): guichet.demande for guichet in self.guichets} | {
            "pic": proximite.pic if proximite else ""
        }

    def construire(self) -> None:
        for guichet in self.guichets:
            nom = f"{guichet.financeur.nom_court}, {guichet.dispositif.nom}, {guichet.nature_libelle.lower()}"
            # Cents that came with an import stay as they are: the page is not refused because of them.
            centimes = guichet.demande is not None and guichet.demande != int(guichet.demande)
            self.fields[_champ(guichet.cle)] = (
                ChampMontant(label=nom, required=False) if centimes else ChampEuros(label=nom)
            )
        attendre(self, "pic")
        if not est_une_initiative(self.dossier):
            del self.fields["pic"]

    def champs_de(self, nom: str) -> list[str]:
        return [_champ(guichet.cle) for guichet in self.guichets] if nom == "demandes" else super().champs_de(nom)

    def valeur(self, nom: str) -> Any:
        if nom != "demandes":
            return super().valeur(nom)
        lus = [(guichet, self.cleaned_data[_champ(guichet.cle)]) for guichet in self.guichets]
        # 0 says something where a request already stands: an import may bring one, with its funder's proposal.
        return {
            guichet.cle: Decimal(montant)
            for guichet, montant in lus
            if montant or (montant is not None and guichet.demande is not None)
        }

    @property
    def groupes(self) -> list[tuple[str, bool, list[tuple[Guichet, forms.BoundField]]]]:
        """(heading, open, doors): those of the file's own scheme first, the others under a fold."""
        siens = [g for g in self.guichets if g.dispositif.pk == self.dossier.dispositif_id]
        autres = [g for g in self.guichets if g.dispositif.pk != self.dossier.dispositif_id]
        return [
            (nom, ouvert or any(self[_champ(g.cle)].value() for g in lus), [(g, self[_champ(g.cle)]) for g in lus])
            for nom, ouvert, lus in (
                (self.dossier.dispositif.nom, True, siens),
                ("Autres dispositifs", not siens, autres),
            )
            if lus
        ]


def _champ(cle: Cle) -> str:
    return "demande_{}_{}_{}".format(*cle)


@dataclass(frozen=True, slots=True)
class LigneAttestation:
    texte: TexteAttestation
    case: forms.BoundField
    montant: forms.BoundField | None


class AttestationsForm(SectionForm):
    """What the legal representative certifies."""

    section = "attestations"

    def initiales(self, dossier: Dossier) -> dict[str, Any]:
        self.textes = textes_demandes(association=est_une_association(dossier.porteur))
        initiales: dict[str, Any] = {}
        for attestation in dossier.attestations.all():
            initiales |= {f"donne_{attestation.genre}": True, f"montant_{attestation.genre}": attestation.montant}
        return initiales

    def construire(self) -> None:
        for texte in self.textes:
            self.fields[f"donne_{texte.genre}"] = forms.BooleanField(label=texte.texte, required=False)
            if texte.demande_un_montant:
                self.fields[f"montant_{texte.genre}"] = ChampEuros(label="Montant total sur les trois exercices")
        for champ in self.fields:
            attendre(self, champ)

    def champs_de(self, nom: str) -> list[str]:
        return list(self.fields) if nom == "attestations" else []

    def valeur(self, nom: str) -> Any:
        return {
            texte.genre: AttestationSaisie(
                self.cleaned_data[f"donne_{texte.genre}"], _decimal(self.cleaned_data.get(f"montant_{texte.genre}"))
            )
            for texte in self.textes
        }

    def clean(self) -> dict[str, Any]:
        lues: dict[str, Any] = super().clean() or self.cleaned_data
        for texte in self.textes:
            montant = f"montant_{texte.genre}"
            if texte.demande_un_montant and lues.get(f"donne_{texte.genre}") and lues.get(montant, 0) is None:
                self.add_error(montant, "Écrivez le montant déclaré, 0 s’il n’y en a pas.")
        return lues

    @property
    def lignes(self) -> list[LigneAttestation]:
        return [
            LigneAttestation(
                texte,
                self[f"donne_{texte.genre}"],
                self[f"montant_{texte.genre}"] if texte.demande_un_montant else None,
            )
            for texte in self.textes
        ]


def _decimal(montant: int | None) -> Decimal | None:
    return None if montant is None else Decimal(montant)
