"""The embedded servers of a `Cadre` as a context: started with the first user, stopped with the last.

Each user (supervisor, `manage.py` command, test run) holds a shared lock that the kernel drops if it dies, so nobody
stops a server under another's feet, and a server left by a killed process is stopped by the next user to end.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from .chemins import Cadre
from .postgresql import PostgreSQL
from .valkey import Valkey
from .verrous import Verrou

Serveur = PostgreSQL | Valkey


@dataclass(frozen=True)
class Serveurs:
    """What is embedded of PostgreSQL and Redis, and the environment that leads there.

    `verrou_usage` is None when nothing is embedded.
    """

    environnement: dict[str, str]
    embarques: list[Serveur] = field(default_factory=list)
    verrou_usage: Verrou | None = None


def serveurs_embarques(cadre: Cadre, environnement: Mapping[str, str]) -> list[Serveur]:
    """The servers to embed: those whose address `environment` does not give."""
    embarques: list[Serveur] = []
    if not environnement.get("DATABASE_URL"):
        embarques.append(PostgreSQL(cadre))
    if not environnement.get("REDIS_URL"):
        embarques.append(Valkey(cadre))
    return embarques


def adresses(embarques: list[Serveur], environnement: Mapping[str, str]) -> dict[str, str]:
    """`environnement` with the addresses of the embedded servers, which are known before they run."""
    complet = dict(environnement)
    for serveur in embarques:
        if isinstance(serveur, PostgreSQL):
            complet["DATABASE_URL"] = serveur.url()
        else:
            complet["REDIS_URL"] = serveur.url()
    return complet


def muet(message: str) -> None:
    """Announce nothing."""


@contextmanager
def serveurs(
    cadre: Cadre, environnement: Mapping[str, str] = os.environ, *, annoncer: Callable[[str], None] = muet
) -> Iterator[Serveurs]:
    """Have PostgreSQL and Redis up for the time of the block."""
    embarques = serveurs_embarques(cadre, environnement)
    if not embarques:
        yield Serveurs(dict(environnement))
        return
    cadre.preparer_dossiers()
    usage = Verrou(cadre.verrous / "usage")
    try:
        with Verrou(cadre.verrous / "demarrage"):
            usage.partager()
            for serveur in embarques:
                demarre = serveur.demarrer()
                annoncer(f"{serveur.nom} {'démarré' if demarre else 'déjà en marche, repris'}.")
        yield Serveurs(adresses(embarques, environnement), embarques, usage)
    finally:
        with Verrou(cadre.verrous / "demarrage"):
            if usage.essayer():
                for serveur in reversed(embarques):
                    serveur.arreter()
            else:
                annoncer("Un autre programme utilise encore les serveurs embarqués : ils s'arrêteront avec lui.")
            usage.fermer()
