"""The session of a meeting: its list, one file at a time, its screen, its record."""

from django.urls import path

from ..views import seance_directe, seances

_SEANCE = "seances/<int:pk>/"
_EXAMEN = _SEANCE + "dossiers/<int:examen>/"

urlpatterns = [
    path("<int:annee>/programmation/seance/", seances.mettre_en_seance, name="mettre_en_seance"),
    path(_SEANCE, seances.voir, name="seance"),
    path(_SEANCE + "inscrire/", seances.inscrire, name="inscrire_en_seance"),
    path(_SEANCE + "ordonner/", seances.ordonner, name="ordonner_la_seance"),
    path(_SEANCE + "retenir-en-bloc/", seances.retenir_en_bloc, name="retenir_en_bloc"),
    path(_SEANCE + "appliquer/", seances.appliquer_les_decisions, name="appliquer_la_seance"),
    path(_SEANCE + "travaux/<uuid:travail>/", seances.suivre, name="travail_de_seance"),
    path(_SEANCE + "aller/", seance_directe.aller_a, name="aller_a"),
    path(_SEANCE + "projection/", seance_directe.projeter, name="projection"),
    path(_SEANCE + "releve/", seances.produire_releve, name="produire_releve"),
    path(_SEANCE + "releve/<int:version>.pdf", seances.releve, name="releve"),
    path(_SEANCE + "releve/<int:version>/publier/", seances.publier_releve, name="publier_releve"),
    path(_EXAMEN, seance_directe.examiner, name="examiner"),
    path(_EXAMEN + "noter/", seance_directe.noter, name="noter_examen"),
    path(_EXAMEN + "rouvrir/", seance_directe.rouvrir, name="rouvrir_examen"),
    path(_EXAMEN + "montrer/", seance_directe.montrer, name="montrer_examen"),
    path(_EXAMEN + "deplacer/", seances.deplacer, name="deplacer_examen"),
    path(_EXAMEN + "retirer/", seances.retirer, name="retirer_examen"),
]
