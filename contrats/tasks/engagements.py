"""Jobs about commitments: writing to signatories, reminding them before committees, importing a file."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from acteurs.models import Organisme
from commun import fichiers
from commun.auteur import Auteur, Canal, systeme
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import Fichier, Travail
from commun.travaux import Suivi, travail

from ..actions.revue import expedier_courriel, relancer, reunions_a_preparer
from ..imports.engagements import examiner_ou_importer, lignes_refusees, resume
from ..models import Contrat


@travail("contrats.ecrire_au_signataire")
def ecrire_au_signataire(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Send one e-mail to one correspondent, unless it has nothing more to say."""
    contrat = _contrat(rangee)
    return {"parti": expedier_courriel(contrat, rangee.parametres, le=timezone.localdate())}


@travail("contrats.relancer_les_signataires", chaque_jour_a=7)
def relancer_les_signataires(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Remind those who have not answered, before each COTECH and COPIL to come."""
    le = timezone.now()
    relances = {
        str(reunion): relancer(reunion, par=systeme(Canal.TACHE), le=le)
        for reunion in reunions_a_preparer(timezone.localdate(le))
    }
    return {"relances": relances}


@travail("contrats.examiner_import")
def examiner_import(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Say what a file of commitments would do, line by line; nothing is written."""
    return _importer(rangee, suivi, essai=True)


@travail("contrats.importer_engagements")
def importer_engagements(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Write a file of commitments; the same file again changes nothing."""
    return _importer(rangee, suivi, essai=False)


def _importer(rangee: Travail, suivi: Suivi, *, essai: bool) -> dict[str, Any]:
    contrat = _contrat(rangee)
    fichier = Fichier.objects.get(pk=rangee.parametres["fichier"])
    organisme = Organisme.objects.filter(pk=rangee.parametres["organisme"]).first()
    auteur = Auteur(rangee.demande_par, organisme, Canal.IMPORT)
    suivi.etape(1, 2, "Lecture du fichier")
    contenu = fichiers.lire(fichier)
    suivi.etape(2, 2, "Contrôle des lignes" if essai else "Écriture des lignes")
    try:
        with transaction.atomic():
            bilan = examiner_ou_importer(
                contrat,
                contenu,
                fichier.nom,
                par=auteur,
                le=timezone.now(),
                essai=essai,
                tout_ou_rien=bool(rangee.parametres.get("tout_ou_rien", True)) and not essai,
            )
            suivi.verifier()
    except ActeRefuse as refus:
        raise RegleEnfreinte(refus.motif, code="interdit") from refus
    resultat = resume(bilan)
    if bilan.erreurs:
        refusees = lignes_refusees(contenu, fichier.nom, bilan)
        nom = f"{fichier.nom.rpartition('.')[0] or fichier.nom}-a-corriger.csv"
        garde = fichiers.ranger(refusees, nom=nom, type_mime="text/csv", depose_par=rangee.demande_par)
        resultat["refus"] = garde.pk
    return resultat


def _contrat(rangee: Travail) -> Contrat:
    """The contract that a job is about."""
    assert rangee.cible_id is not None
    return Contrat.objects.get(pk=rangee.cible_id)
