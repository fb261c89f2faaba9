"""The envelopes of a year."""

from django.urls import path

from ..views import enveloppes

urlpatterns = [
    path("<int:annee>/enveloppes/", enveloppes.voir, name="enveloppes"),
    path("<int:annee>/enveloppes/export.<str:format>", enveloppes.exporter_enveloppes, name="exporter_enveloppes"),
    path("<int:annee>/enveloppes/ouvrir/", enveloppes.ouvrir, name="ouvrir_enveloppe"),
    path("<int:annee>/enveloppes/reconduire/", enveloppes.reconduire, name="reconduire_enveloppes"),
    path("<int:annee>/enveloppes/<int:pk>/", enveloppes.enveloppe, name="enveloppe"),
    path("<int:annee>/enveloppes/<int:pk>/lettre/", enveloppes.lettre, name="lettre_enveloppe"),
    path("<int:annee>/enveloppes/<int:pk>/notifier/", enveloppes.notifier, name="notifier_enveloppe"),
    path("<int:annee>/enveloppes/<int:pk>/revenir/", enveloppes.revenir, name="revenir_enveloppe"),
    path("<int:annee>/enveloppes/<int:pk>/mouvement/", enveloppes.mouvementer, name="mouvement"),
    path("<int:annee>/enveloppes/<int:pk>/redeployer/", enveloppes.redeployer, name="redeployer"),
    path("<int:annee>/enveloppes/<int:pk>/depassement/", enveloppes.depasser, name="depassement"),
]
