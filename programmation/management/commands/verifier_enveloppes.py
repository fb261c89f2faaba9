"""Compare each envelope's counters with the sum of its rows."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from programmation.lectures.enveloppes import verifier_enveloppes


class Command(BaseCommand):
    help = "Compare les compteurs de chaque enveloppe avec la somme de ses demandes."

    def handle(self, *args: Any, **options: Any) -> None:
        ecarts = verifier_enveloppes()
        for ecart in ecarts:
            self.stderr.write(str(ecart))
        if ecarts:
            raise CommandError(f"{len(ecarts)} enveloppe(s) en écart.")
        self.stdout.write("Toutes les enveloppes sont justes.")
