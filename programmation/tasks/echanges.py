"""Jobs of what is written on files: each e-mail is one job."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from commun.auteur import Auteur, Canal
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import Travail
from commun.travaux import Suivi, travail

from ..actions import echanges, envois
from ..lectures.envois import ENVOYER_A_CHACUN, PREVENIR_DU_MESSAGE
from ..models import Dossier, Envoi


@travail(PREVENIR_DU_MESSAGE)
def prevenir_du_message(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Tell one person of a message."""
    return {"parti": echanges.expedier_le_message(rangee)}


@travail(echanges.PREVENIR_DE_LA_MENTION)
def prevenir_de_la_mention(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Tell one person that a note names it."""
    return {"parti": echanges.expedier_la_mention(rangee)}


@travail(ENVOYER_A_CHACUN)
def envoyer_a_chacun(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Write the message of each file of a selection in its own transaction; the result tells each refusal and why.

    Taken over after a crash, it goes on: a file that has its message receives no second one.
    """
    envoi = Envoi.objects.select_related("campagne__contrat", "organisme").get(pk=rangee.cible_id)
    auteur = Auteur(rangee.demande_par, envoi.organisme, Canal.TACHE)
    visibles = Dossier.objects.visibles_par(auteur, envoi.campagne.contrat).filter(campagne=envoi.campagne)
    lus = visibles.select_related("contrat", "campagne", "porteur", "instructeur")
    numeros = rangee.parametres["numeros"]
    refus: list[dict[str, str]] = []
    suivi.etape(1, 1, "Écriture des messages", total=len(numeros))
    for fait, numero in enumerate(numeros, start=1):
        dossier = lus.filter(numero=numero).first()
        try:
            if dossier is None:
                raise RegleEnfreinte("Ce dossier n’existe pas, ou votre organisme ne le voit pas.")
            envois.ecrire_au_dossier(envoi, dossier, par=auteur, le=timezone.now())
        except RegleEnfreinte as erreur:
            refus.append({"numero": numero, "motif": erreur.message})
        except ActeRefuse as erreur:
            refus.append({"numero": numero, "motif": erreur.motif})
        suivi.avancer(fait)
    return {"ecrits": len(numeros) - len(refus), "refus": refus}
