"""`produire_synthese`: the annual synthesis of a contract, made by the same job as in the browser."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from commun import travaux
from commun.auteur import Canal, systeme
from commun.erreurs import RegleEnfreinte
from commun.typographie import nombre, pluriel
from contrats.models import Contrat
from evaluation.actions import demander_synthese, publier
from evaluation.etats import EtatRapport
from evaluation.models import Rapport

ATTENTE = 0.5  # seconds between two looks when a worker took the job first


class Command(BaseCommand):
    help = "Produit la synthèse annuelle du COPIL d’un contrat et en écrit le PDF."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--contrat", required=True, help="identifiant du contrat, par exemple porte-du-hainaut")
        parser.add_argument("--annee", required=True, type=int, help="année de la programmation")
        parser.add_argument("--sortie", type=Path, default=None, help="fichier PDF à écrire")
        parser.add_argument("--publier", action="store_true", help="publie le rapport une fois produit")

    def handle(self, *args: Any, **options: Any) -> None:
        sortie: Path | None = options["sortie"]
        if sortie is not None and not sortie.resolve().parent.is_dir():
            raise CommandError(f"Le dossier {sortie.resolve().parent} n’existe pas.")
        contrat = Contrat.objects.filter(slug=options["contrat"]).first()
        if contrat is None:
            connus = ", ".join(Contrat.objects.values_list("slug", flat=True)) or "aucun"
            raise CommandError(f"Aucun contrat « {options['contrat']} ». Contrats connus : {connus}.")
        debut = time.monotonic()
        par = systeme(Canal.COMMANDE)
        try:
            rapport = demander_synthese(contrat, options["annee"], par=par, le=timezone.now())
        except RegleEnfreinte as erreur:
            raise CommandError(erreur.message) from erreur
        self._produire(rapport)
        rapport = Rapport.objects.select_related("pdf", "instantane", "travail").get(pk=rapport.pk)
        if rapport.etat == EtatRapport.EN_PREPARATION or rapport.pdf is None or rapport.instantane is None:
            raise CommandError(f"La synthèse n’a pas abouti : {rapport.travail.erreur if rapport.travail else ''}")
        if options["publier"]:
            publier(rapport, par=par, le=timezone.now())
        if sortie is not None:
            shutil.copyfile(rapport.pdf.chemin, sortie)
            self.stdout.write(f"Écrit : {sortie}")
        self.stdout.write(
            f"Version {rapport.version}, {pluriel(rapport.pages or 0, 'page')}, "
            f"{nombre(time.monotonic() - debut, 1)} s\n"
            f"SHA-256 du PDF : {rapport.pdf.sha256}\n"
            f"SHA-256 des données : {rapport.instantane.sha256}"
        )

    def _produire(self, rapport: Rapport) -> None:
        """Run the job here, attempts included; or wait for the worker that took it first."""
        travail = rapport.travail
        if travail is None:
            raise CommandError("La synthèse n’a pas de travail à exécuter.")
        while not travail.est_fini:
            travaux.executer(travail.pk)  # does nothing while another process holds the job, or before its next try
            travail.refresh_from_db()
            if not travail.est_fini:
                time.sleep(ATTENTE)
