"""Versions of a request: frozen as it stands, so that what was written first stays readable."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from acteurs.models import Organisme
from commun import fichiers, instantanes
from commun.auteur import Auteur, Canal
from commun.models import LigneJournal
from commun.travaux import planifier

from ..lectures.demande import RELATIONS, demande_de
from ..models import Campagne, Dossier, GenreVersion, OrigineDossier, VersionDossier
from ..regles.demande import SCHEMA

GARDER = "programmation.garder_les_imports"


def garder_version(
    dossier: Dossier, genre: GenreVersion, *, par: Auteur | None, le: datetime, motif: str = ""
) -> VersionDossier:
    """Freeze the request as it stands; the caller holds the file's lock."""
    derniere = dossier.versions.order_by("-numero").first()
    rang = derniere.numero + 1 if derniere else 1
    octets = instantanes.figer(demande_de(dossier, timezone.localdate(le)), schema=SCHEMA)
    personne = par.utilisateur if par else None
    return VersionDossier.objects.create(
        dossier=dossier,
        numero=rang,
        genre=genre,
        instantane=fichiers.ranger(
            octets,
            nom=f"{dossier.numero}-v{rang}.json",
            type_mime="application/json",
            depose_par=personne,
        ),
        motif=motif,
        ecrite_le=le,
        ecrite_par=personne,
        organisme=par.organisme if par else dossier.porteur,
    )


def garder_l_original(dossier: Dossier) -> None:
    """Keep a file that was not deposited here as it is, before its first correction; the caller holds its lock."""
    if dossier.depose_le is None or dossier.versions.exists():
        return
    venue = _dernier_import(dossier)
    if venue is None:
        garder_version(dossier, GenreVersion.DEPOT, par=None, le=dossier.depose_le)
    else:
        _garder_l_import(dossier, venue)


def planifier_les_versions(campagne: Campagne, modifies: Iterable[int], *, par: Auteur) -> None:
    """Have the files that an import has just brought, or changed (`modifies`), kept as they came."""
    planifier(GARDER, cible=campagne, parametres={"modifies": list(modifies)}, par=par)


def imports_a_garder(campagne: Campagne, modifies: Iterable[int]) -> list[int]:
    """The imported files that have no version yet, then those that an import has changed since theirs."""
    importes = Dossier.objects.filter(campagne=campagne, depose_le__isnull=False).order_by("pk")
    neufs = importes.exclude(origine=OrigineDossier.PILOTVILLE).filter(versions=None)
    changes = importes.filter(pk__in=list(modifies)).exclude(versions=None)
    return [*neufs.values_list("pk", flat=True), *changes.values_list("pk", flat=True).distinct()]


@transaction.atomic
def garder_l_import(numero: int) -> None:
    """Keep one imported file; one that says what its last version says is kept already."""
    dossier = Dossier.objects.select_for_update(of=("self",)).select_related(*RELATIONS).get(pk=numero)
    derniere = dossier.versions.select_related("instantane").order_by("-numero").first()
    if derniere is None:
        garder_l_original(dossier)
        return
    venue = _dernier_import(dossier)
    if venue is not None and derniere.ecrite_le < venue.fait_le:
        _garder_l_import(dossier, venue)


def _dernier_import(dossier: Dossier) -> LigneJournal | None:
    """The journal line of the last import that wrote the file."""
    return LigneJournal.objects.de(dossier).filter(acte="importer").select_related("utilisateur").last()


def _garder_l_import(dossier: Dossier, venue: LigneJournal) -> None:
    organisme = Organisme.objects.filter(pk=venue.organisme_id or 0).first()
    importateur = Auteur(venue.utilisateur, organisme, Canal(venue.canal))
    garder_version(dossier, GenreVersion.IMPORT, par=importateur, le=venue.fait_le, motif=venue.motif)
