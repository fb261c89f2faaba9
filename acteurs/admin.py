"""Administration of organisations and accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin  # noqa: F401 — registered before they are removed below
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone

from commun.admin import Administration, LectureSeule, SansCreation
from commun.auteur import Auteur
from commun.erreurs import ActeRefuse, RegleEnfreinte

from .actions import desactiver_compte, reactiver_compte, retirer_second_facteur
from .models import FicheOrganisme, JetonApi, Organisme, PieceOrganisme, Utilisateur

# They would show the secret of a second factor and tokens in clear, and write addresses behind the journal's back.
admin.site.unregister([EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken])


@admin.register(Organisme)
class OrganismeAdmin(Administration):
    list_display = ["nom", "sigle", "type", "siret", "parent", "fictif"]
    list_filter = ["type", "forme_juridique", "fictif"]
    list_select_related = ["parent"]
    search_fields = ["recherche", "siren", "rna"]
    figes = ("recherche",)


@admin.register(Utilisateur)
class UtilisateurAdmin(SansCreation):
    """Accounts are born from an invitation, and shut or opened again by the actions of this list."""

    list_display = ["email", "last_name", "first_name", "fonction", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser"]
    search_fields = ["email", "last_name", "first_name"]
    figes = ("email", "is_active", "last_login", "date_joined")
    fieldsets = [
        (None, {"fields": ["email", "first_name", "last_name", "fonction"]}),
        ("Administration de l’installation", {"fields": ["is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("Vie du compte", {"fields": ["is_active", "last_login", "date_joined"]}),
    ]
    actions = ["desactiver", "reactiver", "retirer_le_second_facteur"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Nobody raises itself: only a superuser gives rights over the installation."""
        figes = super().get_readonly_fields(request, obj)
        if request.user.is_superuser:
            return figes
        return (*figes, "is_staff", "is_superuser", "groups", "user_permissions")

    @admin.action(description="Désactiver les comptes choisis")
    def desactiver(self, request: HttpRequest, queryset: Any) -> None:
        self._pour_chacun(request, queryset, desactiver_compte)

    @admin.action(description="Réactiver les comptes choisis")
    def reactiver(self, request: HttpRequest, queryset: Any) -> None:
        self._pour_chacun(request, queryset, reactiver_compte)

    @admin.action(description="Retirer la double authentification des comptes choisis")
    def retirer_le_second_facteur(self, request: HttpRequest, queryset: Any) -> None:
        self._pour_chacun(request, queryset, retirer_second_facteur)

    @staticmethod
    def _pour_chacun(request: HttpRequest, queryset: Any, acte: Callable[..., None]) -> None:
        for compte in queryset:
            try:
                acte(compte, par=Auteur(utilisateur=request.user), le=timezone.now())
            except (RegleEnfreinte, ActeRefuse) as erreur:
                messages.error(request, f"{compte} : {erreur}")
            else:
                messages.success(request, f"{compte} : c’est fait.")


@admin.register(JetonApi)
class JetonApiAdmin(LectureSeule):
    """Keys of the API are created and revoked on the pages of the contract that they open."""

    list_display = ["nom", "prefixe", "organisme", "cree_le", "expire_le", "dernier_usage_le", "revoque_le"]
    list_select_related = ["organisme"]
    search_fields = ["nom", "prefixe", "organisme__recherche"]
    date_hierarchy = "cree_le"
    exclude = ("empreinte",)


@admin.register(FicheOrganisme)
class FicheOrganismeAdmin(LectureSeule):
    """The organisation's own people keep its card."""

    list_display = ["organisme", "ville", "verification", "verifie_le", "modifie_le"]
    list_select_related = ["organisme"]
    search_fields = ["organisme__recherche"]
    exclude = ("iban", "bic")


@admin.register(PieceOrganisme)
class PieceOrganismeAdmin(LectureSeule):
    list_display = ["organisme", "type", "valable_au", "deposee_le", "retiree_le"]
    list_filter = ["type"]
    list_select_related = ["organisme"]
    search_fields = ["organisme__recherche"]
