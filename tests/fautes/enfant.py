"""One process of a crowd: `python -m tests.fautes.enfant module:fonction rang arguments` waits for the word, then acts.

A process of its own, not a fork: nothing of what the test session holds (threads, browser, connections) comes along.
"""

import importlib
import json
import sys

import django


def main() -> None:
    django.setup()
    module, nom = sys.argv[1].split(":")
    fonction = getattr(importlib.import_module(module), nom)
    print("pret", flush=True)  # noqa: T201 — what the parent waits for
    sys.stdin.readline()
    print(json.dumps(fonction(int(sys.argv[2]), *json.loads(sys.argv[3]))), flush=True)  # noqa: T201 — the answer


if __name__ == "__main__":
    main()
