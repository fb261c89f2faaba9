"""The schemes open all year: what each is for, and what awaits there for one reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.urls import reverse

from commun.auteur import Auteur
from commun.typographie import date_longue, euros, pluriel
from contrats.etats import Role
from contrats.models import Contrat
from contrats.permissions import roles

from ..models import Campagne, Dispositif, FamilleDispositif, Vacances
from ..permissions.acces import instruit_tout
from ..regles.fil_de_l_eau import Rang
from .besoins import appels_ouverts, compter_les_besoins
from .calendriers import calendriers
from .dispositifs import de_la_famille
from .enveloppes import LigneEnveloppe, enveloppes, somme_lisible
from .proximite import comites_des_initiatives, initiatives_ouvertes, prochaine_reunion
from .rangs import CompteDeFamille, compter
from .vacances import compter_sans_ete

ETE = {Vacances.JUILLET.value, Vacances.AOUT.value}
FAMILLES = (
    FamilleDispositif.SIP,
    FamilleDispositif.RESERVE,
    FamilleDispositif.FONDS_DE_CONCOURS,
    FamilleDispositif.VACANCES,
)


@dataclass(frozen=True, slots=True)
class Permanent:
    """One scheme on the page: figures as (label, value); `attend` is what to do there, empty when nothing."""

    titre: str
    phrase: str
    url: str
    chiffres: tuple[tuple[str, str], ...]
    attend: str
    ton: str = "attention"


class Annee:
    """A year as one reader looks at its permanent schemes: counted once for all of them, and only when asked."""

    def __init__(self, contrat: Contrat, annee: int, *, pour: Auteur, le: date) -> None:
        self.contrat, self.annee, self.pour, self.le = contrat, annee, pour, le
        self.tenus = roles(pour, contrat)

    @cached_property
    def comptes(self) -> dict[str, CompteDeFamille]:
        return compter(self.contrat, self.annee, FAMILLES, pour=self.pour)

    @cached_property
    def dispositifs(self) -> dict[str, list[Dispositif]]:
        """Those of the year, by kind."""
        lus = de_la_famille(self.contrat, self.annee, *FAMILLES)
        return {famille: [d for d in lus if d.famille == famille] for famille in FAMILLES}

    @cached_property
    def enveloppes(self) -> list[LigneEnveloppe]:
        return enveloppes(self.contrat, self.annee, pour=self.pour)

    def reste(self, famille: str) -> Decimal | None:
        """Euros left on the envelopes of these schemes that the reader sees; None without one, or when one is not for it.

        One that stands in another section than its scheme pays nothing.
        """
        cles = {dispositif.pk for dispositif in self.dispositifs[famille]}
        siennes = [e.disponible for e in self.enveloppes if e.dispositif_id in cles and not e.hors_section]
        return somme_lisible(siennes) if siennes else None

    def montre(self, famille: str) -> bool:
        """Does the reader instruct, and has the contract such a scheme, or a file of one?"""
        return self.tenus.instruit and bool(self.dispositifs[famille] or self.comptes[famille].dossiers)

    def url(self, route: str) -> str:
        return reverse(f"programmation:{route}", kwargs={"contrat": self.contrat.slug, "annee": self.annee})


Lecteur = Callable[[Annee], Permanent | None]


def permanents(contrat: Contrat, annee: int, *, pour: Auteur, le: date) -> list[Permanent]:
    """The permanent schemes that concern this reader, in the order of the page; counts, in a constant number of queries."""
    lue = Annee(contrat, annee, pour=pour, le=le)
    lus = (lire(lue) for lire in PERMANENTS)
    return [lu for lu in lus if lu is not None]


def _initiatives(annee: Annee) -> Permanent | None:
    """SIP, for those who instruct."""
    if not annee.montre(FamilleDispositif.SIP):
        return None
    compte = annee.comptes[FamilleDispositif.SIP]
    a_instruire, pretes = compte.combien(Rang.A_INSTRUIRE), compte.combien(Rang.PRET)
    attend = []
    if a_instruire:
        attend.append(f"{pluriel(a_instruire, 'initiative')} à instruire")
    if pretes:
        prochaine = prochaine_reunion(comites_des_initiatives(annee.contrat), annee.le)
        quand = f"la réunion du {date_longue(prochaine.le)}" if prochaine else "une commission"
        attend.append(f"{pretes} pour {quand}")
    return Permanent(
        titre="Initiatives de proximité",
        phrase="De petits projets d’associations, sur une page, validés à chaque commission.",
        url=annee.url("initiatives"),
        chiffres=_chiffres(annee, FamilleDispositif.SIP, ("À instruire", "Prêtes", "Décidées")),
        attend=", ".join(attend),
    )


def _depot(annee: Annee) -> Permanent | None:
    """SIP, for a porteur: where to ask, as long as its organisation may."""
    if not annee.tenus.tient(Role.PORTEUR):
        return None
    campagne = Campagne.objects.filter(contrat=annee.contrat, annee=annee.annee).select_related("contrat").first()
    organisme = annee.pour.organisme
    if campagne is None or organisme is None or not initiatives_ouvertes(campagne, annee.le, porteur=organisme):
        return None
    return Permanent(
        titre="Demander une aide pour un petit projet",
        phrase="Une seule page, sans attendre l’appel annuel, pour un projet de quartier mené par une association.",
        url=annee.url("demandes"),
        chiffres=(),
        attend="",
    )


def _besoins(annee: Annee) -> Permanent | None:
    """FPC and AMI, for all but porteurs."""
    if not annee.tenus.administre and not annee.tenus.organismes_partenaires:
        return None
    comptes = compter_les_besoins(annee.contrat, pour=annee.pour)
    attend = []
    if comptes.signales:
        attend.append(f"{pluriel(comptes.signales, 'besoin signalé', 'besoins signalés')} sans opportunité définie")
    if comptes.candidatures:
        attend.append(f"{pluriel(comptes.candidatures, 'candidature')} à lire")
    return Permanent(
        titre="Besoins qui cherchent un porteur",
        phrase="Ce que les partenaires repèrent : de l’opportunité au porteur, puis au dossier.",
        url=annee.url("besoins"),
        chiffres=(
            ("Signalés", str(comptes.signales)),
            ("En recherche", str(comptes.en_recherche)),
            ("Devenus un dossier", str(comptes.dossiers)),
        ),
        attend=", ".join(attend),
    )


def _appels(annee: Annee) -> Permanent | None:
    """AMI, for a porteur."""
    if not annee.tenus.tient(Role.PORTEUR):
        return None
    ouverts = len(appels_ouverts(annee.contrat, pour=annee.pour, le=annee.le))
    return Permanent(
        titre="Appels à manifestation d’intérêt",
        phrase="Des besoins repérés par les partenaires, qui cherchent une association pour y répondre.",
        url=annee.url("appels"),
        chiffres=(("Ouverts", str(ouverts)),),
        attend=pluriel(ouverts, "appel ouvert", "appels ouverts") if ouverts else "",
        ton="info",
    )


def _reserve(annee: Annee) -> Permanent | None:
    """The réserve au fil de l'eau, for those who instruct."""
    if not annee.montre(FamilleDispositif.RESERVE):
        return None
    return Permanent(
        titre="Réserve au fil de l’eau",
        phrase="De petits projets, instruits ensemble par leurs financeurs.",
        url=annee.url("reserve"),
        chiffres=_chiffres(annee, FamilleDispositif.RESERVE),
        attend=_ce_qui_attend(annee.comptes[FamilleDispositif.RESERVE]),
    )


def _fonds_de_concours(annee: Annee) -> Permanent | None:
    """The communes' investments, for those who instruct."""
    if not annee.montre(FamilleDispositif.FONDS_DE_CONCOURS):
        return None
    return Permanent(
        titre="Fonds de concours",
        phrase="Les investissements des communes, sur un plan de financement.",
        url=annee.url("fonds_de_concours"),
        chiffres=_chiffres(annee, FamilleDispositif.FONDS_DE_CONCOURS),
        attend=_ce_qui_attend(annee.comptes[FamilleDispositif.FONDS_DE_CONCOURS]),
    )


def _ce_qui_attend(compte: CompteDeFamille) -> str:
    attend = []
    if prets := compte.combien(Rang.PRET):
        attend.append(f"{pluriel(prets, 'dossier prêt', 'dossiers prêts')}")
    if a_instruire := compte.combien(Rang.A_INSTRUIRE):
        attend.append(f"{a_instruire} à instruire")
    return ", ".join(attend)


def _chiffres(
    annee: Annee, famille: str, libelles: tuple[str, ...] = ("À instruire", "Prêts", "Décidés")
) -> tuple[tuple[str, str], ...]:
    compte, reste = annee.comptes[famille], annee.reste(famille)
    rangs = (Rang.A_INSTRUIRE, Rang.PRET, Rang.DECIDE)
    chiffres = [(libelle, str(compte.combien(rang))) for libelle, rang in zip(libelles, rangs, strict=True)]
    return (*chiffres, ("Reste", euros(reste))) if reste is not None else tuple(chiffres)


def _vacances(annee: Annee) -> Permanent | None:
    """Holidays, for those who instruct; the quarters without anything, for who reads all the files."""
    if not annee.montre(FamilleDispositif.VACANCES):
        return None
    compte = annee.comptes[FamilleDispositif.VACANCES]
    dates = calendriers(annee.contrat, annee.annee)
    siennes = [dates[d.pk] for d in annee.dispositifs[FamilleDispositif.VACANCES] if d.pk in dates]
    ouverts = sum(1 for calendrier in siennes if calendrier.ouvre <= annee.le <= calendrier.ferme)
    chiffres = [("Dossiers", str(len(compte.vivants))), ("Demandé", euros(compte.demande))]
    en_ete = any(not d.vacances or ETE & set(d.vacances) for d in annee.dispositifs[FamilleDispositif.VACANCES])
    tout = instruit_tout(annee.pour, annee.contrat)
    if en_ete and tout:
        sans_ete = compter_sans_ete(annee.contrat, annee.annee, compte.vivants)
        chiffres.append(("Quartiers sans rien l’été", str(sans_ete)))
    return Permanent(
        titre="Vacances et quartiers d’été",
        phrase=f"Ce qui se passe à chaque période{', et les quartiers où il ne se passe rien' if tout else ''}.",
        url=annee.url("vacances"),
        chiffres=tuple(chiffres),
        attend=f"{pluriel(ouverts, 'dispositif ouvert', 'dispositifs ouverts')} au dépôt" if ouverts else "",
        ton="info",
    )


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
