"""Reads the CSV files of `fixtures/` and writes rows by natural key, in bulk."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.conf import settings
from django.db import models

DOSSIER = settings.BASE_DIR / "fixtures"

M = TypeVar("M", bound=models.Model)


def lignes(fichier: str) -> list[dict[str, str]]:
    """The rows of `fixtures/<fichier>`, as strings."""
    with (DOSSIER / fichier).open(encoding="utf-8", newline="") as flux:
        return list(csv.DictReader(flux))


def dossiers() -> list[str]:
    """The folders of `fixtures/` that hold a contract."""
    return sorted(chemin.parent.name for chemin in DOSSIER.glob("*/contrat.csv"))


def provenance(ligne: Mapping[str, str]) -> str:
    """Source and line of a row, as every record shows them."""
    return f"{ligne['source']}, {ligne['ligne']}" if ligne["ligne"] else ligne["source"]


def entier(texte: str) -> int | None:
    return int(texte) if texte else None


def decimal(texte: str) -> Decimal | None:
    return Decimal(texte) if texte else None


def jour(texte: str) -> date | None:
    """A date; a year alone means its 31 December."""
    if not texte:
        return None
    return date.fromisoformat(texte if len(texte) == 10 else f"{texte}-12-31")


def empreinte() -> str:
    """SHA-256 over the paths and bytes of every fixture: changes when one of them does."""
    somme = hashlib.sha256()
    for chemin in sorted(DOSSIER.rglob("*.csv")):
        somme.update(chemin.relative_to(DOSSIER).as_posix().encode() + b"\0" + chemin.read_bytes())
    return somme.hexdigest()


def poser(
    modele: type[M], cles: Sequence[str], valeurs: Iterable[Mapping[str, Any]], **portee: Any
) -> dict[tuple[Any, ...], M]:
    """Create or update one row of `modele` per mapping, matched on `cles` among the rows of `portee`.

    `portee` filters the rows that exist, and gives its plain fields to new ones. Three statements whatever the
    number of rows. Returns every row, by the values of its keys.
    """
    communs = {nom: valeur for nom, valeur in portee.items() if "__" not in nom}
    attendues = {tuple(valeur[cle] for cle in cles): valeur for valeur in valeurs}
    presentes = {
        tuple(getattr(objet, cle) for cle in cles): objet for objet in modele._default_manager.filter(**portee)
    }
    a_creer, a_changer, champs = [], [], set()
    for cle, valeur in attendues.items():
        objet = presentes.get(cle)
        if objet is None:
            presentes[cle] = objet = modele(**communs, **valeur)
            a_creer.append(objet)
            continue
        changes = {nom for nom, nouvelle in valeur.items() if getattr(objet, nom) != nouvelle}
        for nom in changes:
            setattr(objet, nom, valeur[nom])
        if changes:
            a_changer.append(objet)
            champs |= changes
    modele._default_manager.bulk_create(a_creer, batch_size=1000)
    if a_changer:
        modele._default_manager.bulk_update(a_changer, sorted(champs), batch_size=500)
    return presentes


def relier(champ: Any, couples: Iterable[tuple[models.Model, models.Model]]) -> None:
    """Add pairs to an n-n relation (`Modele.champ`) in one statement; those already there stay."""
    liaison = champ.through
    source, cible = champ.field.m2m_field_name(), champ.field.m2m_reverse_field_name()
    liaison._default_manager.bulk_create(
        [liaison(**{f"{source}_id": un.pk, f"{cible}_id": autre.pk}) for un, autre in couples],
        ignore_conflicts=True,
        batch_size=1000,
    )
