"""A message to many porteurs: asked once, written file by file by a job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier
from commun.travaux import planifier

from ..lectures.envois import ENVOYER_A_CHACUN, valeurs_de_fusion
from ..models import Campagne, Dossier, Envoi, Message
from ..permissions import peut_ecrire_a_une_selection
from ..regles.fusion import fautes_de_fusion, fusionner
from .echanges import ecrire_un_message


@transaction.atomic
def ecrire_a_une_selection(
    campagne: Campagne,
    numeros: Sequence[str],
    *,
    objet: str,
    corps: str,
    par: Auteur,
    le: datetime,
    selection: str = "",
) -> Envoi:
    """Ask for one message to the porteur of each file of `numeros`; a job writes them, one transaction per file.

    Raises:
        RegleEnfreinte: no file, or a merge field that is not in the list (`regles.fusion`).
    """
    verifier(peut_ecrire_a_une_selection(par, campagne.contrat))
    verifier_la_fusion(objet, corps)
    numeros = list(dict.fromkeys(numeros))
    if not numeros:
        raise RegleEnfreinte("Choisissez au moins un dossier.")
    envoi = Envoi.objects.create(
        campagne=campagne,
        objet=objet,
        corps=corps,
        selection=selection,
        auteur=par.utilisateur,
        organisme=par.organisme,
        demande_le=le,
    )
    inscrire(envoi, acte="ecrire", libelle="Message à une sélection", par=par, le=le, apres={"dossiers": len(numeros)})
    planifier(ENVOYER_A_CHACUN, cible=envoi, parametres={"numeros": numeros}, par=par)
    return envoi


def verifier_la_fusion(objet: str, corps: str) -> None:
    """Refuse a merge field that is not known, beside the field where it stands."""
    for champ, texte in (("objet", objet), ("corps", corps)):
        if fautes := fautes_de_fusion(texte):
            raise RegleEnfreinte(" ".join(fautes), champ=champ, code="champ_inconnu")


def ecrire_au_dossier(envoi: Envoi, dossier: Dossier, *, par: Auteur, le: datetime) -> Message | None:
    """Write the message of one file, merged; None when this file has already received it."""
    with transaction.atomic():
        if Message.objects.filter(envoi=envoi, dossier=dossier).exists():
            return None
        valeurs = valeurs_de_fusion(dossier)
        return ecrire_un_message(
            dossier,
            objet=fusionner(envoi.objet, valeurs)[:200],
            texte=fusionner(envoi.corps, valeurs),
            envoi=envoi,
            par=par,
            le=le,
        )
