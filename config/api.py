"""The routes of the REST API, version 1, and its description."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView

from commun.api.documentation import documentation
from commun.api.problemes import adresse_inconnue
from contrats.api import avancement, contrats, engagements, ressources, reunions
from programmation import api as programmation

app_name = "api"

_CONTRAT = "contrats/<slug:contrat>/"
_ENGAGEMENTS = _CONTRAT + "engagements/"
_PAR_IDENTIFIANT = r"^contrats/(?P<contrat>[-\w]+)/engagements/par-identifiant/(?P<identifiant>[^/\x00]{1,100})/\Z"

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("documentation/", documentation, name="documentation"),
    path("contrats/", contrats.ContratsView.as_view(), name="contrats"),
    path(_CONTRAT, contrats.ContratView.as_view(), name="contrat"),
    path(_CONTRAT + "orientations/", contrats.OrientationsView.as_view(), name="orientations"),
    path(_CONTRAT + "signataires/", contrats.SignatairesView.as_view(), name="signataires"),
    path(_CONTRAT + "organismes/", contrats.OrganismesView.as_view(), name="organismes"),
    path(_CONTRAT + "<int:annee>/perimetres/", contrats.PerimetresView.as_view(), name="perimetres"),
    path(_ENGAGEMENTS, engagements.EngagementsView.as_view(), name="engagements"),
    path(_ENGAGEMENTS + "lot/", engagements.LotView.as_view(), name="lot"),
    path(_ENGAGEMENTS + "lot/<uuid:lot>/", engagements.SuiviDeLotView.as_view(), name="lot_suivi"),
    path(_ENGAGEMENTS + "<int:engagement>/", engagements.EngagementView.as_view(), name="engagement"),
    re_path(_PAR_IDENTIFIANT, engagements.EngagementParIdentifiantView.as_view(), name="engagement_par_identifiant"),
    path(_ENGAGEMENTS + "<int:engagement>/points/<int:annee>/", avancement.PointView.as_view(), name="point"),
    path(_CONTRAT + "points/", avancement.PointsView.as_view(), name="points"),
    path(_CONTRAT + "comites/", contrats.ComitesView.as_view(), name="comites"),
    path(_CONTRAT + "reunions/", reunions.ReunionsView.as_view(), name="reunions"),
    path(_CONTRAT + "ressources/", ressources.RessourcesView.as_view(), name="ressources"),
    path(_CONTRAT + "ressources/<int:ressource>/", ressources.RessourceView.as_view(), name="ressource"),
    path(_CONTRAT + "<int:annee>/dossiers/", programmation.DossiersView.as_view(), name="dossiers"),
    path(_CONTRAT + "<int:annee>/enveloppes/", programmation.EnveloppesView.as_view(), name="enveloppes"),
    re_path(r"^(?P<chemin>[\s\S]+)\Z", adresse_inconnue, name="adresse_inconnue"),
]
