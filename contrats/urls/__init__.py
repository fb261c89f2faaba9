"""Addresses of the contract's pages; included at the root."""

from . import acces_api, droit_commun, engagements, equipe, inscriptions, instances, moyens, structure

app_name = "contrats"

urlpatterns = [
    *acces_api.urlpatterns,
    *droit_commun.urlpatterns,
    *engagements.urlpatterns,
    *equipe.urlpatterns,
    *inscriptions.urlpatterns,
    *instances.urlpatterns,
    *moyens.urlpatterns,
    *structure.urlpatterns,
]
