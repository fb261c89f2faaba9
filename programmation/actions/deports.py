"""A person withdraws from a file for a conflict of interest, or comes back to it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from acteurs.models import Utilisateur
from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier

from ..models import Deport, Dossier, Notation
from ..models.dossier import DEPORTS_CONNUS
from ..permissions import instruit, peut_declarer_un_deport, peut_lever_un_deport
from .ecriture import motif_donne, verrouiller_dossier


@transaction.atomic
def declarer_un_deport(dossier: Dossier, *, personne: Utilisateur, motif: str, par: Auteur, le: datetime) -> Deport:
    """From now on `personne` reads neither the amounts nor the opinions of the file, and acts on nothing there.

    It follows the file no more, and its reading of the grid falls: somebody else takes it up.

    Raises:
        RegleEnfreinte: no reason, or a person who does not instruct the file, or who is withdrawn already.
    """
    dossier = verrouiller_dossier(dossier)
    verifier(peut_declarer_un_deport(par, dossier, personne))
    motif = motif_donne(motif)
    if dossier.deports.en_vigueur().filter(utilisateur=personne).exists():
        raise RegleEnfreinte("Cette personne s’est déjà déportée de ce dossier.", champ="personne")
    if not instruit(Auteur(utilisateur=personne), dossier):
        raise RegleEnfreinte(f"{personne} n’instruit pas ce dossier.", champ="personne")
    with contraintes_en_francais(), transaction.atomic():
        deport = Deport.objects.create(dossier=dossier, utilisateur=personne, motif=motif, declare_le=le)
    _ecarter_sa_lecture(dossier, personne, par=par, le=le)
    suivait = dossier.instructeur_id == personne.pk
    if suivait:
        dossier.instructeur = None
        dossier.save(update_fields=["instructeur"])
    _inscrire(dossier, deport, "declarer_un_deport", f"Déport de {personne}", par, le, suivait=suivait)
    return deport


@transaction.atomic
def lever_un_deport(deport: Deport, *, par: Auteur, le: datetime) -> Deport:
    """The conflict of interest is over, or was none: the person works on the file again."""
    dossier = verrouiller_dossier(deport.dossier)
    deport = Deport.objects.select_for_update(of=("self",)).select_related("utilisateur").get(pk=deport.pk)
    deport.dossier = dossier
    verifier(peut_lever_un_deport(par, deport))
    deport.leve_le = le
    deport.save(update_fields=["leve_le"])
    _inscrire(dossier, deport, "lever_un_deport", f"Déport levé : {deport.utilisateur}", par, le)
    return deport


def _ecarter_sa_lecture(dossier: Dossier, personne: Utilisateur, *, par: Auteur, le: datetime) -> None:
    """Its scores leave the grid; the journal keeps them."""
    notation = Notation.objects.filter(dossier=dossier, evaluateur=personne).first()
    if notation is None:
        return
    notes = {str(n.critere): str(n.note) for n in notation.notes.select_related("critere")}
    inscrire(
        dossier,
        acte="ecarter_une_lecture",
        libelle=f"Lecture écartée : {personne}",
        par=par,
        le=le,
        avant={"lecture": notation.lecture, "notes": notes},
    )
    notation.delete()


def _inscrire(
    dossier: Dossier, deport: Deport, acte: str, libelle: str, par: Auteur, le: datetime, **suite: bool
) -> None:
    """In the file's own life, without the reason; what the people concerned remember is read again."""
    inscrire(dossier, acte=acte, libelle=libelle, par=par, le=le, apres={"deport": deport.pk, **suite})
    for personne in (deport.utilisateur, par.utilisateur):
        if personne is not None:
            personne.__dict__.pop(DEPORTS_CONNUS, None)
