"""Who reports a need, who leads it to a porteur, who answers a published call."""

from __future__ import annotations

from datetime import date

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.etats import Role
from contrats.models import Contrat
from contrats.permissions import roles

from ..etats import BESOIN_EN_COURS, DOSSIER_QUI_LIBERE, EtatBesoin, EtatCandidature
from ..models import Besoin, Candidature

# Signatories, communes among them, and those who work on the files; a porteur answers needs, it reports none.
SIGNALENT = (Role.CHEF_DE_PROJET, Role.DELEGUE_PREFET, Role.SIGNATAIRE, Role.INSTRUCTEUR, Role.DECIDEUR)
# The contract's team and the délégués du préfet lead the needs together.
ANIMENT = (Role.CHEF_DE_PROJET, Role.DELEGUE_PREFET)


def peut_signaler(auteur: Auteur, contrat: Contrat) -> Reponse:
    """Whoever stands for a signatory or a commune, and the team."""
    tenus = roles(auteur, contrat)
    if tenus.administre or tenus.tient(*SIGNALENT):
        return OUI
    return non("Un besoin est signalé par un signataire, une commune ou l’équipe du contrat.")


def peut_animer_les_besoins(auteur: Auteur, contrat: Contrat) -> Reponse:
    """The team and the délégués du préfet."""
    tenus = roles(auteur, contrat)
    if tenus.administre or tenus.tient(*ANIMENT):
        return OUI
    return non("Seuls les chefs de projet et les délégués du préfet font avancer un besoin.")


def peut_modifier_besoin(auteur: Auteur, besoin: Besoin) -> Reponse:
    """Those who lead it; who reported it, until the opportunity is defined."""
    if besoin.etat not in BESOIN_EN_COURS:
        return non("Ce besoin est devenu un dossier, ou abandonné.")
    if not (siennes := est_de_ses_mains(auteur, besoin)):
        return siennes
    if besoin.etat != EtatBesoin.SIGNALE and not peut_animer_les_besoins(auteur, besoin.contrat):
        return non("L’opportunité est déjà définie : écrivez à l’équipe pour la faire évoluer.")
    return OUI


def est_de_ses_mains(auteur: Auteur, besoin: Besoin) -> Reponse:
    """Those who lead it and those who reported it, whatever has become of it."""
    if peut_animer_les_besoins(auteur, besoin.contrat):
        return OUI
    if roles(auteur, besoin.contrat).tient(*SIGNALENT, organisme_id=besoin.signale_pour_id):
        return OUI
    return non("Seuls son auteur et l’équipe modifient un besoin.")


def peut_faire_avancer_besoin(auteur: Auteur, besoin: Besoin, acte: str) -> Reponse:
    """Each step belongs to those who lead needs; the file is begun by the team alone."""
    if not besoin.transition_possible(acte):
        return non(f"Ce besoin est « {besoin.get_etat_display().lower()} ».")
    if acte == "devenir_dossier" and not roles(auteur, besoin.contrat).pilote:
        return non("Seul un chef de projet commence le dossier.")
    if acte == "rouvrir" and besoin.dossier is not None and besoin.dossier.etat not in DOSSIER_QUI_LIBERE:
        return non("Ce besoin a un dossier en cours.")
    return peut_animer_les_besoins(auteur, besoin.contrat)


def peut_modifier_l_opportunite(auteur: Auteur, besoin: Besoin) -> Reponse:
    """Those who lead needs, from the day it is defined until the need is a file: no state changes."""
    if besoin.etat not in BESOIN_EN_COURS:
        return non("Ce besoin est devenu un dossier, ou abandonné.")
    if besoin.etat == EtatBesoin.SIGNALE:
        return non("L’opportunité n’est pas encore définie.")
    return peut_animer_les_besoins(auteur, besoin.contrat)


def peut_publier(auteur: Auteur, besoin: Besoin) -> Reponse:
    """A call for expressions of interest, once its opportunity is written and while nobody carries it."""
    animer = peut_animer_les_besoins(auteur, besoin.contrat)
    if not animer:
        return animer
    if not besoin.est_un_ami:
        return non("Seul un appel à manifestation d’intérêt se publie : choisissez ce dispositif.")
    if besoin.etat != EtatBesoin.OPPORTUNITE:
        return non("Un appel se publie une fois l’opportunité définie, tant que personne ne la porte.")
    return OUI


def peut_chiffrer(auteur: Auteur, besoin: Besoin) -> Reponse:
    """The leads of funding: those who lead the need, as long as it is not a file."""
    if besoin.etat not in BESOIN_EN_COURS:
        return non("Ce besoin est devenu un dossier, ou abandonné.")
    return peut_animer_les_besoins(auteur, besoin.contrat)


def peut_candidater(auteur: Auteur, besoin: Besoin, le: date) -> Reponse:
    """A porteur, while the call takes answers."""
    if not roles(auteur, besoin.contrat).organismes_porteurs:
        return non("Seul un porteur de projets répond à un appel.")
    if besoin.publie_jusqu_au is None or besoin.etat != EtatBesoin.OPPORTUNITE:
        return non("Cet appel ne reçoit pas de candidatures.")
    if le > besoin.publie_jusqu_au:
        return non("La date limite de cet appel est passée.")
    return OUI


def peut_retirer_candidature(auteur: Auteur, candidature: Candidature) -> Reponse:
    """Its porteur, until it is answered."""
    if candidature.organisme_id not in roles(auteur, candidature.besoin.contrat).organismes_porteurs:
        return non("Seul son auteur retire une candidature.")
    if candidature.etat != EtatCandidature.DEPOSEE:
        return non("Cette candidature a déjà une réponse.")
    return OUI


def peut_trancher(auteur: Auteur, candidature: Candidature, acte: str) -> Reponse:
    """Those who lead needs answer, as long as nobody carries it; nobody judges between its own organisation and others."""
    animer = peut_animer_les_besoins(auteur, candidature.besoin.contrat)
    if not animer:
        return animer
    if candidature.besoin.etat != EtatBesoin.OPPORTUNITE:
        return non("Ce besoin a déjà un porteur, ou il n’en cherche plus.")
    tenus = roles(auteur, candidature.besoin.contrat)
    siens = tenus.organismes_instructeurs | tenus.organismes_porteurs
    if not tenus.pilote_tout and siens & candidature.besoin.candidats:
        return non("Votre organisme a répondu à cet appel : le reste de l’équipe répond aux candidats.")
    if not candidature.transition_possible(acte):
        return non(f"Cette candidature est « {candidature.get_etat_display().lower()} ».")
    return OUI
