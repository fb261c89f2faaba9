"""The record of a meeting: made by a job, kept with its version, published by whoever runs the meeting."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from commun.auteur import Auteur
from commun.contraintes import contraintes_en_francais
from commun.erreurs import RegleEnfreinte
from commun.fichiers import ranger
from commun.journal import inscrire
from commun.models import Travail
from commun.permissions import verifier
from commun.travaux import Suivi
from contrats.models import Reunion

from ..lectures.releve import releve as lire_releve
from ..models import ReleveDeDecisions
from ..permissions import peut_publier_le_releve
from ..rapports.releve import rediger
from .seances import planifier_pour_la_reunion, verrouiller_la_seance

PRODUIRE_RELEVE = "programmation.produire_releve"


@transaction.atomic
def demander_le_releve(reunion: Reunion, *, par: Auteur, le: datetime) -> Travail:
    """Plan the making of a new version of the record."""
    reunion = verrouiller_la_seance(reunion, par)
    if not reunion.examens.exists():
        raise RegleEnfreinte("Aucun dossier n’est sur la liste de cette réunion : il n’y a rien à relever.")
    return planifier_pour_la_reunion(PRODUIRE_RELEVE, reunion, par)


def produire_le_releve(reunion: Reunion, suivi: Suivi, *, par: Auteur, le: datetime) -> ReleveDeDecisions:
    """Make the PDF of what the meeting said, as it stands now; the former versions stay."""
    suivi.etape(1, 2, "Lecture de la séance")
    lu = lire_releve(reunion, le=le)
    version = (reunion.releves.aggregate(derniere=Max("version"))["derniere"] or 0) + 1
    octets = rediger(lu, version=version)
    suivi.etape(2, 2, "Dépôt du document")
    nom = f"releve-{reunion.comite.contrat.slug}-{reunion.le:%Y-%m-%d}-{reunion.pk}-v{version}.pdf"
    with contraintes_en_francais(), transaction.atomic():
        suivi.verifier()
        fichier = ranger(octets, nom=nom, type_mime="application/pdf", depose_par=suivi.travail.demande_par)
        produit = ReleveDeDecisions.objects.create(reunion=reunion, version=version, fichier=fichier, produit_le=le)
        inscrire(
            produit,
            acte="produire_le_releve",
            libelle="Relevé produit",
            par=par,
            le=le,
            apres={"version": version, "sha256": fichier.sha256},
        )
    return produit


@transaction.atomic
def publier_le_releve(releve: ReleveDeDecisions, *, par: Auteur, le: datetime) -> ReleveDeDecisions:
    """From now on the members of the committee read this version."""
    releve = (
        ReleveDeDecisions.objects.select_for_update(of=("self",))
        .select_related("reunion__comite__contrat", "reunion__commune")
        .get(pk=releve.pk)
    )
    verifier(peut_publier_le_releve(par, releve))
    if releve.publie_le is not None:
        raise RegleEnfreinte("Ce relevé est déjà publié.")
    releve.publie_le, releve.publie_par = le, par.utilisateur
    releve.save(update_fields=["publie_le", "publie_par"])
    inscrire(
        releve, acte="publier_le_releve", libelle="Relevé publié", par=par, le=le, apres={"version": releve.version}
    )
    return releve
