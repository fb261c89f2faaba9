"""Administration: what every model's page has in common, and the read-only pages of journal, jobs and files."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from .auteur import Auteur
from .journal import inscrire
from .models import Fichier, LigneJournal, ReponseIdempotente, ScelleJournal, Travail
from .recherche import normaliser
from .travaux import relancer


class Administration(admin.ModelAdmin):
    """Reference data under an administrator's hand: each write leaves its line in the journal.

    Related objects are searched, never listed whole. `figes` are the fields that only actions write: states, counters,
    dates of acts; `figes_apres_creation` can be given once.
    """

    figes: tuple[str, ...] = ()
    figes_apres_creation: tuple[str, ...] = ()
    list_per_page = 50
    formfield_overrides: ClassVar = {models.URLField: {"assume_scheme": "https"}}
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        figes = (*super().get_readonly_fields(request, obj), *self.figes)
        return (*figes, *self.figes_apres_creation) if obj is not None else figes

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        """Every relation to a model that can be searched."""
        champs = [*self.model._meta.fields, *self.model._meta.many_to_many]
        registre = self.admin_site._registry
        return [
            champ.name
            for champ in champs
            if champ.related_model in registre and registre[champ.related_model].search_fields  # type: ignore[index]
        ]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Without accents where the model keeps a normalised text."""
        if any(champ.endswith("recherche") for champ in self.search_fields):
            search_term = normaliser(search_term)
        return super().get_search_results(request, queryset, search_term)

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        self._inscrire(request, obj, "administrer", "Créé dans l’administration")
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        champs = [nom for partie in message if "changed" in partie for nom in partie["changed"].get("fields", [])]
        self._inscrire(request, obj, "administrer", "Modifié dans l’administration", {"champs": champs})
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for objet in queryset:
            self._inscrire(request, objet, "administrer", "Supprimé dans l’administration")
        return super().log_deletions(request, queryset)

    @staticmethod
    def _inscrire(
        request: HttpRequest, obj: models.Model, acte: str, libelle: str, apres: dict[str, Any] | None = None
    ) -> None:
        auteur = Auteur(utilisateur=request.user)
        inscrire(obj, acte=acte, libelle=libelle, par=auteur, le=timezone.now(), apres=apres)


class SansCreation(Administration):
    """What is born and ends by an action of the trade: its texts can be corrected, no more."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LectureSeule(SansCreation):
    """What is only looked at here."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(LigneJournal)
class LigneJournalAdmin(LectureSeule):
    list_display = ["fait_le", "libelle", "cible_type", "cible_id", "auteur_nom", "organisme_nom", "canal"]
    list_filter = ["canal", "cible_type", "acte"]
    search_fields = ["libelle", "auteur_nom", "organisme_nom", "=cible_id"]
    date_hierarchy = "fait_le"
    ordering = ["-fait_le"]


@admin.register(ScelleJournal)
class ScelleJournalAdmin(LectureSeule):
    list_display = ["jour", "lignes", "sha256", "scelle_le"]
    date_hierarchy = "jour"


@admin.register(Travail)
class TravailAdmin(LectureSeule):
    list_display = ["nom", "etat", "cree_le", "demande_par", "tentatives", "etape", "etapes", "termine_le"]
    list_filter = ["etat", "nom"]
    list_select_related = ["demande_par"]
    search_fields = ["nom", "=cible_id", "cle_idempotence"]
    date_hierarchy = "cree_le"
    actions = ["relancer_les_travaux"]

    def has_relancer_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    @admin.action(description="Relancer les travaux en échec", permissions=["relancer"])
    def relancer_les_travaux(self, request: HttpRequest, queryset: Any) -> None:
        for travail in queryset:
            relancer(travail)
        messages.success(request, "Les travaux en échec parmi ceux choisis repartent.")


@admin.register(Fichier)
class FichierAdmin(LectureSeule):
    list_display = ["nom", "type_mime", "octets", "depose_le", "depose_par", "sha256"]
    list_filter = ["type_mime"]
    list_select_related = ["depose_par"]
    search_fields = ["nom", "sha256"]
    date_hierarchy = "depose_le"


@admin.register(ReponseIdempotente)
class ReponseIdempotenteAdmin(LectureSeule):
    list_display = ["emetteur", "cle", "prise_le", "statut"]
    list_filter = ["statut"]
    search_fields = ["emetteur", "cle"]
    date_hierarchy = "prise_le"
