"""Entry point of the Makefile: `python3 -m config.demarrage <command>`."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - PYTHON=… may name any version
    # Said before anything that an old Python could not even read.
    sys.exit("Python {}.{} est trop ancien : il faut Python 3.11 ou plus récent.".format(*sys.version_info))

from . import commandes
from .erreurs import ArretDemande, ErreurDemarrage, acces_refuse

COMMANDES = {
    "pret": commandes.pret,
    "demo": commandes.demo,
    "demo-reset": commandes.demo_reset,
    "test": commandes.test,
    "check": commandes.check,
    "bench": commandes.bench,
}


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    if len(arguments) != 1 or arguments[0] not in COMMANDES:
        print(f"Commandes : {', '.join(COMMANDES)}.", file=sys.stderr)
        return 2
    try:
        return COMMANDES[arguments[0]]()
    except ErreurDemarrage as erreur:
        print(erreur, file=sys.stderr)
        return 1
    except PermissionError as erreur:
        if erreur.filename is None:
            raise
        print(acces_refuse(erreur.filename), file=sys.stderr)
        return 1
    except ArretDemande as arret:
        print("Arrêté.", file=sys.stderr)
        return 128 + arret.numero


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
