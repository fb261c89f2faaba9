"""What a strategic COPIL needs of the reinforced actions (E-02)."""

from __future__ import annotations

from django.db.models import Q

from contrats.models import Reunion

from ..models import ActionRenforcee, PointEtape


def actions_sans_point_d_etape(reunion: Reunion) -> list[str]:
    """Titles of the reinforced actions of the contract without a progress entry for this COPIL.

    An entry counts when it names the meeting, or is dated between the previous COPIL held and this one.
    """
    precedente = (
        Reunion.objects.filter(comite=reunion.comite_id, le__lt=reunion.le, etat__in=("tenue", "rendue"))
        .order_by("-le")
        .first()
    )
    entre = Q(reunion__isnull=True, le__lte=reunion.le)
    if precedente is not None:
        entre &= Q(le__gt=precedente.le)
    faits = PointEtape.objects.filter(Q(reunion=reunion) | entre)
    return list(
        ActionRenforcee.objects.filter(contrat=reunion.comite.contrat_id)
        .exclude(pk__in=faits.values("action"))
        .order_by("ordre")
        .values_list("intitule", flat=True)
    )
