"""Scenarios beside one another and beside today's proposals: totals, shares, places, envelopes.

A fixed number of queries, whatever the number of files and of scenarios: the database adds up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DecimalField,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Least

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.memoire import deja_retenu, retenir
from commun.recherche import normaliser
from commun.typographie import INSECABLE, euros, nombre, pluriel, pourcent
from contrats.models import Contrat, NatureMoyens, Orientation, Section
from contrats.permissions import roles
from geographie.models import Commune, VersionPerimetre

from ...models import CaractereDossier, Convention, PublicParAge, Scenario, TrancheAge, TypeConvention
from ...regles.scenarios import au_centime, en_pourcent, manque_a_la_part
from ..enveloppes import LigneEnveloppe, enveloppes
from ..programmation_annuelle.chiffres import TYPES_ETAT, bases_cpo
from ..programmation_annuelle.ventilations import RANG_DU_LIEU, commune_de, perimetre_de
from .montants import FIGEE, avec_montants, demandes_en_jeu, noms_des_montants

ZERO = Decimal(0)
_DECIMAL = DecimalField(max_digits=20, decimal_places=8)
# Shares of places that add up to 99,9 or 100,1 % are complete (S-17).
_TOLERANCE = Decimal("0.001")
_CENTIEME = Decimal("0.01")
ADOLESCENTS = (TrancheAge.A12_15, TrancheAge.A16_17)

Montants = tuple[Decimal, ...]  # the base first, then each scenario


@dataclass(frozen=True, slots=True)
class LigneComparee:
    """One line of the comparison: an orientation, a place, a funder… Euros, the base first."""

    genre: str
    nom: str
    montants: Montants

    @property
    def ecarts(self) -> Montants:
        """What each scenario changes to the base."""
        return tuple(montant - self.montants[0] for montant in self.montants[1:])

    @property
    def differe(self) -> bool:
        """The scenarios do not all say what the base says."""
        return any(self.ecarts)

    @property
    def colonnes(self) -> tuple[tuple[Decimal, Decimal], ...]:
        """By scenario: its amount, its difference with the base."""
        return tuple(zip(self.montants[1:], self.ecarts, strict=True))


@dataclass(frozen=True, slots=True)
class Indicateur:
    """A figure of the whole, for the base and each scenario: euros, number of actions or %; None where unknown."""

    cle: str
    nom: str
    unite: str  # « € », « % » or « actions »
    valeurs: tuple[Decimal | None, ...]
    definition: str = ""
    precision: tuple[str, ...] = ()  # under each value: what is missing to a target, what is unknown
    euros: tuple[Decimal | None, ...] = ()  # of a share: the euros of which it is made
    actions: tuple[int, ...] = ()  # of a share: how many files

    @property
    def ecarts(self) -> tuple[Decimal | None, ...]:
        """What each scenario changes to the base, in the unit (points of %)."""
        base = self.valeurs[0]
        return tuple(None if v is None or base is None else v - base for v in self.valeurs[1:])

    @property
    def colonnes(self) -> tuple[CaseDIndicateur, ...]:
        """By hypothesis: its value, its difference with the base, what goes under it."""
        rien = (None,) * len(self.valeurs)
        return tuple(
            CaseDIndicateur(*case)
            for case in zip(
                self.valeurs,
                (None, *self.ecarts),
                self.euros or rien,
                self.actions or rien,
                self.precision or ("",) * len(self.valeurs),
                strict=True,
            )
        )


@dataclass(frozen=True, slots=True)
class CaseDIndicateur:
    """One figure of one hypothesis: its value, its difference with the base (None for the base), what goes under it."""

    valeur: Decimal | None
    ecart: Decimal | None
    euros: Decimal | None
    actions: int | None
    precision: str


@dataclass(frozen=True, slots=True)
class BilanEnveloppe:
    """An envelope and what each hypothesis would take from it beside what is already programmed or voted. Euros."""

    enveloppe: LigneEnveloppe
    prend: Montants

    @property
    def restes(self) -> tuple[Decimal | None, ...]:
        """What each hypothesis leaves, negative when it goes too far; None for who may not read what is left."""
        disponible = self.enveloppe.disponible
        return tuple(None if disponible is None else disponible - montant for montant in self.prend)

    @property
    def depassee(self) -> bool:
        """At least one scenario goes beyond what the envelope allows."""
        return any(reste is not None and reste < 0 for reste in self.restes[1:])


@dataclass(frozen=True, slots=True)
class DansUneEnveloppe:
    """What one hypothesis takes from an envelope and leaves in it, or by how much it goes beyond. Euros."""

    nom: str
    prend: Decimal
    reste: Decimal | None
    depasse: Decimal  # 0 when it does not


@dataclass(frozen=True, slots=True)
class SansEnveloppe:
    """Rows that no open envelope would pay: funder, scheme and nature, and what each hypothesis gives them. Euros."""

    financeur: str
    dispositif: str
    nature: str
    montants: Montants


@dataclass(frozen=True, slots=True)
class Comparaison:
    """Today's proposals and the scenarios, as one reader may see them. Totals count only its own rows."""

    noms: tuple[str, ...]  # of the hypotheses, the base first
    total: LigneComparee
    indicateurs: tuple[Indicateur, ...]
    par_financeur: tuple[LigneComparee, ...]
    par_orientation: tuple[LigneComparee, ...]
    par_qpv: tuple[LigneComparee, ...]
    par_commune: tuple[LigneComparee, ...]
    enveloppes: tuple[BilanEnveloppe, ...]
    sans_enveloppe: tuple[SansEnveloppe, ...]
    sans_montant: tuple[int, ...]  # by scenario, the rows still to decide of which it says nothing
    fictif: bool

    @property
    def groupes(self) -> tuple[tuple[str, tuple[LigneComparee, ...]], ...]:
        """The splits, in the order in which they are read; each adds up to the total."""
        return (
            ("Par financeur", self.par_financeur),
            ("Par orientation", self.par_orientation),
            ("Par quartier", self.par_qpv),
            ("Par commune", self.par_commune),
        )

    @property
    def detail_des_enveloppes(self) -> tuple[tuple[LigneEnveloppe, tuple[DansUneEnveloppe, ...]], ...]:
        """Each envelope, and by hypothesis what it takes from it."""
        return tuple(
            (
                bilan.enveloppe,
                tuple(
                    DansUneEnveloppe(nom, prend, reste, max(-(reste or ZERO), ZERO))
                    for nom, prend, reste in zip(self.noms, bilan.prend, bilan.restes, strict=True)
                ),
            )
            for bilan in self.enveloppes
        )

    @property
    def detail_sans_enveloppe(self) -> tuple[tuple[SansEnveloppe, tuple[tuple[str, Decimal], ...]], ...]:
        """The rows that no envelope would pay, and by hypothesis their euros."""
        return tuple((ligne, tuple(zip(self.noms, ligne.montants, strict=True))) for ligne in self.sans_enveloppe)

    @property
    def bilans(self) -> tuple[tuple[str, Decimal, Decimal, int], ...]:
        """By hypothesis: its name, its total, its difference with the base, how many envelopes it exceeds."""
        return tuple(
            (
                nom,
                montant,
                montant - self.total.montants[0],
                sum(1 for e in self.enveloppes if (e.restes[rang] or ZERO) < 0),
            )
            for rang, (nom, montant) in enumerate(zip(self.noms, self.total.montants, strict=True))
        )

    @property
    def incomplets(self) -> tuple[tuple[str, int], ...]:
        """The scenarios that say nothing of some rows, and of how many: those count for 0."""
        return tuple((nom, n) for nom, n in zip(self.noms[1:], self.sans_montant, strict=True) if n)


FEMMES = (
    "Euros de chaque action multipliés par la part des femmes dans son public prévu, rapportés aux euros des actions dont "
    "le public est renseigné."
)
ADOS = "Le même calcul avec les 12 à 17 ans du public par âge."
JEUNES = "Le même calcul avec les jeunes de 12 à 25 ans."
QPV = "Euros des actions localisées dans un quartier prioritaire, ou dans l’ensemble de ces quartiers, sur le total."
CPO = "Crédits spécifiques de l’État aux tranches de CPO, sur son enveloppe de l’année en fonctionnement (C-04)"
CONVENTIONS = (
    "Conventions pluriannuelles parmi celles, annuelles ou pluriannuelles, en vigueur dans l’année et dont une action est "
    "aidée (C-04)."
)
NOUVELLES = "Euros des actions nouvelles sur le total."
RECONDUCTIONS = "Euros des actions reconduites sur le total."


def comparer(contrat: Contrat, annee: int, scenarios: Sequence[Scenario], *, pour: Auteur) -> Comparaison:
    """Today's shared proposals and these scenarios of `annee`, on the rows that `pour` may see."""
    demandes = avec_montants(demandes_en_jeu(contrat, annee, pour=pour), scenarios)
    noms = noms_des_montants(scenarios)
    groupes = _groupes(demandes, noms)
    total = _somme(groupes, noms)
    places = _places(demandes, noms)
    par_qpv = _par_lieu(places, total, noms, lambda li: perimetre_de(li, places.versions))
    par_commune = _par_lieu(places, total, noms, lambda li: commune_de(li, places.versions, places.communes))
    organismes = Organisme.objects.in_bulk({g["financeur"] for g in groupes})
    bilans, sans_enveloppe = _enveloppes(contrat, annee, groupes, noms, organismes, pour)
    indicateurs = [
        Indicateur("total", "Total", "€", total),
        *_des_actions(contrat, groupes, _actions(demandes, noms), noms, total, _en_qpv(par_qpv, len(noms))),
    ]
    if roles(pour, contrat).pilote_tout:
        # For who reads all the envelopes: a share and what it lacks would tell the State's to the euro.
        indicateurs[-2:-2] = [
            _cpo(contrat, annee, groupes, noms, organismes),
            _conventions(contrat, annee, demandes, noms),
        ]
    return Comparaison(
        noms=("Propositions d’aujourd’hui", *(s.nom for s in scenarios)),
        total=LigneComparee("total", "Total", total),
        indicateurs=tuple(indicateurs),
        par_financeur=_par_financeur(groupes, noms, organismes),
        par_orientation=_par_orientation(contrat, groupes, noms),
        par_qpv=par_qpv,
        par_commune=par_commune,
        enveloppes=bilans,
        sans_enveloppe=sans_enveloppe,
        sans_montant=tuple(sum(g[f"vides_{nom}"] for g in groupes) for nom in noms[1:]),
        fictif=any(g["fictives"] for g in groupes),
    )


def comparer_et_retenir(contrat: Contrat, annee: int, scenarios: Sequence[Scenario], *, pour: Auteur) -> Comparaison:
    """`comparer`, kept until the next act on the contract, a minute at most."""
    return retenir(
        contrat.pk,
        _cle(contrat, annee, scenarios, pour),
        lambda: comparer(contrat, annee, scenarios, pour=pour),
    )


def comparaison_connue(
    contrat: Contrat, annee: int, scenarios: Sequence[Scenario], *, pour: Auteur
) -> Comparaison | None:
    """The same when somebody has asked it since the last act; None when it would have to be computed."""
    connue: Comparaison | None = deja_retenu(contrat.pk, _cle(contrat, annee, scenarios, pour))
    return connue


def _cle(contrat: Contrat, annee: int, scenarios: Sequence[Scenario], pour: Auteur) -> tuple[Any, ...]:
    jeu = demandes_en_jeu(contrat, annee, pour=pour)
    return "comparaison", jeu, [s.pk for s in scenarios], roles(pour, contrat)


# --- What the database adds up ----------------------------------------------------------------------------------------


def _groupes(demandes: QuerySet[Any], noms: Sequence[str]) -> list[dict[str, Any]]:
    """Sums by all that tells rows apart but their file; a few hundred groups whatever the number of files."""
    sommes: dict[str, Any] = {"fictives": Count("pk", filter=Q(fictif=True))}
    for rang, nom in enumerate(noms):
        sommes[f"s_{nom}"] = Sum(nom)
        if rang:
            vide = ~FIGEE & Q(**{f"ligne_{rang - 1}__isnull": True})
            sommes[f"vides_{nom}"] = Count("pk", filter=vide)
    return list(
        demandes.annotate(
            figee=ExpressionWrapper(FIGEE, output_field=BooleanField()),
            orientation=F("dossier__orientation"),
            caractere=F("dossier__caractere"),
            convention_type=F("dossier__convention__type"),
            dispositif_nom=F("dispositif__nom"),
            section=F("dispositif__section"),
        )
        .order_by()
        .values(
            "orientation",
            "financeur",
            "dispositif",
            "dispositif_nom",
            "section",
            "nature",
            "caractere",
            "convention_type",
            "figee",
        )
        .annotate(**sommes)
    )


def _part_du_public(champ: str) -> Case:
    """`regles.scenarios.part_du_public`, for the database, on a file's columns of `_actions`."""
    part = Cast(F(champ), _DECIMAL) / Cast(F("public"), _DECIMAL)
    return Case(
        When(
            Q(**{f"{champ}__isnull": False}, public__gt=0),
            then=Least(part, Value(Decimal(1)), output_field=_DECIMAL),
        ),
        default=None,
        output_field=_DECIMAL,
    )


@dataclass(frozen=True, slots=True)
class _Places:
    lignes: list[dict[str, Any]]
    versions: dict[int, VersionPerimetre]
    communes: dict[int, Commune]


def _places(demandes: QuerySet[Any], noms: Sequence[str]) -> _Places:
    """Sums by place: each file's euros go to its places by their shares (S-17); without any, they stay whole."""
    lignes = list(
        demandes.annotate(
            mode=F("dossier__localisations__mode"),
            version=F("dossier__localisations__version"),
            commune=F("dossier__localisations__commune"),
            # Kept apart, and multiplied once added up: few shares exist, and many files.
            part=F("dossier__localisations__part"),
        )
        .order_by()
        .values("mode", "version", "commune", "part")
        .annotate(**{f"s_{nom}": Sum(nom) for nom in noms})
    )
    versions = {
        v.pk: v
        for v in VersionPerimetre.objects.filter(pk__in={li["version"] for li in lignes if li["version"]})
        .select_related("perimetre")
        .prefetch_related("communes")
    }
    return _Places(lignes, versions, Commune.objects.in_bulk({li["commune"] for li in lignes if li["commune"]}))


PUBLICS = ("femmes", "adolescents", "jeunes")


def _actions(demandes: QuerySet[Any], noms: Sequence[str]) -> dict[str, Any]:
    """What is counted by file: how many are helped, new and renewed; the euros for each part of their public.

    Each file is added up once, then weighed. « adolescents » are read from the public by age.
    """
    ages = PublicParAge.objects.filter(dossier=OuterRef("dossier")).order_by().values("dossier")
    adolescents = ages.annotate(n=Coalesce(Sum("nombre", filter=Q(tranche__in=ADOLESCENTS)), 0)).values("n")
    par_dossier = (
        demandes.order_by()
        .values("dossier")
        .annotate(
            **{f"d_{nom}": Sum(nom) for nom in noms},
            caractere=Max("dossier__caractere"),
            public=Max("dossier__beneficiaires"),
            femmes=Max("dossier__femmes"),
            jeunes=Max("dossier__jeunes"),
        )
        .annotate(adolescents=Subquery(adolescents))
    )
    comptes: dict[str, Any] = {}
    for nom in noms:
        aidee = Q(**{f"d_{nom}__gt": 0})
        comptes[f"n_{nom}"] = Count("dossier", filter=aidee)
        for caractere in CaractereDossier.values:
            comptes[f"{caractere}_{nom}"] = Count("dossier", filter=aidee & Q(caractere=caractere))
        for qui in PUBLICS:
            comptes[f"{qui}_{nom}"] = Sum(F(f"d_{nom}") * _part_du_public(qui), output_field=_DECIMAL)
            connu = Q(**{f"{qui}__isnull": False}, public__gt=0)
            comptes[f"connus_{qui}_{nom}"] = Sum(f"d_{nom}", filter=connu)
    lus: dict[str, Any] = par_dossier.aggregate(**comptes)
    return lus


# --- What is made of it -----------------------------------------------------------------------------------------------


def _somme(groupes: Iterable[dict[str, Any]], noms: Sequence[str], prefixe: str = "s_") -> Montants:
    lus = list(groupes)
    return tuple(sum((g[f"{prefixe}{nom}"] or ZERO for g in lus), ZERO) for nom in noms)


def _par(groupes: Iterable[dict[str, Any]], cle: Callable[[dict[str, Any]], Any]) -> dict[Any, list[dict[str, Any]]]:
    classes: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for groupe in groupes:
        classes[cle(groupe)].append(groupe)
    return classes


def _par_financeur(
    groupes: list[dict[str, Any]], noms: Sequence[str], organismes: dict[int, Organisme]
) -> tuple[LigneComparee, ...]:
    lignes = [
        LigneComparee("financeur", organismes[pk].nom_court, _somme(siens, noms))
        for pk, siens in _par(groupes, lambda g: g["financeur"]).items()
    ]
    return tuple(sorted(lignes, key=lambda ligne: (-max(ligne.montants), normaliser(ligne.nom))))


def _par_orientation(contrat: Contrat, groupes: list[dict[str, Any]], noms: Sequence[str]) -> tuple[LigneComparee, ...]:
    """Every thematic orientation of the contract, even without a euro: an empty line says something."""
    classes = _par(groupes, lambda g: g["orientation"])
    orientations = Orientation.objects.filter(contrat=contrat, nature="thematique").order_by("ordre")
    cles: list[tuple[int | None, str]] = [(o.pk, o.nom_court) for o in orientations]
    if None in classes:
        cles.append((None, "Sans orientation"))
    return tuple(LigneComparee("orientation", nom, _somme(classes.get(cle, []), noms)) for cle, nom in cles)


def _par_lieu(
    places: _Places, total: Montants, noms: Sequence[str], lieu_de: Callable[[Any], tuple[str, str]]
) -> tuple[LigneComparee, ...]:
    """The euros by place, brought to the cent so that each column adds up to its total."""
    exacts: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [ZERO] * len(total))
    for ligne in places.lignes:
        part = Decimal(100) if ligne["part"] is None else ligne["part"]
        montants = [(ligne[f"s_{nom}"] or ZERO) * part / 100 for nom in noms]
        lieu = lieu_de(ligne)
        exacts[lieu] = [a + b for a, b in zip(exacts[lieu], montants, strict=True)]
    for rang, attendu in enumerate(total):
        manque = attendu - sum((montants[rang] for montants in exacts.values()), ZERO)
        if abs(manque) > attendu * _TOLERANCE:
            exacts["non_localise", "Part non précisée"][rang] += manque
    cles = sorted(exacts, key=lambda cle: (RANG_DU_LIEU[cle[0]], -max(exacts[cle]), normaliser(cle[1])))
    colonnes = [au_centime([exacts[cle][rang] for cle in cles], attendu) for rang, attendu in enumerate(total)]
    return tuple(
        LigneComparee(cle[0], cle[1], tuple(colonne[rang] for colonne in colonnes)) for rang, cle in enumerate(cles)
    )


def _en_qpv(par_qpv: Iterable[LigneComparee], combien: int) -> Montants:
    dedans = [ligne for ligne in par_qpv if ligne.genre in ("qpv", "ensemble")]
    return tuple(sum((ligne.montants[rang] for ligne in dedans), ZERO) for rang in range(combien))


def _des_actions(
    contrat: Contrat,
    groupes: list[dict[str, Any]],
    lus: dict[str, Any],
    noms: Sequence[str],
    total: Montants,
    en_qpv: Montants,
) -> list[Indicateur]:
    """Actions helped, QPV, earmarked publics, new against renewed."""
    return [
        Indicateur("actions", "Actions aidées", "actions", tuple(Decimal(lus[f"n_{nom}"]) for nom in noms)),
        Indicateur("qpv", "Part des quartiers prioritaires", "%", _parts(en_qpv, total), QPV, euros=en_qpv),
        _public(lus, noms, total, "femmes", "Part pour les femmes", FEMMES, contrat.part_femmes_visee),
        _public(lus, noms, total, "adolescents", "Part pour les adolescents", ADOS, contrat.part_adolescents_visee),
        _public(lus, noms, total, "jeunes", "Part pour les jeunes", JEUNES, None),
        _caractere(groupes, lus, noms, total, CaractereDossier.NOUVELLE, "Actions nouvelles", NOUVELLES),
        _caractere(groupes, lus, noms, total, CaractereDossier.RECONDUITE, "Reconductions", RECONDUCTIONS),
    ]


def _public(
    lus: dict[str, Any],
    noms: Sequence[str],
    total: Montants,
    qui: str,
    nom: str,
    definition: str,
    visee: Decimal | None,
) -> Indicateur:
    """Euros for a part of the public, over those of the actions that tell their public; the others are said."""
    connus = tuple(lus[f"connus_{qui}_{n}"] or ZERO for n in noms)
    portions = tuple(lus[f"{qui}_{n}"] or ZERO for n in noms)
    inconnus = _parts(tuple(t - c for t, c in zip(total, connus, strict=True)), total)
    precisions = []
    for portion, connu, inconnu in zip(portions, connus, inconnus, strict=True):
        mots = []
        if visee is not None and connu:
            manque = manque_a_la_part(portion, connu, visee)
            but = f"{nombre(visee, None)}{INSECABLE}%"
            mots.append(f"il manque {euros(manque)} pour atteindre {but}" if manque else f"objectif de {but} atteint")
        if inconnu:
            mots.append(f"public inconnu pour {pourcent(inconnu / 100, 0)} des euros")
        precisions.append(" ; ".join(mots))
    return Indicateur(
        qui,
        nom,
        "%",
        _parts(portions, connus),
        definition,
        tuple(precisions),
        euros=tuple(
            portion.quantize(_CENTIEME, ROUND_HALF_UP) if connu else None
            for portion, connu in zip(portions, connus, strict=True)
        ),
    )


def _caractere(
    groupes: list[dict[str, Any]],
    lus: dict[str, Any],
    noms: Sequence[str],
    total: Montants,
    caractere: CaractereDossier,
    nom: str,
    definition: str,
) -> Indicateur:
    montants = _somme([g for g in groupes if g["caractere"] == caractere], noms)
    return Indicateur(
        caractere.value,
        nom,
        "%",
        _parts(montants, total),
        definition,
        euros=montants,
        actions=tuple(lus[f"{caractere.value}_{n}"] for n in noms),
    )


def _cpo(
    contrat: Contrat,
    annee: int,
    groupes: list[dict[str, Any]],
    noms: Sequence[str],
    organismes: dict[int, Organisme],
) -> Indicateur:
    """C-04 by amount, on each of the State's envelopes of running costs: what it has notified, else what is expected."""
    en_cpo = [
        g
        for g in groupes
        if g["nature"] == NatureMoyens.SPECIFIQUE
        and g["section"] == Section.FONCTIONNEMENT
        and g["convention_type"] == TypeConvention.CPO
        and organismes[g["financeur"]].type in TYPES_ETAT
    ]
    montants = _somme(en_cpo, noms)
    base = bases_cpo(contrat, [annee])[annee]
    manques = [manque_a_la_part(montant, base.montant, Decimal(contrat.part_cpo_visee)) for montant in montants]
    return Indicateur(
        "cpo",
        "Part des CPO",
        "%",
        tuple(en_pourcent(montant, base.montant) for montant in montants),
        f"{CPO}, {base.en_mots}." if base.montant else f"{CPO}.",
        tuple(f"il manque {euros(manque)}" if manque else "" for manque in manques),
        euros=montants,
    )


def _conventions(contrat: Contrat, annee: int, demandes: QuerySet[Any], noms: Sequence[str]) -> Indicateur:
    """C-04 by number; unknown where no annual convention is recorded: the share would be 100 %."""
    en_vigueur = Convention.objects.filter(contrat=contrat, premiere_annee__lte=annee, derniere_annee__gte=annee)
    lues = list(
        demandes.filter(dossier__convention__in=en_vigueur.values("pk"))
        .order_by()
        .values("dossier__convention", "dossier__convention__type")
        .annotate(**{f"c_{nom}": Sum(nom) for nom in noms})
    )
    parts = []
    precisions = []
    for nom in noms:
        types = [li["dossier__convention__type"] for li in lues if li[f"c_{nom}"]]
        cpo = types.count(TypeConvention.CPO)
        parts.append(en_pourcent(Decimal(cpo), Decimal(len(types))) if cpo < len(types) else None)
        precisions.append(f"{cpo} sur {pluriel(len(types), 'convention')}" if types else "")
    return Indicateur("conventions", "Part des CPO en nombre", "%", tuple(parts), CONVENTIONS, tuple(precisions))


def _enveloppes(
    contrat: Contrat,
    annee: int,
    groupes: list[dict[str, Any]],
    noms: Sequence[str],
    organismes: dict[int, Organisme],
    pour: Auteur,
) -> tuple[tuple[BilanEnveloppe, ...], tuple[SansEnveloppe, ...]]:
    """What each hypothesis would take from the envelopes that the reader sees, and the rows that none would pay."""
    ouverts = [g for g in groupes if not g["figee"]]
    # A request takes from its scheme's section: an envelope of another section would pay none of them.
    classes = _par(ouverts, lambda g: (g["financeur"], g["dispositif"], g["nature"], g["section"]))
    lues = enveloppes(contrat, annee, pour=pour)
    par_guichet = {(e.financeur_id, e.dispositif_id, e.nature, e.section): e for e in lues}
    bilans = tuple(BilanEnveloppe(e, _somme(classes.get(cle, []), noms)) for cle, e in par_guichet.items())
    tenus = roles(pour, contrat)
    sans = [
        SansEnveloppe(
            organismes[cle[0]].nom_court, siens[0]["dispositif_nom"], NatureMoyens(cle[2]).label, _somme(siens, noms)
        )
        for cle, siens in classes.items()
        if cle not in par_guichet and (tenus.pilote_tout or cle[0] in tenus.organismes_instructeurs)
    ]
    sans = [ligne for ligne in sans if any(ligne.montants)]
    return bilans, tuple(sorted(sans, key=lambda ligne: -max(ligne.montants)))


def _parts(numerateurs: Montants, denominateurs: Montants) -> tuple[Decimal | None, ...]:
    """In %, to the tenth; None over nothing."""
    return tuple(en_pourcent(n, d) for n, d in zip(numerateurs, denominateurs, strict=True))
