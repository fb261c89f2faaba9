"""Closed lists of the contract: roles, declared states of a commitment, kinds of targets."""

from django.db import models


class Role(models.TextChoices):
    """What a person does in a contract, for the organisation of its habilitation (docs/glossaire.md)."""

    CHEF_DE_PROJET = "chef_de_projet", "Chef de projet"
    INSTRUCTEUR = "instructeur", "Instructeur d’un cofinanceur"
    DECIDEUR = "decideur", "Décideur d’un cofinanceur"
    DELEGUE_PREFET = "delegue_prefet", "Délégué du préfet"
    SIGNATAIRE = "signataire", "Signataire (engagements)"
    PORTEUR = "porteur", "Porteur de projets"
    BAILLEUR = "bailleur", "Bailleur social"
    JURIDIQUE = "juridique", "Juridique"
    FINANCES = "finances", "Finances"
    MEMBRE_COPIL = "membre_copil", "Membre du COPIL"
    CONSEIL_CITOYEN = "conseil_citoyen", "Conseil citoyen"


class EtatEngagement(models.TextChoices):
    """The seven states that a signatory declares each year (E-01)."""

    NON_COMMENCE = "non_commence", "Non commencé"
    EN_COURS = "en_cours", "En cours"
    TENU = "tenu", "Tenu"
    PARTIELLEMENT_TENU = "partiellement_tenu", "Partiellement tenu"
    NON_TENU = "non_tenu", "Non tenu"
    ABANDONNE = "abandonne", "Abandonné"
    SANS_INFORMATION = "sans_information", "Sans information"


class TypeCible(models.TextChoices):
    """The kinds of targets seen in real contracts (regles 5.3), interval and delay included."""

    NOMBRE = "nombre", "Nombre à atteindre"
    INCREMENT = "increment", "Augmentation en nombre"
    CROISSANCE = "croissance", "Évolution en %"
    PART = "part", "Part d’un public"
    COUVERTURE = "couverture", "Couverture des QPV"
    PLAFOND = "plafond", "Plafond à ne pas dépasser"
    PLANCHER = "plancher", "Minimum à garantir"
    FLUX_ANNUEL = "flux_annuel", "Nombre par an"
    FLUX_PLURIANNUEL = "flux_pluriannuel", "Nombre sur plusieurs années"
    COMPARAISON = "comparaison", "Comparaison avec la population générale"
    JALON = "jalon", "Étape franchie ou non"
    DIRECTION = "direction", "Sens d’évolution seul"
    INDICATEUR = "indicateur", "Indicateur suivi, sans cible"
    INTERVALLE = "intervalle", "Intervalle"
    DELAI = "delai", "Délai"


class EtatVisa(models.TextChoices):
    """What the chef de projet says of a signatory's yearly statement, without touching it."""

    NON_VU = "non_vu", "Non vu"
    VU = "vu", "Vu"
    A_COMPLETER = "a_completer", "À compléter"
