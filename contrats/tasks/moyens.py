"""Jobs about the means of partners: reminding one correspondent, importing a file."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from acteurs.models import Organisme
from commun import fichiers
from commun.auteur import Auteur, Canal
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import Fichier, Travail
from commun.travaux import Suivi, travail

from ..actions.moyens import expedier_rappel
from ..imports.moyens import examiner_ou_importer, resume
from ..models import Contrat


@travail("contrats.rappeler_les_moyens")
def rappeler_les_moyens(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Send one reminder to one correspondent, unless its organisation has answered since."""
    assert rangee.cible_id is not None
    return {"parti": expedier_rappel(Contrat.objects.get(pk=rangee.cible_id), rangee.parametres)}


@travail("contrats.examiner_import_de_moyens")
def examiner_import_de_moyens(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Say what a file of means would do, line by line; nothing is written."""
    return _importer(rangee, suivi, essai=True)


@travail("contrats.importer_moyens")
def importer_moyens(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Write a file of means; the same file again changes nothing."""
    return _importer(rangee, suivi, essai=False)


def _importer(rangee: Travail, suivi: Suivi, *, essai: bool) -> dict[str, Any]:
    assert rangee.cible_id is not None
    parametres = rangee.parametres
    fichier = Fichier.objects.get(pk=parametres["fichier"])
    organisme = Organisme.objects.get(pk=parametres["organisme"])
    suivi.etape(1, 2, "Lecture du fichier")
    contenu = fichiers.lire(fichier)
    suivi.etape(2, 2, "Contrôle des lignes" if essai else "Écriture des lignes")
    try:
        with transaction.atomic():
            bilan = examiner_ou_importer(
                Contrat.objects.get(pk=rangee.cible_id),
                contenu,
                fichier.nom,
                annee=parametres["annee"],
                par=Auteur(rangee.demande_par, organisme, Canal.IMPORT),
                le=timezone.now(),
                essai=essai,
                tout_ou_rien=bool(parametres.get("tout_ou_rien", True)) and not essai,
            )
            suivi.verifier()
    except ActeRefuse as refus:
        raise RegleEnfreinte(refus.motif, code="interdit") from refus
    return resume(bilan)
