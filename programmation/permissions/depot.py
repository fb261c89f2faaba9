"""Who begins, writes, deposits, corrects and gives up a request: its porteur, and the team in its place."""

from __future__ import annotations

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.etats import Role
from contrats.models import Contrat
from contrats.permissions import roles

from ..etats import DOSSIER_EN_COURS, EtatCampagne, EtatDossier
from ..models import Campagne, DemandeDeComplement, Dossier, NatureDossier
from ..regles.champs import TOUS_LES_NOMS, noms_ouverts
from .acces import tient
from .organisme import agit_ici

_ETATS_RENONCABLES = (*DOSSIER_EN_COURS, EtatDossier.BROUILLON, EtatDossier.AJOURNE)


def est_son_porteur(auteur: Auteur, dossier: Dossier) -> bool:
    """True when the author acts for the organisation that asks."""
    return dossier.porteur_id in roles(auteur, dossier.contrat).organismes_porteurs


def peut_saisir(auteur: Auteur, contrat: Contrat) -> Reponse:
    """Whoever may begin some request of this contract; for whom, `peut_commencer` tells."""
    tenus = roles(auteur, contrat)
    if tenus.pilote or tenus.organismes_porteurs:
        return OUI
    return non("Seuls les porteurs et les chefs de projet déposent des demandes.")


def peut_commencer(auteur: Auteur, campagne: Campagne, porteur: Organisme) -> Reponse:
    """A porteur for itself once the campaign is open; the team for anyone, and to try the form before."""
    tenus = roles(auteur, campagne.contrat)
    if tenus.pilote:
        if campagne.etat == EtatCampagne.PREPARATION:
            return non("La campagne est encore en préparation : mettez-la à l’essai pour ouvrir le formulaire.")
        if not agit_ici(campagne.contrat, porteur):
            return non(
                "Cet organisme n’agit que dans un autre contrat : invitez-le d’abord, ou demandez-lui de s’inscrire."
            )
        return OUI
    if porteur.pk not in tenus.organismes_porteurs:
        return non("Vous ne déposez que pour votre organisme.")
    if campagne.etat in (EtatCampagne.PREPARATION, EtatCampagne.ESSAI):
        return non("L’appel à projets n’est pas encore ouvert.")
    return OUI


def peut_ecrire(auteur: Auteur, dossier: Dossier) -> Reponse:
    """A draft by whoever began it or its porteur; then what a correction request names, by the porteur alone."""
    if dossier.nature == NatureDossier.TRANCHE_CPO:
        return non("L’action d’une convention pluriannuelle vient de sa convention, sans nouvelle demande (C-03).")
    if dossier.etat == EtatDossier.BROUILLON:
        if est_son_porteur(auteur, dossier) or _l_equipe_l_a_commence(auteur, dossier):
            return OUI
        return non("Ce brouillon est celui de son porteur.")
    if not est_son_porteur(auteur, dossier):
        return non("Seul le porteur complète sa demande.")
    if complement_ouvert(dossier) is None:
        return non("La demande est déposée : elle ne se modifie que si l’équipe demande un complément.")
    return OUI


def noms_modifiables(auteur: Auteur, dossier: Dossier) -> frozenset[str]:
    """The form's fields that this author may write now; empty when it may write none."""
    if not peut_ecrire(auteur, dossier):
        return frozenset()
    if dossier.etat == EtatDossier.BROUILLON:
        return TOUS_LES_NOMS
    complement = complement_ouvert(dossier)
    return noms_ouverts(complement.champs) if complement else frozenset()


def peut_corriger(auteur: Auteur, dossier: Dossier) -> Reponse:
    """The team corrects a deposited request until the COPIL; what the porteur had written stays readable."""
    if not tient(auteur, dossier, Role.CHEF_DE_PROJET):
        return non("Seul un chef de projet du contrat corrige une demande à la place de son porteur.")
    if dossier.nature == NatureDossier.TRANCHE_CPO:
        return non("L’action d’une convention pluriannuelle vient de sa convention, sans nouvelle demande (C-03).")
    if dossier.etat not in DOSSIER_EN_COURS:
        return non("Une demande se corrige entre son dépôt et la décision du COPIL.")
    return OUI


def peut_deposer(auteur: Auteur, dossier: Dossier) -> Reponse:
    """Whoever writes the draft deposits it; a trial is never deposited."""
    if not dossier.transition_possible("deposer"):
        return non("Cette demande est déjà déposée.")
    ecrire = peut_ecrire(auteur, dossier)
    if ecrire and dossier.essai:
        return non("Un essai ne se dépose pas : il disparaît à l’ouverture de la campagne.")
    return ecrire


def peut_repondre(auteur: Auteur, dossier: Dossier) -> Reponse:
    """The porteur, while a correction request is open."""
    if not est_son_porteur(auteur, dossier):
        return non("Seul le porteur répond à une demande de complément.")
    if complement_ouvert(dossier) is None or not dossier.transition_possible("repondre"):
        return non("Aucun complément n’est demandé sur ce dossier.")
    return OUI


def peut_renoncer(auteur: Auteur, dossier: Dossier) -> Reponse:
    """The porteur gives its own request up, as long as no decision was taken; the team drops the drafts it began."""
    if dossier.etat not in _ETATS_RENONCABLES:
        return non("Une décision est prise : écrivez au chef de projet pour renoncer à l’action.")
    if est_son_porteur(auteur, dossier):
        return OUI
    if dossier.etat == EtatDossier.BROUILLON and _l_equipe_l_a_commence(auteur, dossier):
        return OUI
    return non("Seul le porteur renonce à sa demande.")


def complement_ouvert(dossier: Dossier) -> DemandeDeComplement | None:
    """The correction request that awaits an answer; asked once per copy of the file."""
    if "_complement_ouvert" not in dossier.__dict__:
        ouverts = dossier.complements.ouvertes()
        dossier.__dict__["_complement_ouvert"] = ouverts.first() if dossier.etat == EtatDossier.INCOMPLET else None
    complement: DemandeDeComplement | None = dossier.__dict__["_complement_ouvert"]
    return complement


def _l_equipe_l_a_commence(auteur: Auteur, dossier: Dossier) -> bool:
    return dossier.saisi_par_organisme_id is not None and roles(auteur, dossier.contrat).pilote
