"""Writes the journal's lines and seals each day."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import models

from .auteur import Auteur
from .models import LigneJournal, ScelleJournal

PROFONDEUR_DE_TETE = 100  # lines that an act in another transaction may be late by


def inscrire(
    objet: models.Model,
    *,
    acte: str,
    libelle: str,
    par: Auteur,
    le: datetime,
    motif: str = "",
    avant: dict[str, Any] | None = None,
    apres: dict[str, Any] | None = None,
) -> LigneJournal:
    """Add one line to the life of `objet`, in the current transaction.

    The caller holds the object's row lock, so that two acts cannot take the same rank.
    """
    derniere = LigneJournal.objects.de(objet).only("numero", "sha256").last()
    ligne = _ligne(objet, acte=acte, libelle=libelle, par=par, le=le, motif=motif, avant=avant, apres=apres)
    _chainer(ligne, derniere)
    ligne.save(force_insert=True)
    return ligne


def inscrire_lot(lignes: Iterable[LigneJournal], *, nouveaux: bool = True) -> None:
    """Add lines of many objects in one statement (imports, demo); keeps each object's own chain.

    `nouveaux` says that the objects have just been created: otherwise their last lines are read first, and the caller
    holds their row locks.
    """
    lignes = list(lignes)
    dernieres: dict[tuple[str, int], LigneJournal] = {} if nouveaux else _dernieres(lignes)
    a_creer = []
    for ligne in lignes:
        cle = (ligne.cible_type, ligne.cible_id)
        _chainer(ligne, dernieres.get(cle))
        dernieres[cle] = ligne
        a_creer.append(ligne)
    LigneJournal.objects.bulk_create(a_creer, batch_size=2000)


def preparer(objet: models.Model, *, acte: str, libelle: str, par: Auteur, le: datetime, **suite: Any) -> LigneJournal:
    """A line for `inscrire_lot`, not yet chained nor saved."""
    return _ligne(objet, acte=acte, libelle=libelle, par=par, le=le, **suite)


def verifier_chaine(objet: models.Model) -> bool:
    """True when no line of the object's journal was changed, removed from the middle or inserted."""
    precedent = ""
    for rang, ligne in enumerate(LigneJournal.objects.de(objet), start=1):
        if ligne.numero != rang or ligne.precedent_sha256 != precedent or ligne.sha256 != ligne.empreinte():
            return False
        precedent = ligne.sha256
    return True


def tete(contrat_id: int) -> str:
    """A mark that changes with every act on the contract: what people see changes with it.

    It covers the latest lines, not the last alone: two acts may commit in another order than they took their numbers.
    """
    lignes = LigneJournal.objects.filter(contrat_id=contrat_id).order_by("-id").values_list("id", flat=True)
    return hashlib.sha256(repr(list(lignes[:PROFONDEUR_DE_TETE])).encode()).hexdigest()


def sceller(jour: date) -> ScelleJournal:
    """Seal one day: a hash over the heads of all objects touched that day. Sealing twice changes nothing."""
    lignes, sha256 = _somme_du_jour(jour)
    scelle, _ = ScelleJournal.objects.get_or_create(jour=jour, defaults={"lignes": lignes, "sha256": sha256})
    return scelle


def verifier_scelle(scelle: ScelleJournal) -> bool:
    """True when the day still reads as it was sealed: no line removed, even the last of a chain, none antedated."""
    return _somme_du_jour(scelle.jour) == (scelle.lignes, scelle.sha256)


def _somme_du_jour(jour: date) -> tuple[int, str]:
    """How many lines the day counts, and the hash of the heads, in the order of the objects."""
    lignes = LigneJournal.objects.filter(fait_le__date=jour)
    tetes = lignes.order_by("cible_type", "cible_id", "-numero").distinct("cible_type", "cible_id")
    somme = hashlib.sha256()
    for tete in tetes.values_list("cible_type", "cible_id", "numero", "sha256").iterator():
        somme.update(("{} {} {} {}\n".format(*tete)).encode())
    return lignes.count(), somme.hexdigest()


def _ligne(
    objet: models.Model,
    *,
    acte: str,
    libelle: str,
    par: Auteur,
    le: datetime,
    motif: str = "",
    avant: dict[str, Any] | None = None,
    apres: dict[str, Any] | None = None,
) -> LigneJournal:
    organisme, represente = par.organisme, par.pour_le_compte_de
    return LigneJournal(
        cible_type=objet._meta.label_lower,
        cible_id=objet.pk,
        contrat_id=getattr(objet, "contrat_id", None),
        acte=acte,
        libelle=libelle,
        fait_le=le,
        utilisateur=par.utilisateur,
        auteur_nom=par.nom[:200],
        organisme_id=organisme.pk if organisme else None,
        organisme_nom=str(organisme) if organisme else "",
        pour_le_compte_de_id=represente.pk if represente else None,
        pour_le_compte_de_nom=str(represente) if represente else "",
        canal=par.canal,
        motif=motif,
        avant=avant or {},
        apres=apres or {},
    )


def _dernieres(lignes: list[LigneJournal]) -> dict[tuple[str, int], LigneJournal]:
    """The last line of each object that these lines are about, in one query per type of object."""
    cibles: dict[str, set[int]] = {}
    for ligne in lignes:
        cibles.setdefault(ligne.cible_type, set()).add(ligne.cible_id)
    trouvees: dict[tuple[str, int], LigneJournal] = {}
    for type_, numeros in cibles.items():
        tetes = LigneJournal.objects.filter(cible_type=type_, cible_id__in=numeros)
        for ligne in tetes.order_by("cible_type", "cible_id", "-numero").distinct("cible_type", "cible_id"):
            trouvees[ligne.cible_type, ligne.cible_id] = ligne
    return trouvees


def _chainer(ligne: LigneJournal, derniere: LigneJournal | None) -> None:
    ligne.numero = derniere.numero + 1 if derniere else 1
    ligne.precedent_sha256 = derniere.sha256 if derniere else ""
    ligne.sha256 = ligne.empreinte()
