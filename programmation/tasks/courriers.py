"""Jobs of a funder's acts and letters: each row, each letter in its own transaction, each with its answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from commun.auteur import Auteur, Canal
from commun.erreurs import RegleEnfreinte
from commun.models import Travail
from commun.ramasse_miettes import ramasse_miettes_par_paquets
from commun.travaux import Suivi, travail
from contrats.models import ActeDecision, Contrat

from .. import actions
from ..actions import actes_financeurs, courriers
from ..actions.actes_financeurs import DECIDER_DES_LIGNES, LigneDActe
from ..etats import EtatCourrier
from ..lectures.courriers import (
    CHANGER_LES_COURRIERS,
    ENVOYER_LES_COURRIERS,
    IMPRIMER_LES_COURRIERS,
    OUVRIR_LES_COURRIERS,
    PREVENIR_DU_COURRIER,
    Entourage,
    entourages,
)
from ..models import Courrier, DemandeFinancement, Dossier, LotDeCourriers
from .lots import INCONNU, dossier_visible, une_par_une

# What letters need is read for so many at once. A layout leaves cycles behind, too: looking for them after each letter
# would cost more than the letter.
LETTRES_PAR_PAQUET = 25


@travail(DECIDER_DES_LIGNES)
def decider_des_lignes(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Each row of an act, or each refusal without one; what stands already as it says counts as done."""
    parametres = rangee.parametres
    contrat = Contrat.objects.get(pk=rangee.cible_id)
    acte = None
    if parametres["acte"] is not None:
        acte = ActeDecision.objects.select_related("contrat", "organisme").get(pk=parametres["acte"])
    financeur = acte.organisme_id if acte else parametres["financeur"]
    auteur = actions.auteur_du_travail(rangee, Canal.TACHE)
    visibles = Dossier.objects.deliberes_par(auteur, contrat).filter(campagne__annee=parametres["annee"])
    siennes = DemandeFinancement.objects.filter(financeur=financeur, dossier__in=visibles.values("pk"))

    def faire(ligne: LigneDActe) -> None:
        demande = siennes.filter(pk=ligne.demande).first()
        if demande is None:
            raise RegleEnfreinte(INCONNU)
        if actes_financeurs.ligne_deja_decidee(demande, acte, ligne):
            return
        actes_financeurs.decider_la_ligne(
            demande, acte, ligne, par=auteur, le=timezone.now(), piece_source=parametres["piece_source"]
        )

    lignes = [LigneDActe.de_json(lu) for lu in parametres["lignes"]]
    libelle = "Lignes de l’acte" if acte else "Refus"
    return une_par_une(suivi, lignes, numero=lambda ligne: ligne.numero, faire=faire, libelle=libelle)


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


@travail(CHANGER_LES_COURRIERS)
def changer_les_courriers(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Each letter marked ready, or written again."""
    auteur = actions.auteur_du_travail(rangee, Canal.TACHE)
    acte = rangee.parametres["acte"]
    changer = courriers.CHANGEMENTS[acte]

    def faire(courrier: Courrier) -> None:
        if not courriers.changement_fait(courrier, acte):
            changer(courrier, par=auteur, le=timezone.now())

    return _lettre_par_lettre(rangee, suivi, auteur, faire, Courrier.TRANSITIONS[acte].libelle)


@travail(ENVOYER_LES_COURRIERS)
def envoyer_les_courriers(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Each letter that is ready: PDF, notification, e-mails planned. Run again, what has left does not leave twice."""
    auteur = actions.auteur_du_travail(rangee, Canal.TACHE)
    lus: dict[int, Entourage] = {}

    def lire(paquet: list[Courrier]) -> None:
        lus.clear()
        lus.update(entourages(paquet[0].lot, paquet) if paquet else {})

    def faire(courrier: Courrier) -> None:
        if courrier.etat == EtatCourrier.ENVOYE:
            return
        courriers.envoyer_le_courrier(courrier, par=auteur, le=timezone.now(), entourage=lus.get(courrier.pk))
        compter()

    with ramasse_miettes_par_paquets(LETTRES_PAR_PAQUET) as compter:
        return _lettre_par_lettre(rangee, suivi, auteur, faire, "Production et envoi", lire=lire)


@travail(IMPRIMER_LES_COURRIERS)
def imprimer_les_courriers(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """One document of the letters sent of a lot."""
    auteur = actions.auteur_du_travail(rangee, Canal.TACHE)
    return courriers.produire_l_impression(_lot(rangee), suivi, par=auteur)


@travail(PREVENIR_DU_COURRIER)
def prevenir_du_courrier(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Send one e-mail of a letter."""
    return {"parti": courriers.expedier_le_courrier(rangee)}


def _lettre_par_lettre(
    rangee: Travail,
    suivi: Suivi,
    auteur: Auteur,
    faire: Callable[[Courrier], None],
    libelle: str,
    *,
    lire: Callable[[list[Courrier]], None] | None = None,
) -> dict[str, Any]:
    """Do `faire` on each letter of the job that its author still sees; `lire` is given those of each packet before."""
    lot = _lot(rangee)
    numeros = rangee.parametres["courriers"]
    vus = Courrier.objects.visibles_par(auteur, lot.campagne.contrat).filter(lot=lot)
    lus = {courrier.pk: courrier for courrier in vus.select_related("dossier__porteur").filter(pk__in=numeros)}
    for courrier in lus.values():
        courrier.lot = lot
    paquets = {
        numeros[rang]: [lus[numero] for numero in numeros[rang : rang + LETTRES_PAR_PAQUET] if numero in lus]
        for rang in range(0, len(numeros), LETTRES_PAR_PAQUET)
    }

    def faire_si_vu(numero: int) -> None:
        if lire is not None and numero in paquets:
            lire(paquets[numero])
        courrier = lus.get(numero)
        if courrier is None:
            raise RegleEnfreinte(INCONNU)
        faire(courrier)

    return une_par_une(
        suivi,
        numeros,
        numero=lambda numero: lus[numero].dossier.numero if numero in lus else str(numero),
        faire=faire_si_vu,
        libelle=libelle,
    )


def _lot(rangee: Travail) -> LotDeCourriers:
    return LotDeCourriers.objects.select_related("campagne__contrat", "financeur", "acte").get(pk=rangee.cible_id)
