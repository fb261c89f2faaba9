"""Organisations, user accounts, keys of the API."""

from .jeton import JetonApi, empreinte_du_secret, nouveau_secret
from .organisme import FormeJuridique, Organisme, TypeOrganisme
from .utilisateur import Utilisateur

__all__ = [
    "FormeJuridique",
    "JetonApi",
    "Organisme",
    "TypeOrganisme",
    "Utilisateur",
    "empreinte_du_secret",
    "nouveau_secret",
]
