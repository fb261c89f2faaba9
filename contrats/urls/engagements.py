"""Commitments: their pages, the yearly statement, the review, the import."""

from django.urls import path

from ..views import engagements, import_engagements, revue

_UN = "c/<slug:contrat>/engagements/<int:pk>/"
_AN = "c/<slug:contrat>/<int:annee>/"
_POINT = f"{_AN}engagements/<int:pk>/avancement/"

urlpatterns = [
    path("c/<slug:contrat>/engagements/nouveau/", engagements.creer, name="creer_engagement"),
    path("c/<slug:contrat>/engagements/importer/", import_engagements.importer, name="importer_engagements"),
    path(
        "c/<slug:contrat>/engagements/importer/modele.<slug:format>",
        import_engagements.modele,
        name="modele_engagements",
    ),
    path("c/<slug:contrat>/engagements/importer/<uuid:pk>/", import_engagements.suivre, name="import_engagements"),
    path(
        "c/<slug:contrat>/engagements/importer/<uuid:pk>/a-corriger.csv",
        import_engagements.refusees,
        name="lignes_refusees",
    ),
    path(_UN, engagements.engagement, name="engagement"),
    path(f"{_UN}modifier/", engagements.modifier, name="modifier_engagement"),
    path(f"{_UN}retirer/", engagements.retirer, name="retirer_engagement"),
    path(_POINT, engagements.declarer, name="declarer"),
    path(f"{_POINT}viser/", engagements.viser, name="viser"),
    path(f"{_POINT}preuves/<int:fichier>/", engagements.preuve, name="preuve"),
    path(f"{_POINT}preuves/<int:fichier>/retirer/", engagements.retirer_preuve, name="retirer_preuve"),
    path(f"{_AN}mes-engagements/", engagements.mes_engagements, name="mes_engagements"),
    path(f"{_AN}revue/", revue.revue, name="revue"),
    path(f"{_AN}revue/export.<slug:format>", revue.exporter_revue, name="exporter_revue"),
    path(f"{_AN}revue/matrice/", revue.matrice, name="matrice"),
    path(f"{_AN}revue/signataires/", revue.signataires, name="signataires"),
    path(f"{_AN}revue/solliciter/", revue.solliciter, name="solliciter"),
    path(f"{_AN}revue/ouvrir/", revue.ouvrir, name="ouvrir_revue"),
    path(f"{_AN}revue/envoyer/", revue.envoyer, name="envoyer_revue"),
    path(f"{_AN}revue/remarquer/", revue.remarquer, name="remarquer"),
    path(f"{_AN}revue/remarques/<int:pk>/suite/", revue.donner_suite, name="donner_suite"),
    path(f"{_AN}revue/clore/", revue.clore, name="clore_revue"),
    path(f"{_AN}revue/rouvrir/", revue.rouvrir, name="rouvrir_revue"),
]
