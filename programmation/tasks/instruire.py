"""Jobs of the instruction: what is asked is told, then recalled."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from commun.models import Travail
from commun.travaux import Suivi, travail

from ..actions import complements, sollicitations
from ..models import SollicitationAvis


@travail(complements.PREVENIR)
def prevenir_du_complement(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Write to one person of the porteur, unless it has answered meanwhile."""
    return {"parti": complements.expedier(rangee)}


@travail("programmation.relancer_les_complements", chaque_jour_a=7)
def relancer_les_complements(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Remind the porteurs whose answer is soon expected."""
    return {"relances": complements.relancer_les_complements(timezone.now())}


@travail(sollicitations.ANNONCER)
def annoncer_sollicitations(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Tell those whose opinion was just asked."""
    du_contrat = SollicitationAvis.objects.en_attente().filter(dossier__contrat=rangee.cible_id)
    return {"annoncees": sollicitations.annoncer(du_contrat, le=timezone.now(), rappel=False)}


@travail("programmation.relancer_les_avis", chaque_jour_a=7)
def relancer_les_avis(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Remind those whose opinion is soon expected."""
    return {"relances": sollicitations.relancer_les_avis(timezone.now())}


@travail(sollicitations.PREVENIR)
def prevenir_d_un_avis_demande(rangee: Travail, suivi: Suivi) -> dict[str, Any]:
    """Write to one person, unless all was answered meanwhile."""
    return {"parti": sollicitations.expedier(rangee)}
