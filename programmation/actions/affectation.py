"""Who of the team follows each file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from acteurs.models import Utilisateur
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire, inscrire_lot, preparer
from commun.permissions import verifier
from contrats.permissions import roles

from ..lectures.affectation import possibles, repartition
from ..models import Dossier
from ..models.dossier import retenir_les_limites
from ..permissions import peut_instruire
from .ecriture import verrouiller_dossier

ACTE, LIBELLE = "affecter", "Dossier confié"


@transaction.atomic
def affecter(dossier: Dossier, instructeur: Utilisateur | None, *, par: Auteur, le: datetime) -> Dossier:
    """Give a file to a chef de projet whose limits hold it, or to nobody."""
    dossier = verrouiller_dossier(dossier)
    verifier(peut_instruire(par, dossier))
    if instructeur is not None and instructeur not in possibles(dossier):
        raise RegleEnfreinte(_hors_limites(instructeur, dossier), champ="instructeur")
    avant, dossier.instructeur = _nom(dossier.instructeur), instructeur
    dossier.save(update_fields=["instructeur"])
    inscrire(
        dossier,
        acte=ACTE,
        libelle=LIBELLE,
        par=par,
        le=le,
        avant={"suivi par": avant},
        apres={"suivi par": _nom(instructeur)},
    )
    return dossier


@transaction.atomic
def affecter_lot(choix: Mapping[int, Utilisateur], *, par: Auteur, le: datetime) -> int:
    """Give many files at once (file's key → person), all or none. Returns how many changed hands."""
    dossiers = list(
        Dossier.objects.select_for_update(of=("self",))
        .select_related("contrat", "campagne", "instructeur")
        .filter(pk__in=choix)
        .order_by("pk")
    )
    changes = [dossier for dossier in dossiers if dossier.instructeur_id != choix[dossier.pk].pk]
    if not changes:
        return 0
    retenir_les_limites(changes, [h.limites for h in roles(par, changes[0].contrat).habilitations])
    for dossier in changes:
        dossier.contrat = changes[0].contrat  # what the author is there is read once
        verifier(peut_instruire(par, dossier))
    admis = {
        ligne.dossier.pk: ligne.possibles
        for ligne in repartition(changes[0].contrat, changes[0].campagne.annee, changes)
    }
    lignes = []
    for dossier in changes:
        instructeur = choix[dossier.pk]
        if instructeur not in admis[dossier.pk]:
            raise RegleEnfreinte(_hors_limites(instructeur, dossier))
        avant, dossier.instructeur = _nom(dossier.instructeur), instructeur
        suite = {"avant": {"suivi par": avant}, "apres": {"suivi par": _nom(instructeur)}}
        lignes.append(preparer(dossier, acte=ACTE, libelle=LIBELLE, par=par, le=le, **suite))
    Dossier.objects.bulk_update(changes, ["instructeur"])
    inscrire_lot(lignes, nouveaux=False)
    return len(changes)


def _nom(personne: Utilisateur | None) -> str:
    return str(personne) if personne else ""


def _hors_limites(personne: Utilisateur, dossier: Dossier) -> str:
    return f"L’habilitation de {personne} ne couvre pas le dossier {dossier.numero} : choisissez quelqu’un d’autre."
