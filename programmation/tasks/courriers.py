"""Jobs of a funder's acts and letters: each row, each letter in its own transaction, each with its answer."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from commun.auteur import Canal
from commun.erreurs import RegleEnfreinte
from commun.models import Travail
from commun.ramasse_miettes import ramasse_miettes_par_paquets
from commun.travaux import Suivi, travail
from contrats.models import ActeDecision

from .. import actions
from ..actions import actes_financeurs, courriers
from ..actions.actes_financeurs import DECIDER_DES_LIGNES, LigneDActe
from ..etats import EtatCourrier
from ..lectures.courriers import ENVOYER_LES_COURRIERS, OUVRIR_LES_COURRIERS, PREVENIR_DU_COURRIER
from ..models import Courrier, DemandeFinancement, Dossier, LotDeCourriers
from .lots import INCONNU, dossier_visible, une_par_une

# A layout leaves cycles behind: looking for them after each letter would cost more than the letter.
LETTRES_PAR_COLLECTE = 25


@travail(DECIDER_DES_LIGNES)
def decider_des_lignes(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Each row of an act. Taken over after a crash, what it had already decided counts as done."""
    acte = ActeDecision.objects.select_related("contrat", "organisme").get(pk=rangee.parametres["acte"])
    auteur = actions.auteur_du_travail(rangee, Canal.TACHE)
    visibles = Dossier.objects.deliberes_par(auteur, acte.contrat).filter(campagne__annee=rangee.parametres["annee"])
    siennes = DemandeFinancement.objects.filter(financeur=acte.organisme, dossier__in=visibles.values("pk"))

    def faire(ligne: LigneDActe) -> None:
        demande = siennes.filter(pk=ligne.demande).first()
        if demande is None:
            raise RegleEnfreinte(INCONNU)
        if rangee.tentatives > 1 and actes_financeurs.ligne_deja_decidee(demande, acte, ligne):
            return
        actes_financeurs.decider_la_ligne(
            demande, acte, ligne, par=auteur, le=timezone.now(), piece_source=rangee.parametres["piece_source"]
        )

    lignes = [LigneDActe.de_json(lu) for lu in rangee.parametres["lignes"]]
    return une_par_une(suivi, lignes, numero=lambda ligne: ligne.numero, faire=faire, libelle="Lignes de l’acte")


@travail(OUVRIR_LES_COURRIERS)
def ouvrir_les_courriers(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """The letter of each file of the lot; a file that has it already counts as done."""
    lot = _lot(rangee)
    contrat = lot.campagne.contrat
    auteur = actions.auteur_du_travail(rangee, Canal.TACHE)

    def faire(numero: str) -> None:
        dossier = dossier_visible(auteur, contrat, numero)
        courriers.ouvrir_le_courrier(lot, dossier, par=auteur, le=timezone.now())

    return une_par_une(suivi, rangee.parametres["numeros"], numero=str, faire=faire, libelle="Rédaction des courriers")


@travail(ENVOYER_LES_COURRIERS)
def envoyer_les_courriers(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Each letter that is ready: PDF, notification, e-mails planned. Run again, what has left does not leave twice."""
    lot = _lot(rangee)
    auteur = actions.auteur_du_travail(rangee, Canal.TACHE)
    numeros = rangee.parametres["courriers"]
    vus = Courrier.objects.visibles_par(auteur, lot.campagne.contrat).filter(lot=lot).select_related("dossier")
    lus = {courrier.pk: courrier for courrier in vus.filter(pk__in=numeros)}

    def faire(numero: int) -> None:
        courrier = lus.get(numero)
        if courrier is None:
            raise RegleEnfreinte(INCONNU)
        if rangee.tentatives > 1 and courrier.etat == EtatCourrier.ENVOYE:
            return
        courriers.envoyer_le_courrier(courrier, par=auteur, le=timezone.now())
        compter()

    with ramasse_miettes_par_paquets(LETTRES_PAR_COLLECTE) as compter:
        return une_par_une(
            suivi,
            numeros,
            numero=lambda numero: lus[numero].dossier.numero if numero in lus else str(numero),
            faire=faire,
            libelle="Production et envoi",
        )


@travail(PREVENIR_DU_COURRIER)
def prevenir_du_courrier(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Send one e-mail of a letter."""
    return {"parti": courriers.expedier_le_courrier(rangee)}


def _lot(rangee: Travail) -> LotDeCourriers:
    return LotDeCourriers.objects.select_related("campagne__contrat", "financeur", "acte").get(pk=rangee.cible_id)
