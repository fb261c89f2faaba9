"""`charger_demo`: the real contract, and the fictitious campaigns around it."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import ProtectedError
from django.utils import timezone

from commun.typographie import nombre
from portail.demo.chargement import charger


class Command(BaseCommand):
    help = (
        "Charge les contrats réels et, dans La Porte du Hainaut, des campagnes fictives reproductibles par leur graine."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--aujourdhui",
            type=date.fromisoformat,
            default=None,
            help="jour autour duquel les dates fictives sont placées, AAAA-MM-JJ (par défaut : aujourd’hui)",
        )
        parser.add_argument("--graine", type=int, default=2030, help="graine des données fictives (par défaut : 2030)")
        parser.add_argument(
            "--reprendre", action="store_true", help="efface les données fictives et les refait, même déjà chargées"
        )
        parser.add_argument(
            "--reference-seule", action="store_true", help="charge les contrats réels, sans compte ni donnée fictive"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # The demo's accounts share a published password: never where real people work.
        if not (settings.DONNEES_DE_DEMONSTRATION or options["reference_seule"]):
            raise CommandError(
                "Cette installation n’accepte pas de données de démonstration : "
                "ajoutez --reference-seule, ou réglez DONNEES_DE_DEMONSTRATION."
            )
        debut = time.monotonic()
        try:
            phrase = charger(
                aujourdhui=options["aujourdhui"] or timezone.localdate(),
                graine=options["graine"],
                reprendre=options["reprendre"],
                reference_seule=options["reference_seule"],
            )
        except ProtectedError as erreur:
            raise CommandError(
                "Des données saisies dépendent des données fictives : repartez d’une base neuve (make demo-reset)."
            ) from erreur
        self.stdout.write(f"{phrase} ({nombre(time.monotonic() - debut, 1)} s)")
