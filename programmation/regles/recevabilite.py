"""What is checked of a deposited file before anybody reads it: its date, its porteur, all that the form asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .champs import SECTIONS, SectionDemande
from .controles import Controle as Remarque


class Resultat(StrEnum):
    """What a check found."""

    CONFORME = "conforme"
    ALERTE = "alerte"  # somebody must look; it stops nothing
    DEFAUT = "defaut"  # the file is not complete
    SANS_OBJET = "sans_objet"


@dataclass(frozen=True, slots=True)
class Controle:
    """One check: what it found, in French sentences, and the fields that a correction request would open."""

    code: str
    libelle: str
    resultat: Resultat
    details: tuple[str, ...] = ()
    champs: tuple[str, ...] = ()  # codes of `regles.champs`


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
    reconduite: bool
    bilan: bool
    remarques: tuple[Remarque, ...] = ()  # those of the form (S-01…S-08, S-17, S-18)
    importe: bool = False  # from Dauphin or a spreadsheet: what was given there is not asked again (S-16)
    sections: tuple[SectionDemande, ...] = SECTIONS  # the pages of its form


def controler(faits: Faits) -> tuple[Controle, ...]:
    """The automatic checks of a file: its deposit, its porteur, last year's account, then each section of the form."""
    return (
        _date_de_depot(faits),
        _siret(faits),
        _bilan(faits),
        *(_section(section, faits) for section in faits.sections),
    )


def defauts(controles: Iterable[Controle]) -> list[Controle]:
    """Those that make the file incomplete."""
    return [controle for controle in controles if controle.resultat is Resultat.DEFAUT]


def motif_propose(controles: Iterable[Controle]) -> str:
    """The defects as the first draft of a correction request: one line each."""
    return "\n".join(f"– {detail}" for controle in defauts(controles) for detail in controle.details)


def champs_proposes(controles: Iterable[Controle]) -> list[str]:
    """The fields that the defects would have the porteur correct, each once."""
    return list(dict.fromkeys(champ for controle in defauts(controles) for champ in controle.champs))


def _date_de_depot(faits: Faits) -> Controle:
    libelle = "Dépôt dans les délais"
    if faits.depose_le is None:
        return Controle("delai", libelle, Resultat.DEFAUT, ("Le dossier n’est pas déposé.",))
    if faits.depose_le > faits.limite:
        # The porteur can mend nothing there: the team says whether it accepts it.
        retard = f"Déposé le {faits.depose_le:%d/%m/%Y}, après la limite du {faits.limite:%d/%m/%Y}."
        return Controle("delai", libelle, Resultat.ALERTE, (retard,))
    return Controle("delai", libelle, Resultat.CONFORME, (f"Déposé le {faits.depose_le:%d/%m/%Y}.",))


def _siret(faits: Faits) -> Controle:
    """S-20: the directory's silence blocks nothing."""
    libelle = "SIRET du porteur"
    champs = ("organisme",)
    if not faits.siret:
        return Controle("siret", libelle, Resultat.DEFAUT, ("Le porteur n’a pas donné son SIRET.",), champs)
    match faits.annuaire:
        case Annuaire.CONFIRME:
            return Controle("siret", libelle, Resultat.CONFORME, ("Confirmé par l’annuaire des entreprises.",))
        case Annuaire.FERME:
            ferme = "L’établissement est fermé selon l’annuaire : donnez le SIRET du siège actuel."
            return Controle("siret", libelle, Resultat.DEFAUT, (ferme,), champs)
        case Annuaire.INCONNU:
            inconnu = "L’annuaire ne connaît pas ce SIRET : vérifiez-le avec le porteur."
            return Controle("siret", libelle, Resultat.ALERTE, (inconnu,), champs)
    return Controle("siret", libelle, Resultat.ALERTE, ("L’annuaire n’a pas encore répondu pour ce SIRET.",))


def _bilan(faits: Faits) -> Controle:
    libelle = "Bilan de l’action précédente"
    if not faits.reconduite:
        return Controle("bilan", libelle, Resultat.SANS_OBJET, ("Nouvelle action.",))
    if faits.bilan:
        return Controle("bilan", libelle, Resultat.CONFORME, ("Le compte rendu est joint.",))
    if faits.importe:
        return Controle("bilan", libelle, Resultat.SANS_OBJET, ("Remis dans l’autre téléservice.",))
    absent = "Une reconduction joint le compte rendu de l’action précédente, même intermédiaire."
    return Controle("bilan", libelle, Resultat.DEFAUT, (absent,), ("pieces",))


def _section(section: SectionDemande, faits: Faits) -> Controle:
    """What the form's own rules say of one of its sections; an alert stops nothing."""
    siennes = [remarque for remarque in faits.remarques if remarque.section == section.code]
    bloquantes = [remarque for remarque in siennes if remarque.bloquant]
    libelle = "L’organisme" if section.code == "organisme" else section.titre
    details = tuple(remarque.message for remarque in (*bloquantes, *(r for r in siennes if not r.bloquant)))
    if bloquantes and faits.importe:
        return Controle(section.code, libelle, Resultat.SANS_OBJET, ("Rempli dans l’autre téléservice.",))
    if bloquantes:
        champs = tuple(dict.fromkeys(remarque.champ for remarque in bloquantes))
        return Controle(section.code, libelle, Resultat.DEFAUT, details, champs)
    return Controle(section.code, libelle, Resultat.ALERTE if siennes else Resultat.CONFORME, details)
