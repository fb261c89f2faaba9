"""Support of a financed association (Guid’Asso): offered, answered, done."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from contrats.permissions import roles

from ..models import Accompagnement, Dossier
from ..permissions.proximite import REPONSES_A_UN_APPUI, peut_faire_avancer, peut_proposer_accompagnement
from .ecriture import verrouiller_dossier


@transaction.atomic
def proposer_accompagnement(
    dossier: Dossier, *, structure: str, note: str, par: Auteur, le: datetime
) -> Accompagnement:
    """Offer the support of `structure` to the association of a financed file; it stays on its card."""
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
    return propose


@transaction.atomic
def suivre_accompagnement(
    accompagnement: Accompagnement, acte: str, *, note: str, par: Auteur, le: datetime
) -> Accompagnement:
    """Accept or decline (the association, or the team that heard it), or note that the support was given.

    Raises:
        RegleEnfreinte: the support is noted as given without a word on what was done.
    """
    tenu = Accompagnement.objects.select_for_update(of=("self",)).select_related("contrat", "organisme")
    accompagnement = tenu.get(pk=accompagnement.pk)
    verifier(peut_faire_avancer(par, accompagnement, acte))
    if acte not in REPONSES_A_UN_APPUI and not note.strip():
        raise RegleEnfreinte("Dites en quelques mots ce qui a été fait.", champ="note")
    siens = roles(par, accompagnement.contrat).organismes_porteurs
    auteur = par if accompagnement.organisme_id in siens else par.au_nom_de(accompagnement.organisme)
    champs = {"note": note.strip()} if note.strip() else {}
    accompagnement.changer_etat(acte, par=auteur if acte in REPONSES_A_UN_APPUI else par, le=le, champs=champs)
    return accompagnement
