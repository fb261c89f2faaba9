"""Administration of campaigns, files, requests and envelopes: states and amounts are shown, acts write them."""

from __future__ import annotations

from django.contrib import admin

from commun.admin import Administration, LectureSeule, SansCreation

from .models import (
    Avis,
    BudgetPrevisionnel,
    Campagne,
    Convention,
    DemandeFinancement,
    Dispositif,
    Dossier,
    Enveloppe,
    LigneBudget,
    Localisation,
    MouvementEnveloppe,
)


@admin.register(Dispositif)
class DispositifAdmin(Administration):
    list_display = ["code", "nom", "famille", "contrat", "plafond", "valide_du", "valide_au"]
    list_filter = ["famille", "contrat"]
    list_select_related = ["contrat"]
    search_fields = ["code", "nom"]


@admin.register(Campagne)
class CampagneAdmin(Administration):
    list_display = ["nom", "annee", "contrat", "ouverte_le", "limite_depot", "copil_prevu_le", "fictif"]
    list_filter = ["contrat", "annee", "fictif"]
    list_select_related = ["contrat"]
    search_fields = ["nom", "=annee"]


@admin.register(Convention)
class ConventionAdmin(Administration):
    list_display = ["numero", "type", "porteur", "premiere_annee", "derniere_annee", "signee_le", "fictif"]
    list_filter = ["contrat", "type", "fictif"]
    list_select_related = ["porteur"]
    search_fields = ["numero", "porteur__nom"]


@admin.register(Dossier)
class DossierAdmin(SansCreation):
    list_display = ["numero", "intitule", "porteur", "campagne", "etat", "orientation", "cout_total", "fictif"]
    list_filter = ["contrat", "campagne__annee", "etat", "nature", "caractere", "fictif"]
    list_select_related = ["porteur", "campagne", "orientation"]
    search_fields = ["recherche", "porteur__recherche"]
    figes = ("etat", "contrat", "campagne", "numero", "nature", "convention", "depose_le", "cree_le", "recherche")


@admin.register(Localisation)
class LocalisationAdmin(LectureSeule):
    list_display = ["dossier", "mode", "version", "commune", "part"]
    list_filter = ["dossier__contrat", "mode"]
    list_select_related = ["dossier", "version", "commune"]
    search_fields = ["dossier__recherche"]


@admin.register(Avis)
class AvisAdmin(LectureSeule):
    list_display = ["dossier", "organisme", "sens", "rendu_le", "rendu_par", "fictif"]
    list_filter = ["dossier__contrat", "sens", "fictif"]
    list_select_related = ["dossier", "organisme", "rendu_par"]
    search_fields = ["dossier__recherche", "organisme__recherche"]


@admin.register(BudgetPrevisionnel)
class BudgetPrevisionnelAdmin(LectureSeule):
    list_display = ["dossier", "note"]
    list_select_related = ["dossier"]
    search_fields = ["dossier__recherche"]


@admin.register(LigneBudget)
class LigneBudgetAdmin(LectureSeule):
    list_display = ["budget", "sens", "compte", "libelle", "montant"]
    list_filter = ["sens"]
    list_select_related = ["budget__dossier"]
    search_fields = ["budget__dossier__recherche", "libelle"]


@admin.register(DemandeFinancement)
class DemandeFinancementAdmin(SansCreation):
    list_display = [
        "dossier",
        "financeur",
        "dispositif",
        "nature",
        "etat",
        "montant_demande",
        "montant_propose",
        "montant_programme",
        "montant_vote",
    ]
    list_filter = ["dossier__contrat", "dossier__campagne__annee", "etat", "nature", "fictif"]
    list_select_related = ["dossier", "financeur", "dispositif"]
    search_fields = ["dossier__recherche", "financeur__recherche"]
    figes = (
        "dossier",
        "financeur",
        "dispositif",
        "nature",
        "enveloppe",
        "etat",
        "montant_demande",
        "montant_propose",
        "montant_programme",
        "montant_vote",
        "proposition_partagee",
        "motif",
        "reunion",
        "acte",
        "programme_le",
        "notifie_le",
        "saisi_par_organisme",
    )


class MouvementEnLigne(admin.TabularInline):
    model = MouvementEnveloppe
    extra = 0

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Enveloppe)
class EnveloppeAdmin(Administration):
    """An envelope can be opened here; its amount then moves by dated movements, its counters by the funders' acts."""

    list_display = [
        "financeur",
        "annee",
        "dispositif",
        "nature",
        "section",
        "etat",
        "montant",
        "montant_programme",
        "montant_vote",
        "fictif",
    ]
    list_filter = ["contrat", "annee", "nature", "section", "etat", "fictif"]
    list_select_related = ["financeur", "dispositif"]
    search_fields = ["financeur__recherche", "dispositif__code"]
    figes = ("montant_programme", "montant_vote", "depassement_autorise", "motif_depassement")
    figes_apres_creation = ("contrat", "financeur", "annee", "dispositif", "nature", "section", "etat", "montant")
    inlines = [MouvementEnLigne]

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(MouvementEnveloppe)
class MouvementEnveloppeAdmin(LectureSeule):
    list_display = ["enveloppe", "le", "montant", "motif", "fictif"]
    list_filter = ["enveloppe__contrat", "enveloppe__annee", "fictif"]
    list_select_related = ["enveloppe__financeur", "enveloppe__dispositif"]
    search_fields = ["enveloppe__financeur__recherche", "motif"]
    date_hierarchy = "le"
