"""Jobs that write what the COPIL validated."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from acteurs.models import Organisme
from commun.auteur import Auteur, Canal
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import Travail
from commun.travaux import Suivi, travail
from contrats.models import Contrat, Reunion

from .. import actions
from ..etats import EtatDossier
from ..lectures.dossier import tables_du_copil
from ..models import Dossier


@travail("programmation.programmer_selection")
def programmer_selection(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Validate each file of the selection in its own transaction; the result tells each refusal and why.

    Taken over after a crash, it goes on: a file already programmed by this job counts as done.
    """
    contrat = Contrat.objects.get(pk=rangee.cible_id)
    reunion = Reunion.objects.select_related("comite").get(pk=rangee.parametres["reunion"])
    organisme = Organisme.objects.filter(pk=rangee.parametres["organisme"]).first()
    auteur = Auteur(rangee.demande_par, organisme, Canal.TACHE)
    numeros = rangee.parametres["numeros"]
    reussis: list[str] = []
    restent: list[dict[str, Any]] = []
    refus: list[dict[str, str]] = []
    suivi.etape(1, 1, "Validation des dossiers", total=len(numeros))
    for fait, numero in enumerate(numeros, start=1):
        dossier = Dossier.objects.visibles_par(auteur, contrat).filter(numero=numero).first()
        try:
            if dossier is None:
                raise RegleEnfreinte("Ce dossier n’existe pas, ou votre organisme ne le voit pas.")
            deja = dossier.etat == EtatDossier.PROGRAMME and dossier.demandes.filter(reunion=reunion).exists()
            if not deja:
                actions.programmer(dossier, reunion=reunion, par=auteur, le=timezone.now())
            reussis.append(numero)
            if (attendus := tables_du_copil([dossier.pk]).get(dossier.pk)) and attendus.restent:
                restent.append({"numero": numero, "financeurs": list(attendus.restent)})
        except RegleEnfreinte as erreur:
            refus.append({"numero": numero, "motif": erreur.message})
        except ActeRefuse as erreur:
            refus.append({"numero": numero, "motif": erreur.motif})
        suivi.avancer(fait)
    return {"reussis": reussis, "refus": refus, "restent": restent}
