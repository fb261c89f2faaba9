"""Who came, and what the minutes say to whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte
from commun.journal import inscrire
from geographie.models import Perimetre

from ...etats import EtatReunion
from ...models import ItemCompteRendu, PointOrdreDuJour, Presence, Reunion
from .seance import rang_suivant, verrouiller


@transaction.atomic
def noter_presences(
    reunion: Reunion, presences: Mapping[int, tuple[str, int | None]], *, par: Auteur, le: datetime
) -> None:
    """Say who came: by organisation, its status and to whom it gave its proxy. An empty status forgets the line.

    A proxy goes from an absent or excused member to a member that is present.
    """
    reunion = verrouiller(reunion, par)
    if reunion.etat not in (EtatReunion.CONVOQUEE, EtatReunion.TENUE, EtatReunion.PREVUE):
        raise RegleEnfreinte("Les présences ne changent plus après l’envoi du compte rendu.", code="reunion_close")
    membres = {m.organisme_id: m for m in reunion.comite.membres.select_related("organisme")}
    presents = {numero for numero, (statut, _) in presences.items() if statut == Presence.Statut.PRESENT}
    for numero, (statut, pouvoir_a) in presences.items():
        if numero not in membres:
            raise RegleEnfreinte("Un organisme noté ne siège pas dans ce comité.", code="hors_comite")
        if pouvoir_a is None:
            continue
        if statut == Presence.Statut.PRESENT or not statut:
            raise RegleEnfreinte(
                f"{membres[numero].organisme} : un pouvoir se donne quand on est excusé ou absent.", code="pouvoir"
            )
        if pouvoir_a not in presents or membres[pouvoir_a].invite or membres[numero].invite:
            raise RegleEnfreinte(
                f"{membres[numero].organisme} : un pouvoir va d’un membre à un membre présent.", code="pouvoir"
            )
    for numero, (statut, pouvoir_a) in presences.items():
        if statut:
            Presence.objects.update_or_create(
                reunion=reunion, organisme_id=numero, defaults={"statut": statut, "pouvoir_a_id": pouvoir_a}
            )
        else:
            Presence.objects.filter(reunion=reunion, organisme_id=numero).delete()
    inscrire(
        reunion,
        acte="noter_presences",
        libelle="Présences notées",
        par=par,
        le=le,
        apres={"presents": len(presents), "notes": sum(1 for statut, _ in presences.values() if statut)},
    )


@transaction.atomic
def ecrire_item(
    reunion: Reunion,
    *,
    texte: str,
    audience: str,
    par: Auteur,
    le: datetime,
    point: PointOrdreDuJour | None = None,
    perimetres: Iterable[Perimetre] = (),
    item: ItemCompteRendu | None = None,
) -> ItemCompteRendu:
    """Write an item of the minutes, new or not, tagged by place and by who may read it."""
    reunion = verrouiller(reunion, par)
    _verifier_compte_rendu_ouvert(reunion)
    perimetres = list(perimetres)
    du_contrat = set(reunion.comite.contrat.perimetres.values_list("perimetre", flat=True))
    if any(p.pk not in du_contrat for p in perimetres):
        raise RegleEnfreinte("Un périmètre choisi n’est pas dans ce contrat.", champ="perimetres", code="hors_contrat")
    if item is None:
        item = ItemCompteRendu(reunion=reunion, ordre=rang_suivant(reunion.items.aggregate(m=Max("ordre"))["m"]))
    item.texte, item.audience, item.point = texte, audience, point
    item.save()
    item.perimetres.set(perimetres)
    inscrire(
        reunion,
        acte="ecrire_item",
        libelle="Compte rendu rédigé",
        par=par,
        le=le,
        apres={"item": item.pk, "audience": audience, "perimetres": [p.nom for p in perimetres]},
    )
    return item


@transaction.atomic
def retirer_item(item: ItemCompteRendu, *, par: Auteur, le: datetime) -> None:
    """Take an item off minutes that are not sent yet."""
    reunion = verrouiller(item.reunion, par)
    _verifier_compte_rendu_ouvert(reunion)
    texte = item.texte[:120]
    item.delete()
    inscrire(
        reunion, acte="retirer_item", libelle="Point du compte rendu retiré", par=par, le=le, avant={"texte": texte}
    )


def _verifier_compte_rendu_ouvert(reunion: Reunion) -> None:
    if reunion.etat not in (EtatReunion.CONVOQUEE, EtatReunion.TENUE):
        raise RegleEnfreinte("Le compte rendu s’écrit de la convocation jusqu’à son envoi.", code="compte_rendu_ferme")
