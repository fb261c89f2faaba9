"""The card of an organisation, section by section, and what it does not say yet (CERFA 12156, 1 to 4; regles 2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Section:
    """One page of the card: the fields of its model that it holds, those that a request needs."""

    code: str
    titre: str
    aide: str
    champs: tuple[str, ...]
    requis: tuple[str, ...] = ()
    requis_d_une_association: tuple[str, ...] = ()
    confidentielle: bool = False


SECTIONS = (
    Section(
        "identite",
        "Identité",
        "Le nom et les numéros de l’organisme, tels que les connaissent l’Insee et le répertoire des associations.",
        ("nom", "sigle", "siret", "rna", "forme_juridique", "objet"),
        ("nom", "siret"),
        ("objet",),
    ),
    Section(
        "coordonnees",
        "Siège et contacts",
        "L’adresse du siège est celle qui figure sur le RIB.",
        ("adresse", "code_postal", "ville", "adresse_de_correspondance", "telephone", "courriel", "site"),
        ("adresse", "code_postal", "ville", "courriel"),
    ),
    Section(
        "contact_public",
        "Contact public",
        "Imprimé dans le catalogue des actions financées et lu par tous, habitants compris. Rien d’autre de la fiche n’y "
        "figure ; ce que vous laissez vide n’est pas publié.",
        ("public_telephone", "public_courriel", "public_site"),
    ),
    Section(
        "representant",
        "Représentant légal",
        "La personne qui engage l’organisme : président, maire, directeur.",
        ("representant_nom", "representant_fonction", "representant_telephone", "representant_courriel"),
        ("representant_nom", "representant_fonction"),
    ),
    Section(
        "administration",
        "Relations avec l’administration et les réseaux",
        "Agréments, reconnaissance d’utilité publique, fiscalité, fédération.",
        ("agrements", "utilite_publique_le", "impots_commerciaux", "reseau", "adherents_moraux"),
        (),
        ("impots_commerciaux",),
    ),
    Section(
        "moyens",
        "Moyens humains",
        "Au 31 décembre de l’année écoulée.",
        (
            "benevoles",
            "volontaires",
            "salaries",
            "salaries_etpt",
            "emplois_aides",
            "mis_a_disposition",
            "adherents_femmes",
            "adherents_hommes",
        ),
        (),
        ("benevoles", "salaries"),
    ),
    Section(
        "banque",
        "Compte bancaire",
        "Le compte sur lequel la subvention est versée ; il porte le nom et l’adresse de l’organisme.",
        ("iban", "bic"),
        ("iban", "bic"),
        confidentielle=True,
    ),
)


def section(code: str) -> Section | None:
    """The section of this code."""
    return next((s for s in SECTIONS if s.code == code), None)


def manques(section: Section, valeurs: Mapping[str, Any], *, association: bool) -> tuple[str, ...]:
    """The fields of a section that a request needs and that say nothing yet; zero says something."""
    attendus = section.requis + (section.requis_d_une_association if association else ())
    return tuple(champ for champ in attendus if valeurs.get(champ) in (None, ""))


def bientot_perimee(valable_au: date | None, *, le: date, jours: int = 60) -> bool:
    """True when a paper in force ends within two months: time to renew it before a call opens."""
    return valable_au is not None and le <= valable_au and (valable_au - le).days <= jours
