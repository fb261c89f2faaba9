"""Projects told before any deposit: proposed, looked at by funders, answered, turned into files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from contrats.actions.ecriture import ecrire
from contrats.models import Ressource, Reunion
from contrats.permissions import roles

from ..models import (
    AvisIntention,
    Campagne,
    CaractereDossier,
    Dispositif,
    Dossier,
    Eligibilite,
    Intention,
)
from ..permissions.intentions import (
    est_sa_propre_intention,
    peut_abandonner_intention,
    peut_donner_avis_intention,
    peut_en_faire_un_dossier,
    peut_modifier_intention,
    peut_proposer_intention,
    peut_repondre_intention,
)
from .depot import commencer
from .ecriture import exiger_la_piece, motif_donne
from .lieux import poser_les_lieux

# Answers that somebody will have to explain to the porteur.
_MOTIVEES = ("reorienter", "deconseiller", "abandonner")


@transaction.atomic
def proposer_intention(campagne: Campagne, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> Intention:
    """Tell a project, for oneself or, for the team, in the name of a porteur not registered yet."""
    verifier(peut_proposer_intention(par, campagne))
    intention = Intention(contrat=campagne.contrat, campagne=campagne, proposee_le=le, proposee_par=par.utilisateur)
    _verifier_le_porteur(campagne, champs, par)
    ecrire(intention, champs, acte="proposer", libelle="Intention proposée", par=par, le=le)
    return intention


@transaction.atomic
def modifier_intention(intention: Intention, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> Intention:
    """Change what is told of it."""
    intention = _tenir(intention)
    verifier(peut_modifier_intention(par, intention))
    _verifier_le_porteur(intention.campagne, champs, par)
    ecrire(intention, champs, acte="modifier", libelle="Intention modifiée", par=par, le=le)
    return intention


def _verifier_le_porteur(campagne: Campagne, champs: Mapping[str, Any], par: Auteur) -> None:
    porteur = champs.get("porteur")
    tenus = roles(par, campagne.contrat)
    if tenus.pilote or "porteur" not in champs:
        return
    if porteur is None or porteur.pk not in tenus.organismes_porteurs:
        raise RegleEnfreinte("Vous ne proposez que pour votre organisme.", champ="porteur")


@transaction.atomic
def donner_avis_intention(
    intention: Intention,
    *,
    eligibilite: str,
    texte: str,
    droit_commun: str,
    ressources: Iterable[Ressource],
    par: Auteur,
    le: datetime,
    piece_source: str = "",
) -> AvisIntention:
    """Say, or change, what one's organisation thinks of it; the team may write another's, with what it read."""
    intention = _tenir(intention)
    verifier(peut_donner_avis_intention(par, intention))
    organisme: Organisme | None = par.pour_le_compte_de or par.organisme
    if organisme is None:
        raise RegleEnfreinte("Un avis est celui d’un organisme : choisissez celui pour lequel vous agissez.")
    if par.pour_le_compte_de is not None:
        verifier(peut_repondre_intention(par, intention))
        exiger_la_piece(organisme, piece_source)
    avis, nouveau = AvisIntention.objects.update_or_create(
        intention=intention,
        organisme=organisme,
        defaults={
            "eligibilite": eligibilite,
            "texte": texte,
            "droit_commun": droit_commun,
            "rendu_le": le,
            "rendu_par": par.utilisateur,
        },
    )
    avis.ressources.set(ressources)
    inscrire(
        intention,
        acte="donner_avis" if nouveau else "modifier_avis",
        libelle=f"{organisme.nom_court}\u202f: {Eligibilite(eligibilite).label.lower()}"[:200],
        par=par,
        le=le,
        motif=piece_source,
        apres={"eligibilite": eligibilite, "texte": texte, "droit_commun": droit_commun},
    )
    return avis


@transaction.atomic
def repondre_intention(intention: Intention, acte: str, *, motif: str, par: Auteur, le: datetime) -> Intention:
    """Encourage, orient towards droit commun, advise against, or give it up; the porteur reads the reason."""
    intention = _tenir(intention)
    verifier((peut_abandonner_intention if acte == "abandonner" else peut_repondre_intention)(par, intention))
    if acte == "abandonner" and intention.porteur is not None and est_sa_propre_intention(par, intention):
        par = par.au_nom_de(intention.porteur)  # somebody of several organisations gives it up for that one
    intention.changer_etat(acte, par=par, le=le, motif=motif_donne(motif) if acte in _MOTIVEES else motif.strip())
    return intention


@transaction.atomic
def inscrire_a_la_revue(
    reunion: Reunion, intentions: Iterable[Intention], *, par: Auteur, le: datetime
) -> list[Intention]:
    """Put these projects on the list of a revue de projets."""
    inscrites = []
    for choisie in sorted(intentions, key=lambda i: i.pk):
        intention = _tenir(choisie)
        verifier(peut_repondre_intention(par, intention))
        if reunion.comite.contrat_id != intention.contrat_id:
            raise RegleEnfreinte("Cette réunion est celle d’un autre contrat.", champ="reunion")
        ecrire(intention, {"reunion": reunion}, acte="inscrire", libelle="Inscrite à une revue", par=par, le=le)
        inscrites.append(intention)
    return inscrites


@transaction.atomic
def en_faire_un_dossier(intention: Intention, *, dispositif: Dispositif, par: Auteur, le: datetime) -> Dossier:
    """Begin the request of its porteur with what is known: title, summary, orientation, places, cost.

    Raises:
        RegleEnfreinte: its porteur begins it while the call takes no deposit.
    """
    intention = _tenir(intention)
    verifier(peut_en_faire_un_dossier(par, intention))
    campagne, porteur = intention.campagne, intention.porteur
    assert porteur is not None  # said by the permission
    dossier = commencer(campagne, porteur=porteur, dispositif=dispositif, intitule=intention.intitule, par=par, le=le)
    dossier.resume, dossier.orientation = intention.resume, intention.orientation
    dossier.cout_total = intention.cout_estime or dossier.cout_total
    dossier.caractere = CaractereDossier.RECONDUITE if intention.reconduite else CaractereDossier.NOUVELLE
    dossier.save(update_fields=["resume", "orientation", "cout_total", "caractere"])
    poser_les_lieux(dossier, perimetres=intention.perimetres.all(), communes=intention.communes.all())
    if not dossier.essai:  # a trial disappears: the project stays to be deposited
        auteur = par if est_sa_propre_intention(par, intention) else par.au_nom_de(porteur)
        intention.changer_etat("devenir_dossier", par=auteur, le=le, champs={"dossier": dossier})
    return dossier


def _tenir(intention: Intention) -> Intention:
    """The intention as it stands now, locked until the end of the transaction."""
    tenues = Intention.objects.select_for_update(of=("self",))
    return tenues.select_related("contrat", "campagne__contrat", "porteur").get(pk=intention.pk)
