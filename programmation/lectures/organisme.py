"""The card, the papers and the budgets of an organisation, as its reader may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models

from acteurs.models import PIECES_DE_L_ORGANISME, FicheOrganisme, FormeJuridique, Organisme, PieceOrganisme, TypePiece
from acteurs.regles import grouper, siret_lisible
from commun.auteur import Auteur
from commun.permissions import Reponse
from commun.typographie import date_courte, nombre
from contrats.models import Contrat

from ..etats import EtatCampagne
from ..models import PieceRequise
from ..permissions.organisme import peut_lire_la_banque, peut_tenir_la_fiche
from ..regles.organisme import SECTIONS, Section, bientot_perimee, manques

ASSOCIATIONS = (FormeJuridique.ASSOCIATION_1901, FormeJuridique.ASSOCIATION_LOCALE)
# Fields of the organisation itself; the others are those of its card.
CHAMPS_DE_L_ORGANISME = ("nom", "sigle", "siret", "rna", "forme_juridique")


@dataclass(frozen=True, slots=True)
class SectionLue:
    """One section: (label, value) of each field, and the labels of what a request will miss."""

    section: Section
    definitions: list[tuple[str, str]]
    manques: tuple[str, ...]
    cachee: str  # why this reader does not see it; empty when it does


@dataclass(frozen=True, slots=True)
class FicheLue:
    """The card of an organisation."""

    organisme: Organisme
    sections: list[SectionLue]
    verification: str
    ton_de_verification: str
    verifie_le: Any
    tient: Reponse

    @property
    def nombre_de_manques(self) -> int:
        return sum(len(lue.manques) for lue in self.sections)


_TONS = {"confirme": "succes", "ferme": "danger", "inconnu": "attention", "non_verifie": "neutre"}


def fiche_de(organisme: Organisme) -> FicheOrganisme:
    """The card, not yet saved when nothing was ever written on it."""
    return FicheOrganisme.objects.filter(organisme=organisme).first() or FicheOrganisme(organisme=organisme)


def fiche_lue(organisme: Organisme, *, pour: Auteur, contrat: Contrat) -> FicheLue:
    """The card as this reader sees it."""
    fiche = fiche_de(organisme)
    banque = peut_lire_la_banque(pour, contrat, organisme)
    return FicheLue(
        organisme=organisme,
        sections=[section_lue(organisme, fiche, s, banque if s.confidentielle else None) for s in SECTIONS],
        verification=fiche.get_verification_display(),
        ton_de_verification=_TONS[fiche.verification],
        verifie_le=fiche.verifie_le,
        tient=peut_tenir_la_fiche(pour, contrat, organisme),
    )


def section_lue(
    organisme: Organisme, fiche: FicheOrganisme, section: Section, droit: Reponse | None = None
) -> SectionLue:
    """One section in words; `droit` refused hides it, whatever it says."""
    valeurs = {champ: getattr(_porteur_du_champ(organisme, fiche, champ), champ) for champ in section.champs}
    absents = manques(section, valeurs, association=organisme.forme_juridique in ASSOCIATIONS)
    if droit is not None and not droit:
        return SectionLue(section, [], (), droit.motif)
    definitions = [
        (libelle(champ), _en_mots(_porteur_du_champ(organisme, fiche, champ), champ)) for champ in section.champs
    ]
    return SectionLue(section, definitions, tuple(libelle(champ) for champ in absents), "")


def libelle(champ: str) -> str:
    """The label of a field of the card, as its model declares it."""
    modele = Organisme if champ in CHAMPS_DE_L_ORGANISME else FicheOrganisme
    nom = str(modele._meta.get_field(champ).verbose_name)  # type: ignore[union-attr]
    return nom[:1].upper() + nom[1:]


def _porteur_du_champ(organisme: Organisme, fiche: FicheOrganisme, champ: str) -> models.Model:
    return organisme if champ in CHAMPS_DE_L_ORGANISME else fiche


def _en_mots(objet: models.Model, champ: str) -> str:
    """A value as it is read; empty when there is none."""
    valeur = getattr(objet, champ)
    if valeur in (None, ""):
        return ""
    if isinstance(valeur, bool):
        return "Oui" if valeur else "Non"
    if isinstance(valeur, date):
        return date_courte(valeur)
    if champ in ("iban", "siret", "telephone", "public_telephone", "representant_telephone"):
        return _groupes(champ, str(valeur))
    if hasattr(objet, f"get_{champ}_display"):
        return str(getattr(objet, f"get_{champ}_display")())
    return str(valeur) if isinstance(valeur, str) else nombre(valeur, 0 if valeur == int(valeur) else 2)


def _groupes(champ: str, valeur: str) -> str:
    """A long number in the groups that people read: an IBAN by four, a telephone by two."""
    if champ == "iban":
        return grouper(valeur, *[4] * 9)
    if champ == "siret":
        return siret_lisible(valeur)
    return grouper(valeur, *[2] * 5) if valeur.isdigit() and len(valeur) == 10 else valeur


@dataclass(frozen=True, slots=True)
class PieceLue:
    """One paper, with how long it holds."""

    piece: PieceOrganisme
    perimee: bool
    bientot: bool


@dataclass(frozen=True, slots=True)
class PieceAttendue:
    """One kind of paper: those in force, the former ones, and the calls that ask for it."""

    type: TypePiece
    en_cours: list[PieceLue]
    anciennes: list[PieceLue]
    demandee_par: tuple[int, ...]
    cachee: str

    @property
    def manque(self) -> bool:
        """Asked by a call, and nothing in force."""
        return bool(self.demandee_par) and not any(not lue.perimee for lue in self.en_cours)


def pieces_lues(organisme: Organisme, *, pour: Auteur, contrat: Contrat, le: date) -> list[PieceAttendue]:
    """The papers given once for all, in the order of the form; three queries."""
    pieces = PieceOrganisme.objects.filter(organisme=organisme).select_related("fichier", "deposee_par")
    par_type: dict[str, list[PieceOrganisme]] = {}
    for piece in pieces.order_by("-deposee_le"):
        par_type.setdefault(piece.type, []).append(piece)
    demandes = _demandees(organisme, contrat)
    banque = peut_lire_la_banque(pour, contrat, organisme)
    return [
        _attendue(
            TypePiece(type_),
            [] if type_ == TypePiece.RIB and not banque else par_type.get(type_, []),
            demandes.get(type_, ()),
            banque.motif if type_ == TypePiece.RIB else "",
            le,
        )
        for type_ in PIECES_DE_L_ORGANISME
    ]


def _attendue(
    type_: TypePiece, pieces: Sequence[PieceOrganisme], demandee_par: tuple[int, ...], cachee: str, le: date
) -> PieceAttendue:
    lues = [
        PieceLue(
            piece,
            perimee=piece.valable_au is not None and piece.valable_au < le,
            bientot=bientot_perimee(piece.valable_au, le=le),
        )
        for piece in pieces
    ]
    return PieceAttendue(
        type=type_,
        en_cours=[lue for lue in lues if lue.piece.retiree_le is None],
        anciennes=[lue for lue in lues if lue.piece.retiree_le is not None],
        demandee_par=demandee_par,
        cachee=cachee,
    )


def _demandees(organisme: Organisme, contrat: Contrat) -> dict[str, tuple[int, ...]]:
    """Kind of paper → the years whose open call asks it of this legal form."""
    requises = PieceRequise.objects.filter(
        campagne__contrat=contrat, campagne__etat=EtatCampagne.OUVERTE, obligatoire=True, reconduction_seule=False
    ).select_related("campagne")
    annees: dict[str, set[int]] = {}
    for requise in requises:
        if not requise.formes or organisme.forme_juridique in requise.formes:
            annees.setdefault(requise.type, set()).add(requise.campagne.annee)
    return {type_: tuple(sorted(trouvees)) for type_, trouvees in annees.items()}
