"""The organisation that asks, as its card says it that day: parts 1 to 5 of CERFA 12156."""

from __future__ import annotations

from typing import Any

from acteurs.models import FicheOrganisme, FormeJuridique, Organisme, TypeOrganisme
from commun.typographie import date_longue, nombre

from ..models import BudgetOrganisme
from ..regles.budget import LigneDeBudget
from ..regles.demande import PorteurDemande, Rubrique

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
    formes = (FormeJuridique.ASSOCIATION_1901, FormeJuridique.ASSOCIATION_LOCALE)
    return organisme.forme_juridique in formes or (
        organisme.forme_juridique == FormeJuridique.INCONNUE and organisme.type == TypeOrganisme.ASSOCIATION
    )


def est_de_droit_public(organisme: Organisme) -> bool:
    """True when the form of communes and public bodies replaces the CERFA."""
    return organisme.forme_juridique == FormeJuridique.DROIT_PUBLIC or (
        organisme.forme_juridique == FormeJuridique.INCONNUE and organisme.type in _PUBLICS
    )


def porteur_de(organisme: Organisme, annee: int) -> PorteurDemande:
    """The card of `organisme` and its budget of `annee`; three queries."""
    fiche = FicheOrganisme.objects.filter(organisme=organisme).first() or FicheOrganisme(organisme=organisme)
    budget = BudgetOrganisme.objects.filter(organisme=organisme, annee=annee).prefetch_related("lignes").first()
    return PorteurDemande(
        nom=organisme.nom,
        siret=organisme.siret,
        association=est_une_association(organisme),
        droit_public=est_de_droit_public(organisme),
        benevoles=fiche.benevoles,
        rubriques=_rubriques(organisme, fiche),
        manques=tuple(_manques(organisme, fiche)),
        budget_annee=budget.annee if budget else None,
        budget=tuple(
            LigneDeBudget(ligne.sens, ligne.compte, ligne.libelle, ligne.montant)
            for ligne in (budget.lignes.all() if budget else ())
        ),
    )


def _manques(organisme: Organisme, fiche: FicheOrganisme) -> list[str]:
    attendus = [
        ("son numéro SIRET", organisme.siret),
        ("l’adresse de son siège", fiche.adresse),
        ("son représentant légal", fiche.representant_nom),
        ("un courriel ou un téléphone", fiche.courriel or fiche.telephone),
        ("son IBAN", fiche.iban),
    ]
    return [nom for nom, valeur in attendus if not valeur]


def _rubriques(organisme: Organisme, fiche: FicheOrganisme) -> tuple[Rubrique, ...]:
    lieu = " ".join(morceau for morceau in (fiche.code_postal, fiche.ville) if morceau)
    return (
        _rubrique(
            "Identification",
            ("Nom", organisme.nom),
            ("Sigle", organisme.sigle),
            ("Forme juridique", organisme.get_forme_juridique_display()),
            ("SIRET", organisme.siret),
            ("RNA", organisme.rna),
            ("Objet", fiche.objet),
            ("Adresse du siège", ", ".join(morceau for morceau in (fiche.adresse, lieu) if morceau)),
            ("Adresse de correspondance", fiche.adresse_de_correspondance),
            ("Téléphone", fiche.telephone),
            ("Courriel", fiche.courriel),
            ("Site internet", fiche.site),
            ("Représentant légal", _personne(fiche)),
            ("Joindre le représentant", _joindre(fiche)),
        ),
        _rubrique(
            "Relations avec l’administration",
            ("Agréments", fiche.agrements),
            ("Reconnue d’utilité publique le", fiche.utilite_publique_le and date_longue(fiche.utilite_publique_le)),
            ("Assujettie aux impôts commerciaux", _oui_ou_non(fiche.impots_commerciaux)),
        ),
        _rubrique(
            "Relations avec d’autres associations",
            ("Réseau, union ou fédération", fiche.reseau),
            ("Adhérents personnes morales", _entier(fiche.adherents_moraux)),
        ),
        _rubrique(
            "Moyens humains",
            ("Bénévoles", _entier(fiche.benevoles)),
            ("Volontaires", _entier(fiche.volontaires)),
            ("Salariés", _entier(fiche.salaries)),
            ("dont emplois aidés", _entier(fiche.emplois_aides)),
            ("Salariés en ETPT", fiche.salaries_etpt and nombre(fiche.salaries_etpt, None)),
            ("Personnels mis à disposition", _entier(fiche.mis_a_disposition)),
            ("Adhérentes", _entier(fiche.adherents_femmes)),
            ("Adhérents", _entier(fiche.adherents_hommes)),
        ),
    )


def _rubrique(titre: str, *lignes: tuple[str, Any]) -> Rubrique:
    """Only what is known."""
    return Rubrique(titre, tuple((nom, str(valeur)) for nom, valeur in lignes if valeur))


def _personne(fiche: FicheOrganisme) -> str:
    return ", ".join(morceau for morceau in (fiche.representant_nom, fiche.representant_fonction) if morceau)


def _joindre(fiche: FicheOrganisme) -> str:
    moyens = (fiche.representant_telephone, fiche.representant_courriel)
    return " · ".join(morceau for morceau in moyens if morceau)


def _oui_ou_non(valeur: bool | None) -> str:
    return "" if valeur is None else "Oui" if valeur else "Non"


def _entier(valeur: int | None) -> str:
    return "" if valeur is None else nombre(valeur)
