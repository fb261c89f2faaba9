"""`python -m bench [-n 5] [name…]`: run the measures, print medians and ratios, fail when a goal is missed."""

import argparse
import importlib
import os
import pkgutil
import sys

import django

import bench
from bench.registre import BANCS, tableau


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when every goal holds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()
    for module in pkgutil.iter_modules(bench.__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"bench.{module.name}")
    analyse = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    analyse.add_argument("noms", nargs="*", metavar="nom", help=f"parmi : {', '.join(sorted(BANCS))}")
    analyse.add_argument("-n", type=int, default=5, help="répétitions de chaque mesure (5)")
    options = analyse.parse_args(arguments)
    inconnus = set(options.noms) - set(BANCS)
    if inconnus:
        analyse.error(f"banc inconnu : {', '.join(sorted(inconnus))}")
    resultats = {}
    for nom in options.noms or sorted(BANCS):
        print(f"… {nom}", file=sys.stderr, flush=True)
        resultats[nom] = list(BANCS[nom](options.n))
    print(tableau(resultats))
    return 1 if any(ligne.tenu is False for lignes in resultats.values() for ligne in lignes) else 0


if __name__ == "__main__":
    sys.exit(main())
