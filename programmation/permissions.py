"""Who may do what to a file, to its requests and to the envelopes: each answer comes with its reason."""

from __future__ import annotations

from commun.auteur import Auteur
from commun.permissions import OUI, Reponse, non
from contrats.etats import Role
from contrats.models import Contrat
from contrats.permissions import roles

from .etats import DOSSIER_EN_COURS, DOSSIER_OUVERT_AUX_PROPOSITIONS, EtatDemande
from .models import DemandeFinancement, Dossier

_REPRESENTE = (Role.INSTRUCTEUR, Role.DECIDEUR)
_DONNENT_UN_AVIS = (Role.CHEF_DE_PROJET, Role.INSTRUCTEUR, Role.DECIDEUR, Role.DELEGUE_PREFET)


def instruit(auteur: Auteur, dossier: Dossier) -> bool:
    """True when the author works on this file before the decision, and so reads its opinions and its journal."""
    return Dossier.objects.instruits_par(auteur, dossier.contrat).filter(pk=dossier.pk).exists()


def peut_instruire(auteur: Auteur, dossier: Dossier) -> Reponse:
    """Form, admissibility, opening of the instruction: the team of the contract."""
    if _tient(auteur, dossier, Role.CHEF_DE_PROJET):
        return OUI
    return non("Seul un chef de projet du contrat fait avancer le dossier.")


def peut_donner_avis(auteur: Auteur, dossier: Dossier) -> Reponse:
    """The team, the co-funders that are asked, the délégué du préfet: an opinion decides nothing.

    In another organisation's place, the chef de projet alone.
    """
    if not instruit(auteur, dossier) or not _tient(auteur, dossier, *_DONNENT_UN_AVIS):
        return non("Votre rôle ne donne pas d’avis sur ce dossier.")
    if auteur.pour_le_compte_de is not None and not _tient(auteur, dossier, Role.CHEF_DE_PROJET):
        return non("Seul un chef de projet écrit l’avis d’un autre organisme.")
    if dossier.etat not in DOSSIER_EN_COURS:
        return non("Les avis se donnent avant la décision du COPIL.")
    return OUI


def peut_proposer(auteur: Auteur, demande: DemandeFinancement) -> Reponse:
    """The funder itself on its own row; the chef de projet *pour le compte de*."""
    acces = _pour_le_financeur(auteur, demande, _REPRESENTE)
    if not acces:
        return acces
    if demande.dossier.etat not in DOSSIER_OUVERT_AUX_PROPOSITIONS:
        return non("Les montants se proposent pendant l’instruction du dossier.")
    if not demande.transition_possible("proposer"):
        return non(f"Cette demande est déjà « {demande.get_etat_display().lower()} ».")
    return OUI


def peut_programmer(auteur: Auteur, contrat: Contrat) -> Reponse:
    """The chef de projet records what the COPIL validated; each file is then asked for itself."""
    if roles(auteur, contrat).pilote:
        return OUI
    return non("Seul un chef de projet enregistre la validation du COPIL.")


def peut_programmer_dossier(auteur: Auteur, dossier: Dossier) -> Reponse:
    """The chef de projet of the file's places and orientation."""
    if _tient(auteur, dossier, Role.CHEF_DE_PROJET):
        return OUI
    return non("Seul un chef de projet enregistre la validation du COPIL.")


def peut_voter(auteur: Auteur, demande: DemandeFinancement) -> Reponse:
    """The funder's decider records its act; the chef de projet *pour le compte de*, with the document it read."""
    acces = _pour_le_financeur(auteur, demande, (Role.DECIDEUR,))
    if not acces:
        return acces
    if demande.etat != EtatDemande.PROGRAMMEE:
        return non("L’acte d’un financeur s’enregistre après la validation du COPIL.")
    return OUI


def peut_refuser(auteur: Auteur, demande: DemandeFinancement) -> Reponse:
    """The funder's decider, or the chef de projet *pour le compte de*."""
    acces = _pour_le_financeur(auteur, demande, (Role.DECIDEUR,))
    if not acces:
        return acces
    if not demande.transition_possible("refuser"):
        return non(f"Cette demande est déjà « {demande.get_etat_display().lower()} ».")
    return OUI


def peut_rectifier(auteur: Auteur, demande: DemandeFinancement) -> Reponse:
    """Undo an act, or a refusal, entered by mistake: who records acts, until the porteur has been told."""
    acces = _pour_le_financeur(auteur, demande, (Role.DECIDEUR,))
    if not acces:
        return acces
    if demande.notifie_le is not None:
        return non("Le porteur a été notifié : la décision ne se rectifie plus ici.")
    if demande.etat not in (EtatDemande.VOTEE, EtatDemande.REFUSEE):
        return non("On rectifie un acte ou un refus enregistré.")
    return OUI


def en_delegue(auteur: Auteur, dossier: Dossier) -> bool:
    """True when the author's opinion is that of the délégué du préfet, not its organisation's."""
    organisme = auteur.organisme.pk if auteur.organisme else None
    return _tient(auteur, dossier, Role.DELEGUE_PREFET, organisme_id=organisme) and not _tient(
        auteur, dossier, Role.CHEF_DE_PROJET, *_REPRESENTE, organisme_id=organisme
    )


def peut_notifier(auteur: Auteur, demande: DemandeFinancement) -> Reponse:
    """Who records the act also tells the porteur."""
    acces = _pour_le_financeur(auteur, demande, (Role.DECIDEUR,))
    if not acces:
        return acces
    if demande.etat == EtatDemande.REFUSEE and demande.notifie_le is None:
        return OUI
    if demande.etat != EtatDemande.VOTEE:
        return non("On notifie un montant une fois voté, ou un refus.")
    return OUI


def peut_gerer_enveloppes(auteur: Auteur, contrat: Contrat) -> Reponse:
    """The team of the whole contract keeps the envelopes."""
    if roles(auteur, contrat).pilote_tout:
        return OUI
    return non("Seul un chef de projet de tout le contrat met à jour les enveloppes.")


def _pour_le_financeur(auteur: Auteur, demande: DemandeFinancement, attendus: tuple[Role, ...]) -> Reponse:
    dossier = demande.dossier
    if _tient(auteur, dossier, Role.CHEF_DE_PROJET) or _tient(
        auteur, dossier, *attendus, organisme_id=demande.financeur_id
    ):
        return OUI
    if roles(auteur, dossier.contrat).tient(*_REPRESENTE):
        return non(f"Seul {demande.financeur.nom_court} décide de sa propre ligne.")
    return non("Votre rôle ne modifie pas les montants des financeurs.")


def _tient(auteur: Auteur, dossier: Dossier, *attendus: Role, organisme_id: int | None = None) -> bool:
    """True when the author holds one of these roles on this very file: within the limits of that habilitation."""
    tenus = roles(auteur, dossier.contrat)
    return tenus.administre or any(
        h.role in attendus and organisme_id in (None, h.organisme_id) and dossier.est_dans(h.limites)
        for h in tenus.habilitations
    )
