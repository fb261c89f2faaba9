"""`Idempotency-Key`: a write sent again after a lost answer is done once.

The key is claimed in a transaction of its own; the work and its answer are then written in one transaction: a process
that dies in between leaves neither, and the claim lapses. Only answers that wrote something are kept: a refusal changed nothing, so
the corrected request may use the same key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone

from ..models import ReponseIdempotente
from .refus import Refus

EN_TETE = "Idempotency-Key"
REJOUEE = "Idempotency-Replayed"
ABANDON = timedelta(minutes=2)  # a claim older than that belongs to a process that died
CONSERVATION = timedelta(days=7)
_LONGUEUR = 200
_CONSERVES = ("Location", "ETag", "Content-Type")


def idempotente(methode: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate the `post` of an API view whose `emetteur` names who calls."""

    @wraps(methode)
    def appel(vue: Any, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        cle = request.headers.get(EN_TETE, "").strip()
        if not cle:
            return methode(vue, request, *args, **kwargs)
        if len(cle) > _LONGUEUR or not cle.isprintable():
            raise Refus(400, f"L’en-tête {EN_TETE} compte {_LONGUEUR} caractères au plus.", code="cle_mal_formee")
        empreinte = _empreinte(request)
        ancienne = _prendre(vue.emetteur, cle, empreinte, le=timezone.now())
        if ancienne is not None:
            return _rejouer(ancienne)
        rangee = ReponseIdempotente.objects.filter(emetteur=vue.emetteur, cle=cle)
        try:
            with transaction.atomic():
                reponse = methode(vue, request, *args, **kwargs)
                rangee.update(
                    statut=reponse.status_code,
                    corps=reponse.content.decode(),
                    entetes={nom: reponse[nom] for nom in _CONSERVES if nom in reponse},
                )
        except BaseException:
            rangee.filter(statut=None).delete()
            raise
        return reponse

    return appel


def purger(le: datetime) -> int:
    """Forget the answers older than a week. Returns how many."""
    return ReponseIdempotente.objects.filter(prise_le__lt=le - CONSERVATION).delete()[0]


def _empreinte(request: Any) -> str:
    request.data  # noqa: B018 — reads the body, refuses what is not JSON
    somme = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    somme.update(getattr(request, "contenu", b""))
    return somme.hexdigest()


def _prendre(emetteur: str, cle: str, empreinte: str, *, le: datetime) -> ReponseIdempotente | None:
    """Claim the key: None when the work is ours to do, else the answer already given."""
    rangee, nouvelle = ReponseIdempotente.objects.get_or_create(
        emetteur=emetteur, cle=cle, defaults={"empreinte": empreinte, "prise_le": le}
    )
    if nouvelle:
        return None
    if rangee.empreinte != empreinte:
        raise Refus(
            422,
            "Cette clé d’idempotence a déjà servi pour une autre demande : prenez-en une nouvelle.",
            code="cle_deja_employee",
        )
    if rangee.statut is not None:
        return rangee
    perdue = ReponseIdempotente.objects.filter(pk=rangee.pk, statut=None, prise_le=rangee.prise_le)
    if rangee.prise_le < le - ABANDON and perdue.update(prise_le=le):
        return None
    raise Refus(
        409,
        "La même demande est en cours de traitement. Attendez quelques secondes, puis renvoyez-la telle quelle.",
        code="demande_en_cours",
        attendre=5,
    )


def _rejouer(rangee: ReponseIdempotente) -> HttpResponse:
    entetes = {nom: valeur for nom, valeur in rangee.entetes.items() if nom != "Content-Type"}
    return HttpResponse(
        rangee.corps.encode(),
        status=rangee.statut,
        content_type=rangee.entetes.get("Content-Type", "application/json"),
        headers={**entetes, REJOUEE: "true"},
    )
