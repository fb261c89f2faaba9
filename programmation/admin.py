"""Administration of campaigns, files, requests and envelopes: states and amounts are shown, acts write them."""

from __future__ import annotations

from django.contrib import admin

from commun.admin import Administration, LectureSeule, SansCreation

from .models import (
    Accompagnement,
    Attestation,
    Avis,
    AvisIntention,
    Besoin,
    BudgetOrganisme,
    BudgetPrevisionnel,
    CalendrierDispositif,
    Campagne,
    CanalDepot,
    Candidature,
    Convention,
    CorrespondanceColonnes,
    Courrier,
    CritereCampagne,
    DemandeDeComplement,
    DemandeFinancement,
    Deport,
    Dispositif,
    Dossier,
    EligibilitePerimetre,
    Enveloppe,
    Envoi,
    EtapeCampagne,
    ExamenDossier,
    FicheInvestissement,
    FicheProximite,
    FicheVacances,
    ImportDossiers,
    IndicateurAction,
    IndicateurPrevu,
    Intention,
    LigneBudget,
    LigneBudgetOrganisme,
    LigneScenario,
    Localisation,
    LotDeCourriers,
    Mention,
    Message,
    ModeleCourrier,
    MontantExamine,
    MouvementEnveloppe,
    Notation,
    NoteCritere,
    NoteInterne,
    OuvertureTardive,
    PageEcrite,
    PeriodeVacances,
    PieceDossier,
    PieceRequise,
    PisteDeFinancement,
    PointVerifie,
    PublicParAge,
    ReleveDeDecisions,
    Scenario,
    SollicitationAvis,
    VersionDossier,
    Visite,
    VueEnregistree,
)


@admin.register(Dispositif)
class DispositifAdmin(Administration):
    list_display = ["code", "nom", "famille", "contrat", "plafond", "valide_du", "valide_au"]
    list_filter = ["famille", "contrat"]
    list_select_related = ["contrat"]
    search_fields = ["code", "nom"]


@admin.register(Campagne)
class CampagneAdmin(Administration):
    list_display = ["nom", "annee", "contrat", "etat", "ouverte_le", "limite_depot", "copil_prevu_le", "fictif"]
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
    fk_name = "enveloppe"
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
    figes = (
        "etat",
        "montant_programme",
        "montant_vote",
        "depassement_autorise",
        "motif_depassement",
        "notifiee_le",
        "reference",
        "lettre",
    )
    figes_apres_creation = ("contrat", "financeur", "annee", "dispositif", "nature", "section", "montant")
    inlines = [MouvementEnLigne]

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(MouvementEnveloppe)
class MouvementEnveloppeAdmin(LectureSeule):
    list_display = ["enveloppe", "genre", "le", "montant", "motif", "fictif"]
    list_filter = ["enveloppe__contrat", "enveloppe__annee", "genre", "fictif"]
    list_select_related = ["enveloppe__financeur", "enveloppe__dispositif"]
    search_fields = ["enveloppe__financeur__recherche", "motif"]
    date_hierarchy = "le"


@admin.register(CanalDepot)
class CanalDepotAdmin(Administration):
    list_display = ["dispositif", "financeur", "canal", "contrat"]
    list_filter = ["contrat", "canal"]
    list_select_related = ["dispositif", "financeur", "contrat"]
    search_fields = ["financeur__recherche"]


@admin.register(EligibilitePerimetre)
class EligibilitePerimetreAdmin(Administration):
    list_display = ["financeur", "nature", "type_perimetre", "perimetre", "admission", "valide_du", "valide_au"]
    list_filter = ["contrat", "type_perimetre", "admission"]
    list_select_related = ["financeur", "perimetre"]
    search_fields = ["financeur__recherche"]


@admin.register(IndicateurAction)
class IndicateurActionAdmin(Administration):
    list_display = ["libelle", "unite", "contrat", "orientation", "actif"]
    list_filter = ["contrat", "actif"]
    list_select_related = ["contrat", "orientation"]
    search_fields = ["libelle"]


@admin.register(EtapeCampagne)
class EtapeCampagneAdmin(LectureSeule):
    list_display = ["campagne", "etape", "du", "au"]
    list_select_related = ["campagne"]
    search_fields = ["campagne__nom"]


@admin.register(CritereCampagne)
class CritereCampagneAdmin(LectureSeule):
    list_display = ["campagne", "libelle", "poids", "note_max"]
    list_select_related = ["campagne"]
    search_fields = ["libelle"]


@admin.register(PieceRequise)
class PieceRequiseAdmin(LectureSeule):
    list_display = ["campagne", "type", "obligatoire", "reconduction_seule"]
    list_select_related = ["campagne"]
    search_fields = ["campagne__nom"]


@admin.register(OuvertureTardive)
class OuvertureTardiveAdmin(LectureSeule):
    list_display = ["campagne", "porteur", "jusqu_au", "motif", "retiree_le"]
    list_select_related = ["campagne", "porteur"]
    search_fields = ["porteur__recherche"]


@admin.register(BudgetOrganisme)
class BudgetOrganismeAdmin(LectureSeule):
    list_display = ["organisme", "annee"]
    list_select_related = ["organisme"]
    search_fields = ["organisme__recherche"]


@admin.register(LigneBudgetOrganisme)
class LigneBudgetOrganismeAdmin(LectureSeule):
    list_display = ["budget", "sens", "compte", "libelle", "montant"]
    list_select_related = ["budget__organisme"]
    search_fields = ["budget__organisme__recherche"]


@admin.register(SollicitationAvis)
class SollicitationAvisAdmin(LectureSeule):
    list_display = ["dossier", "organisme", "qualite", "echeance", "relancee_le"]
    list_select_related = ["dossier", "organisme"]
    search_fields = ["dossier__recherche", "organisme__recherche"]


@admin.register(PointVerifie)
class PointVerifieAdmin(LectureSeule):
    list_display = ["dossier", "point", "conforme", "verifie_le", "verifie_par"]
    list_select_related = ["dossier", "verifie_par"]
    search_fields = ["dossier__recherche"]


@admin.register(VersionDossier)
class VersionDossierAdmin(LectureSeule):
    list_display = ["dossier", "numero", "genre", "ecrite_le", "ecrite_par"]
    list_select_related = ["dossier", "ecrite_par"]
    search_fields = ["dossier__recherche"]


@admin.register(PageEcrite)
class PageEcriteAdmin(LectureSeule):
    list_display = ["dossier", "page", "personne", "revision", "ecrite_le"]
    list_select_related = ["dossier", "personne"]
    search_fields = ["dossier__recherche"]


@admin.register(Attestation)
class AttestationAdmin(LectureSeule):
    list_display = ["dossier", "genre", "version", "acceptee_le"]
    list_select_related = ["dossier"]
    search_fields = ["dossier__recherche"]


@admin.register(PieceDossier)
class PieceDossierAdmin(LectureSeule):
    list_display = ["dossier", "type", "fichier", "deposee_le", "retiree_le"]
    list_select_related = ["dossier", "fichier"]
    search_fields = ["dossier__recherche"]


@admin.register(PublicParAge)
class PublicParAgeAdmin(LectureSeule):
    list_display = ["dossier", "tranche", "nombre"]
    list_select_related = ["dossier"]
    search_fields = ["dossier__recherche"]


@admin.register(IndicateurPrevu)
class IndicateurPrevuAdmin(LectureSeule):
    list_display = ["dossier", "indicateur", "libelle", "cible"]
    list_select_related = ["dossier", "indicateur"]
    search_fields = ["dossier__recherche"]


@admin.register(DemandeDeComplement)
class DemandeDeComplementAdmin(LectureSeule):
    list_display = ["dossier", "echeance", "demandee_le", "repondue_le", "levee_le"]
    list_select_related = ["dossier"]
    search_fields = ["dossier__recherche"]


@admin.register(Notation)
class NotationAdmin(LectureSeule):
    list_display = ["dossier", "lecture", "evaluateur", "validee_le"]
    list_select_related = ["dossier", "evaluateur"]
    search_fields = ["dossier__recherche"]


@admin.register(NoteCritere)
class NoteCritereAdmin(LectureSeule):
    list_display = ["notation", "critere", "note"]
    list_select_related = ["notation__dossier", "critere"]
    search_fields = ["notation__dossier__recherche"]


@admin.register(Deport)
class DeportAdmin(LectureSeule):
    list_display = ["dossier", "utilisateur", "declare_le", "leve_le"]
    list_select_related = ["dossier", "utilisateur"]
    search_fields = ["dossier__recherche"]


@admin.register(NoteInterne)
class NoteInterneAdmin(LectureSeule):
    list_display = ["dossier", "auteur", "organisme", "partage", "ecrite_le"]
    list_select_related = ["dossier", "auteur", "organisme"]
    search_fields = ["dossier__recherche"]


@admin.register(Mention)
class MentionAdmin(LectureSeule):
    list_display = ["note", "utilisateur", "lue_le"]
    list_select_related = ["note__dossier", "utilisateur"]
    search_fields = ["note__dossier__recherche"]


@admin.register(Visite)
class VisiteAdmin(LectureSeule):
    list_display = ["dossier", "utilisateur", "vu_le"]
    list_select_related = ["dossier", "utilisateur"]
    search_fields = ["dossier__recherche"]


@admin.register(Envoi)
class EnvoiAdmin(LectureSeule):
    list_display = ["objet", "campagne", "auteur", "demande_le"]
    list_select_related = ["campagne", "auteur"]
    search_fields = ["objet"]


@admin.register(Message)
class MessageAdmin(LectureSeule):
    list_display = ["objet", "dossier", "sens", "auteur", "ecrit_le", "lu_le"]
    list_select_related = ["dossier", "auteur"]
    search_fields = ["objet", "dossier__numero"]


@admin.register(Intention)
class IntentionAdmin(LectureSeule):
    list_display = ["intitule", "campagne", "porteur", "etat", "proposee_le"]
    list_select_related = ["campagne", "porteur"]
    search_fields = ["intitule"]


@admin.register(AvisIntention)
class AvisIntentionAdmin(LectureSeule):
    list_display = ["intention", "organisme", "eligibilite", "rendu_le"]
    list_select_related = ["intention", "organisme"]
    search_fields = ["intention__intitule"]


@admin.register(VueEnregistree)
class VueEnregistreeAdmin(LectureSeule):
    list_display = ["nom", "contrat", "utilisateur", "partage"]
    list_select_related = ["contrat", "utilisateur"]
    search_fields = ["nom"]


@admin.register(CorrespondanceColonnes)
class CorrespondanceColonnesAdmin(LectureSeule):
    list_display = ["nom", "contrat", "source", "modifiee_le"]
    list_select_related = ["contrat"]
    search_fields = ["nom"]


@admin.register(ImportDossiers)
class ImportDossiersAdmin(LectureSeule):
    list_display = ["fichier", "campagne", "source", "etat", "depose_le"]
    list_select_related = ["fichier", "campagne"]
    search_fields = ["fichier__nom"]


@admin.register(Scenario)
class ScenarioAdmin(LectureSeule):
    list_display = ["nom", "annee", "organisme", "etat", "depart", "auteur", "cree_le", "fictif"]
    list_filter = ["contrat", "annee", "etat", "fictif"]
    list_select_related = ["organisme", "auteur"]
    search_fields = ["nom", "organisme__recherche"]


@admin.register(LigneScenario)
class LigneScenarioAdmin(LectureSeule):
    list_display = ["scenario", "demande", "montant", "note"]
    list_filter = ["scenario__contrat", "scenario__annee"]
    list_select_related = ["scenario", "demande__dossier", "demande__financeur"]
    search_fields = ["scenario__nom", "demande__dossier__recherche"]


@admin.register(ExamenDossier)
class ExamenDossierAdmin(LectureSeule):
    list_display = ["dossier", "reunion", "ordre", "etat", "modifie_le", "applique_le"]
    list_filter = ["etat"]
    list_select_related = ["dossier", "reunion__comite"]
    search_fields = ["dossier__recherche"]


@admin.register(MontantExamine)
class MontantExamineAdmin(LectureSeule):
    list_display = ["examen", "demande", "montant"]
    list_select_related = ["examen__dossier", "demande__dossier", "demande__financeur"]
    search_fields = ["examen__dossier__recherche"]


@admin.register(ReleveDeDecisions)
class ReleveDeDecisionsAdmin(LectureSeule):
    list_display = ["reunion", "version", "produit_le", "publie_le"]
    list_select_related = ["reunion__comite"]
    search_fields = ["reunion__comite__nom", "reunion__objet"]


@admin.register(ModeleCourrier)
class ModeleCourrierAdmin(LectureSeule):
    list_display = ["genre", "financeur", "version", "contrat", "en_vigueur", "cree_le", "cree_par"]
    list_filter = ["contrat", "genre", "en_vigueur"]
    list_select_related = ["financeur", "contrat", "cree_par"]
    search_fields = ["objet", "financeur__nom"]


@admin.register(LotDeCourriers)
class LotDeCourriersAdmin(LectureSeule):
    list_display = ["financeur", "campagne", "acte", "ouvert_le", "ouvert_par", "fictif"]
    list_filter = ["campagne__contrat", "campagne__annee", "fictif"]
    list_select_related = ["financeur", "campagne", "acte", "ouvert_par"]
    search_fields = ["financeur__nom", "acte__numero"]


@admin.register(Courrier)
class CourrierAdmin(LectureSeule):
    list_display = ["reference", "genre", "etat", "dossier", "montant", "envoye_le"]
    list_filter = ["dossier__contrat", "genre", "etat"]
    list_select_related = ["dossier"]
    search_fields = ["reference", "dossier__numero", "dossier__porteur__nom"]


@admin.register(FicheProximite)
class FicheProximiteAdmin(LectureSeule):
    list_display = ["dossier", "benevole", "pic"]
    list_select_related = ["dossier"]
    search_fields = ["dossier__recherche"]


@admin.register(Accompagnement)
class AccompagnementAdmin(LectureSeule):
    list_display = ["organisme", "dossier", "structure", "etat", "propose_le"]
    list_select_related = ["organisme", "dossier"]
    search_fields = ["structure", "organisme__recherche"]


@admin.register(Besoin)
class BesoinAdmin(LectureSeule):
    list_display = ["titre", "contrat", "etat", "signale_pour", "porteur", "signale_le"]
    list_select_related = ["contrat", "signale_pour", "porteur"]
    search_fields = ["titre"]


@admin.register(PisteDeFinancement)
class PisteDeFinancementAdmin(LectureSeule):
    list_display = ["besoin", "organisme", "nature", "montant", "acquise"]
    list_select_related = ["besoin", "organisme"]
    search_fields = ["besoin__titre"]


@admin.register(Candidature)
class CandidatureAdmin(LectureSeule):
    list_display = ["besoin", "organisme", "etat", "deposee_le"]
    list_select_related = ["besoin", "organisme"]
    search_fields = ["besoin__titre", "organisme__recherche"]


@admin.register(FicheInvestissement)
class FicheInvestissementAdmin(LectureSeule):
    list_display = ["dossier", "equipement", "stade", "derogation"]
    list_select_related = ["dossier"]
    search_fields = ["dossier__recherche", "equipement"]


@admin.register(FicheVacances)
class FicheVacancesAdmin(LectureSeule):
    list_display = ["dossier", "sorties", "sejours", "evenement"]
    list_select_related = ["dossier"]
    search_fields = ["dossier__recherche", "evenement"]


@admin.register(PeriodeVacances)
class PeriodeVacancesAdmin(LectureSeule):
    list_display = ["dossier", "periode", "jours"]
    list_select_related = ["dossier"]
    search_fields = ["dossier__recherche"]


@admin.register(CalendrierDispositif)
class CalendrierDispositifAdmin(LectureSeule):
    list_display = ["dispositif", "contrat", "annee", "ouvre", "ferme"]
    list_select_related = ["dispositif", "contrat"]
    search_fields = ["dispositif__nom"]
