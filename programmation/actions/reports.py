"""Where requests are deposited, and what was entered again in another téléservice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from contrats.models import Contrat

from ..lectures.reports import ANNULER, REPORTER
from ..models import CanalDepot, DemandeFinancement, Dispositif, Teleservice
from ..permissions import peut_regler_les_canaux, peut_reporter
from .ecriture import verrouiller_demande


@transaction.atomic
def regler_canal(
    contrat: Contrat,
    dispositif: Dispositif,
    financeur: Organisme,
    *,
    canal: str,
    adresse: str = "",
    consigne: str = "",
    par: Auteur,
    le: datetime,
) -> CanalDepot | None:
    """Say where a funder wants the requests of a scheme; None when nothing changes, Pilotville being the usual place."""
    verifier(peut_regler_les_canaux(par, contrat))
    Contrat.objects.select_for_update(no_key=True).get(pk=contrat.pk)
    existant = CanalDepot.objects.filter(contrat=contrat, dispositif=dispositif, financeur=financeur).first()
    voulu = {"canal": str(canal), "adresse": adresse.strip(), "consigne": consigne.strip()}
    habituel = {"canal": Teleservice.PILOTVILLE.value, "adresse": "", "consigne": ""}
    avant = {nom: getattr(existant, nom) for nom in voulu} if existant is not None else habituel
    if voulu == avant:
        return None
    regle, _ = CanalDepot.objects.update_or_create(
        contrat=contrat, dispositif=dispositif, financeur=financeur, defaults=voulu
    )
    inscrire(regle, acte="regler_canal", libelle="Canal de dépôt réglé", par=par, le=le, avant=avant, apres=voulu)
    return regle


@transaction.atomic
def noter_les_reports(demandes: Sequence[DemandeFinancement], *, reporte_le: date, par: Auteur, le: datetime) -> int:
    """Note that these rows were entered in the other téléservice on a day; all of them or none. Returns how many."""
    if not demandes:
        raise RegleEnfreinte("Cochez ce qui a été reporté.", champ="demande", code="rien_de_coche")
    if reporte_le > timezone.localdate(le):
        raise RegleEnfreinte("Un report ne se note pas à l’avance.", champ="reporte_le", code="report_a_venir")
    for demande in sorted(demandes, key=lambda d: (d.dossier_id, d.pk)):
        tenue = verrouiller_demande(demande)
        verifier(peut_reporter(par, tenue))
        _ecrire(tenue, reporte_le, REPORTER, f"Ressaisie dans l’autre téléservice le {reporte_le:%d/%m/%Y}", par, le)
    return len(demandes)


@transaction.atomic
def annuler_le_report(demande: DemandeFinancement, *, par: Auteur, le: datetime) -> None:
    """It was noted by mistake: the row is to be entered there again."""
    tenue = verrouiller_demande(demande)
    verifier(peut_reporter(par, tenue))
    if tenue.reporte_le is None:
        raise RegleEnfreinte("Cette demande n’est pas notée comme reportée.", code="pas_reportee")
    _ecrire(tenue, None, ANNULER, "Report dans l’autre téléservice annulé", par, le)


def _ecrire(
    demande: DemandeFinancement, reporte_le: date | None, acte: str, libelle: str, par: Auteur, le: datetime
) -> None:
    avant, apres = ({"reporte_le": str(jour) if jour else None} for jour in (demande.reporte_le, reporte_le))
    demande.reporte_le = reporte_le
    demande.save(update_fields=["reporte_le"])
    inscrire(demande, acte=acte, libelle=libelle, par=par, le=le, avant=avant, apres=apres)
