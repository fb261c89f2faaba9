"""The agenda of a meeting and the papers of its points."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Max

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.fichiers import ranger
from commun.journal import inscrire
from commun.models import Fichier

from ...models import PointOrdreDuJour, Reunion
from .seance import rang_suivant, verifier_a_venir, verrouiller


@transaction.atomic
def inscrire_point(
    reunion: Reunion,
    *,
    titre: str,
    par: Auteur,
    le: datetime,
    texte: str = "",
    rapporteur: Organisme | None = None,
    minutes: int | None = None,
    piece: Fichier | None = None,
) -> PointOrdreDuJour:
    """Add a point at the end of the agenda."""
    reunion = verrouiller(reunion, par)
    verifier_a_venir(reunion)
    point = PointOrdreDuJour.objects.create(
        reunion=reunion,
        ordre=rang_suivant(reunion.ordre_du_jour.aggregate(m=Max("ordre"))["m"]),
        titre=titre,
        texte=texte,
        rapporteur=rapporteur,
        minutes=minutes,
        piece=piece,
    )
    inscrire(reunion, acte="inscrire_point", libelle="Point inscrit", par=par, le=le, apres={"titre": titre})
    return point


@transaction.atomic
def modifier_point(
    point: PointOrdreDuJour,
    *,
    titre: str,
    par: Auteur,
    le: datetime,
    texte: str = "",
    rapporteur: Organisme | None = None,
    minutes: int | None = None,
    piece: Fichier | None = None,
) -> PointOrdreDuJour:
    """Change a point; `piece` None keeps the paper it has."""
    reunion = verrouiller(point.reunion, par)
    verifier_a_venir(reunion)
    avant = {"titre": point.titre}
    point.titre, point.texte, point.rapporteur, point.minutes = titre, texte, rapporteur, minutes
    if piece is not None:
        point.piece = piece
    point.save(update_fields=["titre", "texte", "rapporteur", "minutes", "piece"])
    inscrire(
        reunion,
        acte="modifier_point",
        libelle="Point modifié",
        par=par,
        le=le,
        avant=avant,
        apres={"titre": titre, "piece": point.piece.nom if point.piece else ""},
    )
    return point


@transaction.atomic
def deplacer_point(point: PointOrdreDuJour, *, vers_le_haut: bool, par: Auteur, le: datetime) -> None:
    """Swap a point with its neighbour; the first does not go up, the last does not go down."""
    reunion = verrouiller(point.reunion, par)
    verifier_a_venir(reunion)
    points = list(reunion.ordre_du_jour.order_by("ordre"))
    rang = next(i for i, p in enumerate(points) if p.pk == point.pk)
    autre = rang - 1 if vers_le_haut else rang + 1
    if not 0 <= autre < len(points):
        return
    points[rang], points[autre] = points[autre], points[rang]
    _renumeroter(points)
    inscrire(reunion, acte="deplacer_point", libelle="Point déplacé", par=par, le=le, apres={"titre": point.titre})


@transaction.atomic
def retirer_point(point: PointOrdreDuJour, *, par: Auteur, le: datetime) -> None:
    """Take a point off the agenda."""
    reunion = verrouiller(point.reunion, par)
    verifier_a_venir(reunion)
    titre = point.titre
    point.delete()
    _renumeroter(list(reunion.ordre_du_jour.order_by("ordre")))
    inscrire(reunion, acte="retirer_point", libelle="Point retiré", par=par, le=le, avant={"titre": titre})


def deposer_piece(contenu: bytes, *, nom: str, type_mime: str, par: Auteur) -> Fichier:
    """Keep the paper of a point of the agenda."""
    return ranger(contenu, nom=nom, type_mime=type_mime, depose_par=par.utilisateur)


def _renumeroter(points: list[PointOrdreDuJour]) -> None:
    """Ranks 1 to n in this order. Moved aside first: two points never hold one rank, even for an instant."""
    PointOrdreDuJour.objects.filter(pk__in=[p.pk for p in points]).update(ordre=F("ordre") + 1000)
    for rang, point in enumerate(points, start=1):
        PointOrdreDuJour.objects.filter(pk=point.pk).update(ordre=rang)
