"""What people read of the TFPB abatement: by landlord and by axis, planned and realised (T-04, T-06, T-08)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from acteurs.models import Organisme
from commun.auteur import Auteur
from contrats.creneaux import Echeance, GenreEcheance
from contrats.etats import Role
from contrats.models import Contrat
from contrats.permissions import roles

from .etats import AxeTfpb, FamilleTfpb
from .models import ActionTfpb, ConventionTfpb, Patrimoine, ProgrammeTfpb
from .regles import effet_de_levier, famille_de_l_axe, taux_de_couverture, valorise_par_logement

ZERO = Decimal(0)
REEL, ESTIME = "réel", "estimé"


@dataclass(frozen=True, slots=True)
class Abattement:
    """What a landlord does not pay; None is « non communiqué », and `nature` says which of the two fields is used."""

    montant: Decimal | None
    nature: str  # « réel », « estimé », or empty when unknown
    perimetres: int
    perimetres_inconnus: int


@dataclass(frozen=True, slots=True)
class BailleurTfpb:
    """One landlord, one year. `None` is « non communiqué », never 0. Euros; `couverture` in %."""

    bailleur: str
    logements: int | None
    logements_inconnus: int
    abattement: Abattement
    actions: int
    depense_prevue: Decimal
    valorise: Decimal
    depense_realisee: Decimal | None
    valorise_realise: Decimal | None
    actions_sans_realise: int
    couverture: Decimal | None
    levier: Decimal | None
    par_logement: Decimal | None
    programmes: int
    bilans_recus: int


@dataclass(frozen=True, slots=True)
class AxeTfpbAnnuel:
    """One of the eight axes, one year."""

    axe: int
    nom: str
    famille: str
    actions: int
    depense_prevue: Decimal
    valorise: Decimal
    depense_realisee: Decimal | None
    valorise_realise: Decimal | None


@dataclass(frozen=True, slots=True)
class BilanTfpb:
    """The year of all landlords. A total is None as soon as one of its parts is not communicated."""

    annee: int
    fictif: bool
    bailleurs: tuple[BailleurTfpb, ...]
    total: BailleurTfpb
    axes: tuple[AxeTfpbAnnuel, ...]


def bilan_tfpb(contrat: Contrat, annee: int) -> BilanTfpb:
    """Planned and realised in `annee`, for every landlord with a convention, a programme or dwellings that year."""
    actions = ActionTfpb.objects.filter(programme__contrat=contrat, programme__annee=annee)
    euros: dict[int, Any] = {
        ligne["programme__bailleur"]: ligne
        for ligne in actions.values("programme__bailleur").annotate(**_agregats()).order_by()
    }
    programmes: dict[int, Any] = {
        ligne["bailleur"]: ligne
        for ligne in ProgrammeTfpb.objects.filter(contrat=contrat, annee=annee)
        .values("bailleur")
        .annotate(
            n=Count("pk"),
            bilans=Count("pk", filter=Q(bilan_recu_le__isnull=False)),
            invente=Count("pk", filter=Q(fictif=True)),
        )
        .order_by()
    }
    patrimoines: dict[int, list[Patrimoine]] = defaultdict(list)
    for patrimoine in Patrimoine.objects.filter(contrat=contrat, annee=annee):
        patrimoines[patrimoine.bailleur_id].append(patrimoine)
    conventions = ConventionTfpb.objects.filter(
        contrat=contrat, premiere_annee__lte=annee, derniere_annee__gte=annee
    ).values_list("bailleur", flat=True)
    connus = Organisme.objects.filter(pk__in={*conventions, *euros, *programmes, *patrimoines}).order_by("recherche")
    bailleurs = tuple(_bailleur(b.nom_court, patrimoines[b.pk], euros.get(b.pk), programmes.get(b.pk)) for b in connus)
    par_axe: dict[int, Any] = {
        ligne["axe"]: ligne for ligne in actions.values("axe").annotate(**_agregats()).order_by()
    }
    return BilanTfpb(
        annee=annee,
        fictif=any(p["invente"] for p in programmes.values()),
        bailleurs=bailleurs,
        total=_total(bailleurs),
        axes=tuple(_axe(axe, par_axe.get(axe.value)) for axe in AxeTfpb),
    )


def _agregats() -> dict[str, Any]:
    return {
        "n": Count("pk"),
        "prevue": Sum("depense_prevue"),
        "valorise_prevu": Sum("valorise"),
        "realisee": Sum("depense_realisee"),
        "valorise_fait": Sum("valorise_realise"),
        "sans_realise": Count("pk", filter=Q(valorise_realise__isnull=True) | Q(depense_realisee__isnull=True)),
    }


def _realise(ligne: dict[str, Any] | None, champ: str) -> Decimal | None:
    """A realised sum holds only when every action has told its own."""
    return ligne[champ] if ligne and not ligne["sans_realise"] else None


def _bailleur(
    nom: str, patrimoines: list[Patrimoine], euros: dict[str, Any] | None, programmes: dict[str, Any] | None
) -> BailleurTfpb:
    logements = [p.logements for p in patrimoines if p.logements is not None]
    complets = bool(patrimoines) and len(logements) == len(patrimoines)
    return _avec_ratios(
        bailleur=nom,
        logements=sum(logements) if complets else None,
        logements_inconnus=len(patrimoines) - len(logements),
        abattement=_abattement(patrimoines),
        actions=euros["n"] if euros else 0,
        depense_prevue=euros["prevue"] if euros else ZERO,
        valorise=euros["valorise_prevu"] if euros else ZERO,
        depense_realisee=_realise(euros, "realisee"),
        valorise_realise=_realise(euros, "valorise_fait"),
        actions_sans_realise=euros["sans_realise"] if euros else 0,
        programmes=programmes["n"] if programmes else 0,
        bilans_recus=programmes["bilans"] if programmes else 0,
    )


def _abattement(patrimoines: list[Patrimoine]) -> Abattement:
    """The real amount when all perimeters have it, else the estimate when all have it, else unknown (T-08)."""
    reels = [p.abattement_reel for p in patrimoines if p.abattement_reel is not None]
    estimes = [p.abattement_estime for p in patrimoines if p.abattement_estime is not None]
    nombre = len(patrimoines)
    inconnus = sum(1 for p in patrimoines if p.abattement_reel is None and p.abattement_estime is None)
    if nombre and len(reels) == nombre:
        return Abattement(sum(reels, ZERO), REEL, nombre, 0)
    if nombre and len(estimes) == nombre:
        return Abattement(sum(estimes, ZERO), ESTIME, nombre, 0)
    return Abattement(None, "", nombre, inconnus)


def _avec_ratios(**champs: Any) -> BailleurTfpb:
    """Ratios on what was realised when it is known, else on what was planned."""
    valorise = champs["valorise_realise"] if champs["valorise_realise"] is not None else champs["valorise"]
    depense = champs["depense_realisee"] if champs["depense_realisee"] is not None else champs["depense_prevue"]
    return BailleurTfpb(
        couverture=taux_de_couverture(valorise, champs["abattement"].montant),
        levier=effet_de_levier(depense, valorise),
        par_logement=valorise_par_logement(valorise, champs["logements"]),
        **champs,
    )


def _total(bailleurs: tuple[BailleurTfpb, ...]) -> BailleurTfpb:
    def somme(champ: str) -> Any:
        return sum((getattr(b, champ) for b in bailleurs), ZERO if champ.startswith(("depense", "valorise")) else 0)

    def si_complet(champ: str, concernes: tuple[BailleurTfpb, ...]) -> Any:
        valeurs = [getattr(b, champ) for b in concernes]
        return None if not valeurs or None in valeurs else sum(valeurs)

    actifs = tuple(b for b in bailleurs if b.actions)
    natures = {b.abattement.nature for b in bailleurs}
    montants = [b.abattement.montant for b in bailleurs]
    complet = bool(montants) and None not in montants
    return _avec_ratios(
        bailleur="Ensemble",
        logements=si_complet("logements", bailleurs),
        logements_inconnus=somme("logements_inconnus"),
        abattement=Abattement(
            sum((m for m in montants if m is not None), ZERO) if complet else None,
            ("" if not complet else natures.pop() if len(natures) == 1 else f"{REEL} ou {ESTIME} selon le bailleur"),
            sum(b.abattement.perimetres for b in bailleurs),
            sum(b.abattement.perimetres_inconnus for b in bailleurs),
        ),
        actions=somme("actions"),
        depense_prevue=somme("depense_prevue"),
        valorise=somme("valorise"),
        depense_realisee=si_complet("depense_realisee", actifs),
        valorise_realise=si_complet("valorise_realise", actifs),
        actions_sans_realise=somme("actions_sans_realise"),
        programmes=somme("programmes"),
        bilans_recus=somme("bilans_recus"),
    )


def _axe(axe: AxeTfpb, ligne: dict[str, Any] | None) -> AxeTfpbAnnuel:
    return AxeTfpbAnnuel(
        axe=axe.value,
        nom=str(axe.label),
        famille=str(FamilleTfpb(famille_de_l_axe(axe)).label),
        actions=ligne["n"] if ligne else 0,
        depense_prevue=ligne["prevue"] if ligne else ZERO,
        valorise=ligne["valorise_prevu"] if ligne else ZERO,
        depense_realisee=_realise(ligne, "realisee"),
        valorise_realise=_realise(ligne, "valorise_fait"),
    )


# Default day by which a landlord's account of the year before is received (T-02).
JOUR_DES_BILANS = (9, 30)


def dates_tfpb(contrat: Contrat, du: date, au: date, pour: Auteur) -> list[Echeance]:
    """Days of the TFPB between `du` and `au`: declarations, accounts of the year before, ends of conventions.

    For whoever takes part in it: a porteur has no use for them.
    """
    tenus = roles(pour, contrat)
    if not (tenus.administre or tenus.tient(*(role for role in Role if role != Role.PORTEUR))):
        return []
    conventions = list(
        ConventionTfpb.objects.filter(contrat=contrat).select_related("bailleur").order_by("bailleur__recherche")
    )
    if not conventions:
        return []
    annees = {a for c in conventions for a in range(c.premiere_annee, c.derniere_annee + 1)}
    fictif = all(c.fictif for c in conventions)
    jours = [
        Echeance(
            cle=f"tfpb-bilans-{annee}",
            genre=GenreEcheance.TFPB,
            titre=f"Bilans TFPB {annee} des bailleurs à recevoir",
            le=date(annee + 1, *JOUR_DES_BILANS),
            fictif=fictif,
        )
        for annee in sorted(annees)
    ]
    for convention in conventions:
        nom = convention.bailleur.nom_court
        jours += [
            Echeance(
                cle=f"tfpb-declaration-{convention.pk}",
                genre=GenreEcheance.TFPB,
                titre=f"TFPB – {nom} : dernier jour de la déclaration au service des impôts",
                le=date(convention.premiere_annee - 1, 12, 31),
                detail="Imprimé 6668-D, avant le 1er janvier de la première année de la convention.",
                fictif=convention.fictif,
            ),
            Echeance(
                cle=f"tfpb-fin-{convention.pk}",
                genre=GenreEcheance.TFPB,
                titre=f"TFPB – {nom} : fin de la convention",
                le=date(convention.derniere_annee, 12, 31),
                fictif=convention.fictif,
            ),
        ]
    return [jour for jour in jours if du <= jour.le <= au]
