"""Who proposes, decides and notifies on one funder’s row."""

from __future__ import annotations

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from commun.typographie import minuscule
from contrats.etats import Role

from ..etats import DEMANDE_CONSOMME, DOSSIER_OUVERT_AUX_PROPOSITIONS, EtatDemande
from ..models import DemandeFinancement
from .acces import REPRESENTE, pour_le_financeur


def peut_proposer(auteur: Auteur, demande: DemandeFinancement) -> Reponse:
    """The funder itself on its own row; the chef de projet *pour le compte de*."""
    acces = pour_le_financeur(auteur, demande, REPRESENTE)
    if not acces:
        return acces
    if demande.dossier.etat not in DOSSIER_OUVERT_AUX_PROPOSITIONS:
        return non("Les montants se proposent pendant l’instruction du dossier.")
    if not demande.transition_possible("proposer"):
        return non(f"Cette demande est déjà « {minuscule(demande.get_etat_display())} ».")
    return OUI


def peut_reprendre_la_demande(auteur: Auteur, demande: DemandeFinancement) -> Reponse:
    """Whoever may propose on the row takes it up again once put off, as long as its file goes on."""
    acces = pour_le_financeur(auteur, demande, REPRESENTE)
    if not acces:
        return acces
    if not demande.transition_possible("reprendre"):
        return non("Cette demande n’est pas ajournée.")
    if demande.dossier.etat not in DOSSIER_OUVERT_AUX_PROPOSITIONS:
        return non("Le dossier entier est ajourné : reprenez d’abord son instruction.")
    return OUI


def peut_voter(auteur: Auteur, demande: DemandeFinancement) -> Reponse:
    """The funder's decider records its act; the chef de projet *pour le compte de*, with the document it read."""
    acces = pour_le_financeur(auteur, demande, (Role.DECIDEUR,))
    if not acces:
        return acces
    if demande.etat != EtatDemande.PROGRAMMEE:
        return non("L’acte d’un financeur s’enregistre après la validation du COPIL.")
    return OUI


def peut_refuser(auteur: Auteur, demande: DemandeFinancement) -> Reponse:
    """The funder's decider, or the chef de projet *pour le compte de*."""
    acces = pour_le_financeur(auteur, demande, (Role.DECIDEUR,))
    if not acces:
        return acces
    if not demande.transition_possible("refuser"):
        return non(f"Cette demande est déjà « {minuscule(demande.get_etat_display())} ».")
    return OUI


def peut_rectifier(auteur: Auteur, demande: DemandeFinancement) -> Reponse:
    """Undo an act, or a refusal, entered by mistake: who records acts, until the porteur has been told."""
    acces = pour_le_financeur(auteur, demande, (Role.DECIDEUR,))
    if not acces:
        return acces
    if demande.notifie_le is not None:
        return non("Le porteur a été notifié : la décision ne se rectifie plus ici.")
    if demande.etat not in (EtatDemande.VOTEE, EtatDemande.REFUSEE):
        return non("On rectifie un acte ou un refus enregistré.")
    return OUI


def peut_notifier(auteur: Auteur, demande: DemandeFinancement) -> Reponse:
    """Who records the act also tells the porteur."""
    acces = pour_le_financeur(auteur, demande, (Role.DECIDEUR,))
    if not acces:
        return acces
    if demande.etat == EtatDemande.REFUSEE and demande.notifie_le is None:
        return OUI
    if demande.etat != EtatDemande.VOTEE:
        return non("On notifie un montant une fois voté, ou un refus.")
    return OUI


def peut_engager(auteur: Auteur, demande: DemandeFinancement) -> Reponse:
    """Whoever works for the funder keeps its commitment number, once money is programmed."""
    acces = pour_le_financeur(auteur, demande, REPRESENTE)
    if not acces:
        return acces
    if demande.etat not in DEMANDE_CONSOMME:
        return non("Le numéro d’engagement s’inscrit une fois le montant programmé.")
    return OUI
