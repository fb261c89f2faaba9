"""What partners say of their means in a year, box by box, and how complete each one's answer is (regles 2.12)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from acteurs.models import Organisme, Utilisateur
from commun.auteur import Auteur
from commun.models import LigneJournal

from .. import creneaux
from ..etats import Role
from ..models import (
    Contrat,
    Habilitation,
    MoyenAnnonce,
    NatureAnnoncee,
    NatureOrientation,
    PointAvancement,
    Section,
)
from ..permissions import ROLES_ANNONCEURS, organismes_annonces, roles, voit_les_declarations
from ..regles import Completude, ReponseDeCase, reponse_de_la_case
from .structure import organismes_du_contrat

ACTE_DE_RELANCE = "relancer_moyens"
ACTE_DE_RETRAIT = "retirer_moyens"
_AU_JOURNAL = {"organisme": "numero"}  # how the journal calls what a box calls otherwise
# The lines of one partner, in the order of the table.
LIGNES = tuple((nature, section) for nature in NatureAnnoncee for section in Section)


@dataclass(frozen=True, slots=True)
class OrientationLue:
    """A column of the table."""

    pk: int
    code: str
    nom: str


@dataclass(frozen=True, slots=True)
class CaseDeMoyens:
    """One box: what the partner says, in euros where it gives some, and its words."""

    reponse: str
    montant: Decimal | None
    precision: str
    propre: bool = True  # written for this very box, not drawn from the line for all orientations
    pour_son_compte: bool = False  # entered by the team from a document


@dataclass(frozen=True, slots=True)
class LigneDeMoyens:
    """One nature and one section of a partner: what it gives by orientation, and for all of them together."""

    nature: str
    section: str
    cases: tuple[CaseDeMoyens, ...]
    ensemble: CaseDeMoyens | None  # not split by orientation; None where nothing is written

    @property
    def total(self) -> Decimal | None:
        """Known euros only, None where there is none: never a 0 in the place of what is unknown."""
        connus = [c.montant for c in (*self.cases, self.ensemble) if c is not None and c.montant is not None]
        return sum(connus, Decimal(0)) if connus else None

    @property
    def non_communiques(self) -> int:
        return sum(c.reponse == ReponseDeCase.NON_COMMUNIQUE for c in self.cases)

    @property
    def sans_objet(self) -> bool:
        """True when the partner says that it has none of these at all."""
        return all(c.reponse == ReponseDeCase.SANS_OBJET for c in self.cases)

    @property
    def muette(self) -> bool:
        """True when nothing is known of it."""
        return self.non_communiques == len(self.cases)

    @property
    def en_nature(self) -> tuple[str, ...]:
        """The words of what it gives, each once: why a box is not told is no means in kind."""
        dites = (c for c in (self.ensemble, *self.cases) if c is not None and c.reponse == ReponseDeCase.COMMUNIQUE)
        return tuple(dict.fromkeys(c.precision for c in dites if c.precision))

    @property
    def precisions(self) -> tuple[str, ...]:
        """All its words, each once."""
        return tuple(dict.fromkeys(c.precision for c in (self.ensemble, *self.cases) if c is not None and c.precision))

    @property
    def reparti(self) -> Decimal:
        """Euros given orientation by orientation."""
        return sum((c.montant for c in self.cases if c.montant is not None), Decimal(0))

    @property
    def peut_compter_double(self) -> bool:
        """True when the euros « non répartis » hold all those given one by one: they may be the total of the line."""
        non_reparti = self.ensemble.montant if self.ensemble is not None else None
        return non_reparti is not None and 0 < self.reparti <= non_reparti

    @property
    def completude(self) -> Completude:
        return Completude.de(ReponseDeCase(c.reponse) for c in self.cases)


@dataclass(frozen=True, slots=True)
class MoyensDuPartenaire:
    """All that one partner says of one year, and how much of it is known."""

    pk: int
    nom: str
    type: str
    signataire: bool
    lignes: tuple[LigneDeMoyens, ...]
    dit_le: date | None
    pour_son_compte: bool  # at least one box entered by the team from a document
    sources: tuple[str, ...]
    relance_le: date | None
    fictif: bool
    parent: int | None = None  # the organisation that it is a service of

    @property
    def completude(self) -> Completude:
        return sum((ligne.completude for ligne in self.lignes), Completude(0, 0))

    @property
    def total(self) -> Decimal | None:
        connus = [ligne.total for ligne in self.lignes if ligne.total is not None]
        return sum(connus, Decimal(0)) if connus else None


@dataclass(frozen=True, slots=True)
class MoyensAnnonces:
    """What all partners say of one year."""

    annee: int
    orientations: tuple[OrientationLue, ...]
    partenaires: tuple[MoyensDuPartenaire, ...]


def visibles(contrat: Contrat, *, pour: Auteur) -> QuerySet[MoyenAnnonce]:
    """The boxes that this reader may see: all of them for those who share them, its own organisation's for others."""
    tenus = roles(pour, contrat)
    du_contrat = MoyenAnnonce.objects.filter(contrat=contrat)
    if voit_les_declarations(tenus):
        return du_contrat
    return du_contrat.filter(organisme__in=organismes_annonces(tenus))


def retires(contrat: Contrat, *, pour: Auteur, depuis: datetime, filtres: Mapping[str, Any]) -> list[int]:
    """The boxes taken back since `depuis`, by number: those that this reader could see, that the filters would keep."""
    retraits = LigneJournal.objects.filter(
        contrat_id=contrat.pk,
        cible_type=MoyenAnnonce._meta.label_lower,
        acte=ACTE_DE_RETRAIT,
        fait_le__gte=depuis,
        **{f"avant__{_AU_JOURNAL.get(nom, nom)}": int(v) if nom == "organisme" else v for nom, v in filtres.items()},
    )
    tenus = roles(pour, contrat)
    if not voit_les_declarations(tenus):
        retraits = retraits.filter(avant__numero__in=sorted(organismes_annonces(tenus)))
    return list(retraits.order_by("id").values_list("cible_id", flat=True))


def orientations_du_tableau(contrat: Contrat) -> tuple[OrientationLue, ...]:
    """The thematic orientations, in order: an axis carries no euros."""
    lues = contrat.orientations.filter(nature=NatureOrientation.THEMATIQUE).order_by("ordre", "code")
    return tuple(OrientationLue(o.pk, o.code, o.nom_court or o.nom) for o in lues)


def partenaires_possibles(contrat: Contrat) -> QuerySet[Organisme]:
    """Whose means may be told here: the organisations of the contract, their services, the funders that its files ask.

    Another one of the installation is nobody's business here (docs/regles.md).
    """
    siens = organismes_du_contrat(contrat).order_by().values("pk")
    return Organisme.objects.filter(
        Q(pk__in=siens)
        | Q(parent__in=siens)
        | Q(pk__in=contrat.moyens_annonces.values("organisme"))
        | Q(pk__in=creneaux.financeurs_sollicites(contrat))
    )


def moyens_annonces(
    contrat: Contrat, annee: int, *, organismes: Iterable[int] | None = None, aussi: Iterable[int] = ()
) -> MoyensAnnonces:
    """What the signatories and every other organisation that answered say of `annee`: five queries.

    `aussi` expects these too; `organismes` keeps to these, expected or not.
    """
    orientations = orientations_du_tableau(contrat)
    rangees = MoyenAnnonce.objects.filter(contrat=contrat, annee=annee)
    ordre = dict(contrat.signataires.order_by("ordre", "pk").values_list("organisme", "ordre"))
    voulus = set(organismes) if organismes is not None else None
    if voulus is not None:
        rangees = rangees.filter(organisme__in=voulus)
    par_organisme: dict[int, list[MoyenAnnonce]] = defaultdict(list)
    for rangee in rangees.order_by("pk"):
        par_organisme[rangee.organisme_id].append(rangee)
    cles = voulus if voulus is not None else {*ordre, *par_organisme, *aussi}
    relances = _relances(contrat, annee)
    partenaires = [
        _partenaire(o, o.pk in ordre, par_organisme[o.pk], orientations, relances.get(o.pk))
        for o in Organisme.objects.filter(pk__in=cles)
    ]
    rang = len(ordre) + 1
    partenaires.sort(key=lambda p: (ordre.get(p.pk, rang), p.nom))
    return MoyensAnnonces(annee, orientations, tuple(partenaires))


def _partenaire(
    organisme: Organisme,
    signataire: bool,
    rangees: list[MoyenAnnonce],
    orientations: tuple[OrientationLue, ...],
    relance_le: date | None,
) -> MoyensDuPartenaire:
    dits = {(m.nature, m.section, m.orientation_id): m for m in rangees}
    lignes = []
    for nature, section in LIGNES:
        ensemble = dits.get((nature, section, None))
        cases = []
        for orientation in orientations:
            propre = dits.get((nature, section, orientation.pk))
            reponse = reponse_de_la_case(
                propre.statut if propre is not None else None, ensemble.statut if ensemble is not None else None
            )
            cases.append(CaseDeMoyens(reponse, None, "", propre=False) if propre is None else _ecrite(propre))
        lue = None if ensemble is None else _ecrite(ensemble)
        lignes.append(LigneDeMoyens(nature, section, tuple(cases), lue))
    return MoyensDuPartenaire(
        pk=organisme.pk,
        nom=organisme.nom_court,
        type=organisme.type,
        signataire=signataire,
        lignes=tuple(lignes),
        dit_le=max((timezone.localdate(m.saisi_le) for m in rangees), default=None),
        pour_son_compte=any(m.saisi_par_organisme_id is not None for m in rangees),
        sources=tuple(dict.fromkeys(m.source for m in rangees if m.source)),
        relance_le=relance_le,
        fictif=any(m.fictif for m in rangees),
        parent=organisme.parent_id,
    )


def _ecrite(dite: MoyenAnnonce) -> CaseDeMoyens:
    """A box that somebody wrote."""
    return CaseDeMoyens(
        dite.statut, dite.montant, dite.precision, pour_son_compte=dite.saisi_par_organisme_id is not None
    )


def _relances(contrat: Contrat, annee: int) -> dict[int, date]:
    """The last day on which each organisation was reminded, as the journal tells."""
    lignes = LigneJournal.objects.de(contrat).filter(acte=ACTE_DE_RELANCE, apres__annee=annee).order_by("fait_le")
    return {
        apres["organisme"]: timezone.localdate(fait_le) for apres, fait_le in lignes.values_list("apres", "fait_le")
    }


def reponses_attendues(contrat: Contrat, annee: int, organismes: Iterable[int]) -> list[MoyensDuPartenaire]:
    """Those of these organisations that were reminded of their means of `annee` and have not told them all."""
    relances = _relances(contrat, annee).keys() & set(organismes)
    if not relances:
        return []
    lus = moyens_annonces(contrat, annee, organismes=relances).partenaires
    return [p for p in lus if not p.completude.complete]


def correspondants(contrat: Contrat, organismes: Iterable[int]) -> dict[int, list[Utilisateur]]:
    """Who is written to about the means of these organisations; for the lead, its chefs de projet."""
    tenues = (
        Habilitation.objects.actives()
        .filter(contrat=contrat, organisme__in=list(organismes), utilisateur__is_active=True)
        .filter(Q(role__in=ROLES_ANNONCEURS) | Q(role=Role.CHEF_DE_PROJET))
        .select_related("utilisateur")
        .order_by("utilisateur__email", "pk")
    )
    trouves: dict[int, list[Utilisateur]] = defaultdict(list)
    for h in tenues:
        if h.utilisateur not in trouves[h.organisme_id]:
            trouves[h.organisme_id].append(h.utilisateur)
    return dict(trouves)


def version(contrat: Contrat, annee: int, organisme: Organisme) -> str:
    """A mark of what an organisation's boxes say: another one means that somebody wrote since."""
    dits = MoyenAnnonce.objects.filter(contrat=contrat, annee=annee, organisme=organisme)
    marques: list[tuple[int, int]] = list(dits.order_by("pk").values_list("pk", "revision"))
    return "-".join(f"{pk}.{revision}" for pk, revision in marques)


def euros_des_engagements(contrat: Contrat, annee: int) -> dict[tuple[int, str], Decimal]:
    """Euros stated on the commitments of a year, by the organisation that answers for them and the nature of means."""
    points = PointAvancement.objects.filter(
        engagement__contrat=contrat, engagement__retire_le__isnull=True, annee=annee
    ).annotate(repond=Coalesce("engagement__organisme", "engagement__signataire__organisme"))
    sommes: dict[tuple[int, str], Decimal] = {}
    for organisme, droit_commun, specifiques in (
        points.filter(repond__isnull=False)
        .values("repond")
        .annotate(droit_commun=Sum("euros_droit_commun"), specifiques=Sum("euros_specifiques"))
        .order_by("repond")
        .values_list("repond", "droit_commun", "specifiques")
    ):
        for nature, montant in (
            (NatureAnnoncee.DROIT_COMMUN, droit_commun),
            (NatureAnnoncee.SPECIFIQUE, specifiques),
        ):
            if montant is not None:
                sommes[organisme, nature.value] = montant
    return sommes
