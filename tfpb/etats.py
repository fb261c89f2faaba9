"""Closed lists of the TFPB programmes (regles 4.2)."""

from django.db import models


class AxeTfpb(models.IntegerChoices):
    """The eight axes of the national framework of use."""

    PRESENCE = 1, "Renforcement de la présence du personnel de proximité"
    FORMATION = 2, "Formation et soutien des personnels de proximité"
    SUR_ENTRETIEN = 3, "Sur-entretien"
    DECHETS = 4, "Gestion des déchets, encombrants et épaves"
    TRANQUILLITE = 5, "Tranquillité résidentielle"
    CONCERTATION = 6, "Concertation et sensibilisation des locataires"
    ANIMATION = 7, "Animation, lien social, vivre ensemble"
    TRAVAUX = 8, "Petits travaux d’amélioration de la qualité de service"


class FamilleTfpb(models.TextChoices):
    DROIT_COMMUN_RENFORCE = "droit_commun_renforce", "Renforcement du droit commun"
    SPECIFIQUE = "specifique", "Action spécifique"
