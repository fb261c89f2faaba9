"""States and closed lists of the contract: roles, commitments, communal documents, meetings, reviews."""

from django.db import models

from commun.etats import Transition


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


class EtatReponse(models.TextChoices):
    """Whether a signatory was called on for a year's statement, and answered; computed, never typed."""

    A_SOLLICITER = "a_solliciter", "Pas encore sollicité"
    SOLLICITE = "sollicite", "Sollicité"
    EN_RETARD = "en_retard", "Sans réponse à 6 mois"
    REPONDU = "repondu", "Répondu"


class EtatDocument(models.TextChoices):
    """The life of a communal document: written, voted by the commune, annexed to the contract, taken up again."""

    REDIGE = "redige", "En rédaction"
    ADOPTE = "adopte", "Adopté par la commune"
    ANNEXE = "annexe", "Annexé au contrat"
    REVISE = "revise", "En révision"


TRANSITIONS_DOCUMENT = {
    "adopter": Transition((EtatDocument.REDIGE, EtatDocument.REVISE), EtatDocument.ADOPTE, "Adopter par la commune"),
    "annexer": Transition((EtatDocument.ADOPTE,), EtatDocument.ANNEXE, "Annexer au contrat"),
    "reviser": Transition((EtatDocument.ADOPTE, EtatDocument.ANNEXE), EtatDocument.REVISE, "Ouvrir une révision"),
}


class StatutAction(models.TextChoices):
    """Where an action of the plan stands, whoever pays for it."""

    EXISTANTE = "existante", "Existante"
    A_AMELIORER = "a_ameliorer", "À améliorer"
    A_METTRE_EN_PLACE = "a_mettre_en_place", "À mettre en place"
    A_VERIFIER = "a_verifier", "À vérifier"


class EtatRevue(models.TextChoices):
    """The yearly review of commitments."""

    PREPARATION = "preparation", "En préparation"
    ENVOYEE = "envoyee", "Envoyée aux signataires"
    CLOSE = "close", "Close"


TRANSITIONS_REVUE = {
    "envoyer": Transition((EtatRevue.PREPARATION,), EtatRevue.ENVOYEE, "Envoyer aux signataires"),
    "clore": Transition((EtatRevue.ENVOYEE,), EtatRevue.CLOSE, "Clore la revue"),
    "rouvrir": Transition((EtatRevue.CLOSE,), EtatRevue.ENVOYEE, "Rouvrir la revue"),
}


class EtatReunion(models.TextChoices):
    """The life of a meeting."""

    PREVUE = "prevue", "Prévue"
    CONVOQUEE = "convoquee", "Convoquée"
    TENUE = "tenue", "Tenue"
    RENDUE = "rendue", "Compte rendu envoyé"
    ANNULEE = "annulee", "Annulée"


# The meeting took place.
REUNION_TENUE = (EtatReunion.TENUE, EtatReunion.RENDUE)
# The meeting is still to come.
REUNION_A_VENIR = (EtatReunion.PREVUE, EtatReunion.CONVOQUEE)

TRANSITIONS_REUNION = {
    "convoquer": Transition((EtatReunion.PREVUE,), EtatReunion.CONVOQUEE, "Envoyer les convocations"),
    "tenir": Transition((EtatReunion.PREVUE, EtatReunion.CONVOQUEE), EtatReunion.TENUE, "Clore la séance"),
    "rendre_compte": Transition((EtatReunion.TENUE,), EtatReunion.RENDUE, "Envoyer le compte rendu"),
    "annuler": Transition((EtatReunion.PREVUE, EtatReunion.CONVOQUEE), EtatReunion.ANNULEE, "Annuler la réunion"),
}


class EtatEscalade(models.TextChoices):
    """How far a note on missing ordinary means has gone."""

    BROUILLON = "brouillon", "Brouillon"
    AU_COTECH = "au_cotech", "Portée au COTECH"
    AU_COPIL = "au_copil", "Portée au COPIL"
    TRAITEE = "traitee", "Traitée"


TRANSITIONS_ESCALADE = {
    "porter_au_cotech": Transition((EtatEscalade.BROUILLON,), EtatEscalade.AU_COTECH, "Porter au COTECH"),
    "porter_au_copil": Transition((EtatEscalade.AU_COTECH,), EtatEscalade.AU_COPIL, "Porter au COPIL"),
    "traiter": Transition((EtatEscalade.AU_COTECH, EtatEscalade.AU_COPIL), EtatEscalade.TRAITEE, "Donner une suite"),
}


class EtatInscription(models.TextChoices):
    """A porteur's request to join a contract."""

    A_CONFIRMER = "a_confirmer", "Adresse à confirmer"
    A_VERIFIER = "a_verifier", "À vérifier par l’équipe"
    ACCEPTEE = "acceptee", "Acceptée"
    REFUSEE = "refusee", "Refusée"


TRANSITIONS_INSCRIPTION = {
    "confirmer": Transition((EtatInscription.A_CONFIRMER,), EtatInscription.A_VERIFIER, "Confirmer l’adresse"),
    "accepter": Transition((EtatInscription.A_VERIFIER,), EtatInscription.ACCEPTEE, "Accepter l’inscription"),
    "refuser": Transition((EtatInscription.A_VERIFIER,), EtatInscription.REFUSEE, "Refuser l’inscription"),
}


class EvenementSortant(models.TextChoices):
    """What the information systems of the partners can be told of."""

    POINT_VU = "point_avancement.vu", "Point d’avancement vu, ou à compléter, par le chef de projet"
    RAPPORT_PUBLIE = "rapport.publie", "Rapport publié"


class StatutMoyen(models.TextChoices):
    """What a partner says of its means in one box of the table; nothing said is shown « non communiqué », never 0."""

    COMMUNIQUE = "communique", "Communiqué"
    NON_COMMUNIQUE = "non_communique", "Non communiqué"
    SANS_OBJET = "sans_objet", "Sans objet"
