"""The life of a report, and how far a reinforced action is."""

from django.db import models

from commun.etats import Transition


class EtatRapport(models.TextChoices):
    EN_PREPARATION = "en_preparation", "En préparation"
    PRET = "pret", "Prêt, à publier"
    PUBLIE = "publie", "Publié"
    RETIRE = "retire", "Retiré"


R = EtatRapport

TRANSITIONS_RAPPORT = {
    "produire": Transition((R.EN_PREPARATION,), R.PRET, "Produire le rapport"),
    "publier": Transition((R.PRET,), R.PUBLIE, "Publier le rapport"),
    "retirer": Transition((R.PRET, R.PUBLIE), R.RETIRE, "Retirer le rapport"),
}


class TypeRapport(models.TextChoices):
    SYNTHESE = "synthese", "Synthèse annuelle du COPIL"
    MOYENS = "moyens", "Tableau des moyens"
    CATALOGUE = "catalogue", "Catalogue des actions"


# The schema of the first catalogues, whose PDF prints telephones and addresses that were given for requests only.
PREMIER_CATALOGUE = 1


class EtatActionRenforcee(models.TextChoices):
    A_LANCER = "a_lancer", "À lancer"
    EN_COURS = "en_cours", "En cours"
    EN_DIFFICULTE = "en_difficulte", "En difficulté"
    ACHEVEE = "achevee", "Achevée"
