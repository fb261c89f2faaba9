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
    "reprendre_l_examen": Transition((E.IRRECEVABLE, E.RETIRE), E.DEPOSE, "Reprendre l’examen"),
    "retirer": Transition(
        (E.BROUILLON, E.DEPOSE, E.INCOMPLET, E.COMPLET, E.RECEVABLE, E.EN_INSTRUCTION, E.AJOURNE),
        E.RETIRE,
        "Retirer le dossier",
    ),
}

# Funders propose on their rows: a programmed file may have rows that the COPIL has not seen yet.
DOSSIER_OUVERT_AUX_PROPOSITIONS = (E.EN_INSTRUCTION, E.PROGRAMME)

# A proposal on such a file is on the COPIL's table: to validate, to take up again, or to add to what it validated.
DOSSIER_A_LA_TABLE_DU_COPIL = (E.EN_INSTRUCTION, E.AJOURNE, E.PROGRAMME)

# What the COPIL said of a file: its porteur learns it from a funder's notification, not before (docs/regles.md).
DOSSIER_DU_COPIL = (E.PROGRAMME, E.AJOURNE)

# States in which the funders work on a file together.
DOSSIER_EN_COURS = (E.DEPOSE, E.INCOMPLET, E.COMPLET, E.RECEVABLE, E.EN_INSTRUCTION)

# States in which nobody examines a file any more: what was put off there will not be examined again.
DOSSIER_SANS_EXAMEN = (E.IRRECEVABLE, E.CLOS, E.RETIRE)


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
    "reprendre_la_proposition": Transition((D.AJOURNEE,), D.PROPOSEE, "Reprendre l’instruction, avec sa proposition"),
    "notifier": Transition((D.VOTEE,), D.NOTIFIEE, "Notifier"),
    "notifier_refus": Transition((D.REFUSEE,), D.REFUSEE, "Notifier le refus"),
    "conventionner": Transition((D.NOTIFIEE,), D.CONVENTIONNEE, "Conventionner"),
    "verser_avance": Transition((D.NOTIFIEE, D.CONVENTIONNEE), D.AVANCE_VERSEE, "Verser l’avance"),
    "solder": Transition((D.NOTIFIEE, D.CONVENTIONNEE, D.AVANCE_VERSEE), D.SOLDEE, "Solder"),
    "annuler": Transition((D.DEMANDEE, D.PROPOSEE, D.PROGRAMMEE, D.VOTEE, D.AJOURNEE), D.ANNULEE, "Annuler"),
}

# A meeting has yet to say something of the row: it may still be proposed, programmed, refused or put off.
DEMANDE_OUVERTE = (D.DEMANDEE, D.PROPOSEE)
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


class EtatEnveloppe(models.TextChoices):
    """Whether a funder has said in writing what it gives."""

    ATTENDUE = "attendue", "Attendue"
    NOTIFIEE = "notifiee", "Notifiée"


TRANSITIONS_ENVELOPPE = {
    "notifier": Transition((EtatEnveloppe.ATTENDUE,), EtatEnveloppe.NOTIFIEE, "Enregistrer la notification"),
    "revenir": Transition((EtatEnveloppe.NOTIFIEE,), EtatEnveloppe.ATTENDUE, "Revenir sur la notification"),
}


class EtatScenario(models.TextChoices):
    """The life of a what-if programming: tried alone, shown to the co-funders, proposed."""

    BROUILLON = "brouillon", "Brouillon"
    PARTAGE = "partage", "Partagé"
    PROMU = "promu", "Proposé"
    ARCHIVE = "archive", "Archivé"


_S = EtatScenario

TRANSITIONS_SCENARIO = {
    "partager": Transition((_S.BROUILLON,), _S.PARTAGE, "Partager avec les cofinanceurs"),
    "reprendre": Transition((_S.PARTAGE, _S.ARCHIVE), _S.BROUILLON, "Revenir au brouillon"),
    "promouvoir": Transition((_S.PARTAGE, _S.PROMU), _S.PROMU, "Proposer ces montants"),
    "archiver": Transition((_S.BROUILLON, _S.PARTAGE, _S.PROMU), _S.ARCHIVE, "Archiver"),
    # What was proposed once stays so (`Scenario.promu_le`): it comes back from the archives as it went there.
    "ressortir": Transition((_S.ARCHIVE,), _S.PROMU, "Sortir des archives"),
}

# A scenario whose amounts may still be typed; those that the co-funders read.
SCENARIO_MODIFIABLE = (_S.BROUILLON, _S.PARTAGE)
SCENARIO_VU_DES_COFINANCEURS = (_S.PARTAGE, _S.PROMU)
# Where a scenario whose amounts were proposed once may be.
SCENARIO_PROMU_UN_JOUR = (_S.PROMU, _S.ARCHIVE)


class EtatExamen(models.TextChoices):
    """What a meeting says of a file on its list."""

    A_EXAMINER = "a_examiner", "À examiner"
    RETENU = "retenu", "Retenu"
    A_ARBITRER = "a_arbitrer", "À arbitrer"
    AJOURNE = "ajourne", "Ajourné"
    ECARTE = "ecarte", "Écarté"


_X = EtatExamen
_EXAMINE = (_X.RETENU, _X.A_ARBITRER, _X.AJOURNE, _X.ECARTE)

TRANSITIONS_EXAMEN = {
    "retenir": Transition(tuple(_X), _X.RETENU, "Retenir"),
    "soumettre": Transition(tuple(_X), _X.A_ARBITRER, "Laisser à arbitrer"),
    "ajourner": Transition(tuple(_X), _X.AJOURNE, "Ajourner"),
    "ecarter": Transition(tuple(_X), _X.ECARTE, "Écarter"),
    "rouvrir": Transition(_EXAMINE, _X.A_EXAMINER, "Reprendre l’examen"),
}

# What is applied to the files themselves once a meeting that validates has said it.
EXAMEN_APPLICABLE = (_X.RETENU, _X.AJOURNE, _X.ECARTE)


class GenreCourrier(models.TextChoices):
    """What a letter tells the porteur; one that grants something tells what is refused beside it."""

    OCTROI = "octroi", "Attribution"
    REFUS = "refus", "Refus"
    AJOURNEMENT = "ajournement", "Ajournement"


class EtatCourrier(models.TextChoices):
    """The life of a funder's letter to a porteur."""

    A_RELIRE = "a_relire", "À relire"
    PRET = "pret", "Prêt à l’envoi"
    ENVOYE = "envoye", "Envoyé"
    ANNULE = "annule", "Annulé"


TRANSITIONS_COURRIER = {
    "corriger": Transition((EtatCourrier.A_RELIRE, EtatCourrier.PRET), EtatCourrier.A_RELIRE, "Corriger le courrier"),
    "valider": Transition((EtatCourrier.A_RELIRE,), EtatCourrier.PRET, "Marquer le courrier prêt"),
    "relire": Transition((EtatCourrier.PRET,), EtatCourrier.A_RELIRE, "Remettre le courrier à relire"),
    "reecrire": Transition((EtatCourrier.A_RELIRE, EtatCourrier.PRET), EtatCourrier.A_RELIRE, "Réécrire le courrier"),
    "envoyer": Transition((EtatCourrier.PRET,), EtatCourrier.ENVOYE, "Envoyer le courrier"),
    "annuler": Transition((EtatCourrier.A_RELIRE, EtatCourrier.PRET), EtatCourrier.ANNULE, "Annuler le courrier"),
}


class EtatAccompagnement(models.TextChoices):
    """What becomes of the support offered to an association."""

    PROPOSE = "propose", "Proposé"
    ACCEPTE = "accepte", "Accepté"
    DECLINE = "decline", "Décliné"
    REALISE = "realise", "Réalisé"


TRANSITIONS_ACCOMPAGNEMENT = {
    "accepter": Transition(
        (EtatAccompagnement.PROPOSE, EtatAccompagnement.DECLINE), EtatAccompagnement.ACCEPTE, "Accepter l’appui"
    ),
    "decliner": Transition(
        (EtatAccompagnement.PROPOSE, EtatAccompagnement.ACCEPTE), EtatAccompagnement.DECLINE, "Décliner l’appui"
    ),
    "realiser": Transition((EtatAccompagnement.ACCEPTE,), EtatAccompagnement.REALISE, "Noter l’appui réalisé"),
}


class EtatBesoin(models.TextChoices):
    """From a need that partners see to the file that answers it (FPC, AMI)."""

    SIGNALE = "signale", "Signalé"
    OPPORTUNITE = "defini", "Opportunité définie"
    PORTEUR_TROUVE = "porteur_trouve", "Porteur trouvé"
    FINANCE = "finance", "Financements réunis"
    DOSSIER = "en_dossier", "Devenu un dossier"
    ABANDONNE = "abandonne", "Abandonné"


_B = EtatBesoin

TRANSITIONS_BESOIN = {
    "definir": Transition((_B.SIGNALE,), _B.OPPORTUNITE, "Définir l’opportunité"),
    "trouver_porteur": Transition((_B.OPPORTUNITE,), _B.PORTEUR_TROUVE, "Nommer le porteur"),
    "reunir": Transition((_B.PORTEUR_TROUVE,), _B.FINANCE, "Les financements sont réunis"),
    "devenir_dossier": Transition((_B.FINANCE,), _B.DOSSIER, "En faire un dossier"),
    "revenir_au_constat": Transition((_B.OPPORTUNITE,), _B.SIGNALE, "Revenir au constat"),
    "chercher_un_autre": Transition((_B.PORTEUR_TROUVE, _B.FINANCE), _B.OPPORTUNITE, "Chercher un autre porteur"),
    "rouvrir_financement": Transition((_B.FINANCE,), _B.PORTEUR_TROUVE, "Rouvrir la recherche de financements"),
    "abandonner": Transition(
        (_B.SIGNALE, _B.OPPORTUNITE, _B.PORTEUR_TROUVE, _B.FINANCE), _B.ABANDONNE, "Abandonner ce besoin"
    ),
    "reprendre": Transition((_B.ABANDONNE,), _B.SIGNALE, "Reprendre ce besoin"),
    "rouvrir": Transition((_B.DOSSIER,), _B.FINANCE, "Rouvrir ce besoin"),
}

# States in which the opportunity is written, and those in which somebody carries it.
BESOIN_AVEC_PORTEUR = (_B.PORTEUR_TROUVE, _B.FINANCE, _B.DOSSIER)
BESOIN_AVEC_OPPORTUNITE = (_B.OPPORTUNITE, *BESOIN_AVEC_PORTEUR)
BESOIN_EN_COURS = (_B.SIGNALE, _B.OPPORTUNITE, _B.PORTEUR_TROUVE, _B.FINANCE)
# States of the file of a need in which nobody answers it, and those after which it may look for an answer again.
DOSSIER_SANS_SUITE = (EtatDossier.RETIRE, EtatDossier.IRRECEVABLE)
DOSSIER_QUI_LIBERE = (*DOSSIER_SANS_SUITE, EtatDossier.CLOS)


class EtatCandidature(models.TextChoices):
    """What becomes of a porteur's answer to a published call (AMI)."""

    DEPOSEE = "deposee", "Déposée"
    RETENUE = "retenue", "Retenue"
    NON_RETENUE = "non_retenue", "Non retenue"
    RETIREE = "retiree", "Retirée"


_K = EtatCandidature

TRANSITIONS_CANDIDATURE = {
    "retenir": Transition((_K.DEPOSEE, _K.NON_RETENUE), _K.RETENUE, "Retenir la candidature"),
    "ecarter": Transition((_K.DEPOSEE, _K.RETENUE), _K.NON_RETENUE, "Ne pas retenir la candidature"),
    "retirer": Transition((_K.DEPOSEE,), _K.RETIREE, "Retirer la candidature"),
    "deposer": Transition((_K.RETIREE, _K.NON_RETENUE), _K.DEPOSEE, "Déposer de nouveau"),
}
