"""Jobs of an import: reading a spreadsheet, writing its files, keeping each as it came."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from acteurs.models import Organisme
from commun import fichiers
from commun.auteur import Auteur, Canal
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import Travail
from commun.travaux import Suivi, travail

from ..actions import importation as actes
from ..actions import versions
from ..imports.dossiers import Reglages, examiner_ou_importer, lignes_refusees, resume
from ..models import Campagne, ImportDossiers


@travail(actes.LECTURE)
def lire_import(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Say what a spreadsheet would do; nothing is written."""
    return _traiter(rangee, suivi, ecrire=False)


@travail(actes.ECRITURE)
def ecrire_import(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Write the files of a spreadsheet; the same one again changes nothing."""
    return _traiter(rangee, suivi, ecrire=True)


def _traiter(rangee: Travail, suivi: Suivi, *, ecrire: bool) -> dict[str, Any]:
    lues = ImportDossiers.objects.select_related("campagne__contrat", "correspondance", "fichier")
    assert rangee.cible_id is not None
    importation = lues.get(pk=rangee.cible_id)
    organisme = Organisme.objects.filter(pk=rangee.parametres["organisme"]).first()
    par, le = Auteur(rangee.demande_par, organisme, Canal.IMPORT), timezone.now()
    suivi.etape(1, 2, "Lecture du fichier")
    contenu = fichiers.lire(importation.fichier)
    suivi.etape(2, 2, "Écriture des dossiers" if ecrire else "Contrôle des lignes")
    try:
        with transaction.atomic():
            lecture = examiner_ou_importer(
                importation.campagne,
                contenu,
                importation.fichier.nom,
                Reglages.de(importation),
                par=par,
                le=le,
                ecrire=ecrire,
                bonnes_lignes=bool(rangee.parametres.get("bonnes_lignes")),
            )
            compte = resume(lecture)
            if lecture.fautes or compte["a_rapprocher"]:
                nom = f"{importation.fichier.nom.rpartition('.')[0]}-a-corriger.csv"
                compte["refus"] = fichiers.ranger(
                    lignes_refusees(lecture), nom=nom, type_mime="text/csv", depose_par=rangee.demande_par
                ).pk
            if ecrire:
                actes.noter_l_ecriture(importation, compte, lecture.colonnes, par=par, le=le)
            else:
                actes.noter_la_lecture(importation, compte, par=par, le=le)
            suivi.verifier()
    except ActeRefuse as refus:
        raise RegleEnfreinte(refus.motif, code="interdit") from refus
    return {"ecrite": lecture.ecrite, "total": compte["total"]}


@travail(versions.GARDER)
def garder_les_imports(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Keep a version of each file that an import has brought or changed. Taken over, what is kept stays as it is."""
    campagne = Campagne.objects.get(pk=rangee.cible_id)
    a_garder = versions.imports_a_garder(campagne, rangee.parametres["modifies"])
    suivi.etape(1, 1, "Versions gardées", total=len(a_garder))
    for fait, numero in enumerate(a_garder, start=1):
        versions.garder_l_import(numero)
        suivi.avancer(fait)
    return {"gardees": len(a_garder)}
