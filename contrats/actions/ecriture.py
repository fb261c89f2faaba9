"""How an action writes: hold the contract; set, save, keep before and after; remove what nothing hangs on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from django.db import models, transaction

from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier

from ..lectures.dependances import dependances, en_mots
from ..models import Contrat
from ..permissions import peut_modifier_structure


def tenir_contrat(contrat: Contrat, par: Auteur) -> Contrat:
    """The right to write its structure, then its row locked: two people never number or order the same things at once."""
    verifier(peut_modifier_structure(par, contrat))
    return Contrat.objects.select_for_update(of=("self",)).get(pk=contrat.pk)


def ecrire(
    objet: models.Model, champs: Mapping[str, Any], *, acte: str, libelle: str, par: Auteur, le: datetime
) -> None:
    """Set `champs` (n-n included) on an object that the caller holds locked, or creates; journal what changes.

    Raises `RegleEnfreinte` with the French message of the constraint that the values break.
    """
    plusieurs = {c.name for c in objet._meta.many_to_many}
    nouveau = objet.pk is None
    avant = {} if nouveau else {nom: _lu(objet, nom, nom in plusieurs) for nom in champs}
    for nom, valeur in champs.items():
        if nom not in plusieurs:
            setattr(objet, nom, valeur)
    with contraintes_en_francais(), transaction.atomic():
        objet.save()
    for nom in plusieurs & champs.keys():
        getattr(objet, nom).set(champs[nom])
    apres = {nom: _simple(champs[nom]) for nom in champs}
    changes = [nom for nom in champs if nouveau or avant[nom] != apres[nom]]
    if changes:
        inscrire(
            objet,
            acte=acte,
            libelle=libelle,
            par=par,
            le=le,
            avant={nom: avant[nom] for nom in changes if nom in avant},
            apres={nom: apres[nom] for nom in changes},
        )


def retirer(objet: models.Model, *, quoi: str, acte: str, libelle: str, par: Auteur, le: datetime) -> None:
    """Delete an object that nothing names; its journal stays. `quoi` says it in the refusal: « cette orientation »."""
    if trouvees := dependances(objet):
        raise RegleEnfreinte(f"On ne peut pas retirer {quoi} : {en_mots(trouvees)}.", code="encore_utilise")
    inscrire(objet, acte=acte, libelle=libelle, par=par, le=le, avant={"nom": str(objet)})
    objet.delete()


def _lu(objet: models.Model, nom: str, plusieurs: bool) -> Any:
    valeur = getattr(objet, nom)
    return _simple(valeur.all() if plusieurs else valeur)


def _simple(valeur: Any) -> Any:
    """A value as the journal keeps it."""
    if valeur is None or isinstance(valeur, bool | int | str):
        return valeur
    if isinstance(valeur, date | time):
        return valeur.isoformat()
    if isinstance(valeur, Iterable) and not isinstance(valeur, models.Model):
        return " ; ".join(sorted(str(v) for v in valeur))
    return str(valeur)
