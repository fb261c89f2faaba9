"""Jobs of a session: what was decided is applied, what was prepared is kept, the record is made."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone

from commun.auteur import Canal
from commun.models import Travail
from commun.travaux import Suivi, travail
from contrats.models import Reunion

from ..actions import auteur_du_travail
from ..actions.releves import PRODUIRE_RELEVE, produire_le_releve
from ..actions.seances import APPLIQUER, RETENIR_EN_BLOC, appliquer_l_examen, retenir_comme_prepare
from ..etats import EXAMEN_APPLICABLE, EtatExamen
from ..lectures.listes_de_seance import preparations
from ..models import ExamenDossier
from .lots import une_par_une


@travail(APPLIQUER)
def appliquer_seance(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Apply each decision in its own transaction; the result tells what was done, and each refusal with its reason.

    Taken over after a crash, what it had already applied counts as done.
    """
    auteur = auteur_du_travail(rangee, Canal.TACHE)
    decides = ExamenDossier.objects.filter(
        Q(applique_le__isnull=True) | Q(applique_le__gte=rangee.cree_le),
        reunion=rangee.cible_id,
        etat__in=EXAMEN_APPLICABLE,
    )
    faits: list[dict[str, str]] = []

    def faire(examen: ExamenDossier) -> None:
        fait = appliquer_l_examen(examen, par=auteur, le=timezone.now())
        faits.append({"numero": examen.dossier.numero, "annee": str(examen.dossier.campagne.annee), "fait": fait})

    resultat = une_par_une(
        suivi,
        decides.select_related("dossier__campagne").order_by("ordre", "pk"),
        numero=lambda examen: examen.dossier.numero,
        faire=faire,
        libelle="Application des décisions",
    )
    return resultat | {"faits": faits}


@travail(RETENIR_EN_BLOC)
def retenir_en_bloc(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Keep each file that the preparation kept and nobody has examined since."""
    auteur = auteur_du_travail(rangee, Canal.TACHE)
    reunion = Reunion.objects.select_related("comite").get(pk=rangee.cible_id)
    attendent = reunion.examens.filter(etat=EtatExamen.A_EXAMINER).select_related("dossier").order_by("ordre", "pk")
    avant = preparations(reunion, [examen.dossier_id for examen in attendent])
    gardes = [(e, avant[e.dossier_id]) for e in attendent if e.dossier_id in avant]
    return une_par_une(
        suivi,
        [(examen, prepare) for examen, prepare in gardes if prepare.etat == EtatExamen.RETENU],
        numero=lambda paire: paire[0].dossier.numero,
        faire=lambda paire: retenir_comme_prepare(*paire, par=auteur, le=timezone.now()),
        libelle="Dossiers retenus comme préparés",
    )


@travail(PRODUIRE_RELEVE)
def produire_releve(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Make the next version of the record."""
    auteur = auteur_du_travail(rangee, Canal.TACHE)
    reunion = Reunion.objects.select_related("comite__contrat__pilote").get(pk=rangee.cible_id)
    return {"version": produire_le_releve(reunion, suivi, par=auteur, le=timezone.now()).version}
