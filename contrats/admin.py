"""Administration of the contract and of what hangs from it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone

from commun.admin import Administration, LectureSeule, SansCreation
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte

from .actions import clore_habilitation
from .models import (
    AbonnementApi,
    AbonnementCalendrier,
    ActeDecision,
    ActionContrat,
    AppelExterne,
    AvancementOperation,
    Avenant,
    CibleEngagement,
    CleDuContrat,
    Comite,
    CompteAInviter,
    ContenuPriorites,
    Contrat,
    DecisionReunion,
    Engagement,
    ExemplaireDuPaquet,
    FicheActeur,
    Habilitation,
    Inscription,
    Invitation,
    ItemCompteRendu,
    MembreComite,
    MoyenAnnonce,
    NoteEscalade,
    Objectif,
    OperationUrbaine,
    Orientation,
    OuvertureContrat,
    PerimetreDuContrat,
    PointAvancement,
    PointOrdreDuJour,
    Presence,
    PrioritesCommunales,
    RemarqueRevue,
    Ressource,
    Reunion,
    RevueEngagements,
    Signataire,
    Sollicitation,
    ThemeP147,
    VoletCommunal,
)


class SignataireEnLigne(admin.TabularInline):
    model = Signataire
    autocomplete_fields = ["organisme"]
    extra = 0


@admin.register(Contrat)
class ContratAdmin(Administration):
    list_display = ["nom", "slug", "pilote", "debut", "fin", "signe_le"]
    list_select_related = ["pilote"]
    search_fields = ["nom", "intitule", "slug"]
    # Its slug stands in every address already sent.
    figes_apres_creation = ("slug",)
    inlines = [SignataireEnLigne]


@admin.register(PerimetreDuContrat)
class PerimetreDuContratAdmin(Administration):
    list_display = ["perimetre", "contrat", "source"]
    list_filter = ["contrat", "perimetre__type"]
    list_select_related = ["perimetre", "contrat"]
    search_fields = ["perimetre__recherche"]


@admin.register(Signataire)
class SignataireAdmin(Administration):
    list_display = ["organisme", "contrat", "qualite", "signe_le", "siege_au_copil", "ordre"]
    list_filter = ["contrat", "qualite"]
    list_select_related = ["organisme", "contrat"]
    search_fields = ["organisme__recherche"]


@admin.register(Habilitation)
class HabilitationAdmin(LectureSeule):
    """Habilitations are opened by invitation, in the team's pages of the contract; this list can close them."""

    list_display = ["utilisateur", "contrat", "organisme", "role", "valide_du", "valide_au", "close_le"]
    list_filter = ["contrat", "role"]
    list_select_related = ["utilisateur", "contrat", "organisme"]
    search_fields = ["utilisateur__email", "utilisateur__last_name", "organisme__nom"]
    actions = ["clore"]

    @admin.action(description="Fermer les habilitations choisies")
    def clore(self, request: HttpRequest, queryset: Any) -> None:
        for habilitation in queryset:
            try:
                clore_habilitation(habilitation, par=Auteur(utilisateur=request.user), le=timezone.now())
            except RegleEnfreinte as erreur:
                messages.error(request, f"{habilitation} : {erreur}")
            else:
                messages.success(request, f"{habilitation} : fermée.")


@admin.register(Invitation)
class InvitationAdmin(LectureSeule):
    list_display = ["email", "contrat", "organisme", "role", "envoyee_le", "expire_le", "acceptee_le", "retiree_le"]
    list_filter = ["contrat", "role"]
    list_select_related = ["contrat", "organisme"]
    search_fields = ["email", "organisme__nom"]
    exclude = ["jeton_sha256"]
    date_hierarchy = "envoyee_le"


@admin.register(Inscription)
class InscriptionAdmin(LectureSeule):
    """Requests to join are decided on the pages of the contract."""

    list_display = ["nom_organisme", "siret", "email", "contrat", "etat", "demandee_le", "tranchee_le"]
    list_filter = ["contrat", "etat", "verification"]
    list_select_related = ["contrat"]
    search_fields = ["nom_organisme", "siret", "email"]
    exclude = ["jeton_sha256"]
    date_hierarchy = "demandee_le"


@admin.register(ThemeP147)
class ThemeP147Admin(Administration):
    list_display = ["code", "nom", "parent"]
    list_select_related = ["parent"]
    search_fields = ["code", "nom"]


class ObjectifEnLigne(admin.TabularInline):
    model = Objectif
    fields = ["ordre", "code", "ambition", "nom", "prioritaire"]
    extra = 0


@admin.register(Orientation)
class OrientationAdmin(Administration):
    list_display = ["code", "nom", "nature", "contrat", "theme_p147", "ordre"]
    list_filter = ["contrat", "nature"]
    list_select_related = ["contrat", "theme_p147"]
    search_fields = ["nom", "nom_court", "code"]
    inlines = [ObjectifEnLigne]


@admin.register(Objectif)
class ObjectifAdmin(Administration):
    list_display = ["code", "nom", "orientation", "prioritaire"]
    list_filter = ["orientation__contrat", "prioritaire"]
    list_select_related = ["orientation"]
    search_fields = ["nom", "code", "ambition"]


class CibleEnLigne(admin.StackedInline):
    model = CibleEngagement
    extra = 0


@admin.register(Engagement)
class EngagementAdmin(LectureSeule):
    """Written by the actions alone: they keep the before and after, and never delete (contrats/actions/engagements)."""

    list_display = ["reference", "libelle", "organisme", "signataire", "orientation", "echeance", "fictif"]
    list_filter = ["contrat", "nature", "portee", "fictif"]
    list_select_related = ["organisme", "signataire__organisme", "orientation"]
    search_fields = ["recherche"]
    inlines = [CibleEnLigne]


@admin.register(CibleEngagement)
class CibleEngagementAdmin(LectureSeule):
    list_display = ["engagement", "type", "numerateur", "valeur", "valeur_haute", "unite", "echeance"]
    list_filter = ["engagement__contrat", "type"]
    list_select_related = ["engagement"]
    search_fields = ["engagement__recherche", "numerateur"]


@admin.register(PointAvancement)
class PointAvancementAdmin(LectureSeule):
    """What a signatory stated is overwritten by nobody."""

    list_display = ["engagement", "annee", "etat", "declare_le", "declare_par", "visa", "fictif"]
    list_filter = ["engagement__contrat", "annee", "etat", "visa", "fictif"]
    list_select_related = ["engagement", "declare_par"]
    search_fields = ["engagement__recherche"]


@admin.register(ActeDecision)
class ActeDecisionAdmin(SansCreation):
    list_display = ["numero", "organisme", "instance", "pris_le", "position", "recu_prefecture_le", "fictif"]
    list_filter = ["contrat", "position", "fictif"]
    list_select_related = ["organisme"]
    search_fields = ["numero", "instance", "organisme__nom"]
    date_hierarchy = "pris_le"
    figes = ("contrat", "organisme", "numero", "pris_le")


@admin.register(Comite)
class ComiteAdmin(Administration):
    list_display = ["nom", "type", "contrat", "valide_programmation", "valide_sip", "valide_tfpb", "reunions_par_an"]
    list_filter = ["contrat", "type"]
    list_select_related = ["contrat"]
    search_fields = ["nom"]


class DecisionEnLigne(admin.StackedInline):
    model = DecisionReunion
    autocomplete_fields = ["responsable"]
    extra = 0


@admin.register(Reunion)
class ReunionAdmin(Administration):
    list_display = ["le", "comite", "objet", "lieu", "etat", "fictif"]
    list_filter = ["comite__contrat", "comite__type", "etat", "fictif"]
    list_select_related = ["comite"]
    search_fields = ["objet", "comite__nom"]
    date_hierarchy = "le"
    inlines = [DecisionEnLigne]


@admin.register(ExemplaireDuPaquet)
class ExemplaireDuPaquetAdmin(LectureSeule):
    list_display = ["reunion", "fichier"]
    list_filter = ["reunion__comite__contrat"]
    list_select_related = ["reunion__comite", "fichier"]
    search_fields = ["reunion__comite__nom", "reunion__objet"]


@admin.register(DecisionReunion)
class DecisionReunionAdmin(Administration):
    list_display = ["texte", "reunion", "nature", "responsable", "echeance", "execution", "fictif"]
    list_filter = ["reunion__comite__contrat", "nature", "execution", "fictif"]
    list_select_related = ["reunion__comite", "responsable"]
    search_fields = ["texte"]


@admin.register(OperationUrbaine)
class OperationUrbaineAdmin(Administration):
    list_display = ["nom", "programme", "contrat", "cout", "logements_demolis", "logements_construits"]
    list_filter = ["contrat", "programme"]
    list_select_related = ["contrat"]
    search_fields = ["nom"]


@admin.register(AvancementOperation)
class AvancementOperationAdmin(Administration):
    list_display = ["operation", "le", "phase", "avancement", "fictif"]
    list_filter = ["operation__contrat", "fictif"]
    list_select_related = ["operation"]
    search_fields = ["operation__nom", "phase"]


@admin.register(Ressource)
class RessourceAdmin(Administration):
    list_display = ["nom", "organisme", "orientation", "contrat", "verifie_le"]
    list_filter = ["contrat", "orientation"]
    list_select_related = ["organisme", "orientation", "contrat"]
    search_fields = ["nom", "organisme__nom"]


@admin.register(AppelExterne)
class AppelExterneAdmin(Administration):
    list_display = ["nom", "organisme", "periode", "ouvre_le", "ferme_le"]
    list_filter = ["contrat"]
    list_select_related = ["organisme"]
    search_fields = ["nom", "organisme__nom"]


@admin.register(RevueEngagements)
class RevueEngagementsAdmin(LectureSeule):
    list_display = ["contrat", "annee", "etat", "reunion", "envoyee_le", "remarques_avant_le", "close_le"]
    list_filter = ["contrat", "annee", "etat"]
    list_select_related = ["contrat", "reunion__comite"]
    search_fields = ["contrat__nom", "=annee"]


@admin.register(RemarqueRevue)
class RemarqueRevueAdmin(LectureSeule):
    list_display = ["revue", "organisme", "engagement", "texte", "faite_le", "faite_par"]
    list_filter = ["revue__contrat", "revue__annee"]
    list_select_related = ["revue", "organisme", "engagement", "faite_par"]
    search_fields = ["organisme__recherche"]


@admin.register(Sollicitation)
class SollicitationAdmin(LectureSeule):
    list_display = ["engagement", "annee", "faite_le", "relancee_le"]
    list_filter = ["engagement__contrat", "annee"]
    list_select_related = ["engagement"]
    search_fields = ["engagement__recherche"]


@admin.register(CleDuContrat)
class CleDuContratAdmin(LectureSeule):
    list_display = ["contrat", "jeton"]
    list_filter = ["contrat"]
    list_select_related = ["contrat", "jeton"]
    search_fields = ["jeton__nom", "jeton__prefixe"]


@admin.register(AbonnementApi)
class AbonnementApiAdmin(LectureSeule):
    """The seed of the secret that signs the calls is not shown."""

    list_display = ["adresse", "contrat", "organisme", "evenements", "cree_le", "resilie_le"]
    list_filter = ["contrat"]
    list_select_related = ["contrat", "organisme"]
    search_fields = ["adresse", "organisme__recherche"]
    exclude = ("graine",)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "adresse":
            options["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **options)


# --- Written in the pages of the contract, each with its journal: looked at here, not written ----------------------


@admin.register(MembreComite)
class MembreComiteAdmin(LectureSeule):
    list_display = ["organisme", "comite", "invite"]
    list_filter = ["comite__contrat", "invite"]
    list_select_related = ["organisme", "comite"]
    search_fields = ["organisme__nom", "comite__nom"]


@admin.register(PointOrdreDuJour)
class PointOrdreDuJourAdmin(LectureSeule):
    list_display = ["titre", "reunion", "ordre", "minutes"]
    list_filter = ["reunion__comite__contrat"]
    list_select_related = ["reunion__comite"]
    search_fields = ["titre", "texte"]


@admin.register(Presence)
class PresenceAdmin(LectureSeule):
    list_display = ["organisme", "reunion", "statut"]
    list_filter = ["statut"]
    list_select_related = ["organisme", "reunion__comite"]
    search_fields = ["organisme__nom"]


@admin.register(ItemCompteRendu)
class ItemCompteRenduAdmin(LectureSeule):
    list_display = ["reunion", "ordre", "audience"]
    list_filter = ["audience"]
    list_select_related = ["reunion__comite"]
    search_fields = ["texte"]


@admin.register(AbonnementCalendrier)
class AbonnementCalendrierAdmin(LectureSeule):
    list_display = ["utilisateur", "ouvert_le", "revoque_le"]
    list_select_related = ["utilisateur"]
    search_fields = ["utilisateur__email"]


@admin.register(Avenant)
class AvenantAdmin(LectureSeule):
    list_display = ["numero", "objet", "contrat", "signe_le"]
    list_filter = ["contrat"]
    list_select_related = ["contrat"]
    search_fields = ["objet", "resume"]


@admin.register(VoletCommunal)
class VoletCommunalAdmin(LectureSeule):
    list_display = ["commune", "contrat", "etat"]
    list_filter = ["contrat", "etat"]
    list_select_related = ["commune", "contrat"]
    search_fields = ["commune__nom", "texte"]


@admin.register(PrioritesCommunales)
class PrioritesCommunalesAdmin(LectureSeule):
    list_display = ["commune", "contrat", "annee", "etat"]
    list_filter = ["contrat", "annee", "etat"]
    list_select_related = ["commune", "contrat"]
    search_fields = ["commune__nom"]


@admin.register(ContenuPriorites)
class ContenuPrioritesAdmin(LectureSeule):
    list_display = ["priorites", "rubrique", "modifie_le"]
    list_filter = ["rubrique"]
    list_select_related = ["priorites__commune", "priorites__contrat"]
    search_fields = ["texte", "priorites__commune__nom"]


@admin.register(ActionContrat)
class ActionContratAdmin(LectureSeule):
    list_display = ["intitule", "objectif", "organisme", "statut", "echeance"]
    list_filter = ["contrat", "statut"]
    list_select_related = ["objectif__orientation", "organisme"]
    search_fields = ["intitule"]


@admin.register(FicheActeur)
class FicheActeurAdmin(LectureSeule):
    list_display = ["organisme", "contrat", "verifie_le"]
    list_filter = ["contrat"]
    list_select_related = ["organisme", "contrat"]
    search_fields = ["organisme__nom", "missions"]


@admin.register(NoteEscalade)
class NoteEscaladeAdmin(LectureSeule):
    list_display = ["titre", "orientation", "contrat", "etat"]
    list_filter = ["contrat", "etat"]
    list_select_related = ["orientation", "contrat"]
    search_fields = ["titre", "constat"]


@admin.register(OuvertureContrat)
class OuvertureContratAdmin(LectureSeule):
    list_display = ["contrat", "etape", "commencee_le", "ouvert_le"]
    list_select_related = ["contrat"]
    search_fields = ["contrat__nom"]


@admin.register(CompteAInviter)
class CompteAInviterAdmin(LectureSeule):
    list_display = ["email", "organisme", "role", "ouverture"]
    list_filter = ["role"]
    list_select_related = ["organisme", "ouverture__contrat"]
    search_fields = ["email", "organisme__nom"]


@admin.register(MoyenAnnonce)
class MoyenAnnonceAdmin(LectureSeule):
    list_display = ["organisme", "annee", "nature", "section", "orientation", "statut", "montant", "canal", "fictif"]
    list_filter = ["contrat", "annee", "nature", "section", "statut", "fictif"]
    list_select_related = ["organisme", "orientation"]
    search_fields = ["organisme__nom", "precision", "source"]
