"""Scenarios beside one another and beside today's proposals: totals, shares, places, envelopes.

A fixed number of queries, whatever the number of files and of scenarios: the database adds up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DecimalField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Least

from acteurs.models import Organisme
from commun.auteur import Auteur
from commun.recherche import normaliser
from commun.typographie import euros, pourcent
from contrats.models import Contrat, NatureMoyens, Orientation
from contrats.permissions import roles
from geographie.models import Commune, VersionPerimetre

from ...etats import EtatEnveloppe
from ...models import CaractereDossier, Enveloppe, Scenario, TypeConvention
from ...regles import PartCpo
from ...regles.scenarios import au_centime
from ..enveloppes import LigneEnveloppe, enveloppes
from ..programmation_annuelle.chiffres import TYPES_ETAT
from ..programmation_annuelle.ventilations import RANG_DU_LIEU, commune_de, perimetre_de
from .montants import FIGEE, avec_montants, demandes_en_jeu, noms_des_montants

ZERO = Decimal(0)
_DECIMAL = DecimalField(max_digits=20, decimal_places=8)
# Shares of places that add up to 99,9 or 100,1 % are complete (S-17).
_TOLERANCE = Decimal("0.001")

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

    @property
    def ecarts(self) -> tuple[Decimal | None, ...]:
        """What each scenario changes to the base, in the unit (points of %)."""
        base = self.valeurs[0]
        return tuple(None if v is None or base is None else v - base for v in self.valeurs[1:])

    @property
    def colonnes(self) -> tuple[tuple[Decimal | None, Decimal | None, str], ...]:
        """By hypothesis: its value, its difference with the base (None for the base), what goes under it."""
        precisions = self.precision or ("",) * len(self.valeurs)
        return tuple(zip(self.valeurs, (None, *self.ecarts), precisions, strict=True))


@dataclass(frozen=True, slots=True)
class BilanEnveloppe:
    """An envelope and what each hypothesis would take from it beside what is already programmed or voted. Euros."""

    enveloppe: LigneEnveloppe
    prend: Montants

    @property
    def restes(self) -> Montants:
        """What each hypothesis leaves, negative when it goes too far."""
        return tuple(self.enveloppe.disponible - montant for montant in self.prend)

    @property
    def depassee(self) -> bool:
        """At least one scenario goes beyond what the envelope allows."""
        return any(reste < 0 for reste in self.restes[1:])


@dataclass(frozen=True, slots=True)
class DansUneEnveloppe:
    """What one hypothesis takes from an envelope and leaves in it, or by how much it goes beyond. Euros."""

    nom: str
    prend: Decimal
    reste: Decimal
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
                    DansUneEnveloppe(nom, prend, max(reste, ZERO), max(-reste, ZERO))
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
            (nom, montant, montant - self.total.montants[0], sum(1 for e in self.enveloppes if e.restes[rang] < 0))
            for rang, (nom, montant) in enumerate(zip(self.noms, self.total.montants, strict=True))
        )


FEMMES = (
    "Euros de chaque action multipliés par la part des femmes dans son public prévu, rapportés aux euros des actions dont "
    "le public est renseigné."
)
JEUNES = "Le même calcul avec les jeunes de 12 à 25 ans, adolescents compris."
QPV = "Euros des actions localisées dans un quartier prioritaire, ou dans l’ensemble de ces quartiers, sur le total."
CPO = "Crédits spécifiques de l’État aux tranches de CPO, sur son enveloppe de l’année (C-04)."
NOUVELLES = "Euros des actions nouvelles sur le total ; le reste va aux reconductions."


def comparer(contrat: Contrat, annee: int, scenarios: Sequence[Scenario], *, pour: Auteur) -> Comparaison:
    """Today's shared proposals and these scenarios of `annee`, on the rows that `pour` may see."""
    demandes = avec_montants(demandes_en_jeu(contrat, annee, pour=pour), scenarios)
    noms = noms_des_montants(scenarios)
    groupes = _groupes(demandes, noms)
    total = _somme(groupes, noms)
    places = _places(demandes, noms)
    par_qpv = _par_lieu(places, total, lambda li: perimetre_de(li, places.versions))
    par_commune = _par_lieu(places, total, lambda li: commune_de(li, places.versions, places.communes))
    organismes = Organisme.objects.in_bulk({g["financeur"] for g in groupes})
    bilans, sans_enveloppe = _enveloppes(contrat, annee, groupes, noms, organismes, pour)
    en_qpv = _en_qpv(par_qpv, len(noms))
    actions = _actions(demandes, noms)
    return Comparaison(
        noms=("Propositions d’aujourd’hui", *(s.nom for s in scenarios)),
        total=LigneComparee("total", "Total", total),
        indicateurs=_indicateurs(contrat, annee, groupes, noms, total, en_qpv, actions, organismes),
        par_financeur=_par_financeur(groupes, noms, organismes),
        par_orientation=_par_orientation(contrat, groupes, noms),
        par_qpv=par_qpv,
        par_commune=par_commune,
        enveloppes=bilans,
        sans_enveloppe=sans_enveloppe,
        fictif=any(g["fictives"] for g in groupes),
    )


# --- What the database adds up ----------------------------------------------------------------------------------------


def _groupes(demandes: QuerySet[Any], noms: Sequence[str]) -> list[dict[str, Any]]:
    """Sums by all that tells rows apart but their place; a few hundred groups whatever the number of files."""
    sommes: dict[str, Any] = {"fictives": Count("pk", filter=Q(fictif=True))}
    for nom in noms:
        sommes[f"s_{nom}"] = Sum(nom)
        for qui in ("femmes", "jeunes"):
            sommes[f"{qui}_{nom}"] = Coalesce(
                Sum(F(nom) * F(f"part_{qui}"), output_field=_DECIMAL), ZERO, output_field=_DECIMAL
            )
            sommes[f"connus_{qui}_{nom}"] = Coalesce(
                Sum(nom, filter=Q(**{f"part_{qui}__isnull": False})), ZERO, output_field=_DECIMAL
            )
    return list(
        demandes.annotate(
            part_femmes=_part_du_public("dossier__femmes"),
            part_jeunes=_part_du_public("dossier__jeunes"),
            figee=ExpressionWrapper(FIGEE, output_field=BooleanField()),
            orientation=F("dossier__orientation"),
            caractere=F("dossier__caractere"),
            convention_type=F("dossier__convention__type"),
            dispositif_nom=F("dispositif__nom"),
        )
        .order_by()
        .values(
            "orientation",
            "financeur",
            "dispositif",
            "dispositif_nom",
            "nature",
            "caractere",
            "convention_type",
            "figee",
        )
        .annotate(**sommes)
    )


def _part_du_public(champ: str) -> Case:
    """`regles.scenarios.part_du_public`, for the database."""
    part = Cast(F(champ), _DECIMAL) / Cast(F("dossier__beneficiaires"), _DECIMAL)
    return Case(
        When(
            Q(**{f"{champ}__isnull": False}, dossier__beneficiaires__gt=0),
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
    part = Coalesce(F("dossier__localisations__part"), Value(Decimal(100)), output_field=_DECIMAL)
    lignes = list(
        demandes.annotate(
            mode=F("dossier__localisations__mode"),
            version=F("dossier__localisations__version"),
            commune=F("dossier__localisations__commune"),
        )
        .order_by()
        .values("mode", "version", "commune")
        .annotate(**{f"s_{nom}": Sum(F(nom) * part / Value(Decimal(100)), output_field=_DECIMAL) for nom in noms})
    )
    versions = {
        v.pk: v
        for v in VersionPerimetre.objects.filter(pk__in={li["version"] for li in lignes if li["version"]})
        .select_related("perimetre")
        .prefetch_related("communes")
    }
    return _Places(lignes, versions, Commune.objects.in_bulk({li["commune"] for li in lignes if li["commune"]}))


def _actions(demandes: QuerySet[Any], noms: Sequence[str]) -> tuple[int, ...]:
    """How many files each hypothesis gives something to."""
    par_dossier = demandes.order_by().values("dossier").annotate(**{f"d_{nom}": Sum(nom) for nom in noms})
    comptes = par_dossier.aggregate(**{f"n_{nom}": Count("dossier", filter=Q(**{f"d_{nom}__gt": 0})) for nom in noms})
    return tuple(comptes[f"n_{nom}"] for nom in noms)


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


def _par_lieu(places: _Places, total: Montants, lieu_de: Callable[[Any], tuple[str, str]]) -> tuple[LigneComparee, ...]:
    """The euros by place, brought to the cent so that each column adds up to its total."""
    exacts: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [ZERO] * len(total))
    for ligne in places.lignes:
        montants = [valeur or ZERO for cle, valeur in ligne.items() if cle.startswith("s_")]
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


def _en_qpv(par_qpv: Iterable[LigneComparee], nombre: int) -> Montants:
    dedans = [ligne for ligne in par_qpv if ligne.genre in ("qpv", "ensemble")]
    return tuple(sum((ligne.montants[rang] for ligne in dedans), ZERO) for rang in range(nombre))


def _indicateurs(
    contrat: Contrat,
    annee: int,
    groupes: list[dict[str, Any]],
    noms: Sequence[str],
    total: Montants,
    en_qpv: Montants,
    actions: tuple[int, ...],
    organismes: dict[int, Organisme],
) -> tuple[Indicateur, ...]:
    nouvelles = _somme([g for g in groupes if g["caractere"] == CaractereDossier.NOUVELLE], noms)
    cpo = _cpo(contrat, annee, groupes, noms, organismes)
    return (
        Indicateur("total", "Total", "€", total),
        Indicateur("actions", "Actions aidées", "actions", tuple(Decimal(n) for n in actions)),
        Indicateur("qpv", "Part des quartiers prioritaires", "%", _parts(en_qpv, total), QPV),
        _public(groupes, noms, total, "femmes", "Part pour les femmes", FEMMES),
        _public(groupes, noms, total, "jeunes", "Part pour les jeunes", JEUNES),
        Indicateur(
            "cpo",
            "Part des CPO",
            "%",
            tuple(part.part for part in cpo),
            CPO,
            tuple(
                "" if part.atteinte or part.part is None else f"il manque {euros(part.manque.quantize(Decimal(1)))}"
                for part in cpo
            ),
        ),
        Indicateur("nouvelles", "Part des actions nouvelles", "%", _parts(nouvelles, total), NOUVELLES),
    )


def _public(
    groupes: list[dict[str, Any]], noms: Sequence[str], total: Montants, qui: str, nom: str, definition: str
) -> Indicateur:
    """Euros for a part of the public, over those of the actions that tell their public; the others are said."""
    connus = _somme(groupes, noms, f"connus_{qui}_")
    inconnus = _parts(tuple(t - c for t, c in zip(total, connus, strict=True)), total)
    return Indicateur(
        qui,
        nom,
        "%",
        _parts(_somme(groupes, noms, f"{qui}_"), connus),
        definition,
        tuple(f"public inconnu pour {pourcent(part / 100, 0)} des euros" if part else "" for part in inconnus),
    )


def _cpo(
    contrat: Contrat,
    annee: int,
    groupes: list[dict[str, Any]],
    noms: Sequence[str],
    organismes: dict[int, Organisme],
) -> list[PartCpo]:
    """C-04: on what the State has notified for the year, else on what is expected."""
    en_cpo = [
        g
        for g in groupes
        if g["nature"] == NatureMoyens.SPECIFIQUE
        and g["convention_type"] == TypeConvention.CPO
        and organismes[g["financeur"]].type in TYPES_ETAT
    ]
    par_etat = dict(
        Enveloppe.objects.filter(
            contrat=contrat, annee=annee, nature=NatureMoyens.SPECIFIQUE, financeur__type__in=TYPES_ETAT
        )
        .order_by()
        .values_list("etat")
        .annotate(total=Sum("montant"))
    )
    base = par_etat.get(EtatEnveloppe.NOTIFIEE) or par_etat.get(EtatEnveloppe.ATTENDUE) or ZERO
    return [PartCpo(montant, base, Decimal(contrat.part_cpo_visee)) for montant in _somme(en_cpo, noms)]


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
    classes = _par(ouverts, lambda g: (g["financeur"], g["dispositif"], g["nature"]))
    lues = enveloppes(contrat, annee, pour=pour)
    bilans = tuple(
        BilanEnveloppe(e, _somme(classes.get((e.financeur_id, e.dispositif_id, e.nature), []), noms)) for e in lues
    )
    tenus = roles(pour, contrat)
    dotes = {(e.financeur_id, e.dispositif_id, e.nature) for e in lues}
    sans = [
        SansEnveloppe(
            organismes[cle[0]].nom_court, siens[0]["dispositif_nom"], NatureMoyens(cle[2]).label, _somme(siens, noms)
        )
        for cle, siens in classes.items()
        if cle not in dotes and (tenus.pilote_tout or cle[0] in tenus.organismes_instructeurs)
    ]
    sans = [ligne for ligne in sans if any(ligne.montants)]
    return bilans, tuple(sorted(sans, key=lambda ligne: -max(ligne.montants)))


def _parts(numerateurs: Montants, denominateurs: Montants) -> tuple[Decimal | None, ...]:
    """In %, to the tenth; None over nothing."""
    return tuple(
        (n * 100 / d).quantize(Decimal("0.1")) if d else None for n, d in zip(numerateurs, denominateurs, strict=True)
    )
