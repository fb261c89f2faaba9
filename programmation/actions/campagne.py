"""The yearly call for projects: made from last year's, written piece by piece, opened, closed, late openings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate

from acteurs.models import Organisme
from commun import fichiers
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from commun.televersement import controler
from commun.typographie import date_chiffres, nombre_utile
from contrats.actions.ecriture import ecrire
from contrats.models import Contrat

from ..etats import EtatCampagne
from ..models import Campagne, CritereCampagne, Dossier, EtapeCampagne, OuvertureTardive, PieceRequise
from ..permissions.campagne import peut_preparer_campagne
from ..regles.campagne import decaler
from .ecriture import motif_donne

# What belongs to one year and is not copied into the next.
_PROPRES_A_L_ANNEE = {
    *("id", "contrat", "annee", "nom", "etat", "ouverte_le", "limite_depot", "copil_prevu_le"),
    *("note_de_cadrage", "fictif"),
}
Element = EtapeCampagne | CritereCampagne | PieceRequise


@transaction.atomic
def creer_campagne(
    contrat: Contrat,
    *,
    annee: int,
    champs: Mapping[str, Any],
    par: Auteur,
    le: datetime,
    modele: Campagne | None = None,
) -> Campagne:
    """Prepare a year's call; from `modele` come its rules, criteria, papers and priorities, its stages shifted in years."""
    verifier(peut_preparer_campagne(par, contrat))
    campagne = Campagne(contrat=contrat, annee=annee, etat=EtatCampagne.PREPARATION)
    if modele is not None:
        for champ in Campagne._meta.concrete_fields:
            if champ.name not in _PROPRES_A_L_ANNEE:
                setattr(campagne, champ.name, getattr(modele, champ.name))
    ecrire(campagne, champs, acte="creer_campagne", libelle="Campagne préparée", par=par, le=le)
    if modele is not None:
        _copier(modele, campagne)
    return campagne


def _copier(modele: Campagne, campagne: Campagne) -> None:
    ans = campagne.annee - modele.annee
    campagne.priorites.set(modele.priorites.all())
    for table in (CritereCampagne, PieceRequise, EtapeCampagne):
        lignes: list[Any] = list(table._default_manager.filter(campagne=modele).order_by("pk"))
        for ligne in lignes:
            ligne.pk, ligne.campagne = None, campagne
            if isinstance(ligne, EtapeCampagne):
                ligne.du, ligne.au = decaler(ligne.du, ans), ligne.au and decaler(ligne.au, ans)
        table._default_manager.bulk_create(lignes)


@transaction.atomic
def modifier_campagne(
    campagne: Campagne,
    *,
    champs: Mapping[str, Any],
    par: Auteur,
    le: datetime,
    document: tuple[str, bytes] | None = None,
) -> Campagne:
    """Change its rules and dates; `document` (name, content) is the note de cadrage, a PDF."""
    campagne = _tenir(campagne, par)
    if document is not None:
        champs = {**champs, "note_de_cadrage": _ranger_la_note(*document, par)}
    ecrire(campagne, champs, acte="modifier_campagne", libelle="Campagne modifiée", par=par, le=le)
    return campagne


def _ranger_la_note(nom: str, contenu: bytes, par: Auteur) -> Any:
    piece = controler(nom, contenu, champ="document")
    if piece.type_mime != "application/pdf":
        raise RegleEnfreinte("Déposez la note de cadrage en PDF.", champ="document", code="note_non_pdf")
    return fichiers.ranger(contenu, nom=piece.nom, type_mime=piece.type_mime, depose_par=par.utilisateur)


@transaction.atomic
def ecrire_element(element: Element, *, champs: Mapping[str, Any], par: Auteur, le: datetime) -> Element:
    """Add or change a stage, a criterion or a paper; the campaign's journal tells it."""
    campagne = _tenir(element.campagne, par)
    nouveau = element.pk is None
    if isinstance(element, CritereCampagne) and not nouveau:
        _verifier_les_notes(element, champs)
    for nom, valeur in champs.items():
        setattr(element, nom, valeur)
    with contraintes_en_francais(), transaction.atomic():
        element.save()
    _noter(campagne, element, "ajouter" if nouveau else "modifier", par=par, le=le)
    return element


def _verifier_les_notes(critere: CritereCampagne, champs: Mapping[str, Any]) -> None:
    """Scores already given stay within the highest one."""
    plus_haute = critere.notes.aggregate(note=Max("note"))["note"]
    if plus_haute is not None and champs.get("note_max", critere.note_max) < plus_haute:
        raise RegleEnfreinte(
            f"Un dossier a déjà reçu {nombre_utile(plus_haute, 1)} sur ce critère : gardez au moins cette note maximale.",
            champ="note_max",
            code="deja_note",
        )


@transaction.atomic
def retirer_element(element: Element, *, par: Auteur, le: datetime) -> None:
    """Remove a stage, a criterion without any score, a paper."""
    campagne = _tenir(element.campagne, par)
    if isinstance(element, CritereCampagne) and element.notes.exists():
        raise RegleEnfreinte("Ce critère porte déjà des notes : changez son libellé ou son poids.", code="deja_note")
    _noter(campagne, element, "retirer", par=par, le=le)
    element.delete()


def _noter(campagne: Campagne, element: Element, verbe: str, *, par: Auteur, le: datetime) -> None:
    quoi = element._meta.model_name
    participe = {"ajouter": "ajouté", "modifier": "modifié", "retirer": "retiré"}[verbe]
    feminin = "" if isinstance(element, CritereCampagne) else "e"
    nom = str(element._meta.verbose_name).capitalize()
    libelle = f"{nom} {participe}{feminin}\u202f: {element}"
    inscrire(campagne, acte=f"{verbe}_{quoi}", libelle=libelle[:200], par=par, le=le)


@transaction.atomic
def changer_campagne(campagne: Campagne, acte: str, *, par: Auteur, le: datetime) -> Campagne:
    """Go through the table: try, go back, open, close, open again. The trials disappear when the call opens.

    Raises:
        RegleEnfreinte: going back while porteurs have already begun requests, or opening with no day left to deposit.
    """
    campagne = _tenir(campagne, par)
    campagne.verifier_transition(acte)
    dossiers = Dossier.objects.filter(campagne=campagne)
    if acte == "revenir" and campagne.etat == EtatCampagne.OUVERTE and dossiers.filter(essai=False).exists():
        raise RegleEnfreinte(
            "Des demandes sont déjà commencées : modifiez la campagne sans la refermer, ou annoncez-en la clôture.",
            code="deja_commencee",
        )
    if acte in ("ouvrir", "rouvrir") and campagne.limite_depot < localdate(le):
        raise RegleEnfreinte(
            f"La date limite de dépôt, le {date_chiffres(campagne.limite_depot)}, est passée : reportez-la d’abord.",
            code="limite_passee",
        )
    if acte in ("ouvrir", "revenir"):
        essais = dossiers.filter(essai=True)
        motif = f"Essais retirés\u202f: {essais.count()}" if essais.exists() else ""
        essais.delete()
    else:
        motif = ""
    campagne.changer_etat(acte, par=par, le=le, motif=motif)
    return campagne


@transaction.atomic
def ouvrir_tardivement(
    campagne: Campagne, *, porteur: Organisme, jusqu_au: date, motif: str, par: Auteur, le: datetime
) -> OuvertureTardive:
    """Let one porteur deposit after the limit, until a day, for a reason that the journal keeps."""
    campagne = _tenir(campagne, par)
    motif = motif_donne(motif)
    if jusqu_au <= campagne.limite_depot:
        raise RegleEnfreinte(
            f"Le dépôt est ouvert à tous jusqu’au {date_chiffres(campagne.limite_depot)} : choisissez un jour après.",
            champ="jusqu_au",
        )
    if jusqu_au < localdate(le):
        raise RegleEnfreinte("Ce jour est déjà passé.", champ="jusqu_au")
    with contraintes_en_francais(), transaction.atomic():
        ouverture = OuvertureTardive.objects.create(
            campagne=campagne,
            porteur=porteur,
            jusqu_au=jusqu_au,
            motif=motif,
            ouverte_le=le,
            ouverte_par=par.utilisateur,
        )
    libelle = f"Dépôt ouvert à {porteur.nom_court} jusqu’au {date_chiffres(jusqu_au)}"
    inscrire(campagne, acte="ouvrir_tardivement", libelle=libelle[:200], par=par, le=le, motif=motif)
    return ouverture


@transaction.atomic
def retirer_ouverture(ouverture: OuvertureTardive, *, par: Auteur, le: datetime) -> None:
    """End a late opening now; its line stays."""
    campagne = _tenir(ouverture.campagne, par)
    retirees = OuvertureTardive.objects.filter(pk=ouverture.pk, retiree_le__isnull=True).update(retiree_le=le)
    if retirees:
        libelle = f"Délai de {ouverture.porteur.nom_court} retiré"
        inscrire(campagne, acte="retirer_ouverture", libelle=libelle[:200], par=par, le=le)


def _tenir(campagne: Campagne, par: Auteur) -> Campagne:
    """The right to prepare it, then its row locked."""
    tenue = Campagne.objects.select_for_update(of=("self",)).select_related("contrat").get(pk=campagne.pk)
    verifier(peut_preparer_campagne(par, tenue.contrat))
    return tenue
