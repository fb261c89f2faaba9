"""Jobs that write what the COPIL validated."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from commun.auteur import Canal
from commun.models import Travail
from commun.travaux import Suivi, travail
from contrats.models import Contrat, Reunion

from .. import actions
from ..etats import EtatDossier
from ..lectures.selection import tables_du_copil
from ..models import Dossier, MontantExamine
from ..models.seance import demandes_de
from .lots import dossier_visible, une_par_une


@travail("programmation.programmer_selection")
def programmer_selection(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Validate each file of the selection in its own transaction; the result tells each refusal and why.

    Taken over after a crash, it goes on: a file already programmed by this job counts as done.
    """
    contrat = Contrat.objects.get(pk=rangee.cible_id)
    reunion = Reunion.objects.select_related("comite").get(pk=rangee.parametres["reunion"])
    auteur = actions.auteur_du_travail(rangee, Canal.TACHE)
    restent: list[dict[str, Any]] = []

    def faire(numero: str) -> None:
        dossier = dossier_visible(auteur, contrat, numero)
        if not _deja_programme(dossier, reunion, reprise=rangee.tentatives > 1):
            actions.programmer(dossier, reunion=reunion, par=auteur, le=timezone.now())
        if (attendus := tables_du_copil([dossier.pk], reunion.comite).get(dossier.pk)) and attendus.restent:
            restent.append({"numero": numero, "financeurs": list(attendus.restent)})

    resultat = une_par_une(
        suivi, rangee.parametres["numeros"], numero=str, faire=faire, libelle="Validation des dossiers"
    )
    return resultat | {"restent": restent}


def _deja_programme(dossier: Dossier, reunion: Reunion, *, reprise: bool) -> bool:
    """This meeting programmed the file, and nothing proposed since awaits it.

    `reprise`: the job was taken over; it may have programmed the file itself, beside what the meeting left at 0.
    """
    if dossier.etat != EtatDossier.PROGRAMME or not dossier.demandes.filter(reunion=reunion).exists():
        return False
    siennes = dossier.demandes.filter(demandes_de(reunion.comite))
    if reprise:
        laissees = MontantExamine.objects.laisses().filter(examen__reunion=reunion)
        siennes = siennes.exclude(pk__in=laissees.values("demande"))
    return not any(demande.a_la_table_du_copil for demande in siennes)
