"""Jobs of the API: long batches, calls to the partners, notice of keys that expire."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from acteurs.models import JetonApi, Organisme
from commun.auteur import Auteur, Canal
from commun.erreurs import RegleEnfreinte
from commun.models import Travail
from commun.travaux import Suivi, travail

from ..actions import acces_api, evenements
from ..forms.echanges import Repertoire, traiter_lot
from ..models import CleDuContrat, Contrat


@travail("contrats.enregistrer_lot")
def enregistrer_lot(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Write a batch of commitments that an information system sent, once."""
    lignes = rangee.parametres["lignes"]
    suivi.etape(1, 1, "Enregistrement des lignes", total=len(lignes))
    with transaction.atomic():
        suivi.verifier()
        repertoire = Repertoire(Contrat.objects.get(pk=rangee.cible_id), _auteur(rangee))
        bilan = traiter_lot(repertoire, lignes, tout_ou_rien=rangee.parametres["tout_ou_rien"])
        # Megabytes that nobody reads again: what was done is in the result and in the journal.
        Travail.objects.filter(pk=rangee.pk).update(parametres={**rangee.parametres, "lignes": []})
    return bilan


@travail("contrats.livrer_evenement")
def livrer_evenement(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Call one address of a partner."""
    return evenements.livrer(rangee, le=timezone.now())


@travail("contrats.annoncer_les_echeances_de_cles", chaque_jour_a=6)
def annoncer_les_echeances(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Find the keys that soon expire."""
    return {"annoncees": acces_api.annoncer_les_echeances(timezone.now())}


@travail("contrats.prevenir_cle_expirante")
def prevenir_cle_expirante(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Tell its managers that a key soon expires."""
    cle = CleDuContrat.objects.select_related("contrat", "jeton__organisme").get(pk=rangee.cible_id)
    return {"prevenus": acces_api.prevenir_cle_expirante(cle, le=timezone.now())}


def _auteur(rangee: Travail) -> Auteur:
    """Who sent the batch; a key revoked meanwhile writes no more."""
    cle = None
    if rangee.parametres["cle"] is not None:
        cle = JetonApi.objects.actifs(timezone.now()).filter(pk=rangee.parametres["cle"]).first()
        if cle is None:
            raise RegleEnfreinte("La clé qui a envoyé ce lot a été révoquée ou a expiré.", code="cle_inactive")
    elif rangee.demande_par is None:
        raise RegleEnfreinte("Le compte qui a envoyé ce lot n’existe plus.", code="compte_absent")
    return Auteur(
        utilisateur=rangee.demande_par,
        organisme=Organisme.objects.get(pk=rangee.parametres["organisme"]),
        canal=Canal.API,
        cle=cle,
    )
