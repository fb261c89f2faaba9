"""`comptes_demo`: the accounts of the demo and their password."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portail.demo.comptes import ADMINISTRATEUR, COMPTES, MOT_DE_PASSE


class Command(BaseCommand):
    help = "Affiche les comptes de démonstration, un par rôle, et leur mot de passe."

    def handle(self, *args: Any, **options: Any) -> None:
        comptes = [*COMPTES, ADMINISTRATEUR]
        largeur = max(len(compte.adresse) for compte in comptes)
        for compte in comptes:
            self.stdout.write(f"{compte.adresse:<{largeur}}  {compte.nom}")
        self.stdout.write(f"Mot de passe de tous ces comptes : {MOT_DE_PASSE}")
