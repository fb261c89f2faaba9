"""What is checked of a deposited file before anybody reads it: dates, papers, attestations, budget, places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from .public import parts_completes


class Resultat(StrEnum):
    """What a check found."""

    CONFORME = "conforme"
    ALERTE = "alerte"  # somebody must look; it stops nothing
    DEFAUT = "defaut"  # the file is not complete
    SANS_OBJET = "sans_objet"


@dataclass(frozen=True, slots=True)
class Controle:
    """One check: what it found, in a French sentence, and the fields that a correction request would open."""

    code: str
    libelle: str
    resultat: Resultat
    detail: str = ""
    champs: tuple[str, ...] = ()  # codes of `regles.champs`


@dataclass(frozen=True, slots=True)
class PieceAttendue:
    """A paper that the campaign asks of this porteur, and whether one in force is there."""

    libelle: str
    obligatoire: bool
    presente: bool
    perimee_le: date | None = None
    de_l_organisme: bool = False


@dataclass(frozen=True, slots=True)
class Totaux:
    """The four totals of a budget, in whole euros: 60–69, 70–79, 86 and 87 (regles 2.2)."""

    charges: int = 0
    produits: int = 0
    emplois_en_nature: int = 0
    contributions_en_nature: int = 0


class Annuaire(StrEnum):
    """What the national directory says of a number (S-20)."""

    NON_VERIFIE = "non_verifie"
    CONFIRME = "confirme"
    INCONNU = "inconnu"
    FERME = "ferme"


@dataclass(frozen=True, slots=True)
class Faits:
    """What the checks read of a file, as plain values."""

    depose_le: date | None
    limite: date  # the last day on which this porteur could deposit
    siret: str
    annuaire: str  # an `Annuaire`
    pieces: tuple[PieceAttendue, ...]
    attestations_manquantes: tuple[str, ...]
    budget: Totaux | None
    parts: tuple[Decimal, ...]  # %
    financeurs: int
    reconduite: bool
    bilan: bool
    importe: bool = False  # from Dauphin or a spreadsheet: what was given there is not asked again (S-16)


def controler(faits: Faits) -> tuple[Controle, ...]:
    """The automatic checks of a file, in the order in which the team reads them."""
    return (
        _date_de_depot(faits),
        _siret(faits),
        _pieces(faits),
        _bilan(faits),
        _attestations(faits),
        _equilibre(faits),
        _nature(faits),
        _lieux(faits),
        _financeurs(faits),
    )


def defauts(controles: Iterable[Controle]) -> list[Controle]:
    """Those that make the file incomplete."""
    return [controle for controle in controles if controle.resultat is Resultat.DEFAUT]


def motif_propose(controles: Iterable[Controle]) -> str:
    """The defects as the first draft of a correction request: one line each."""
    return "\n".join(f"– {controle.detail}" for controle in defauts(controles))


def champs_proposes(controles: Iterable[Controle]) -> list[str]:
    """The fields that the defects would have the porteur correct, each once."""
    return list(dict.fromkeys(champ for controle in defauts(controles) for champ in controle.champs))


def _date_de_depot(faits: Faits) -> Controle:
    libelle = "Déposé dans les délais"
    if faits.depose_le is None:
        return Controle("delai", libelle, Resultat.DEFAUT, "Le dossier n’est pas déposé.")
    if faits.depose_le > faits.limite:
        retard = f"Déposé le {faits.depose_le:%d/%m/%Y}, après la limite du {faits.limite:%d/%m/%Y}."
        # The porteur can mend nothing there: the team says whether it accepts it.
        return Controle("delai", libelle, Resultat.ALERTE, retard)
    return Controle("delai", libelle, Resultat.CONFORME, f"Déposé le {faits.depose_le:%d/%m/%Y}.")


def _siret(faits: Faits) -> Controle:
    """S-20: the directory's silence blocks nothing."""
    libelle = "SIRET du porteur"
    champs = ("organisme",)
    if not faits.siret:
        return Controle("siret", libelle, Resultat.DEFAUT, "Le porteur n’a pas donné son SIRET.", champs)
    match faits.annuaire:
        case Annuaire.CONFIRME:
            return Controle("siret", libelle, Resultat.CONFORME, "Confirmé par l’annuaire des entreprises.")
        case Annuaire.FERME:
            ferme = "L’établissement est fermé selon l’annuaire : donnez le SIRET du siège actuel."
            return Controle("siret", libelle, Resultat.DEFAUT, ferme, champs)
        case Annuaire.INCONNU:
            inconnu = "L’annuaire ne connaît pas ce SIRET : vérifiez-le avec le porteur."
            return Controle("siret", libelle, Resultat.ALERTE, inconnu, champs)
    return Controle("siret", libelle, Resultat.ALERTE, "L’annuaire n’a pas encore répondu pour ce SIRET.")


def _pieces(faits: Faits) -> Controle:
    libelle = "Pièces demandées"
    if faits.importe:
        return Controle("pieces", libelle, Resultat.SANS_OBJET, "Déposées dans l’autre téléservice.")
    obligatoires = [piece for piece in faits.pieces if piece.obligatoire]
    manquantes = [piece for piece in obligatoires if not piece.presente]
    if not obligatoires:
        return Controle("pieces", libelle, Resultat.SANS_OBJET, "La campagne ne demande aucune pièce à ce porteur.")
    if not manquantes:
        nombre = (
            f"Les {len(obligatoires)} pièces obligatoires sont là." if len(obligatoires) > 1 else "La pièce est là."
        )
        return Controle("pieces", libelle, Resultat.CONFORME, nombre)
    noms = ", ".join(_nom_de_la_piece(piece) for piece in manquantes)
    lieux = {piece.de_l_organisme for piece in manquantes}
    champs = (*(("pieces",) if False in lieux else ()), *(("organisme",) if True in lieux else ()))
    return Controle("pieces", libelle, Resultat.DEFAUT, f"Il manque : {noms}.", champs)


def _nom_de_la_piece(piece: PieceAttendue) -> str:
    nom = piece.libelle if piece.libelle[1:2].isupper() else piece.libelle[0].lower() + piece.libelle[1:]
    return f"{nom} (n’est plus valable depuis le {piece.perimee_le:%d/%m/%Y})" if piece.perimee_le else nom


def _bilan(faits: Faits) -> Controle:
    libelle = "Bilan de l’action précédente"
    if not faits.reconduite:
        return Controle("bilan", libelle, Resultat.SANS_OBJET, "Nouvelle action.")
    if faits.importe:
        return Controle("bilan", libelle, Resultat.SANS_OBJET, "Remis dans l’autre téléservice.")
    if faits.bilan:
        return Controle("bilan", libelle, Resultat.CONFORME, "Le compte rendu est joint.")
    absent = "Une reconduction joint le compte rendu de l’action précédente, même intermédiaire."
    return Controle("bilan", libelle, Resultat.DEFAUT, absent, ("pieces",))


def _attestations(faits: Faits) -> Controle:
    libelle = "Attestations"
    if faits.importe:
        return Controle("attestations", libelle, Resultat.SANS_OBJET, "Données dans l’autre téléservice.")
    if not faits.attestations_manquantes:
        return Controle("attestations", libelle, Resultat.CONFORME, "Toutes sont acceptées.")
    noms = " ; ".join(f"« {nom} »" for nom in faits.attestations_manquantes)
    return Controle("attestations", libelle, Resultat.DEFAUT, f"À accepter : {noms}.", ("attestations",))


def _equilibre(faits: Faits) -> Controle:
    """S-01."""
    libelle = "Budget équilibré"
    budget = faits.budget
    if budget is None or not (budget.charges or budget.produits):
        if faits.importe:
            return Controle("budget", libelle, Resultat.SANS_OBJET, "Le budget est dans l’autre téléservice.")
        return Controle("budget", libelle, Resultat.DEFAUT, "Le budget de l’action n’est pas rempli.", ("budget",))
    if budget.charges != budget.produits:
        ecart = f"Les charges ({_euros(budget.charges)}) ne sont pas égales aux produits ({_euros(budget.produits)})."
        return Controle("budget", libelle, Resultat.DEFAUT, ecart, ("budget",))
    return Controle("budget", libelle, Resultat.CONFORME, f"{_euros(budget.charges)} de chaque côté.")


def _nature(faits: Faits) -> Controle:
    """S-02."""
    libelle = "Contributions en nature équilibrées"
    budget = faits.budget
    if budget is None or not (budget.emplois_en_nature or budget.contributions_en_nature):
        return Controle("nature", libelle, Resultat.SANS_OBJET, "Aucune contribution en nature.")
    if budget.emplois_en_nature != budget.contributions_en_nature:
        ecart = (
            f"Les emplois en nature (86 : {_euros(budget.emplois_en_nature)}) ne sont pas égaux "
            f"aux contributions (87 : {_euros(budget.contributions_en_nature)})."
        )
        return Controle("nature", libelle, Resultat.DEFAUT, ecart, ("budget",))
    return Controle("nature", libelle, Resultat.CONFORME, f"{_euros(budget.emplois_en_nature)} de chaque côté.")


def _lieux(faits: Faits) -> Controle:
    """S-17."""
    libelle = "Lieux de l’action"
    if not faits.parts:
        return Controle("lieux", libelle, Resultat.DEFAUT, "Aucun lieu n’est donné.", ("localisations",))
    if not parts_completes(faits.parts):
        total = f"{sum(faits.parts):f}".rstrip("0").rstrip(".").replace(".", ",")
        faux = f"La répartition fait {total}\u202f% : elle doit faire 100\u202f%."
        return Controle("lieux", libelle, Resultat.DEFAUT, faux, ("localisations",))
    return Controle("lieux", libelle, Resultat.CONFORME, "La répartition fait 100\u202f%.")


def _financeurs(faits: Faits) -> Controle:
    libelle = "Financeurs sollicités"
    if not faits.financeurs:
        return Controle("financeurs", libelle, Resultat.DEFAUT, "Aucun financeur n’est sollicité.", ("demandes",))
    nombre = "1 financeur sollicité." if faits.financeurs == 1 else f"{faits.financeurs} financeurs sollicités."
    return Controle("financeurs", libelle, Resultat.CONFORME, nombre)


def _euros(montant: int) -> str:
    return f"{montant:,}".replace(",", "\u202f") + "\u00a0€"
