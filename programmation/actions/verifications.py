"""The points of a file that a person checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from commun.permissions import verifier

from ..models import Dossier, PointAVerifier, PointVerifie
from ..permissions import peut_instruire
from .ecriture import verrouiller_dossier


@dataclass(frozen=True, slots=True)
class Constat:
    """What was found of one point; a point that is not right says what is wrong."""

    conforme: bool
    remarque: str = ""


@transaction.atomic
def noter_les_points(dossier: Dossier, constats: Mapping[str, Constat], *, par: Auteur, le: datetime) -> int:
    """Keep what was found of these points. What did not change is left as it was. Returns how many changed."""
    dossier = verrouiller_dossier(dossier)
    verifier(peut_instruire(par, dossier))
    connus = {p.point: Constat(p.conforme, p.remarque) for p in PointVerifie.objects.filter(dossier=dossier)}
    nouveaux = {point: constat for point, constat in constats.items() if connus.get(point) != constat}
    for point, constat in nouveaux.items():
        if not constat.conforme and not constat.remarque.strip():
            raise RegleEnfreinte("Dites ce qui n’est pas conforme.", champ=f"{point}_remarque")
        PointVerifie.objects.update_or_create(
            dossier=dossier,
            point=PointAVerifier(point),
            defaults={
                "conforme": constat.conforme,
                "remarque": constat.remarque,
                "verifie_le": le,
                "verifie_par": par.utilisateur,
            },
        )
    if nouveaux:
        inscrire(
            dossier,
            acte="verifier",
            libelle="Points vérifiés",
            par=par,
            le=le,
            apres={
                str(PointAVerifier(point).label): "conforme" if constat.conforme else constat.remarque
                for point, constat in nouveaux.items()
            },
        )
    return len(nouveaux)
