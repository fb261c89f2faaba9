"""Each year of the contract in figures, with its share of multi-year conventions (C-04)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from acteurs.models import TypeOrganisme
from contrats.models import Contrat, NatureMoyens, Section

from ...etats import EtatEnveloppe
from ...models import CaractereDossier, Convention, DemandeFinancement, Dossier, Enveloppe, TypeConvention
from ...regles import PartCpo
from .montants import RETENU, RETENUE, ZERO, agregats, somme

TYPES_ETAT = (TypeOrganisme.ETAT, TypeOrganisme.SERVICE_ETAT)


@dataclass(frozen=True, slots=True)
class BaseCpo:
    """The State's specific credits of one year, running costs only: each of its envelopes at its amount, in euros."""

    notifie: Decimal = ZERO
    attendu: Decimal = ZERO

    @property
    def montant(self) -> Decimal:
        return self.notifie + self.attendu

    @property
    def en_mots(self) -> str:
        """What it is made of, as an adjective of « enveloppe »."""
        if self.notifie and self.attendu:
            return "en partie attendue"
        return "notifiée" if self.notifie else "attendue, faute de notification"


def bases_cpo(contrat: Contrat, annees: Collection[int]) -> dict[int, BaseCpo]:
    """C-04: what the share under CPO is measured on, year by year; 0 in a year without an envelope. One query.

    Letters come one after the other: an envelope still expected counts beside those notified. For who reads all of them.
    """
    sommes: dict[int, dict[str, Decimal]] = defaultdict(dict)
    for an, etat, montant in (
        Enveloppe.objects.filter(
            contrat=contrat,
            annee__in=annees,
            nature=NatureMoyens.SPECIFIQUE,
            section=Section.FONCTIONNEMENT,
            financeur__type__in=TYPES_ETAT,
        )
        .values_list("annee", "etat")
        .annotate(total=Sum("montant"))
        .order_by()
    ):
        sommes[an][etat] = montant
    return {
        an: BaseCpo(sommes[an].get(EtatEnveloppe.NOTIFIEE, ZERO), sommes[an].get(EtatEnveloppe.ATTENDUE, ZERO))
        for an in annees
    }


@dataclass(frozen=True, slots=True)
class Cpo:
    """C-04: by amount, on the State's specific credits; by number, among the conventions in force that year.

    `base_notifiee`: at least one envelope is notified; `base_en_partie`: another is still only expected.
    `part_nombre` is None in a year without any annual convention: nobody recorded them, and the share would be 100 %.
    """

    montant: Decimal
    base: Decimal
    base_notifiee: bool
    visee: Decimal
    part: Decimal | None
    manque: Decimal
    atteinte: bool
    conventions: int
    conventions_cpo: int
    part_nombre: Decimal | None
    base_en_partie: bool = False

    @property
    def base_en_mots(self) -> str:
        """What the base is made of, as an adjective of « enveloppe »."""
        if self.base_en_partie:
            return "en partie attendue"
        return "notifiée" if self.base_notifiee else "attendue, faute de notification"


@dataclass(frozen=True, slots=True)
class Chiffres:
    """One year in figures, comparable from year to year."""

    annee: int
    dossiers: int
    actions: int
    porteurs: int
    nouvelles: int
    demande: Decimal
    propose: Decimal
    programme: Decimal
    vote: Decimal
    droit_commun: Decimal
    specifiques: Decimal
    beneficiaires: int
    beneficiaires_qpv: int
    publics_inconnus: int
    cpo: Cpo


def historique_annuel(
    contrat: Contrat,
    annee: int,
    dossiers: QuerySet[Dossier],
    demandes: QuerySet[DemandeFinancement],
    voit_les_enveloppes: bool,
) -> list[Chiffres]:
    """Every year of the contract up to `annee`, and always the year before `annee`, even empty.

    C-04 only for who reads all the envelopes: the share, and what it lacks, would tell the State's to the euro.
    """
    annees = range(min(contrat.debut, annee - 1), annee + 1)
    specifiques_etat = Q(
        nature=NatureMoyens.SPECIFIQUE,
        financeur__type__in=TYPES_ETAT,
        dispositif__section=Section.FONCTIONNEMENT,
    )
    en_cpo = specifiques_etat & Q(dossier__convention__type=TypeConvention.CPO) & RETENUE
    euros = {
        ligne["dossier__campagne__annee"]: ligne
        for ligne in demandes.filter(dossier__campagne__annee__in=annees)
        .values("dossier__campagne__annee")
        .annotate(
            **agregats(),
            droit_commun=somme("programme_vu", RETENUE & Q(nature=NatureMoyens.DROIT_COMMUN)),
            specifiques=somme("programme_vu", RETENUE & Q(nature=NatureMoyens.SPECIFIQUE)),
            cpo=somme(RETENU, en_cpo),
            porteurs=Count("dossier__porteur", distinct=True, filter=RETENUE),
        )
    }
    # The public of an action counts once, however many funders it has.
    retenus = dossiers.filter(campagne__annee__in=annees, pk__in=demandes.filter(RETENUE).values("dossier"))
    publics = {
        ligne["campagne__annee"]: ligne
        for ligne in retenus.values("campagne__annee").annotate(
            tous=Coalesce(Sum("beneficiaires"), 0),
            qpv=Coalesce(Sum("beneficiaires_qpv"), 0),
            inconnus=Count("pk", filter=Q(beneficiaires_qpv__isnull=True)),
            nouvelles=Count("pk", filter=Q(caractere=CaractereDossier.NOUVELLE)),
        )
    }
    deposes = dict(
        dossiers.filter(campagne__annee__in=annees).values_list("campagne__annee").annotate(n=Count("pk")).order_by()
    )
    bases = bases_cpo(contrat, annees) if voit_les_enveloppes else dict.fromkeys(annees, BaseCpo())
    conventions = list(
        Convention.objects.filter(contrat=contrat).values_list("type", "premiere_annee", "derniere_annee")
        if voit_les_enveloppes
        else ()
    )
    return [
        _chiffres(contrat, an, euros.get(an), publics.get(an), deposes.get(an, 0), bases[an], conventions)
        for an in annees
    ]


def _chiffres(
    contrat: Contrat,
    annee: int,
    euros: Any,
    public: Any,
    deposes: int,
    base: BaseCpo,
    conventions: list[tuple[str, int, int]],
) -> Chiffres:
    e = euros or defaultdict(lambda: ZERO, dossiers=0, actions=0, porteurs=0)
    p = public or dict.fromkeys(("tous", "qpv", "inconnus", "nouvelles"), 0)
    part = PartCpo(e["cpo"], base.montant, Decimal(contrat.part_cpo_visee))
    en_vigueur = [type_ for type_, du, au in conventions if du <= annee <= au]
    nombre_cpo = en_vigueur.count(TypeConvention.CPO)
    return Chiffres(
        annee=annee,
        dossiers=deposes,
        actions=e["actions"],
        porteurs=e["porteurs"],
        nouvelles=p["nouvelles"],
        demande=e["demande"],
        propose=e["propose"],
        programme=e["programme"],
        vote=e["vote"],
        droit_commun=e["droit_commun"],
        specifiques=e["specifiques"],
        beneficiaires=p["tous"],
        beneficiaires_qpv=p["qpv"],
        publics_inconnus=p["inconnus"],
        cpo=Cpo(
            montant=part.montant_cpo,
            base=base.montant,
            base_notifiee=bool(base.notifie),
            base_en_partie=bool(base.notifie and base.attendu),
            visee=part.visee,
            part=part.part,
            manque=part.manque,
            atteinte=part.atteinte,
            conventions=len(en_vigueur),
            conventions_cpo=nombre_cpo,
            part_nombre=(
                PartCpo(Decimal(nombre_cpo), Decimal(len(en_vigueur)), part.visee).part
                if nombre_cpo < len(en_vigueur)
                else None
            ),
        ),
    )
