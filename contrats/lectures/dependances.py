"""What hangs on an object, in any app: read from the models' relations, so that no lower app imports a higher one."""

from __future__ import annotations

from django.db import models

from commun.typographie import pluriel


def dependances(objet: models.Model, *, hors: tuple[type[models.Model], ...] = ()) -> list[tuple[str, int]]:
    """What names `objet`, as (what and how many in words, how many); hidden relations included, models of `hors` aside.

    An habilitation limited to an orientation counts: without the orientation it would have no limit any more.
    """
    trouvees: dict[str, tuple[str, str, int]] = {}
    for relation in objet._meta.get_fields(include_hidden=True):
        if not (relation.auto_created and not relation.concrete and relation.is_relation):
            continue
        modele = relation.related_model
        # The table of an n-n says nothing by itself: the n-n's own end is counted.
        if modele is None or isinstance(modele, str) or modele._meta.auto_created or modele in hors:
            continue
        nombre = modele._base_manager.filter(**{relation.field.name: objet}).count()  # type: ignore[union-attr]
        if nombre:
            cle = modele._meta.label
            deja = trouvees.get(cle, ("", "", 0))[2]
            trouvees[cle] = (str(modele._meta.verbose_name), str(modele._meta.verbose_name_plural), deja + nombre)
    return [(pluriel(nombre, singulier, plusieurs), nombre) for singulier, plusieurs, nombre in trouvees.values()]


def en_mots(trouvees: list[tuple[str, int]]) -> str:
    """« 3 engagements et 1 dossier y sont rattachés »."""
    mots = [texte for texte, _ in trouvees]
    liste = mots[0] if len(mots) == 1 else f"{', '.join(mots[:-1])} et {mots[-1]}"
    seul = len(trouvees) == 1 and trouvees[0][1] == 1
    return f"{liste} {'en dépend' if seul else 'en dépendent'}"
