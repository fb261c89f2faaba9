"""Who wrote a page of a request, and when: what tells a writer that another person has been there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from commun.auteur import Auteur

from ..models import PageEcrite


@dataclass(frozen=True, slots=True)
class Redaction:
    """The last writing of one person on a page."""

    personne: int | None
    nom: str
    revision: int
    ecrite_le: datetime
    empreintes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageLue:
    """A page of a request at one revision: how many times it was written, and by whom last."""

    code: str
    redactions: tuple[Redaction, ...]  # the latest first

    @property
    def revision(self) -> int:
        """0 for a page that nobody has written."""
        return self.redactions[0].revision if self.redactions else 0

    def autre_depuis(self, revision: int, pour: Auteur) -> Redaction | None:
        """The last writing by another person after this revision."""
        return next((r for r in self.redactions if r.revision > revision and r.personne != _personne(pour)), None)

    def siennes_depuis(self, revision: int, pour: Auteur) -> Mapping[str, str]:
        """Marks of what this person has written after this revision, by field."""
        siennes = (r for r in self.redactions if r.revision > revision and r.personne == _personne(pour))
        return next((r.empreintes for r in siennes), {})


def page_lue(code: str, **dossier: Any) -> PageLue:
    """The page of this code, of the request that these lookups designate (`pk=…`, `numero=…`). One query.

    Whoever compares it with the request's answers reads it first: a writing in between then shows as a later revision.
    """
    lues = PageEcrite.objects.filter(page=code, **{f"dossier__{cle}": valeur for cle, valeur in dossier.items()})
    return PageLue(
        code,
        tuple(
            Redaction(
                lue.personne_id, str(lue.personne or "Quelqu’un d’autre"), lue.revision, lue.ecrite_le, lue.empreintes
            )
            for lue in lues.select_related("personne").order_by("-revision")
        ),
    )


def _personne(auteur: Auteur) -> int | None:
    return auteur.utilisateur.pk if auteur.utilisateur is not None else None
