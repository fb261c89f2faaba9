"""What the assistant of a new contract proposes: communes to add, perimeters known on them, openings begun."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from commun.recherche import normaliser
from geographie.models import Commune, Perimetre

from ..models import Contrat, OuvertureContrat

NOMBRE_PROPOSE = 30


def communes_cherchees(contrat: Contrat, texte: str) -> list[Commune]:
    """Communes not yet in the contract, by name (accents aside) or by the beginning of their INSEE code."""
    clair = normaliser(texte)
    if not clair:
        return []
    trouvees = Commune.objects.filter(Q(recherche__contains=clair) | Q(code__startswith=texte.strip().upper()))
    deja = contrat.communes.values("pk")
    return list(trouvees.exclude(pk__in=deja).select_related("epci").order_by("recherche")[:NOMBRE_PROPOSE])


def perimetres_proposes(contrat: Contrat) -> QuerySet[Perimetre]:
    """Perimeters known on the communes of the contract and not yet in it."""
    return (
        Perimetre.objects.filter(versions__communes__in=contrat.communes.values("pk"))
        .exclude(pk__in=contrat.perimetres.values("perimetre"))
        .distinct()
        .order_by("type", "recherche")
    )


def ouvertures_en_cours() -> QuerySet[OuvertureContrat]:
    """The contracts that were begun and are not open yet, the latest first."""
    return (
        OuvertureContrat.objects.filter(ouvert_le__isnull=True)
        .select_related("contrat__pilote")
        .order_by("-commencee_le")
    )
