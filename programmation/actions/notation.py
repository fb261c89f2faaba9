"""The scores of a file along its campaign's grid: written as one goes, ended, taken up again for a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from commun.typographie import nombre

from ..models import CritereCampagne, Dossier, Notation, NoteCritere
from ..permissions import peut_noter, peut_rouvrir_sa_lecture
from ..regles.notation import NotePonderee, moyenne_sur_vingt
from .ecriture import motif_donne, verrouiller_dossier


@dataclass(frozen=True, slots=True)
class NoteSaisie:
    """What somebody gives a criterion; no score yet when `note` is None."""

    note: Decimal | None
    justification: str = ""


@transaction.atomic
def noter(
    dossier: Dossier,
    *,
    notes: Mapping[int, NoteSaisie],
    par: Auteur,
    le: datetime,
    commentaire: str = "",
    valider: bool = False,
) -> Notation:
    """Write the author's own reading: the first one of the file, else the second once the first is ended.

    `notes` gives each criterion's score by its number; those left out stay as they are, None takes a score back.
    `valider` ends the reading, which changes no more unless its author takes it up again.

    Raises:
        RegleEnfreinte: a score out of bounds or without its reason; ended although a criterion has no score.
    """
    dossier = verrouiller_dossier(dossier)
    verifier(peut_noter(par, dossier))
    if par.utilisateur is None or par.organisme is None:
        raise RegleEnfreinte("Une lecture est faite par une personne, pour son organisme.")
    criteres = {c.pk: c for c in CritereCampagne.objects.filter(campagne=dossier.campagne_id)}
    notation = _lecture_de(dossier, par, le)
    avant = _donnees(notation)
    for cle, saisie in notes.items():
        if cle not in criteres:
            raise RegleEnfreinte("Ce critère n’est plus dans la grille : rechargez la page.")
        _ecrire(notation, criteres[cle], saisie)
    notation.commentaire = commentaire.strip()
    if valider:
        _exiger_tous_les_criteres(notation, criteres)
        notation.validee_le = le
    notation.save(update_fields=["commentaire", "validee_le"])
    inscrire(notation, acte="noter", libelle="Lecture notée", par=par, le=le, avant=avant, apres=_donnees(notation))
    if valider:
        _dire_la_validation(dossier, notation, par, le)
    return notation


@transaction.atomic
def rouvrir_sa_lecture(dossier: Dossier, *, motif: str, par: Auteur, le: datetime) -> Notation:
    """Take up again the reading that the author had ended: its scores leave the average until it is ended anew."""
    dossier = verrouiller_dossier(dossier)
    verifier(peut_rouvrir_sa_lecture(par, dossier))
    motif = motif_donne(motif)
    notation = Notation.objects.get(dossier=dossier, evaluateur=par.utilisateur)
    donnees = _donnees(notation)
    notation.validee_le = None
    notation.save(update_fields=["validee_le"])
    inscrire(notation, acte="rouvrir", libelle="Lecture rouverte", par=par, le=le, motif=motif, avant=donnees)
    inscrire(
        dossier,
        acte="rouvrir_une_lecture",
        libelle=f"{_rang(notation)} lecture rouverte",
        par=par,
        le=le,
        motif=motif,
        avant={"lecture": notation.lecture, "moyenne": str(_moyenne(notation))},
    )
    return notation


def _lecture_de(dossier: Dossier, par: Auteur, le: datetime) -> Notation:
    """The author's reading, begun now when it has none; the file is locked and the right checked."""
    mienne = Notation.objects.filter(dossier=dossier, evaluateur=par.utilisateur).first()
    if mienne is not None:
        return mienne
    prise = Notation.objects.filter(dossier=dossier, lecture=1).exists()
    with contraintes_en_francais(), transaction.atomic():
        return Notation.objects.create(
            dossier=dossier,
            lecture=2 if prise else 1,
            evaluateur=par.utilisateur,
            organisme=par.organisme,
            commencee_le=le,
        )


def _ecrire(notation: Notation, critere: CritereCampagne, saisie: NoteSaisie) -> None:
    if saisie.note is None:
        if saisie.justification.strip():
            raise RegleEnfreinte("Donnez aussi la note.", champ=f"note_{critere.pk}")
        notation.notes.filter(critere=critere).delete()
        return
    if not 0 <= saisie.note <= critere.note_max:
        raise RegleEnfreinte(f"La note va de 0 à {critere.note_max}.", champ=f"note_{critere.pk}")
    if not saisie.justification.strip():
        raise RegleEnfreinte("Justifiez la note en quelques mots.", champ=f"justification_{critere.pk}")
    NoteCritere.objects.update_or_create(
        notation=notation,
        critere=critere,
        defaults={"note": saisie.note, "justification": saisie.justification.strip()},
    )


def _exiger_tous_les_criteres(notation: Notation, criteres: Mapping[int, CritereCampagne]) -> None:
    if not criteres:
        raise RegleEnfreinte("La grille de la campagne n’a aucun critère.")
    notes = set(notation.notes.values_list("critere", flat=True))
    if manquants := [c for c in criteres.values() if c.pk not in notes]:
        raise RegleEnfreinte(
            "Pour valider, notez aussi : " + ", ".join(f"« {c.libelle} »" for c in manquants) + ".",
            champ=f"note_{manquants[0].pk}",
        )


def _dire_la_validation(dossier: Dossier, notation: Notation, par: Auteur, le: datetime) -> None:
    """In the file's own life: who instructs it reads the readings that are ended."""
    moyenne = _moyenne(notation)
    inscrire(
        dossier,
        acte="valider_une_lecture",
        libelle=f"{_rang(notation)} lecture validée : {nombre(moyenne, 1)} sur 20",
        par=par,
        le=le,
        apres={"lecture": notation.lecture, "moyenne": str(moyenne)},
    )


def _moyenne(notation: Notation) -> Decimal | None:
    return moyenne_sur_vingt(
        NotePonderee(n.note, n.critere.note_max, n.critere.poids) for n in notation.notes.select_related("critere")
    )


def _rang(notation: Notation) -> str:
    return "Première" if notation.lecture == 1 else "Seconde"


def _donnees(notation: Notation) -> dict[str, str]:
    return {str(n.critere_id): str(n.note) for n in notation.notes.all()}
