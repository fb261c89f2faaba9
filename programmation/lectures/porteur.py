"""The organisation that asks, as its card says it that day: parts 1 to 5 of CERFA 12156."""

from __future__ import annotations

from acteurs.models import FormeJuridique, Organisme, TypeOrganisme

from ..models import BudgetOrganisme
from ..regles.budget import LigneDeBudget
from ..regles.demande import PorteurDemande, Rubrique
from ..regles.organisme import SECTIONS
from .organisme import ASSOCIATIONS, SectionLue, fiche_de, section_lue

_PUBLICS = (
    TypeOrganisme.ETAT,
    TypeOrganisme.SERVICE_ETAT,
    TypeOrganisme.REGION,
    TypeOrganisme.DEPARTEMENT,
    TypeOrganisme.EPCI,
    TypeOrganisme.COMMUNE,
    TypeOrganisme.ETABLISSEMENT,
    TypeOrganisme.CCAS,
)


def est_une_association(organisme: Organisme) -> bool:
    """True when the attestations and papers of associations are asked."""
    return organisme.forme_juridique in ASSOCIATIONS or (
        organisme.forme_juridique == FormeJuridique.INCONNUE and organisme.type == TypeOrganisme.ASSOCIATION
    )


def est_de_droit_public(organisme: Organisme) -> bool:
    """True when the form of communes and public bodies replaces the CERFA."""
    return organisme.forme_juridique == FormeJuridique.DROIT_PUBLIC or (
        organisme.forme_juridique == FormeJuridique.INCONNUE and organisme.type in _PUBLICS
    )


def siren_de(organisme: Organisme) -> str:
    """The legal person behind it, by its SIREN or that of its SIRET; empty when neither is known."""
    return organisme.siren or organisme.siret[:9]


def porteur_de(organisme: Organisme, annee: int) -> PorteurDemande:
    """The card of `organisme` and its budget of `annee`; three queries."""
    fiche = fiche_de(organisme)
    lues = [section_lue(organisme, fiche, section) for section in SECTIONS]
    budget = BudgetOrganisme.objects.filter(organisme=organisme, annee=annee).prefetch_related("lignes").first()
    return PorteurDemande(
        nom=organisme.nom,
        siret=organisme.siret,
        association=est_une_association(organisme),
        droit_public=est_de_droit_public(organisme),
        benevoles=fiche.benevoles,
        rubriques=_rubriques(lues),
        manques=tuple(manque for lue in lues for manque in lue.manques),
        budget_annee=budget.annee if budget else None,
        budget=tuple(
            LigneDeBudget(ligne.sens, ligne.compte, ligne.libelle, ligne.montant)
            for ligne in (budget.lignes.all() if budget else ())
        ),
    )


def _rubriques(lues: list[SectionLue]) -> tuple[Rubrique, ...]:
    """What the card says; the bank account is not part of what the co-funders read."""
    return tuple(
        Rubrique(lue.section.titre, tuple((nom, valeur) for nom, valeur in lue.definitions if valeur))
        for lue in lues
        if not lue.section.confidentielle
    )
