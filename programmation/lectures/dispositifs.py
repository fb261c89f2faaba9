"""The schemes of a contract: what each funds, who may ask, where each funder takes the requests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from acteurs.models import FormeJuridique
from contrats.models import Contrat

from ..models import CalendrierDispositif, CanalDepot, Dispositif, Enveloppe, Teleservice
from .calendriers import calendriers


@dataclass(frozen=True, slots=True)
class GuichetLu:
    """Where one funder takes the requests of a scheme."""

    financeur: str
    canal: str
    ailleurs: bool
    adresse: str
    consigne: str


@dataclass(frozen=True, slots=True)
class DispositifLu:
    dispositif: Dispositif
    famille: str
    formes: str  # in words
    guichets: tuple[GuichetLu, ...]
    national: bool
    ferme: bool  # before its first day, or after its last
    calendrier: CalendrierDispositif | None  # its own days this year


def en_vigueur(contrat: Contrat, le: date) -> list[Dispositif]:
    """The schemes that a porteur may ask for on that day: the contract's own and national ones, within their days."""
    return [d for d in _tous(contrat) if _ouvert(d, le)]


def de_la_famille(contrat: Contrat, annee: int, *familles: str) -> list[Dispositif]:
    """The schemes of these kinds that are in force at some time of that year, the contract's own first."""
    return list(
        Dispositif.objects.filter(
            Q(contrat=contrat) | Q(contrat__isnull=True),
            Q(valide_du__isnull=True) | Q(valide_du__year__lte=annee),
            Q(valide_au__isnull=True) | Q(valide_au__year__gte=annee),
            famille__in=familles,
        ).order_by("contrat_id", "code")
    )


def a_demander(dispositifs: Iterable[Dispositif], le: date) -> Dispositif | None:
    """The first of them that may be asked for on that day."""
    return next((dispositif for dispositif in dispositifs if _ouvert(dispositif, le)), None)


def admet(dispositif: Dispositif, forme: str) -> bool:
    """May an organisation of this legal form ask for it? One whose form is unknown may."""
    inconnue = forme in ("", FormeJuridique.INCONNUE)
    return inconnue or not dispositif.formes_admises or forme in dispositif.formes_admises


def dispositifs_lus(contrat: Contrat, annee: int, *, le: date) -> list[DispositifLu]:
    """All the schemes, those in force first; four queries."""
    canaux = guichets_par_dispositif(contrat, annee)
    dates = calendriers(contrat, annee)
    lus = [
        DispositifLu(
            dispositif=d,
            famille=d.get_famille_display(),
            formes=", ".join(FormeJuridique(forme).label for forme in d.formes_admises) or "Tous les porteurs",
            guichets=canaux.get(d.pk, ()),
            national=d.contrat_id is None,
            ferme=not _ouvert(d, le),
            calendrier=dates.get(d.pk),
        )
        for d in _tous(contrat)
    ]
    return sorted(lus, key=lambda lu: lu.ferme)


def guichets_par_dispositif(contrat: Contrat, annee: int) -> dict[int, tuple[GuichetLu, ...]]:
    """The funders of each scheme: those whose channel is said, and those that have an envelope for it this year; by channel."""
    trouves: dict[int, dict[int, GuichetLu]] = defaultdict(dict)
    for canal in (
        CanalDepot.objects.filter(contrat=contrat).select_related("financeur").order_by("financeur__recherche")
    ):
        trouves[canal.dispositif_id][canal.financeur_id] = GuichetLu(
            canal.financeur.nom_court,
            canal.get_canal_display(),
            canal.canal != Teleservice.PILOTVILLE,
            canal.adresse,
            canal.consigne,
        )
    enveloppes = Enveloppe.objects.filter(contrat=contrat, annee=annee).select_related("financeur")
    for enveloppe in enveloppes.order_by("financeur__recherche"):
        trouves[enveloppe.dispositif_id].setdefault(
            enveloppe.financeur_id,
            GuichetLu(enveloppe.financeur.nom_court, Teleservice.PILOTVILLE.label, False, "", ""),
        )
    return {pk: tuple(sorted(g.values(), key=lambda lu: (lu.ailleurs, lu.canal))) for pk, g in trouves.items()}


def _tous(contrat: Contrat) -> list[Dispositif]:
    return list(Dispositif.objects.filter(Q(contrat=contrat) | Q(contrat__isnull=True)).order_by("famille", "code"))


def _ouvert(dispositif: Dispositif, le: date) -> bool:
    debut, fin = dispositif.valide_du, dispositif.valide_au
    return (debut is None or debut <= le) and (fin is None or le <= fin)
