"""What a commune writes and votes: its volet of the contract, and its yearly priorities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from geographie.models import Commune

from ..etats import EtatDocument
from ..models import (
    ActeDecision,
    ContenuPriorites,
    Contrat,
    Objectif,
    PrioritesCommunales,
    Rubrique,
    VoletCommunal,
)
from ..permissions import peut_modifier_communal
from .ecriture import ecrire
from .structure import creer_acte

Document = TypeVar("Document", VoletCommunal, PrioritesCommunales)
# What is adopted is rewritten only after a revision is opened.
MODIFIABLES = (EtatDocument.REDIGE, EtatDocument.REVISE)


@transaction.atomic
def commencer_volet(contrat: Contrat, commune: Commune, *, par: Auteur, le: datetime) -> VoletCommunal:
    """Open the volet of a commune of the contract, empty."""
    _verifier_commune(contrat, commune, par)
    volet = VoletCommunal(contrat=contrat)
    ecrire(volet, {"commune": commune}, acte="commencer_volet", libelle="Volet commencé", par=par, le=le)
    return volet


@transaction.atomic
def rediger_volet(
    volet: VoletCommunal, *, texte: str, objectifs: Sequence[Objectif], par: Auteur, le: datetime
) -> VoletCommunal:
    """Write the text of a volet and the objectives of the contract that the commune selects."""
    volet = _verrouiller(volet, par)
    _verifier_modifiable(volet)
    if any(o.orientation.contrat_id != volet.contrat_id for o in objectifs):
        raise RegleEnfreinte("Un des objectifs choisis n’est pas de ce contrat.", champ="objectifs", code="objectif")
    champs = {"texte": texte, "objectifs": list(objectifs)}
    ecrire(volet, champs, acte="rediger_volet", libelle="Volet rédigé", par=par, le=le)
    return volet


@transaction.atomic
def commencer_priorites(
    contrat: Contrat, commune: Commune, annee: int, *, par: Auteur, le: datetime, reprendre: bool = False
) -> PrioritesCommunales:
    """Open a commune's priorities for one year; with `reprendre`, the texts of its latest earlier year are copied."""
    _verifier_commune(contrat, commune, par)
    if annee not in contrat.annees:
        raise RegleEnfreinte("Cette année est hors du contrat.", code="annee_hors_contrat")
    source = None
    if reprendre:
        source = contrat.priorites.filter(commune=commune, annee__lt=annee).order_by("-annee").first()
        if source is None:
            raise RegleEnfreinte("Aucune année précédente n’est à reprendre.", code="rien_a_reprendre")
    priorites = PrioritesCommunales(contrat=contrat, commune=commune, annee=annee)
    with contraintes_en_francais(), transaction.atomic():
        priorites.save()
    if source is not None:
        ContenuPriorites.objects.bulk_create(
            ContenuPriorites(
                priorites=priorites, rubrique=c.rubrique, texte=c.texte, modifie_le=le, modifie_par=par.utilisateur
            )
            for c in source.contenus.all()
        )
    inscrire(
        priorites,
        acte="commencer_priorites",
        libelle=f"Textes de {source.annee} repris" if source else "Priorités commencées",
        par=par,
        le=le,
    )
    return priorites


@transaction.atomic
def rediger_rubrique(
    priorites: PrioritesCommunales, rubrique: Rubrique, *, texte: str, par: Auteur, le: datetime
) -> ContenuPriorites:
    """Write one of the eleven contents; the journal keeps the former text."""
    priorites = _verrouiller(priorites, par)
    _verifier_modifiable(priorites)
    contenu = ContenuPriorites.objects.filter(priorites=priorites, rubrique=rubrique).first()
    avant = contenu.texte if contenu else ""
    if contenu is None:
        contenu = ContenuPriorites(priorites=priorites, rubrique=rubrique)
    contenu.texte, contenu.modifie_le, contenu.modifie_par = texte, le, par.utilisateur
    contenu.save()
    if texte != avant:
        inscrire(
            priorites,
            acte="rediger_rubrique",
            libelle=f"« {Rubrique(rubrique).label} » rédigé",
            par=par,
            le=le,
            avant={rubrique: avant},
            apres={rubrique: texte},
        )
    return contenu


@transaction.atomic
def adopter(
    document: Document,
    *,
    par: Auteur,
    le: datetime,
    acte: ActeDecision | None = None,
    nouvel_acte: Mapping[str, Any] | None = None,
) -> Document:
    """The commune adopts its document by an act, already recorded or recorded now."""
    document = _verrouiller(document, par)
    document.verifier_transition("adopter")
    if acte is None:
        if nouvel_acte is None:
            raise RegleEnfreinte("Un document adopté porte la délibération de la commune.", code="sans_acte")
        acte = creer_acte(document.contrat, champs=nouvel_acte, par=par, le=le)
    elif acte.contrat_id != document.contrat_id:
        raise RegleEnfreinte("Cet acte n’est pas de ce contrat.", code="acte_hors_contrat")
    document.changer_etat("adopter", par=par, le=le, champs={"acte": acte})
    return document


@transaction.atomic
def reviser(document: Document, *, par: Auteur, le: datetime) -> Document:
    """Take an adopted or annexed document up again: it will be adopted anew."""
    document = _verrouiller(document, par)
    document.changer_etat("reviser", par=par, le=le)
    return document


def _verrouiller(document: Document, par: Auteur) -> Document:
    verifier(peut_modifier_communal(par, document.contrat, document.commune_id))
    return type(document)._base_manager.select_for_update(of=("self",)).get(pk=document.pk)


def _verifier_modifiable(document: VoletCommunal | PrioritesCommunales) -> None:
    if document.etat not in MODIFIABLES:
        raise RegleEnfreinte("Ce document est adopté : ouvrez d’abord une révision.", code="document_adopte")


def _verifier_commune(contrat: Contrat, commune: Commune, par: Auteur) -> None:
    verifier(peut_modifier_communal(par, contrat, commune.pk))
    if not contrat.communes.filter(pk=commune.pk).exists():
        raise RegleEnfreinte("Cette commune n’est pas dans le contrat.", code="commune_hors_contrat")
