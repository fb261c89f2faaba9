"""Where requests are deposited, and what is entered again in other téléservices."""

from django.urls import path

from ..views import reports

urlpatterns = [
    path("<int:annee>/reports/", reports.reports, name="reports"),
    path("<int:annee>/reports/export.<str:format>", reports.exporter_reports, name="reports_export"),
    path("<int:annee>/reports/noter/", reports.noter, name="noter_reports"),
    path("<int:annee>/reports/<int:pk>/annuler/", reports.annuler, name="annuler_report"),
    path("<int:annee>/canaux/", reports.canaux, name="canaux"),
]
