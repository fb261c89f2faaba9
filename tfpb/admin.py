"""Administration of the landlords' programmes."""

from __future__ import annotations

from django.contrib import admin

from commun.admin import Administration

from .models import ActionTfpb, ConventionTfpb, Patrimoine, ProgrammeTfpb


@admin.register(ConventionTfpb)
class ConventionTfpbAdmin(Administration):
    list_display = ["bailleur", "contrat", "signee_le", "premiere_annee", "derniere_annee", "fictif"]
    list_filter = ["contrat", "fictif"]
    list_select_related = ["bailleur", "contrat"]
    search_fields = ["bailleur__recherche"]


@admin.register(Patrimoine)
class PatrimoineAdmin(Administration):
    list_display = ["bailleur", "version", "annee", "logements", "abattement_estime", "abattement_reel", "fictif"]
    list_filter = ["contrat", "annee", "fictif"]
    list_select_related = ["bailleur", "version"]
    search_fields = ["bailleur__recherche", "version__nom"]


@admin.register(ProgrammeTfpb)
class ProgrammeTfpbAdmin(Administration):
    list_display = [
        "bailleur",
        "commune",
        "annee",
        "visa_commune_le",
        "visa_epci_le",
        "visa_etat_le",
        "bilan_recu_le",
        "fictif",
    ]
    list_filter = ["contrat", "annee", "fictif"]
    list_select_related = ["bailleur", "commune"]
    search_fields = ["bailleur__recherche", "commune__recherche"]


@admin.register(ActionTfpb)
class ActionTfpbAdmin(Administration):
    list_display = ["intitule", "programme", "axe", "depense_prevue", "part_bailleur", "valorise", "fictif"]
    list_filter = ["programme__contrat", "programme__annee", "axe", "fictif"]
    list_select_related = ["programme__bailleur", "programme__commune"]
    search_fields = ["intitule", "programme__bailleur__nom"]
