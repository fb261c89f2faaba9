"""All the addresses."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = "Pilotville — administration"
admin.site.site_title = "Administration"
admin.site.index_title = "Données de référence et comptes"

urlpatterns = [
    path("", include("portail.urls")),
    path("", include("acteurs.urls")),
    path("", include("contrats.urls")),
    path("c/<slug:contrat>/", include("programmation.urls")),
    path("c/<slug:contrat>/", include("evaluation.urls")),
    path("api/v1/", include("config.api")),
    path("compte/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]
