"""A page of a request written while another person may write it too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from commun.auteur import Auteur
from commun.erreurs import RevisionDepassee

from ..lectures.pages import page_lue
from ..models import Dossier, PageEcrite


@dataclass(frozen=True, slots=True)
class PageSaisie:
    """The page that answers come from: its code, the revision on which they were settled, marks of what was typed."""

    code: str
    revision: int
    empreintes: Mapping[str, str] = field(default_factory=dict)


def tenir_la_page(dossier: Dossier, page: PageSaisie, *, par: Auteur, le: datetime) -> None:
    """Note that this person writes the page; the caller holds the request's lock and writes the answers.

    Raises:
        RevisionDepassee: another person has written the page after that revision.
    """
    lue = page_lue(page.code, pk=dossier.pk)
    if (autre := lue.autre_depuis(page.revision, par)) is not None:
        raise RevisionDepassee(
            f"{autre.nom} vient de modifier cette page : enregistrez à nouveau.", code="page_modifiee"
        )
    PageEcrite.objects.update_or_create(
        dossier=dossier,
        page=page.code,
        personne=par.utilisateur,
        defaults={"revision": lue.revision + 1, "ecrite_le": le, "empreintes": dict(page.empreintes)},
    )
