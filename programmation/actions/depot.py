"""A request from its first line to its deposit: begun, written, deposited, completed, corrected, given up."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from commun.travaux import planifier
from contrats.permissions import roles

from ..etats import EtatCampagne
from ..lectures.campagne import depot_du_dossier_ouvert, depot_ouvert
from ..lectures.comparaison import comparer
from ..lectures.demande import RELATIONS, demande_de
from ..lectures.depot import MARQUE_DE_BROUILLON, controles_ouverts
from ..models import Campagne, CaractereDossier, Dispositif, Dossier, GenreVersion
from ..notifications.depot import destinataires_de_l_accuse
from ..permissions import (
    complement_ouvert,
    est_son_porteur,
    noms_modifiables,
    peut_commencer,
    peut_corriger,
    peut_deposer,
    peut_ecrire,
    peut_renoncer,
    peut_repondre,
)
from ..regles.champs import TOUS_LES_NOMS
from .complements import fermer_le_complement
from .ecriture import motif_donne, verrouiller_dossier
from .ecriture_demande import ecrire_valeurs
from .numeros import prochains_numeros
from .pages import PageSaisie, tenir_la_page
from .reconduction import reprendre_l_an_passe
from .versions import garder_l_original, garder_version

ACCUSER = "programmation.accuser_reception"


@transaction.atomic
def commencer(
    campagne: Campagne,
    *,
    porteur: Organisme,
    dispositif: Dispositif,
    intitule: str,
    par: Auteur,
    le: datetime,
    precedent: Dossier | None = None,
) -> Dossier:
    """Begin a request, blank or from last year's file; the team's own are trials while the campaign is not open."""
    verifier(peut_commencer(par, campagne, porteur))
    par_l_equipe = porteur.pk not in roles(par, campagne.contrat).organismes_porteurs
    if not par_l_equipe and not (reponse := depot_ouvert(campagne, porteur, _jour(le), dispositif=dispositif)):
        raise RegleEnfreinte(reponse.motif, code="depot_ferme")
    with contraintes_en_francais():
        dossier = Dossier.objects.create(
            contrat=campagne.contrat,
            campagne=campagne,
            numero=_numero_de_brouillon(campagne),
            porteur=porteur,
            dispositif=dispositif,
            intitule=intitule,
            cree_par=par.utilisateur,
            saisi_par_organisme=par.organisme if par_l_equipe else None,
            essai=campagne.etat == EtatCampagne.ESSAI,
            caractere=CaractereDossier.RECONDUITE if precedent else CaractereDossier.NOUVELLE,
            precedent=precedent,
        )
    if precedent is not None:
        if precedent.porteur_id != porteur.pk or precedent.contrat_id != campagne.contrat_id:
            raise RegleEnfreinte("On reconduit un dossier du même porteur, dans le même contrat.", champ="precedent")
        reprendre_l_an_passe(dossier, precedent)
    inscrire(dossier, acte="commencer", libelle="Demande commencée", par=_au_nom_de(par, dossier), le=le)
    return dossier


@transaction.atomic
def ecrire(
    dossier: Dossier, valeurs: Mapping[str, Any], *, par: Auteur, le: datetime, page: PageSaisie | None = None
) -> Dossier:
    """Keep these answers of the request, by form field; nothing is required before the deposit.

    A draft's answers are not journalled one by one: its deposit keeps them all. After it, only the fields that a
    correction request names may be written. `page` is the one that they were typed on: raises `RevisionDepassee` when
    another person has written it since its revision.
    """
    dossier = verrouiller_dossier(dossier)
    verifier(peut_ecrire(par, dossier))
    if fermes := set(valeurs) - noms_modifiables(par, dossier):
        raise RegleEnfreinte("Cette réponse n’est pas ouverte à la correction.", champ=min(fermes), code="champ_ferme")
    if page is not None and valeurs:
        tenir_la_page(dossier, page, par=par, le=le)
    garder_l_original(dossier)
    with contraintes_en_francais():
        ecrire_valeurs(dossier, valeurs, par=par, le=le)
    return dossier


@transaction.atomic
def deposer(dossier: Dossier, *, par: Auteur, le: datetime) -> Dossier:
    """Deposit: the request gets its number, is kept as it stands, and its porteur receives a receipt."""
    dossier = _a_ecrire(dossier)
    verifier(peut_deposer(par, dossier))
    if not (reponse := depot_du_dossier_ouvert(dossier, _jour(le))):
        raise RegleEnfreinte(reponse.motif, code="depot_ferme")
    _exiger_complete(dossier, le)
    auteur = _au_nom_de(par, dossier)
    with contraintes_en_francais():
        dossier.changer_etat(
            "deposer", par=auteur, le=le, champs={"numero": prochains_numeros(dossier.campagne, 1)[0], "depose_le": le}
        )
    garder_version(dossier, GenreVersion.DEPOT, par=par, le=le)
    _accuser_reception(dossier, par=par)
    return dossier


@transaction.atomic
def repondre(dossier: Dossier, *, reponse: str, par: Auteur, le: datetime) -> Dossier:
    """The porteur has corrected what was asked: the file goes back to the team, with what changed."""
    dossier = _a_ecrire(dossier)
    verifier(peut_repondre(par, dossier))
    complement = complement_ouvert(dossier)
    assert complement is not None  # said by the permission
    _exiger_complete(dossier, le)
    complement.reponse, complement.repondue_le = reponse.strip(), le
    complement.save(update_fields=["reponse", "repondue_le"])
    dossier.__dict__.pop("_complement_ouvert")
    dossier.changer_etat("repondre", par=par, le=le, motif=complement.reponse)
    garder_version(dossier, GenreVersion.COMPLEMENT, par=par, le=le, motif=complement.reponse)
    return dossier


@transaction.atomic
def corriger(
    dossier: Dossier,
    valeurs: Mapping[str, Any],
    *,
    motif: str,
    par: Auteur,
    le: datetime,
    page: PageSaisie | None = None,
) -> Dossier:
    """The team corrects a deposited request in its porteur's place, for a reason; the original stays readable.

    `page` as for `ecrire`: the porteur may be answering a correction request meanwhile.
    """
    dossier = _a_ecrire(dossier)
    verifier(peut_corriger(par, dossier))
    motif = motif_donne(motif)
    if inconnus := set(valeurs) - TOUS_LES_NOMS:
        raise RegleEnfreinte("Ce champ n’est pas une réponse de la demande.", champ=min(inconnus), code="champ_ferme")
    if page is not None:
        tenir_la_page(dossier, page, par=par, le=le)
    avant = demande_de(dossier, _jour(le))
    garder_l_original(dossier)
    with contraintes_en_francais():
        ecrire_valeurs(dossier, valeurs, par=par, le=le)
    changements = comparer(avant, demande_de(relire_dossier(dossier), _jour(le)))
    if not changements:
        raise RegleEnfreinte("Rien n’a changé : modifiez une réponse avant d’enregistrer.", code="sans_changement")
    inscrire(
        dossier,
        acte="corriger",
        libelle="Demande corrigée par l’équipe",
        par=_au_nom_de(par, dossier),
        le=le,
        motif=motif,
        avant={c.libelle: c.avant for c in changements},
        apres={c.libelle: c.apres for c in changements},
    )
    garder_version(relire_dossier(dossier), GenreVersion.CORRECTION, par=par, le=le, motif=motif)
    return dossier


@transaction.atomic
def renoncer(dossier: Dossier, *, motif: str, par: Auteur, le: datetime) -> Dossier:
    """The porteur gives its request up; a draft needs no reason."""
    dossier = verrouiller_dossier(dossier)
    verifier(peut_renoncer(par, dossier))
    brouillon = dossier.transition_possible("deposer")
    raison = motif.strip() or "Brouillon abandonné" if brouillon else motif_donne(motif)
    fermer_le_complement(dossier, le=le)
    dossier.changer_etat("retirer", par=_au_nom_de(par, dossier), le=le, motif=raison)
    return dossier


def _exiger_complete(dossier: Dossier, le: datetime) -> None:
    jour = _jour(le)
    manques = [c for c in controles_ouverts(dossier, demande_de(dossier, jour), jour) if c.bloquant]
    if manques:
        raise RegleEnfreinte(
            f"Il reste {len(manques)} point{'s' if len(manques) > 1 else ''} à compléter ou à corriger : "
            f"{manques[0].message}",
            code="demande_incomplete",
        )


def _accuser_reception(dossier: Dossier, *, par: Auteur) -> None:
    """One job row per reader: a refused address stops nobody else."""
    for personne in destinataires_de_l_accuse(dossier, par):
        planifier(
            ACCUSER,
            cible=dossier,
            parametres={"personne": personne},
            cle=f"{ACCUSER}:{dossier.pk}:{personne or 'organisme'}",
            par=par,
        )


def _a_ecrire(dossier: Dossier) -> Dossier:
    """The file locked, with the relations that its reading needs."""
    verrouiller_dossier(dossier)
    return relire_dossier(dossier)


def relire_dossier(dossier: Dossier) -> Dossier:
    """The file as the database holds it now, with the relations that its reading needs."""
    return Dossier.objects.select_related(*RELATIONS).get(pk=dossier.pk)


def _au_nom_de(par: Auteur, dossier: Dossier) -> Auteur:
    """The team in its porteur's place shows so in the journal; a porteur is itself."""
    return par if est_son_porteur(par, dossier) else par.au_nom_de(dossier.porteur)


def _numero_de_brouillon(campagne: Campagne) -> str:
    return f"{MARQUE_DE_BROUILLON}{campagne.annee % 100:02d}-{secrets.token_hex(4)}"


def _jour(le: datetime) -> Any:
    return timezone.localdate(le)
