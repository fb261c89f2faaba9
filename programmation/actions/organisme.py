"""What is done to the card and the papers of an organisation, by its people or for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from acteurs.models import PIECES_DE_L_ORGANISME, FicheOrganisme, Organisme, PieceOrganisme, TypePiece
from commun import fichiers
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from commun.travaux import planifier
from contrats.models import Contrat

from ..lectures.organisme import CHAMPS_DE_L_ORGANISME, libelle
from ..permissions.organisme import peut_tenir_la_fiche
from ..regles.organisme import Section

PIECES_AU_PLUS = 100


@transaction.atomic
def ecrire_section(
    organisme: Organisme, section: Section, champs: Mapping[str, Any], *, contrat: Contrat, par: Auteur, le: datetime
) -> FicheOrganisme:
    """Write one section of the card. The journal keeps which fields changed, not what was written in them.

    A SIRET given for the first time is asked of the directory by a job, which blocks nothing (S-20).
    """
    organisme = _tenir(organisme, contrat, par)
    fiche, _ = FicheOrganisme.objects.select_for_update().get_or_create(organisme=organisme)
    ecrits = {nom: valeur for nom, valeur in champs.items() if nom in section.champs}
    if organisme.siret and ecrits.get("siret", organisme.siret) != organisme.siret:
        raise RegleEnfreinte("Le SIRET d’un organisme ne change pas.", champ="siret", code="siret_fige")
    changes = []
    for nom, valeur in ecrits.items():
        objet = organisme if nom in CHAMPS_DE_L_ORGANISME else fiche
        if getattr(objet, nom) != valeur:
            setattr(objet, nom, valeur)
            changes.append(nom)
    if not changes:
        return fiche
    if "siret" in changes:
        organisme.siren = organisme.siret[:9]
        planifier("acteurs.verifier_organisme", cible=organisme, par=par)
    _controler(organisme)
    with contraintes_en_francais(), transaction.atomic():
        organisme.save()
        fiche.save()
    inscrire(
        organisme,
        acte="modifier_fiche",
        libelle=f"Fiche modifiée : {section.titre.lower()}",
        par=par.au_nom_de(organisme),
        le=le,
        apres={"champs": [libelle(nom) for nom in changes]},
    )
    return fiche


@transaction.atomic
def deposer_piece(
    organisme: Organisme,
    *,
    contrat: Contrat,
    type: str,
    nom: str,
    contenu: bytes,
    par: Auteur,
    le: datetime,
    valable_du: date | None = None,
    valable_au: date | None = None,
    remplace: PieceOrganisme | None = None,
) -> PieceOrganisme:
    """Give a paper once for all requests; `remplace` takes a former one out of force. What was deposited with a request stays."""
    organisme = _tenir(organisme, contrat, par)
    if type not in PIECES_DE_L_ORGANISME:
        raise RegleEnfreinte(
            "Cette pièce se joint à un dossier, pas à l’organisme.", champ="type", code="type_de_piece"
        )
    if PieceOrganisme.objects.filter(organisme=organisme, retiree_le__isnull=True).count() >= PIECES_AU_PLUS:
        raise RegleEnfreinte(
            f"Un organisme garde {PIECES_AU_PLUS} pièces au plus : retirez-en une.", champ="fichier", code="pieces"
        )
    fichier = fichiers.recevoir(contenu, nom=nom, champ="fichier", depose_par=par.utilisateur)
    piece = PieceOrganisme(
        organisme=organisme,
        type=type,
        fichier=fichier,
        valable_du=valable_du,
        valable_au=valable_au,
        deposee_le=le,
        deposee_par=par.utilisateur,
    )
    with contraintes_en_francais(), transaction.atomic():
        piece.save(force_insert=True)
    if remplace is not None:
        _retirer(remplace, organisme, le)
    _noter(piece, "deposer_piece", "Pièce remplacée" if remplace else "Pièce déposée", par, le)
    return piece


@transaction.atomic
def retirer_piece(piece: PieceOrganisme, *, contrat: Contrat, par: Auteur, le: datetime) -> None:
    """Take a paper out of force; those who already received it with a request keep it."""
    organisme = _tenir(piece.organisme, contrat, par)
    if _retirer(piece, organisme, le):
        _noter(piece, "retirer_piece", "Pièce retirée", par, le)


def _tenir(organisme: Organisme, contrat: Contrat, par: Auteur) -> Organisme:
    """The right to keep the card, then its organisation locked."""
    verifier(peut_tenir_la_fiche(par, contrat, organisme))
    return Organisme.objects.select_for_update(of=("self",)).get(pk=organisme.pk)


def _retirer(piece: PieceOrganisme, organisme: Organisme, le: datetime) -> bool:
    en_cours = PieceOrganisme.objects.filter(pk=piece.pk, organisme=organisme, retiree_le__isnull=True)
    return bool(en_cours.update(retiree_le=le))


def _noter(piece: PieceOrganisme, acte: str, libelle_acte: str, par: Auteur, le: datetime) -> None:
    inscrire(
        piece.organisme,
        acte=acte,
        libelle=f"{libelle_acte} : {TypePiece(piece.type).label.lower()}",
        par=par.au_nom_de(piece.organisme),
        le=le,
        apres={"nom": piece.fichier.nom, "sha256": piece.fichier.sha256},
    )


def _controler(organisme: Organisme) -> None:
    """The numbers of the organisation, each error on its field (regles 2.10)."""
    try:
        organisme.clean()
    except ValidationError as erreur:
        champ, messages = next(iter(erreur.message_dict.items()))
        raise RegleEnfreinte(messages[0], champ=champ, code=f"organisme_{champ}") from erreur
