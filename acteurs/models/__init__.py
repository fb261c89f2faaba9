"""Organisations and user accounts."""

from .organisme import FormeJuridique, Organisme, TypeOrganisme
from .utilisateur import Utilisateur

__all__ = ["FormeJuridique", "Organisme", "TypeOrganisme", "Utilisateur"]
