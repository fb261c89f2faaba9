"""The directory of droit commun, the actors' cards, and the notes that tell the COPIL where droit commun is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.permissions import verifier

from ..models import Contrat, FicheActeur, NoteEscalade, Ressource, Reunion
from ..permissions import (
    peut_ajouter_une_ressource,
    peut_escalader,
    peut_modifier_fiche,
    peut_modifier_ressource,
)
from .ecriture import ecrire, retirer


@transaction.atomic
def ajouter_ressource(contrat: Contrat, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> Ressource:
    """Add a means of droit commun; whoever writes it has just checked it."""
    verifier(peut_ajouter_une_ressource(par, contrat))
    _verifier_organisme(contrat, champs, par)
    ressource = Ressource(contrat=contrat, verifie_le=timezone.localdate(le))
    ecrire(ressource, champs, acte="ajouter_ressource", libelle="Ressource ajoutée", par=par, le=le)
    return ressource


@transaction.atomic
def modifier_ressource(ressource: Ressource, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> Ressource:
    """Change a means of droit commun, which is then checked as of today."""
    ressource = _ressource(ressource, par)
    _verifier_organisme(ressource.contrat, champs, par)
    champs = {**champs, "verifie_le": timezone.localdate(le)}
    ecrire(ressource, champs, acte="modifier_ressource", libelle="Ressource modifiée", par=par, le=le)
    return ressource


@transaction.atomic
def confirmer_ressource(ressource: Ressource, *, par: Auteur, le: datetime) -> Ressource:
    """Say that what the directory tells is still true today."""
    ressource = _ressource(ressource, par)
    champs = {"verifie_le": timezone.localdate(le)}
    ecrire(ressource, champs, acte="confirmer_ressource", libelle="Ressource vérifiée", par=par, le=le)
    return ressource


@transaction.atomic
def retirer_ressource(ressource: Ressource, *, par: Auteur, le: datetime) -> None:
    """Remove a means of droit commun that no note names."""
    ressource = _ressource(ressource, par)
    retirer(ressource, quoi="cette ressource", acte="retirer_ressource", libelle="Ressource retirée", par=par, le=le)


@transaction.atomic
def enregistrer_fiche(
    contrat: Contrat, organisme: Organisme, *, champs: Mapping[str, Any], par: Auteur, le: datetime
) -> FicheActeur:
    """Write the card of an organisation in the contract, its first time or again; it is then checked as of today."""
    verifier(peut_modifier_fiche(par, contrat, organisme.pk))
    fiche = FicheActeur.objects.select_for_update(of=("self",)).filter(contrat=contrat, organisme=organisme).first()
    fiche = fiche or FicheActeur(contrat=contrat, organisme=organisme)
    champs = {**champs, "verifie_le": timezone.localdate(le)}
    ecrire(fiche, champs, acte="enregistrer_fiche", libelle="Fiche d’acteur enregistrée", par=par, le=le)
    return fiche


@transaction.atomic
def retirer_fiche(fiche: FicheActeur, *, par: Auteur, le: datetime) -> None:
    """Remove the card of an organisation."""
    verifier(peut_modifier_fiche(par, fiche.contrat, fiche.organisme_id))
    fiche = FicheActeur.objects.select_for_update(of=("self",)).get(pk=fiche.pk)
    retirer(fiche, quoi="cette fiche", acte="retirer_fiche", libelle="Fiche d’acteur retirée", par=par, le=le)


# --- Escalation ------------------------------------------------------------------------------------------------------
@transaction.atomic
def ecrire_note(contrat: Contrat, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> NoteEscalade:
    """Begin a note: specific credits are used where droit commun fails, and a group says so with its argument."""
    verifier(peut_escalader(par, contrat))
    _verifier_liens(contrat, champs)
    note = NoteEscalade(contrat=contrat, creee_le=le)
    ecrire(note, champs, acte="ecrire_note", libelle="Note d’escalade écrite", par=par, le=le)
    return note


@transaction.atomic
def modifier_note(note: NoteEscalade, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> NoteEscalade:
    """Change a note that nobody has answered yet; what the COPIL read stays in the journal."""
    note = _note(note, par)
    if note.etat == "traitee":
        raise RegleEnfreinte("Cette note a reçu une suite : elle ne change plus.", code="note_traitee")
    _verifier_liens(note.contrat, champs)
    ecrire(note, champs, acte="modifier_note", libelle="Note d’escalade modifiée", par=par, le=le)
    return note


@transaction.atomic
def porter_note(note: NoteEscalade, acte: str, *, reunion: Reunion | None, par: Auteur, le: datetime) -> NoteEscalade:
    """Bring the note before the COTECH, then the COPIL (`porter_au_cotech`, `porter_au_copil`), at one of its meetings.

    The meeting may not be known yet.
    """
    note = _note(note, par)
    if reunion is not None and reunion.comite.contrat_id != note.contrat_id:
        raise RegleEnfreinte("Cette réunion n’est pas de ce contrat.", champ="reunion", code="reunion_hors_contrat")
    note.changer_etat(acte, par=par, le=le, champs={"reunion": reunion})
    return note


@transaction.atomic
def traiter_note(note: NoteEscalade, *, suite: str, par: Auteur, le: datetime) -> NoteEscalade:
    """Write what was answered; a note ends with an answer."""
    note = _note(note, par)
    if not suite.strip():
        raise RegleEnfreinte("Écrivez la suite donnée.", champ="suite", code="sans_suite")
    note.changer_etat("traiter", par=par, le=le, champs={"suite": suite})
    return note


def _ressource(ressource: Ressource, par: Auteur) -> Ressource:
    verifier(peut_modifier_ressource(par, ressource.contrat, ressource.organisme_id))
    return Ressource.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=ressource.pk)


def _note(note: NoteEscalade, par: Auteur) -> NoteEscalade:
    verifier(peut_escalader(par, note.contrat))
    return NoteEscalade.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=note.pk)


def _verifier_organisme(contrat: Contrat, champs: Mapping[str, Any], par: Auteur) -> None:
    """An organisation writes in its own name only."""
    organisme = champs.get("organisme")
    verifier(peut_modifier_ressource(par, contrat, organisme.pk if organisme else None))


def _verifier_liens(contrat: Contrat, champs: Mapping[str, Any]) -> None:
    for nom in ("ressources", "engagements"):
        if any(lien.contrat_id != contrat.pk for lien in champs.get(nom, ())):
            raise RegleEnfreinte("Un des éléments liés n’est pas de ce contrat.", champ=nom, code="lien_hors_contrat")
