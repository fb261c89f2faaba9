"""The routes of the REST API, version 1, and its description."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView

from commun.api.documentation import documentation
from commun.api.problemes import adresse_inconnue
from contrats.api import (
    avancement,
    contrats,
    decisions,
    engagements,
    moyens,
    perimetres,
    preuves,
    ressources,
    reunions,
    seances,
    structure,
)
from programmation.api import avis, courriers, demandes, dossiers, enveloppes, instruction, propositions

app_name = "api"

_CONTRAT = "contrats/<slug:contrat>/"
_ENGAGEMENTS = _CONTRAT + "engagements/"
# A code is what people wrote: anything but a slash and a null character.
_ORIENTATION = r"^contrats/(?P<contrat>[-\w]+)/orientations/(?P<orientation>[^/\x00]{1,10})/\Z"
_OBJECTIFS = _ORIENTATION.removesuffix(r"\Z") + r"objectifs/\Z"
_OBJECTIF = _ORIENTATION.removesuffix(r"\Z") + r"objectifs/(?P<objectif>[^/\x00]{1,15})/\Z"
_PERIMETRE = r"^contrats/(?P<contrat>[-\w]+)/perimetres/(?P<perimetre>[^/\x00]{1,30})/\Z"
_REUNION = _CONTRAT + "reunions/<int:reunion>/"
_DECISION = _CONTRAT + "decisions/<int:decision>/"
_DOSSIER = _CONTRAT + "dossiers/<int:dossier>/"
_DEMANDE = _CONTRAT + "demandes/<int:demande>/"
_PREUVES = _ENGAGEMENTS + "<int:engagement>/points/<int:annee>/preuves/"
_PAR_IDENTIFIANT = r"^contrats/(?P<contrat>[-\w]+)/engagements/par-identifiant/(?P<identifiant>[^/\x00]{1,100})/\Z"

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("documentation/", documentation, name="documentation"),
    path("contrats/", contrats.ContratsView.as_view(), name="contrats"),
    path(_CONTRAT, contrats.ContratView.as_view(), name="contrat"),
    path(_CONTRAT + "orientations/", structure.OrientationsView.as_view(), name="orientations"),
    re_path(_ORIENTATION, structure.OrientationView.as_view(), name="orientation"),
    re_path(_OBJECTIFS, structure.ObjectifsView.as_view(), name="objectifs"),
    re_path(_OBJECTIF, structure.ObjectifView.as_view(), name="objectif"),
    path(_CONTRAT + "signataires/", structure.SignatairesView.as_view(), name="signataires"),
    path(_CONTRAT + "signataires/<int:signataire>/", structure.SignataireView.as_view(), name="signataire"),
    path(_CONTRAT + "organismes/", contrats.OrganismesView.as_view(), name="organismes"),
    path(_CONTRAT + "perimetres/", perimetres.PerimetresDuContratView.as_view(), name="perimetres_du_contrat"),
    re_path(_PERIMETRE, perimetres.PerimetreDuContratView.as_view(), name="perimetre"),
    path(_CONTRAT + "<int:annee>/perimetres/", perimetres.PerimetresView.as_view(), name="perimetres"),
    path(_ENGAGEMENTS, engagements.EngagementsView.as_view(), name="engagements"),
    path(_ENGAGEMENTS + "lot/", engagements.LotView.as_view(), name="lot"),
    path(_ENGAGEMENTS + "lot/<uuid:lot>/", engagements.SuiviDeLotView.as_view(), name="lot_suivi"),
    path(_ENGAGEMENTS + "<int:engagement>/", engagements.EngagementView.as_view(), name="engagement"),
    re_path(_PAR_IDENTIFIANT, engagements.EngagementParIdentifiantView.as_view(), name="engagement_par_identifiant"),
    path(_ENGAGEMENTS + "<int:engagement>/points/<int:annee>/", avancement.PointView.as_view(), name="point"),
    path(_PREUVES, preuves.PreuvesView.as_view(), name="preuves"),
    path(_PREUVES + "<int:fichier>/", preuves.PreuveView.as_view(), name="preuve"),
    path(_CONTRAT + "points/", avancement.PointsView.as_view(), name="points"),
    path(_CONTRAT + "comites/", contrats.ComitesView.as_view(), name="comites"),
    path(_CONTRAT + "reunions/", reunions.ReunionsView.as_view(), name="reunions"),
    path(_REUNION, reunions.ReunionView.as_view(), name="reunion"),
    path(_REUNION + "convoquer/", seances.ConvoquerView.as_view(), name="convoquer"),
    path(_REUNION + "annuler/", seances.AnnulerView.as_view(), name="annuler"),
    path(_REUNION + "tenir/", seances.TenirView.as_view(), name="tenir"),
    path(_REUNION + "rendre-compte/", seances.RendreCompteView.as_view(), name="rendre_compte"),
    path(_REUNION + "ordre-du-jour/", seances.OrdreDuJourView.as_view(), name="ordre_du_jour"),
    path(_REUNION + "presences/", seances.PresencesView.as_view(), name="presences"),
    path(_REUNION + "compte-rendu/", seances.CompteRenduView.as_view(), name="compte_rendu"),
    path(_REUNION + "decisions/", decisions.DecisionsDeLaReunionView.as_view(), name="inscrire_decision"),
    path(_CONTRAT + "decisions/", decisions.DecisionsView.as_view(), name="decisions"),
    path(_DECISION, decisions.DecisionView.as_view(), name="decision"),
    path(_DECISION + "execution/", decisions.ExecutionView.as_view(), name="execution"),
    path(_CONTRAT + "ressources/", ressources.RessourcesView.as_view(), name="ressources"),
    path(_CONTRAT + "ressources/<int:ressource>/", ressources.RessourceView.as_view(), name="ressource"),
    path(_CONTRAT + "moyens/", moyens.MoyensView.as_view(), name="moyens"),
    path(_CONTRAT + "moyens/lot/", moyens.LotDeMoyensView.as_view(), name="lot_de_moyens"),
    path(_CONTRAT + "<int:annee>/dossiers/", dossiers.DossiersView.as_view(), name="dossiers"),
    path(_CONTRAT + "<int:annee>/enveloppes/", enveloppes.EnveloppesView.as_view(), name="enveloppes"),
    path(_CONTRAT + "dossiers/", instruction.DossiersAInstruireView.as_view(), name="dossiers_a_instruire"),
    path(_DOSSIER, instruction.DossierAInstruireView.as_view(), name="dossier_a_instruire"),
    path(_DOSSIER + "avis/", avis.AvisView.as_view(), name="avis"),
    path(_CONTRAT + "demandes/lot/", propositions.LotDePropositionsView.as_view(), name="lot_de_propositions"),
    path(_DEMANDE, demandes.DemandeView.as_view(), name="demande"),
    path(_DEMANDE + "proposition/", demandes.PropositionView.as_view(), name="proposition"),
    path(_DEMANDE + "numero-ej/", demandes.NumeroEjView.as_view(), name="numero_ej"),
    path(_DEMANDE + "refuser/", demandes.RefuserView.as_view(), name="refuser"),
    path(_DEMANDE + "voter/", demandes.VoterView.as_view(), name="voter"),
    path(_DEMANDE + "rectifier/", demandes.RectifierView.as_view(), name="rectifier"),
    path(_DEMANDE + "notifier/", demandes.NotifierView.as_view(), name="notifier"),
    path(_DEMANDE + "courriers/", courriers.CourriersView.as_view(), name="courriers"),
    path(_DEMANDE + "courriers/<int:courrier>/", courriers.CourrierView.as_view(), name="courrier"),
    re_path(r"^(?P<chemin>[\s\S]+)\Z", adresse_inconnue, name="adresse_inconnue"),
]
