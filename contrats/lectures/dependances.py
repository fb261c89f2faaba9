"""What hangs on an object, in any app: read from the models' relations, so that no lower app imports a higher one."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import models

from commun.typographie import pluriel
from geographie.models import Perimetre

from ..models import Contrat, PerimetreDuContrat


def dependances(
    objet: models.Model, *, hors: tuple[type[models.Model], ...] = (), dans: Contrat | None = None
) -> list[tuple[str, int]]:
    """What names `objet`, as (what and how many in words, how many); hidden relations included, models of `hors` aside.

    An habilitation limited to an orientation counts: without the orientation it would have no limit any more.
    `dans` counts only what belongs to this contract: what several contracts share may leave one of them.
    """
    trouvees: dict[str, tuple[str, str, int]] = {}
    for relation in objet._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and not relation.concrete and relation.is_relation):
            continue
        modele = relation.related_model
        # The table of an n-n says nothing by itself: the n-n's own end is counted.
        if modele is None or isinstance(modele, str) or modele._meta.auto_created or modele in hors:
            continue
        ici = {}
        if dans is not None:
            chemin = _chemin_du_contrat(modele)
            if chemin is None:
                continue
            ici = {chemin: dans}
        nombre = modele._base_manager.filter(**{relation.field.name: objet}, **ici).count()  # type: ignore[union-attr]
        if nombre:
            cle = modele._meta.label
            deja = trouvees.get(cle, ("", "", 0))[2]
            trouvees[cle] = (str(modele._meta.verbose_name), str(modele._meta.verbose_name_plural), deja + nombre)
    return [(pluriel(nombre, singulier, plusieurs), nombre) for singulier, plusieurs, nombre in trouvees.values()]


def citations(perimetre: Perimetre, contrat: Contrat) -> list[tuple[str, int]]:
    """What names a perimeter of `contrat`, or one of its versions, in that contract."""
    trouvees = dependances(perimetre, hors=(PerimetreDuContrat,), dans=contrat)
    for version in perimetre.versions.all():
        trouvees += dependances(version, dans=contrat)
    return trouvees


@cache
def _chemin_du_contrat(modele: type[models.Model]) -> str | None:
    """The shortest way of foreign keys from a row of `modele` to its contract; None when it belongs to none."""
    rang: list[tuple[str, type[models.Model]]] = [("", modele)]
    for _ in range(4):
        suivants = []
        for chemin, depart in rang:
            for champ in depart._meta.concrete_fields:
                if not isinstance(champ, models.ForeignKey):
                    continue
                but: Any = champ.related_model
                if but is Contrat:
                    return chemin + champ.name
                suivants.append((f"{chemin}{champ.name}__", but))
        rang = suivants
    return None


def en_mots(trouvees: list[tuple[str, int]]) -> str:
    """« 3 engagements et 1 dossier y sont rattachés »."""
    mots = [texte for texte, _ in trouvees]
    liste = mots[0] if len(mots) == 1 else f"{', '.join(mots[:-1])} et {mots[-1]}"
    seul = len(trouvees) == 1 and trouvees[0][1] == 1
    return f"{liste} {'en dépend' if seul else 'en dépendent'}"
