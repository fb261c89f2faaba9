"""The contract's structure: orientations and objectives, signatories, acts of decision, avenants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from django.db import models, transaction

from acteurs.models import Organisme
from commun import fichiers
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.instantanes import figer
from commun.journal import inscrire
from commun.permissions import verifier

from ..lectures.dependances import dependances
from ..lectures.structure import SCHEMA_STRUCTURE, ambitions, structure_actuelle
from ..models import (
    ActeDecision,
    Avenant,
    Contrat,
    NatureOrientation,
    Objectif,
    Orientation,
    PrioritesCommunales,
    Signataire,
    VoletCommunal,
)
from ..permissions import peut_annexer
from .ecriture import ecrire, retirer, tenir_contrat

Sens = Literal["haut", "bas"]


@transaction.atomic
def modifier_contrat(contrat: Contrat, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> Contrat:
    """Correct the contract's names, its signature, its aims; its lead and its years belong to whoever opened it."""
    contrat = tenir_contrat(contrat, par)
    ecrire(contrat, champs, acte="modifier_contrat", libelle="Contrat modifié", par=par, le=le)
    return contrat


@transaction.atomic
def ajouter_orientation(
    contrat: Contrat, *, nature: NatureOrientation, champs: Mapping[str, Any], par: Auteur, le: datetime
) -> Orientation:
    """Add an orientation, last of its nature."""
    contrat = tenir_contrat(contrat, par)
    dernier = contrat.orientations.filter(nature=nature).aggregate(m=models.Max("ordre"))["m"]
    orientation = Orientation(contrat=contrat, nature=nature, ordre=(dernier or 0) + 1)
    ecrire(orientation, champs, acte="ajouter_orientation", libelle="Orientation ajoutée", par=par, le=le)
    return orientation


@transaction.atomic
def modifier_orientation(
    orientation: Orientation, *, champs: Mapping[str, Any], par: Auteur, le: datetime
) -> Orientation:
    """Change its code, its names and its counterparts in the State's vocabulary."""
    tenir_contrat(orientation.contrat, par)
    orientation = Orientation.objects.select_for_update(of=("self",)).get(pk=orientation.pk)
    ecrire(orientation, champs, acte="modifier_orientation", libelle="Orientation modifiée", par=par, le=le)
    return orientation


@transaction.atomic
def deplacer_orientation(orientation: Orientation, *, sens: Sens, par: Auteur, le: datetime) -> None:
    """Move it one rank among those of its nature; at an end, nothing changes."""
    tenir_contrat(orientation.contrat, par)
    soeurs = list(
        Orientation.objects.select_for_update(of=("self",))
        .filter(contrat=orientation.contrat_id, nature=orientation.nature)
        .order_by("ordre", "pk")
    )
    _deplacer(orientation, soeurs, sens=sens, acte="deplacer_orientation", par=par, le=le)


@transaction.atomic
def retirer_orientation(orientation: Orientation, *, par: Auteur, le: datetime) -> None:
    """Remove an orientation that nothing names, objectives included."""
    tenir_contrat(orientation.contrat, par)
    orientation = Orientation.objects.select_for_update(of=("self",)).get(pk=orientation.pk)
    retirer(
        orientation,
        quoi="cette orientation",
        acte="retirer_orientation",
        libelle="Orientation retirée",
        par=par,
        le=le,
    )


@transaction.atomic
def ajouter_objectif(orientation: Orientation, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> Objectif:
    """Add an objective at the end of its ambition."""
    tenir_contrat(orientation.contrat, par)
    dernier = orientation.objectifs.aggregate(m=models.Max("ordre"))["m"]
    objectif = Objectif(orientation=orientation, ordre=0 if dernier is None else dernier + 1)
    ecrire(objectif, champs, acte="ajouter_objectif", libelle="Objectif ajouté", par=par, le=le)
    return objectif


@transaction.atomic
def modifier_objectif(objectif: Objectif, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> Objectif:
    """Change its code, its wording, its ambition, and whether the partners selected it as a priority."""
    tenir_contrat(objectif.orientation.contrat, par)
    objectif = Objectif.objects.select_for_update(of=("self",)).select_related("orientation").get(pk=objectif.pk)
    ecrire(objectif, champs, acte="modifier_objectif", libelle="Objectif modifié", par=par, le=le)
    return objectif


@transaction.atomic
def deplacer_objectif(objectif: Objectif, *, sens: Sens, par: Auteur, le: datetime) -> None:
    """Move it one rank within its ambition; at an end, nothing changes."""
    tenir_contrat(objectif.orientation.contrat, par)
    list(Objectif.objects.select_for_update(of=("self",)).filter(orientation=objectif.orientation_id))
    groupes = [list(a.objectifs) for a in ambitions(objectif.orientation)]
    groupe = next(g for g in groupes if objectif in g)
    if _echanger(groupe, groupe.index(objectif), sens):
        _renumeroter([o for g in groupes for o in g])
        inscrire(objectif, acte="deplacer_objectif", libelle="Objectif déplacé", par=par, le=le, apres={"sens": sens})


@transaction.atomic
def deplacer_ambition(orientation: Orientation, ambition: str, *, sens: Sens, par: Auteur, le: datetime) -> None:
    """Move a whole ambition, with its objectives, one rank in its orientation."""
    tenir_contrat(orientation.contrat, par)
    list(Objectif.objects.select_for_update(of=("self",)).filter(orientation=orientation))
    groupes = list(ambitions(orientation))
    rang = next((i for i, g in enumerate(groupes) if g.nom == ambition), None)
    if rang is not None and _echanger(groupes, rang, sens):
        _renumeroter([o for g in groupes for o in g.objectifs])
        inscrire(
            orientation,
            acte="deplacer_ambition",
            libelle="Ambition déplacée",
            par=par,
            le=le,
            apres={"ambition": ambition, "sens": sens},
        )


@transaction.atomic
def retirer_objectif(objectif: Objectif, *, par: Auteur, le: datetime) -> None:
    """Remove an objective that no commitment, file, action or volet names."""
    tenir_contrat(objectif.orientation.contrat, par)
    objectif = Objectif.objects.select_for_update(of=("self",)).select_related("orientation").get(pk=objectif.pk)
    retirer(objectif, quoi="cet objectif", acte="retirer_objectif", libelle="Objectif retiré", par=par, le=le)


# --- Signatories -----------------------------------------------------------------------------------------------------
@transaction.atomic
def ajouter_signataire(
    contrat: Contrat, *, organisme: Organisme, champs: Mapping[str, Any], par: Auteur, le: datetime
) -> Signataire:
    """Add an organisation at the end of the block of signatures."""
    contrat = tenir_contrat(contrat, par)
    dernier = contrat.signataires.aggregate(m=models.Max("ordre"))["m"]
    signataire = Signataire(contrat=contrat, organisme=organisme, ordre=0 if dernier is None else dernier + 1)
    ecrire(signataire, champs, acte="ajouter_signataire", libelle="Signataire ajouté", par=par, le=le)
    return signataire


@transaction.atomic
def modifier_signataire(signataire: Signataire, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> Signataire:
    """Change its quality, its date of signature, its seat at the COPIL."""
    tenir_contrat(signataire.contrat, par)
    signataire = Signataire.objects.select_for_update(of=("self",)).get(pk=signataire.pk)
    ecrire(signataire, champs, acte="modifier_signataire", libelle="Signataire modifié", par=par, le=le)
    return signataire


@transaction.atomic
def deplacer_signataire(signataire: Signataire, *, sens: Sens, par: Auteur, le: datetime) -> None:
    """Move it one rank in the block of signatures."""
    tenir_contrat(signataire.contrat, par)
    tous = list(
        Signataire.objects.select_for_update(of=("self",)).filter(contrat=signataire.contrat_id).order_by("ordre", "pk")
    )
    _deplacer(signataire, tous, sens=sens, acte="deplacer_signataire", par=par, le=le)


@transaction.atomic
def retirer_signataire(signataire: Signataire, *, par: Auteur, le: datetime) -> None:
    """Remove a signatory in whose name nothing is committed."""
    tenir_contrat(signataire.contrat, par)
    signataire = Signataire.objects.select_for_update(of=("self",)).get(pk=signataire.pk)
    retirer(signataire, quoi="ce signataire", acte="retirer_signataire", libelle="Signataire retiré", par=par, le=le)


# --- Acts of decision ------------------------------------------------------------------------------------------------
@transaction.atomic
def enregistrer_acte(
    contrat: Contrat, *, champs: Mapping[str, Any], par: Auteur, le: datetime, piece: bytes | None = None, nom: str = ""
) -> ActeDecision:
    """Record the act of a body about the contract: délibération or arrêté, its vote, its receipt by the préfecture."""
    contrat = tenir_contrat(contrat, par)
    return creer_acte(contrat, champs=champs, par=par, le=le, piece=piece, nom=nom)


def creer_acte(
    contrat: Contrat, *, champs: Mapping[str, Any], par: Auteur, le: datetime, piece: bytes | None = None, nom: str = ""
) -> ActeDecision:
    """The act's row and its file; the caller holds the transaction and has checked the right."""
    acte = ActeDecision(contrat=contrat)
    if piece is not None:
        champs = {**champs, "piece": _ranger_piece(piece, nom, par)}
    ecrire(acte, champs, acte="enregistrer_acte", libelle="Acte enregistré", par=par, le=le)
    return acte


@transaction.atomic
def corriger_acte(
    objet: ActeDecision,
    *,
    champs: Mapping[str, Any],
    par: Auteur,
    le: datetime,
    piece: bytes | None = None,
    nom: str = "",
) -> ActeDecision:
    """Correct an act of the contract. That of a funder, which makes its money firm, only receives its receipt."""
    tenir_contrat(objet.contrat, par)
    objet = ActeDecision.objects.select_for_update(of=("self",)).get(pk=objet.pk)
    if motif := motif_de_fige(objet):
        champs = {cle: champs[cle] for cle in ("recu_prefecture_le",) if cle in champs}
        if not champs and piece is None:
            raise RegleEnfreinte(motif, code="acte_fige")
    if piece is not None:
        champs = {**champs, "piece": _ranger_piece(piece, nom, par)}
    ecrire(objet, champs, acte="corriger_acte", libelle="Acte corrigé", par=par, le=le)
    return objet


def motif_de_fige(objet: ActeDecision) -> str:
    """Why only the receipt and the document of this act may change; empty when all of it may."""
    autres = [texte for texte, _ in dependances(objet, hors=(Avenant, VoletCommunal, PrioritesCommunales))]
    if not autres:
        return ""
    return (
        f"Cet acte rend fermes des montants ({', '.join(autres)}) : seuls sa réception en préfecture et son document "
        "peuvent être complétés ici."
    )


@transaction.atomic
def retirer_acte(objet: ActeDecision, *, par: Auteur, le: datetime) -> None:
    """Remove an act that nothing relies on."""
    tenir_contrat(objet.contrat, par)
    objet = ActeDecision.objects.select_for_update(of=("self",)).get(pk=objet.pk)
    retirer(objet, quoi="cet acte", acte="retirer_acte", libelle="Acte retiré", par=par, le=le)


# --- Avenants --------------------------------------------------------------------------------------------------------
@transaction.atomic
def figer_contrat_signe(contrat: Contrat, *, signe_le: date, par: Auteur, le: datetime) -> Avenant:
    """Keep the structure as the contract was signed: version 0, which the first avenant will change."""
    contrat = tenir_contrat(contrat, par)
    if contrat.avenants.exists():
        raise RegleEnfreinte("La première version du contrat est déjà gardée.", code="version_deja_gardee")
    champs = {"numero": 0, "objet": "Version d’origine", "signe_le": signe_le}
    avenant = Avenant(contrat=contrat)
    ecrire(avenant, champs, acte="figer_contrat_signe", libelle="Version d’origine gardée", par=par, le=le)
    _figer(avenant, par)
    return avenant


@transaction.atomic
def enregistrer_avenant(
    contrat: Contrat,
    *,
    champs: Mapping[str, Any],
    documents: Sequence[VoletCommunal | PrioritesCommunales] = (),
    par: Auteur,
    le: datetime,
) -> Avenant:
    """Record an avenant, numbered after the last one, annex `documents`, and keep the structure as it then stands."""
    contrat = tenir_contrat(contrat, par)
    dernier = contrat.avenants.order_by("-numero").first()
    if dernier is None:
        raise RegleEnfreinte(
            "Gardez d’abord la version d’origine du contrat : c’est elle que l’avenant modifie.", code="sans_origine"
        )
    if champs["signe_le"] < dernier.signe_le:
        raise RegleEnfreinte(
            f"Un avenant est signé après la version qu’il modifie ({dernier.signe_le:%d/%m/%Y}).",
            champ="signe_le",
            code="avenant_avant_le_precedent",
        )
    avenant = Avenant(contrat=contrat)
    ecrire(
        avenant,
        {**champs, "numero": dernier.numero + 1},
        acte="enregistrer_avenant",
        libelle="Avenant enregistré",
        par=par,
        le=le,
    )
    for document in documents:
        annexer(document, avenant=avenant, par=par, le=le)
    _figer(avenant, par)
    return avenant


def annexer(document: VoletCommunal | PrioritesCommunales, *, avenant: Avenant, par: Auteur, le: datetime) -> None:
    """Annex what a commune adopted to the contract; done while its avenant is recorded, in the same transaction."""
    verifier(peut_annexer(par, avenant.contrat))
    document = type(document)._base_manager.select_for_update(of=("self",)).get(pk=document.pk)
    if document.contrat_id != avenant.contrat_id:
        raise RegleEnfreinte("Ce document n’est pas de ce contrat.", code="document_hors_contrat")
    document.changer_etat("annexer", par=par, le=le, champs={"avenant": avenant})


@transaction.atomic
def corriger_avenant(avenant: Avenant, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> Avenant:
    """Correct the words, the date and the act of an avenant; its number and the structure it keeps never change."""
    tenir_contrat(avenant.contrat, par)
    avenant = Avenant.objects.select_for_update(of=("self",)).get(pk=avenant.pk)
    ecrire(avenant, champs, acte="corriger_avenant", libelle="Avenant corrigé", par=par, le=le)
    return avenant


def _figer(avenant: Avenant, par: Auteur) -> None:
    """Keep the structure of the moment with this version."""
    avenant.instantane = fichiers.ranger(
        figer(structure_actuelle(avenant.contrat), schema=SCHEMA_STRUCTURE),
        nom=f"structure-{avenant.contrat.slug}-{avenant.numero}.json",
        type_mime="application/json",
        depose_par=par.utilisateur,
    )
    avenant.save(update_fields=["instantane"])


def _ranger_piece(octets: bytes, nom: str, par: Auteur) -> Any:
    if not octets.startswith(b"%PDF-"):
        raise RegleEnfreinte("Déposez l’acte en PDF.", champ="piece", code="piece_non_pdf")
    return fichiers.ranger(octets, nom=nom[:200], type_mime="application/pdf", depose_par=par.utilisateur)


def _echanger(liste: list[Any], rang: int, sens: Sens) -> bool:
    """Exchange with the neighbour; False at an end."""
    voisin = rang - 1 if sens == "haut" else rang + 1
    if not 0 <= voisin < len(liste):
        return False
    liste[rang], liste[voisin] = liste[voisin], liste[rang]
    return True


def _renumeroter(objets: Sequence[Any]) -> None:
    for rang, objet in enumerate(objets, start=1):
        if objet.ordre != rang:
            objet.ordre = rang
            objet.save(update_fields=["ordre"])


def _deplacer(objet: Any, tous: list[Any], *, sens: Sens, acte: str, par: Auteur, le: datetime) -> None:
    if _echanger(tous, tous.index(objet), sens):
        _renumeroter(tous)
        inscrire(objet, acte=acte, libelle="Ordre modifié", par=par, le=le, apres={"sens": sens})
