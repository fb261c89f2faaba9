"""Who acts: every action and every reading is given an `Auteur`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

from django.db import models


class Canal(models.TextChoices):
    """Where an act comes from."""

    ECRAN = "ecran", "écran"
    API = "api", "API"
    IMPORT = "import", "import"
    TACHE = "tache", "tâche de fond"
    COMMANDE = "commande", "commande"


class Personne(Protocol):
    """What `commun` needs to know of a user account."""

    pk: Any
    is_authenticated: Any


class Cle(Protocol):
    """What `commun` needs to know of a key of the API."""

    pk: Any


class Structure(Protocol):
    """What `commun` needs to know of an organisation."""

    pk: Any


@dataclass(frozen=True, slots=True)
class Auteur:
    """A person, a key of the API, or neither (a job, a command); its organisation, the channel, on behalf of whom.

    `cle` is the key of an organisation's information system: it has no person, and it is never the product itself.
    """

    utilisateur: Any = None
    organisme: Any = None
    canal: Canal = Canal.ECRAN
    pour_le_compte_de: Any = None
    cle: Any = None

    @property
    def est_le_produit(self) -> bool:
        """True when nobody asked: a job or a command of the product, which may do all that an administrator may."""
        return self.utilisateur is None and self.cle is None

    def au_nom_de(self, organisme: Structure) -> Auteur:
        """The same author writing *pour le compte de* `organisme`; itself when it is its own organisation."""
        if self.organisme is not None and self.organisme.pk == organisme.pk:
            return self
        return replace(self, pour_le_compte_de=organisme)

    @property
    def nom(self) -> str:
        if self.utilisateur is not None:
            return str(self.utilisateur)
        return str(self.cle) if self.cle is not None else f"Pilotville ({Canal(self.canal).label})"


def systeme(canal: Canal) -> Auteur:
    """The product itself, for a job or a command that nobody in particular asked for."""
    return Auteur(canal=canal)
