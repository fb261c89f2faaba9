"""The routes of the REST API, version 1, and its description."""

from csp.decorators import csp_update
from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from contrats import api as contrats
from programmation import api as programmation

# The documentation page of the API styles its own elements: only this page may.
documentation = csp_update({"style-src": ["'unsafe-inline'"]})(
    SpectacularSwaggerSplitView.as_view(url_name="api:schema")
)

app_name = "api"

_CONTRAT = "contrats/<slug:contrat>/"

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("documentation/", documentation, name="documentation"),
    path("contrats/", contrats.ContratsView.as_view(), name="contrats"),
    path(_CONTRAT + "orientations/", contrats.OrientationsView.as_view(), name="orientations"),
    path(_CONTRAT + "<int:annee>/perimetres/", contrats.PerimetresView.as_view(), name="perimetres"),
    path(_CONTRAT + "<int:annee>/dossiers/", programmation.DossiersView.as_view(), name="dossiers"),
    path(_CONTRAT + "<int:annee>/enveloppes/", programmation.EnveloppesView.as_view(), name="enveloppes"),
]
