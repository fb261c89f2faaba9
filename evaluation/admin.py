"""Administration of reinforced actions; reports are only looked at."""

from __future__ import annotations

from django.contrib import admin

from commun.admin import Administration, LectureSeule

from .models import ActionRenforcee, PointEtape, Rapport


class PointEnLigne(admin.StackedInline):
    model = PointEtape
    autocomplete_fields = ["reunion"]
    extra = 0


@admin.register(ActionRenforcee)
class ActionRenforceeAdmin(Administration):
    list_display = ["ordre", "intitule", "contrat", "orientation", "pilote", "fictif"]
    list_display_links = ["intitule"]
    list_filter = ["contrat", "fictif"]
    list_select_related = ["contrat", "orientation", "pilote"]
    search_fields = ["intitule"]
    inlines = [PointEnLigne]


@admin.register(PointEtape)
class PointEtapeAdmin(Administration):
    list_display = ["action", "le", "etat", "avancement", "reunion", "fictif"]
    list_filter = ["action__contrat", "etat", "fictif"]
    list_select_related = ["action", "reunion__comite"]
    search_fields = ["action__intitule", "texte"]


@admin.register(Rapport)
class RapportAdmin(LectureSeule):
    list_display = ["contrat", "type", "annee", "version", "etat", "demande_le", "demande_par", "pages", "publie_le"]
    list_filter = ["contrat", "type", "annee", "etat"]
    list_select_related = ["contrat", "demande_par"]
    search_fields = ["=annee", "contrat__nom"]
