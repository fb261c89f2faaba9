"""The schemes open all year: what each is for, and what awaits there for one reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from commun.auteur import Auteur
from commun.typographie import date_longue, euros, pluriel
from contrats.etats import Role
from contrats.models import Contrat
from contrats.permissions import roles

from ..models import FamilleDispositif
from .besoins import appels_ouverts, compter_les_besoins
from .fil_de_l_eau import FilDeLEau, au_fil_de_l_eau
from .proximite import initiatives
from .vacances import vacances


@dataclass(frozen=True, slots=True)
class Permanent:
    """One scheme on the page: figures as (label, value); `attend` is what to do there, empty when nothing."""

    titre: str
    phrase: str
    url: str
    chiffres: tuple[tuple[str, str], ...]
    attend: str
    ton: str = "attention"


Lecteur = Callable[[Contrat, int, Auteur, date], Permanent | None]


def permanents(contrat: Contrat, annee: int, *, pour: Auteur, le: date) -> list[Permanent]:
    """The permanent schemes that concern this reader, in the order of the page."""
    lus = (lire(contrat, annee, pour, le) for lire in PERMANENTS)
    return [lu for lu in lus if lu is not None]


def _initiatives(contrat: Contrat, annee: int, pour: Auteur, le: date) -> Permanent | None:
    """SIP, for those who instruct."""
    if not roles(pour, contrat).instruit:
        return None
    lues = initiatives(contrat, annee, pour=pour, le=le)
    if lues.dispositif is None:
        return None
    attend = []
    if lues.a_instruire:
        attend.append(f"{pluriel(len(lues.a_instruire), 'initiative')} à instruire")
    if lues.pretes:
        quand = f"la commission du {date_longue(lues.prochaine.le)}" if lues.prochaine else "une commission"
        attend.append(f"{len(lues.pretes)} pour {quand}")
    chiffres = [
        ("À instruire", str(len(lues.a_instruire))),
        ("Prêtes", str(len(lues.pretes))),
        ("Décidées", str(len(lues.decidees))),
    ]
    if lues.reste is not None:
        chiffres.append(("Reste", euros(lues.reste)))
    return Permanent(
        titre="Initiatives de proximité",
        phrase="De petits projets d’associations, sur une page, validés à chaque commission.",
        url=_url("initiatives", contrat, annee),
        chiffres=tuple(chiffres),
        attend=", ".join(attend),
    )


def _depot(contrat: Contrat, annee: int, pour: Auteur, le: date) -> Permanent | None:
    """SIP, for a porteur: where to ask."""
    if not roles(pour, contrat).tient(Role.PORTEUR):
        return None
    return Permanent(
        titre="Demander une aide pour un petit projet",
        phrase="Une seule page, toute l’année, pour un projet de quartier mené par une association.",
        url=_url("demandes", contrat, annee),
        chiffres=(),
        attend="",
    )


def _besoins(contrat: Contrat, annee: int, pour: Auteur, le: date) -> Permanent | None:
    """FPC and AMI, for all but porteurs."""
    tenus = roles(pour, contrat)
    if not tenus.administre and not tenus.organismes_partenaires:
        return None
    comptes = compter_les_besoins(contrat, pour=pour)
    attend = []
    if comptes.signales:
        attend.append(f"{pluriel(comptes.signales, 'besoin signalé', 'besoins signalés')} sans opportunité définie")
    if comptes.candidatures:
        attend.append(f"{pluriel(comptes.candidatures, 'candidature')} à lire")
    return Permanent(
        titre="Besoins qui cherchent un porteur",
        phrase="Ce que les partenaires repèrent : de l’opportunité au porteur, puis au dossier.",
        url=_url("besoins", contrat, annee),
        chiffres=(
            ("Signalés", str(comptes.signales)),
            ("En recherche", str(comptes.en_recherche)),
            ("Devenus un dossier", str(comptes.dossiers)),
        ),
        attend=", ".join(attend),
    )


def _appels(contrat: Contrat, annee: int, pour: Auteur, le: date) -> Permanent | None:
    """AMI, for a porteur."""
    if not roles(pour, contrat).tient(Role.PORTEUR):
        return None
    ouverts = len(appels_ouverts(contrat, pour=pour, le=le))
    return Permanent(
        titre="Appels à manifestation d’intérêt",
        phrase="Des besoins repérés par les partenaires, qui cherchent une association pour y répondre.",
        url=_url("appels", contrat, annee),
        chiffres=(("Ouverts", str(ouverts)),),
        attend=pluriel(ouverts, "appel ouvert", "appels ouverts") if ouverts else "",
        ton="info",
    )


def _au_fil(contrat: Contrat, annee: int, pour: Auteur, le: date, famille: FamilleDispositif) -> FilDeLEau | None:
    """None for who does not instruct, or where the contract has no such scheme."""
    if not roles(pour, contrat).instruit:
        return None
    lu = au_fil_de_l_eau(contrat, annee, famille, pour=pour, le=le)
    return lu if lu.dispositif is not None else None


def _ce_qui_attend(lu: FilDeLEau) -> str:
    attend = []
    if lu.prets:
        attend.append(f"{pluriel(len(lu.prets), 'dossier prêt', 'dossiers prêts')}")
    if lu.a_instruire:
        attend.append(f"{len(lu.a_instruire)} à instruire")
    return ", ".join(attend)


def _chiffres(lu: FilDeLEau) -> tuple[tuple[str, str], ...]:
    chiffres = [
        ("À instruire", str(len(lu.a_instruire))),
        ("Prêts", str(len(lu.prets))),
        ("Décidés", str(len(lu.decides))),
    ]
    if lu.reste is not None:
        chiffres.append(("Reste", euros(lu.reste)))
    return tuple(chiffres)


def _reserve(contrat: Contrat, annee: int, pour: Auteur, le: date) -> Permanent | None:
    """The réserve au fil de l'eau, for those who instruct."""
    lu = _au_fil(contrat, annee, pour, le, FamilleDispositif.RESERVE)
    if lu is None:
        return None
    return Permanent(
        titre="Réserve au fil de l’eau",
        phrase="De petits projets déposés toute l’année, instruits ensemble par leurs financeurs.",
        url=_url("reserve", contrat, annee),
        chiffres=_chiffres(lu),
        attend=_ce_qui_attend(lu),
    )


def _fonds_de_concours(contrat: Contrat, annee: int, pour: Auteur, le: date) -> Permanent | None:
    """The communes' investments, for those who instruct."""
    lu = _au_fil(contrat, annee, pour, le, FamilleDispositif.FONDS_DE_CONCOURS)
    if lu is None:
        return None
    return Permanent(
        titre="Fonds de concours",
        phrase="Les investissements des communes, sur un plan de financement.",
        url=_url("fonds_de_concours", contrat, annee),
        chiffres=_chiffres(lu),
        attend=_ce_qui_attend(lu),
    )


def _vacances(contrat: Contrat, annee: int, pour: Auteur, le: date) -> Permanent | None:
    """Holidays, for those who instruct."""
    if not roles(pour, contrat).instruit:
        return None
    lues = vacances(contrat, annee, pour=pour)
    if not lues.dispositifs:
        return None
    ouverts = [d for d in lues.dispositifs if d.calendrier and d.calendrier.ouvre <= le <= d.calendrier.ferme]
    return Permanent(
        titre="Vacances et quartiers d’été",
        phrase="Ce qui se passe à chaque période, et les quartiers où il ne se passe rien.",
        url=_url("vacances", contrat, annee),
        chiffres=(
            ("Dossiers", str(lues.dossiers)),
            ("Demandé", euros(lues.demande)),
            ("Quartiers sans rien l’été", str(lues.sans_ete)),
        ),
        attend=f"{pluriel(len(ouverts), 'dispositif ouvert', 'dispositifs ouverts')} au dépôt" if ouverts else "",
        ton="info",
    )


def _url(route: str, contrat: Contrat, annee: int) -> str:
    return reverse(f"programmation:{route}", kwargs={"contrat": contrat.slug, "annee": annee})


# One function per scheme: None when it does not concern the reader.
PERMANENTS: tuple[Lecteur, ...] = (
    _initiatives,
    _depot,
    _appels,
    _besoins,
    _reserve,
    _fonds_de_concours,
    _vacances,
)
