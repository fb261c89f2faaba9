"""Jobs that act on many lines: each in its own transaction, each with its answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db import DatabaseError, connection
from django.utils import timezone

from commun.auteur import Auteur, Canal
from commun.erreurs import ActeRefuse, RegleEnfreinte
from commun.models import Travail
from commun.travaux import Suivi, TravailPerdu, travail
from contrats.models import Contrat

from .. import actions
from ..models import DemandeFinancement, Dossier

journal = logging.getLogger("programmation.travaux")

T = TypeVar("T")
INCONNU = "Ce dossier n’existe pas, ou votre organisme ne le voit pas."
ERREUR_TECHNIQUE = (
    "Erreur technique : rien n’est fait pour cette ligne. Réessayez ; si elle revient, prévenez le support ({})."
)


def une_par_une(
    suivi: Suivi, lignes: Iterable[T], *, numero: Callable[[T], str], faire: Callable[[T], None], libelle: str
) -> dict[str, Any]:
    """Do `faire` on each line, in its own transaction; the result tells each refusal and why.

    A line that meets an unexpected error is logged and told as refused: it does not hold the others back. A database or a
    claim that is lost stops the whole job, which is tried again.
    """
    lignes = list(lignes)
    reussis: list[str] = []
    refus: list[dict[str, str]] = []
    suivi.etape(1, 1, libelle, total=len(lignes))
    for fait, ligne in enumerate(lignes, start=1):
        try:
            faire(ligne)
            reussis.append(numero(ligne))
        except RegleEnfreinte as erreur:
            refus.append({"numero": numero(ligne), "motif": erreur.message})
        except ActeRefuse as erreur:
            refus.append({"numero": numero(ligne), "motif": erreur.motif})
        except TravailPerdu:
            raise
        except Exception as erreur:
            if isinstance(erreur, DatabaseError) and not connection.is_usable():
                raise
            journal.exception("job %s, line %s failed", suivi.travail.pk, numero(ligne))
            refus.append({"numero": numero(ligne), "motif": ERREUR_TECHNIQUE.format(suivi.travail.pk)})
        suivi.avancer(fait)
    return {"reussis": reussis, "refus": refus}


def dossier_visible(auteur: Auteur, contrat: Contrat, numero: str) -> Dossier:
    """The file of that number, as its author sees it now; one that is not seen does not exist."""
    dossier = Dossier.objects.visibles_par(auteur, contrat).filter(numero=numero).first()
    if dossier is None:
        raise RegleEnfreinte(INCONNU)
    return dossier


@travail("programmation.agir_sur_selection")
def agir_sur_selection(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """The same act on each file. Taken over after a crash, what it had already done counts as done."""
    contrat = Contrat.objects.get(pk=rangee.cible_id)
    auteur = actions.auteur_du_travail(rangee, Canal.TACHE)
    acte, champs = rangee.parametres["acte"], rangee.parametres["champs"]

    def faire(numero: str) -> None:
        dossier = dossier_visible(auteur, contrat, numero)
        if rangee.tentatives > 1 and actions.deja_fait(dossier, acte, champs):
            return
        actions.faire_l_acte(dossier, acte, champs, par=auteur, le=timezone.now())

    return une_par_une(
        suivi, rangee.parametres["numeros"], numero=str, faire=faire, libelle=actions.ACTES_EN_LOT[acte].libelle
    )


@travail("programmation.saisir_lot")
def saisir_lot(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """The lines of a spreadsheet, each on the version that its author has read again."""
    contrat = Contrat.objects.get(pk=rangee.cible_id)
    auteur = actions.auteur_du_travail(rangee, Canal.IMPORT)
    visibles = Dossier.objects.visibles_par(auteur, contrat).values("pk")

    def faire(ligne: actions.LigneDeLot) -> None:
        demande = DemandeFinancement.objects.filter(pk=ligne.demande, dossier__in=visibles).first()
        if demande is None:
            raise RegleEnfreinte(INCONNU)
        actions.saisir(
            demande,
            ligne.saisie,
            version=ligne.version,
            piece_source=rangee.parametres["piece_source"],
            par=auteur,
            le=timezone.now(),
        )

    lignes = [actions.LigneDeLot.de_json(lu) for lu in rangee.parametres["lignes"]]
    return une_par_une(
        suivi, lignes, numero=lambda ligne: ligne.numero, faire=faire, libelle="Enregistrement des lignes"
    )
