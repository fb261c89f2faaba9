"""How each answer of a request is written, once its writing is allowed and its file locked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from commun.auteur import Auteur
from commun.erreurs import RegleEnfreinte

from ..etats import EtatDemande
from ..lectures.demande import formulaire_du_dossier
from ..lectures.depot import budget_par_compte
from ..lectures.guichets import Cle, libelle_de_subvention
from ..models import (
    Attestation,
    BudgetPrevisionnel,
    CaractereDossier,
    DemandeFinancement,
    Dossier,
    FicheInvestissement,
    FicheProximite,
    FicheVacances,
    IndicateurAction,
    IndicateurPrevu,
    LigneBudget,
    Localisation,
    PeriodeVacances,
    PublicParAge,
    SensLigne,
    TrancheAge,
)
from ..regles.attestations import textes_demandes
from ..regles.budget import LigneDeBudget, totaux
from ..regles.champs import noms_de
from ..regles.plans_budget import SUBVENTION_DEMANDEE, plan_de

PLACES = ("filles_enfants", "garcons_enfants", "filles_ados", "garcons_ados")
_JEUNES = (TrancheAge.A12_15, TrancheAge.A16_17, TrancheAge.A18_25)


@dataclass(frozen=True, slots=True)
class LieuSaisi:
    """A place and its share in %."""

    mode: str
    version_id: int | None
    commune_id: int | None
    part: Decimal


@dataclass(frozen=True, slots=True)
class IndicateurSaisi:
    """An indicator of the library, or one's own words."""

    indicateur: IndicateurAction | None
    libelle: str
    unite: str
    cible: Decimal | None


@dataclass(frozen=True, slots=True)
class PeriodeSaisie:
    """One holiday, its days of activity, its places: girls and boys under 12, then from 12 to 17."""

    periode: str
    jours: int
    places: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class AttestationSaisie:
    """An attestation, given or not; its declared amount in euros where it has one."""

    donnee: bool
    montant: Decimal | None = None


def ecrire_valeurs(dossier: Dossier, valeurs: Mapping[str, Any], *, par: Auteur, le: datetime) -> None:
    """Write these answers, by form field."""
    simples = []
    formulaire = formulaire_du_dossier(dossier) if "dispositif" in valeurs else None
    fiches: dict[type[FicheInvestissement | FicheVacances], dict[str, Any]] = {}
    for nom, valeur in valeurs.items():
        if nom in _FICHES:
            fiches.setdefault(_FICHES[nom], {})[nom] = valeur
        elif nom in _ECRIVAINS:
            _ECRIVAINS[nom](dossier, valeur)
        elif nom == "attestations":
            _ecrire_attestations(dossier, valeur, par=par, le=le)
        elif nom in ("axes_transversaux", "objectifs"):
            getattr(dossier, nom).set(valeur)
        elif nom != "pieces":  # papers are given one by one
            setattr(dossier, nom, valeur)
            simples.append(nom)
            if nom == "precedent":
                dossier.caractere = CaractereDossier.RECONDUITE if valeur else CaractereDossier.NOUVELLE
                simples.append("caractere")
    if simples:
        dossier.save(update_fields=simples)
    for modele, siennes in fiches.items():
        modele._default_manager.update_or_create(dossier=dossier, defaults=siennes)
    if formulaire is not None and "budget" not in valeurs and formulaire_du_dossier(dossier) != formulaire:
        # Another form has other lines: what was written falls on them, and nothing that no page shows is counted.
        _ecrire_budget(dossier, budget_par_compte(dossier, plan_de(formulaire_du_dossier(dossier)))[0])


def jeunes(ages: Mapping[str, int]) -> int | None:
    """How many people of 12 to 25 these brackets count; None when nothing is said of ages."""
    return sum(ages.get(tranche, 0) for tranche in _JEUNES) if ages else None


def inscrire_les_subventions(dossier: Dossier) -> None:
    """Bring the budget's lines of account 74 that hold this call's requests to what is asked (S-04)."""
    budget, _ = BudgetPrevisionnel.objects.get_or_create(dossier=dossier)
    budget.lignes.filter(sens=SensLigne.PRODUIT, compte=SUBVENTION_DEMANDEE).delete()
    demandes = dossier.demandes.exclude(etat=EtatDemande.ANNULEE).select_related("financeur", "dispositif")
    LigneBudget.objects.bulk_create(
        LigneBudget(
            budget=budget,
            sens=SensLigne.PRODUIT,
            compte=SUBVENTION_DEMANDEE,
            libelle=libelle_de_subvention(demande.financeur, demande.nature, demande.dispositif),
            montant=int(demande.montant_demande),
            ordre=rang,
        )
        for rang, demande in enumerate(demandes.order_by("financeur__type", "financeur__nom", "nature"), start=100)
    )


def _ecrire_lieux(dossier: Dossier, lieux: Iterable[LieuSaisi]) -> None:
    dossier.localisations.all().delete()
    Localisation.objects.bulk_create(
        Localisation(
            dossier=dossier, mode=lieu.mode, version_id=lieu.version_id, commune_id=lieu.commune_id, part=lieu.part
        )
        for lieu in lieux
    )


def _ecrire_ages(dossier: Dossier, ages: Mapping[str, int]) -> None:
    """The brackets given; the young that the table counts follow from them."""
    dossier.ages.all().delete()
    PublicParAge.objects.bulk_create(
        PublicParAge(dossier=dossier, tranche=tranche, nombre=nombre) for tranche, nombre in ages.items()
    )
    dossier.jeunes = jeunes(ages)
    dossier.save(update_fields=["jeunes"])


def _ecrire_indicateurs(dossier: Dossier, indicateurs: Iterable[IndicateurSaisi]) -> None:
    dossier.indicateurs.all().delete()
    IndicateurPrevu.objects.bulk_create(
        IndicateurPrevu(
            dossier=dossier,
            indicateur=saisi.indicateur,
            libelle=saisi.libelle,
            unite=saisi.unite,
            cible=saisi.cible,
        )
        for saisi in indicateurs
    )


def _ecrire_budget(dossier: Dossier, montants: Mapping[str, int]) -> None:
    """Amounts by account of the form that applies, in whole euros; blank is 0 (S-03). The action's cost follows.

    The page shows every line that counts: those that another form had, and this one has not, go.
    """
    plan = plan_de(formulaire_du_dossier(dossier))
    budget, _ = BudgetPrevisionnel.objects.get_or_create(dossier=dossier)
    budget.lignes.exclude(sens=SensLigne.PRODUIT, compte=SUBVENTION_DEMANDEE).delete()
    LigneBudget.objects.bulk_create(
        LigneBudget(
            budget=budget, sens=plan.sens(compte), compte=compte, libelle=libelle, montant=montants[compte], ordre=rang
        )
        for rang, (compte, libelle) in enumerate(plan.comptes.items(), start=1)
        if montants.get(compte)
    )
    lignes = [LigneDeBudget(li.sens, li.compte, li.libelle, li.montant) for li in budget.lignes.all()]
    dossier.cout_total = Decimal(totaux(lignes).charges)
    dossier.save(update_fields=["cout_total"])


def _ecrire_note(dossier: Dossier, note: str) -> None:
    BudgetPrevisionnel.objects.update_or_create(dossier=dossier, defaults={"note": note})


def _ecrire_periodes(dossier: Dossier, periodes: Iterable[PeriodeSaisie]) -> None:
    dossier.periodes.all().delete()
    PeriodeVacances.objects.bulk_create(
        PeriodeVacances(
            dossier=dossier,
            periode=saisie.periode,
            jours=saisie.jours,
            **dict(zip(PLACES, saisie.places, strict=True)),
        )
        for saisie in periodes
    )


def _ecrire_benevole(dossier: Dossier, benevole: bool | None) -> None:
    FicheProximite.objects.update_or_create(dossier=dossier, defaults={"benevole": benevole})


def _ecrire_pic(dossier: Dossier, pic: str) -> None:
    FicheProximite.objects.update_or_create(dossier=dossier, defaults={"pic": pic})


def _ecrire_demandes(dossier: Dossier, montants: Mapping[Cle, Decimal]) -> None:
    """What is asked at each door, in whole euros. A door where a funder has answered stays."""
    connues = {(d.financeur_id, d.dispositif_id, d.nature): d for d in dossier.demandes.select_related("financeur")}
    for cle, demande in connues.items():
        voulu = montants.get(cle)
        if voulu == demande.montant_demande or (voulu is None and demande.etat == EtatDemande.ANNULEE):
            continue
        if demande.etat not in (EtatDemande.DEMANDEE, EtatDemande.PROPOSEE) or (
            not voulu and demande.etat != EtatDemande.DEMANDEE
        ):
            raise RegleEnfreinte(
                f"{demande.financeur.nom_court} a déjà répondu sur cette demande : son montant ne change plus.",
                champ="demandes",
                code="demande_repondue",
            )
        if not voulu:
            demande.delete()
        else:
            demande.montant_demande = voulu
            demande.save(update_fields=["montant_demande"])
    DemandeFinancement.objects.bulk_create(
        DemandeFinancement(
            dossier=dossier,
            financeur_id=financeur,
            dispositif_id=dispositif,
            nature=nature,
            montant_demande=montant,
        )
        for (financeur, dispositif, nature), montant in montants.items()
        if montant and (financeur, dispositif, nature) not in connues
    )
    inscrire_les_subventions(dossier)


def _ecrire_attestations(
    dossier: Dossier, saisies: Mapping[str, AttestationSaisie], *, par: Auteur, le: datetime
) -> None:
    """Give or take back; one already given keeps its date, its author and the version of the text then accepted."""
    connues = {attestation.genre: attestation for attestation in dossier.attestations.all()}
    for texte in textes_demandes(association=True):
        saisie = saisies.get(texte.genre)
        connue = connues.get(texte.genre)
        if saisie is None:
            continue
        if connue is not None and (not saisie.donnee or connue.montant != saisie.montant):
            connue.delete()
            connue = None
        if saisie.donnee and connue is None:
            Attestation.objects.create(
                dossier=dossier,
                genre=texte.genre,
                version=texte.version,
                montant=saisie.montant,
                acceptee_le=le,
                acceptee_par=par.utilisateur,
            )


_ECRIVAINS: dict[str, Callable[[Dossier, Any], None]] = {
    "localisations": _ecrire_lieux,
    "ages": _ecrire_ages,
    "indicateurs": _ecrire_indicateurs,
    "budget": _ecrire_budget,
    "note_budget": _ecrire_note,
    "demandes": _ecrire_demandes,
    "benevole": _ecrire_benevole,
    "pic": _ecrire_pic,
    "periodes": _ecrire_periodes,
}
# Answers that have a column in a sheet of their own; each sheet is written once, its answers together.
_FICHES: dict[str, type[FicheInvestissement | FicheVacances]] = {
    nom: modele
    for modele, section in ((FicheInvestissement, "operation"), (FicheVacances, "vacances"))
    for nom in noms_de(section)
    if nom not in _ECRIVAINS
}
