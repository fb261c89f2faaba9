"""Administration of territories, indicators and measures."""

from __future__ import annotations

from django.contrib import admin

from commun.admin import Administration

from .models import (
    Commune,
    Epci,
    FiliationPerimetre,
    Indicateur,
    Mesure,
    Perimetre,
    PopulationPerimetre,
    VersionPerimetre,
)


@admin.register(Epci)
class EpciAdmin(Administration):
    list_display = ["nom", "siren", "population"]
    search_fields = ["nom", "siren"]


@admin.register(Commune)
class CommuneAdmin(Administration):
    list_display = ["nom", "code", "epci", "population"]
    list_select_related = ["epci"]
    search_fields = ["recherche", "code"]
    figes = ("recherche",)


class VersionEnLigne(admin.TabularInline):
    model = VersionPerimetre
    fields = ["generation", "code", "nom", "texte", "valide_du", "valide_au"]
    extra = 0
    show_change_link = True


@admin.register(Perimetre)
class PerimetreAdmin(Administration):
    list_display = ["nom", "code", "type", "departement"]
    list_filter = ["type", "departement"]
    search_fields = ["recherche"]
    figes = ("recherche",)
    inlines = [VersionEnLigne]


class PopulationEnLigne(admin.TabularInline):
    model = PopulationPerimetre
    autocomplete_fields = ["commune", "epci"]
    extra = 0


@admin.register(VersionPerimetre)
class VersionPerimetreAdmin(Administration):
    list_display = ["nom", "code", "generation", "perimetre", "valide_du", "valide_au"]
    list_filter = ["generation", "perimetre__type"]
    list_select_related = ["perimetre"]
    search_fields = ["nom", "code"]
    figes = ("contour_sha256",)
    inlines = [PopulationEnLigne]


@admin.register(PopulationPerimetre)
class PopulationPerimetreAdmin(Administration):
    list_display = ["version", "commune", "epci", "habitants", "millesime", "est_une_part"]
    list_filter = ["millesime", "est_une_part"]
    list_select_related = ["version", "commune", "epci"]
    search_fields = ["version__nom", "version__code", "commune__recherche"]


@admin.register(FiliationPerimetre)
class FiliationPerimetreAdmin(Administration):
    list_display = ["ancienne", "nouvelle", "deduite", "source"]
    list_filter = ["deduite"]
    list_select_related = ["ancienne", "nouvelle"]
    search_fields = ["ancienne__nom", "nouvelle__nom"]


@admin.register(Indicateur)
class IndicateurAdmin(Administration):
    list_display = ["nom", "code", "theme", "unite", "additif", "sens", "producteur"]
    list_filter = ["theme", "additif", "sens"]
    search_fields = ["nom", "code"]


@admin.register(Mesure)
class MesureAdmin(Administration):
    list_display = ["indicateur", "territoire", "millesime", "valeur", "statut", "source"]
    list_filter = ["statut", "millesime", "indicateur__theme"]
    list_select_related = ["indicateur", "version_perimetre", "commune", "epci"]
    search_fields = ["indicateur__nom", "version_perimetre__nom", "commune__recherche", "territoire_libre"]

    @admin.display(description="territoire")
    def territoire(self, mesure: Mesure) -> str:
        return str(mesure.version_perimetre or mesure.commune or mesure.epci or mesure.territoire_libre)
