"""The whole life of a file and of a request to one funder, on one screen (docs/regles.md)."""

from django.db import models

from commun.etats import Transition


class EtatCampagne(models.TextChoices):
    """The life of a yearly call for projects."""

    PREPARATION = "preparation", "En préparation"
    ESSAI = "essai", "À l’essai"
    OUVERTE = "ouverte", "Ouverte"
    CLOSE = "close", "Close"


TRANSITIONS_CAMPAGNE = {
    "essayer": Transition((EtatCampagne.PREPARATION,), EtatCampagne.ESSAI, "Mettre à l’essai"),
    "revenir": Transition(
        (EtatCampagne.ESSAI, EtatCampagne.OUVERTE), EtatCampagne.PREPARATION, "Revenir à la préparation"
    ),
    "ouvrir": Transition((EtatCampagne.PREPARATION, EtatCampagne.ESSAI), EtatCampagne.OUVERTE, "Ouvrir la campagne"),
    "clore": Transition((EtatCampagne.OUVERTE,), EtatCampagne.CLOSE, "Clore la campagne"),
    "rouvrir": Transition((EtatCampagne.CLOSE,), EtatCampagne.OUVERTE, "Rouvrir la campagne"),
}


class EtatIntention(models.TextChoices):
    """What becomes of a project told before any deposit."""

    PROPOSEE = "proposee", "Proposée"
    ENCOURAGEE = "encouragee", "Encouragée à déposer"
    REORIENTEE = "reorientee", "Orientée vers le droit commun"
    DECONSEILLEE = "deconseillee", "Déconseillée"
    DEPOSEE = "deposee", "Devenue un dossier"
    ABANDONNEE = "abandonnee", "Abandonnée"


_I = EtatIntention
_OUVERTES = (_I.PROPOSEE, _I.ENCOURAGEE, _I.REORIENTEE, _I.DECONSEILLEE)

TRANSITIONS_INTENTION = {
    "encourager": Transition((_I.PROPOSEE, _I.REORIENTEE, _I.DECONSEILLEE), _I.ENCOURAGEE, "Encourager à déposer"),
    "reorienter": Transition((_I.PROPOSEE, _I.ENCOURAGEE), _I.REORIENTEE, "Orienter vers le droit commun"),
    "deconseiller": Transition((_I.PROPOSEE, _I.ENCOURAGEE), _I.DECONSEILLEE, "Déconseiller"),
    "devenir_dossier": Transition(_OUVERTES, _I.DEPOSEE, "En faire un dossier"),
    "abandonner": Transition(_OUVERTES, _I.ABANDONNEE, "Abandonner"),
}


class EtatImport(models.TextChoices):
    """The life of an imported spreadsheet: read, shown, then written or dropped."""

    RECU = "recu", "Lecture en cours"
    PRET = "pret", "Prêt à importer"
    FAIT = "fait", "Importé"
    ABANDONNE = "abandonne", "Abandonné"


TRANSITIONS_IMPORT = {
    "lire": Transition((EtatImport.RECU, EtatImport.PRET), EtatImport.PRET, "Lire le fichier"),
    "importer": Transition((EtatImport.PRET,), EtatImport.FAIT, "Importer"),
    "abandonner": Transition((EtatImport.RECU, EtatImport.PRET), EtatImport.ABANDONNE, "Abandonner l’import"),
}


class EtatDossier(models.TextChoices):
    """Where a file stands as a file; what each funder decides is told by its requests."""

    BROUILLON = "brouillon", "Brouillon"
    DEPOSE = "depose", "Déposé"
    INCOMPLET = "incomplet", "Incomplet"
    COMPLET = "complet", "Complet"
    RECEVABLE = "recevable", "Recevable"
    IRRECEVABLE = "irrecevable", "Irrecevable"
    EN_INSTRUCTION = "en_instruction", "En instruction"
    PROGRAMME = "programme", "Programmé"
    AJOURNE = "ajourne", "Ajourné"
    CLOS = "clos", "Clos"
    RETIRE = "retire", "Retiré"


E = EtatDossier

TRANSITIONS_DOSSIER = {
    "deposer": Transition((E.BROUILLON,), E.DEPOSE, "Déposer le dossier"),
    "declarer_incomplet": Transition((E.DEPOSE, E.COMPLET), E.INCOMPLET, "Déclarer le dossier incomplet"),
    "repondre": Transition((E.INCOMPLET,), E.DEPOSE, "Répondre à la demande de complément"),
    "declarer_complet": Transition((E.DEPOSE, E.INCOMPLET), E.COMPLET, "Déclarer le dossier complet"),
    "declarer_recevable": Transition((E.COMPLET,), E.RECEVABLE, "Déclarer le dossier recevable"),
    "declarer_irrecevable": Transition((E.DEPOSE, E.INCOMPLET, E.COMPLET), E.IRRECEVABLE, "Déclarer irrecevable"),
    "ouvrir_instruction": Transition((E.RECEVABLE,), E.EN_INSTRUCTION, "Ouvrir l’instruction"),
    "programmer": Transition((E.EN_INSTRUCTION, E.AJOURNE), E.PROGRAMME, "Valider la programmation (COPIL)"),
    "ajourner": Transition((E.EN_INSTRUCTION,), E.AJOURNE, "Ajourner (COPIL)"),
    "completer_programmation": Transition((E.PROGRAMME,), E.PROGRAMME, "Compléter la programmation (COPIL)"),
    "reprendre": Transition((E.AJOURNE,), E.EN_INSTRUCTION, "Reprendre l’instruction"),
    "deprogrammer": Transition((E.PROGRAMME,), E.EN_INSTRUCTION, "Revenir à l’instruction"),
    "clore": Transition((E.PROGRAMME, E.AJOURNE, E.IRRECEVABLE), E.CLOS, "Clore le dossier"),
    "retirer": Transition(
        (E.BROUILLON, E.DEPOSE, E.INCOMPLET, E.COMPLET, E.RECEVABLE, E.EN_INSTRUCTION, E.AJOURNE),
        E.RETIRE,
        "Retirer le dossier",
    ),
}

# Funders propose on their rows: a programmed file may have rows that the COPIL has not seen yet.
DOSSIER_OUVERT_AUX_PROPOSITIONS = (E.EN_INSTRUCTION, E.PROGRAMME)

# What the COPIL said of a file: its porteur learns it from a funder's notification, not before (docs/regles.md).
DOSSIER_DU_COPIL = (E.PROGRAMME, E.AJOURNE)

# States in which the funders work on a file together.
DOSSIER_EN_COURS = (E.DEPOSE, E.INCOMPLET, E.COMPLET, E.RECEVABLE, E.EN_INSTRUCTION)


class EtatDemande(models.TextChoices):
    """What one funder was asked, what it proposes, what the COPIL validated, what its own act made firm."""

    DEMANDEE = "demandee", "Demandée"
    PROPOSEE = "proposee", "Proposée"
    PROGRAMMEE = "programmee", "Programmée (COPIL)"
    VOTEE = "votee", "Votée"
    REFUSEE = "refusee", "Refusée"
    AJOURNEE = "ajournee", "Ajournée"
    NOTIFIEE = "notifiee", "Notifiée"
    CONVENTIONNEE = "conventionnee", "Conventionnée"
    AVANCE_VERSEE = "avance_versee", "Avance versée"
    SOLDEE = "soldee", "Soldée"
    ANNULEE = "annulee", "Annulée"


D = EtatDemande

TRANSITIONS_DEMANDE = {
    "proposer": Transition((D.DEMANDEE, D.PROPOSEE), D.PROPOSEE, "Proposer un montant"),
    "programmer": Transition((D.PROPOSEE,), D.PROGRAMMEE, "Programmer (COPIL)"),
    "deprogrammer": Transition((D.PROGRAMMEE,), D.PROPOSEE, "Retirer de la programmation"),
    "voter": Transition((D.PROGRAMMEE,), D.VOTEE, "Enregistrer l’acte du financeur"),
    "rectifier": Transition((D.VOTEE,), D.PROGRAMMEE, "Rectifier l’acte enregistré"),
    "revenir_sur_le_refus": Transition((D.REFUSEE,), D.DEMANDEE, "Revenir sur le refus"),
    "refuser": Transition((D.DEMANDEE, D.PROPOSEE, D.PROGRAMMEE), D.REFUSEE, "Refuser"),
    "ajourner": Transition((D.DEMANDEE, D.PROPOSEE), D.AJOURNEE, "Ajourner"),
    "reprendre": Transition((D.AJOURNEE,), D.DEMANDEE, "Reprendre l’instruction"),
    "notifier": Transition((D.VOTEE,), D.NOTIFIEE, "Notifier"),
    "notifier_refus": Transition((D.REFUSEE,), D.REFUSEE, "Notifier le refus"),
    "conventionner": Transition((D.NOTIFIEE,), D.CONVENTIONNEE, "Conventionner"),
    "verser_avance": Transition((D.NOTIFIEE, D.CONVENTIONNEE), D.AVANCE_VERSEE, "Verser l’avance"),
    "solder": Transition((D.NOTIFIEE, D.CONVENTIONNEE, D.AVANCE_VERSEE), D.SOLDEE, "Solder"),
    "annuler": Transition((D.DEMANDEE, D.PROPOSEE, D.PROGRAMMEE, D.VOTEE, D.AJOURNEE), D.ANNULEE, "Annuler"),
}

# The funder's own act stands behind the amount: the money is firm.
DEMANDE_FERME = (D.VOTEE, D.NOTIFIEE, D.CONVENTIONNEE, D.AVANCE_VERSEE, D.SOLDEE)
# The porteur has been told.
DEMANDE_NOTIFIEE = (D.NOTIFIEE, D.CONVENTIONNEE, D.AVANCE_VERSEE, D.SOLDEE)
# The row consumes its envelope.
DEMANDE_CONSOMME = (D.PROGRAMMEE, *DEMANDE_FERME)
# The amount proposed stands: neither refused nor put off since.
DEMANDE_PROPOSE = (D.PROPOSEE, *DEMANDE_CONSOMME)


class QualiteAvis(models.TextChoices):
    """In which quality an opinion is given: the délégué du préfet's stands beside the State's own."""

    ORGANISME = "organisme", "Organisme"
    DELEGUE = "delegue", "Délégué du préfet"
    GROUPE = "groupe", "Groupe thématique"
    CONSEIL = "conseil", "Conseil citoyen"


class SensAvis(models.TextChoices):
    FAVORABLE = "favorable", "Favorable"
    RESERVE = "reserve", "Favorable avec réserve"
    DEFAVORABLE = "defavorable", "Défavorable"
