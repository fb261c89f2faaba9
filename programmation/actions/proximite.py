"""Support of a financed association (Guid’Asso): offered, answered, done."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.models import Travail
from commun.permissions import verifier
from commun.travaux import planifier
from contrats.notifications import envoyer
from contrats.permissions import roles

from ..etats import EtatAccompagnement
from ..lectures.destinataires import adresse_de, destinataires_du_porteur
from ..models import Accompagnement, Dossier
from ..notifications.proximite import courriel_d_appui
from ..permissions.proximite import REPONSES_A_UN_APPUI, peut_faire_avancer, peut_proposer_accompagnement
from .ecriture import verrouiller_dossier

ANNONCER_UN_APPUI = "programmation.annoncer_un_appui"


@transaction.atomic
def proposer_accompagnement(
    dossier: Dossier, *, structure: str, note: str, par: Auteur, le: datetime
) -> Accompagnement:
    """Offer the support of `structure` to the association of a financed file, which is told by e-mail; it stays on its card."""
    dossier = verrouiller_dossier(dossier)
    verifier(peut_proposer_accompagnement(par, dossier))
    with contraintes_en_francais():
        propose = Accompagnement.objects.create(
            contrat=dossier.contrat,
            organisme=dossier.porteur,
            dossier=dossier,
            structure=structure.strip(),
            note=note.strip(),
            propose_le=le,
            propose_par=par.utilisateur,
        )
    inscrire(
        propose,
        acte="proposer",
        libelle="Appui proposé",
        par=par,
        le=le,
        apres={"structure": propose.structure, "note": propose.note, "dossier": dossier.numero},
    )
    for personne in destinataires_du_porteur(dossier):
        planifier(
            ANNONCER_UN_APPUI,
            cible=propose,
            parametres={"personne": personne},
            cle=f"{ANNONCER_UN_APPUI}:{propose.pk}:{personne or 'organisme'}",
            par=par,
        )
    return propose


def expedier_l_offre(rangee: Travail) -> bool:
    """Send one e-mail of an offer; False when it was answered meanwhile, or the account closed."""
    assert rangee.cible_id is not None  # planned for an offer
    relations = ("contrat", "organisme", "dossier__contrat", "dossier__campagne", "dossier__porteur")
    appui = Accompagnement.objects.select_related(*relations).get(pk=rangee.cible_id)
    personne = rangee.parametres["personne"]
    if appui.dossier is None or appui.etat != EtatAccompagnement.PROPOSE:
        return False
    if not (adresse := adresse_de(appui.dossier, personne)):
        return False
    envoyer(courriel_d_appui(appui, appui.dossier, adresse, sans_compte=personne is None))
    return True


@transaction.atomic
def suivre_accompagnement(
    accompagnement: Accompagnement, acte: str, *, texte: str, par: Auteur, le: datetime
) -> Accompagnement:
    """Accept or decline (the association, or the team that heard it), or note that the support was given.

    `texte` is what it answers, or what was done: the words of the offer stay as they are.

    Raises:
        RegleEnfreinte: the support is noted as given without a word on what was done.
    """
    if accompagnement.dossier is not None:
        verrouiller_dossier(accompagnement.dossier)  # nobody offers another one meanwhile
    tenu = Accompagnement.objects.select_for_update(of=("self",)).select_related("contrat", "organisme", "dossier")
    accompagnement = tenu.get(pk=accompagnement.pk)
    verifier(peut_faire_avancer(par, accompagnement, acte))
    if acte not in REPONSES_A_UN_APPUI and not texte.strip():
        raise RegleEnfreinte("Dites en quelques mots ce qui a été fait.", champ="texte")
    siens = roles(par, accompagnement.contrat).organismes_porteurs
    auteur = par if accompagnement.organisme_id in siens else par.au_nom_de(accompagnement.organisme)
    champs = {"reponse" if acte in REPONSES_A_UN_APPUI else "fait": texte.strip()}
    accompagnement.changer_etat(acte, par=auteur if acte in REPONSES_A_UN_APPUI else par, le=le, champs=champs)
    return accompagnement
