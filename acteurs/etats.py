"""Closed lists of the actors: what a key of the API may do."""

from django.db import models


class PorteeApi(models.TextChoices):
    """What a key may be used for; within that, it may do no more than its organisation's people."""

    CONTRATS_LIRE = "contrats:lire", "Lire le contrat : orientations, signataires, organismes"
    CONTRATS_ECRIRE = "contrats:ecrire", "Tenir à jour le contrat : orientations, signataires, dates"
    PERIMETRES_LIRE = "perimetres:lire", "Lire les périmètres et leurs contours"
    PERIMETRES_ECRIRE = "perimetres:ecrire", "Tenir à jour les périmètres du contrat"
    ENGAGEMENTS_LIRE = "engagements:lire", "Lire les engagements"
    ENGAGEMENTS_ECRIRE = "engagements:ecrire", "Saisir, modifier et retirer des engagements"
    AVANCEMENT_LIRE = "avancement:lire", "Lire les points d’avancement"
    AVANCEMENT_ECRIRE = "avancement:ecrire", "Déclarer l’avancement"
    REUNIONS_LIRE = "reunions:lire", "Lire les comités et les réunions"
    REUNIONS_ECRIRE = "reunions:ecrire", "Tenir à jour les réunions et les suites de leurs décisions"
    RESSOURCES_LIRE = "ressources:lire", "Lire l’annuaire du droit commun"
    RESSOURCES_ECRIRE = "ressources:ecrire", "Tenir à jour les ressources de son organisme"
    MOYENS_LIRE = "moyens:lire", "Lire les moyens que les partenaires annoncent"
    MOYENS_ECRIRE = "moyens:ecrire", "Annoncer les moyens de son organisme"
    PROGRAMMATION_LIRE = "programmation:lire", "Lire les dossiers et les enveloppes"
    INSTRUCTION_LIRE = "instruction:lire", "Lire en entier les demandes adressées à son organisme"
    INSTRUCTION_ECRIRE = "instruction:ecrire", "Donner ses avis, ses propositions et ses décisions sur ces demandes"
