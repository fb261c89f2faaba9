"""Who pays an investment once its funders have answered: the shares that the law watches (S-21, S-22)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from acteurs.models import TypeOrganisme
from commun.auteur import Auteur
from commun.typographie import INSECABLE, nombre
from contrats.models import Contrat

from ..models import (
    DemandeFinancement,
    Derogation,
    Dossier,
    FicheInvestissement,
    Formulaire,
    LigneBudget,
    PointAVerifier,
    PointVerifie,
)
from ..regles.budget import LigneDeBudget, totaux
from ..regles.fil_de_l_eau import Reponse, reponse_lue
from ..regles.investissement import FondsDeConcours, Participation, fonds_de_concours, participation, plan_accorde
from .rangs import reponse

ZERO = Decimal(0)
# Whom the minimum share of CGCT L.1111-10 binds: collectivités and groups of them (S-21).
COLLECTIVITES = (TypeOrganisme.COMMUNE, TypeOrganisme.EPCI, TypeOrganisme.DEPARTEMENT, TypeOrganisme.REGION)


@dataclass(frozen=True, slots=True)
class DerogationLue:
    """A derogation to the minimum share: by whom, its reference, and whether the team has found it granted."""

    libelle: str
    reference: str
    validee: bool | None  # None: nobody has checked it yet

    @property
    def en_mots(self) -> str:
        """« dérogation validée »."""
        if self.validee is None:
            return "dérogation à vérifier"
        return "dérogation validée" if self.validee else "dérogation non admise"


@dataclass(frozen=True, slots=True)
class Accorde:
    """What one funder's row brings, in euros; `epci`: it is a fonds de concours of the intercommunalité (S-22)."""

    montant: Decimal
    epci: bool
    reponse: Reponse = Reponse.ACCORDEE


def accordes_partages(demandes: Iterable[DemandeFinancement]) -> list[Accorde] | None:
    """The same as a room may know it: what was decided, else what funders share."""
    return _une_fois_repondu(
        _accorde(
            demande,
            reponse_lue(demande.etat, partagee=demande.proposition_partagee, propose=bool(demande.montant_propose)),
            (demande.montant_vote, demande.montant_programme),
            demande.montant_propose,
        )
        for demande in demandes
    )


def accordes_vus(demandes: Iterable[Any]) -> list[Accorde] | None:
    """What these rows (`avec_montants_vus`) bring as their reader may know: decided, else proposed and shared."""
    return _une_fois_repondu(
        _accorde(demande, reponse(demande), (demande.vote_vu, demande.programme_vu), demande.propose_vu)
        for demande in demandes
    )


def _accorde(
    demande: Any, repondu: Reponse, decides: tuple[Decimal | None, Decimal | None], propose: Decimal | None
) -> Accorde:
    """What a row brings: voted else programmed, else proposed; as asked while its funder has not answered."""
    vote, programme = decides
    montants = {
        Reponse.ACCORDEE: programme if vote is None else vote,
        Reponse.PROPOSEE: propose,
        Reponse.ATTENDUE: demande.montant_demande,
    }
    return Accorde(montants.get(repondu) or ZERO, demande.financeur.type == TypeOrganisme.EPCI, repondu)


def _une_fois_repondu(accordes: Iterable[Accorde]) -> list[Accorde] | None:
    """These rows; None while nobody gives anything."""
    lus = list(accordes)
    return lus if any(lu.reponse in (Reponse.ACCORDEE, Reponse.PROPOSEE) for lu in lus) else None


def _selon(accordes: Iterable[Accorde]) -> str:
    """On what the share with these rows stands: nothing is « décidé » while a funder is still awaited."""
    reponses = {accorde.reponse for accorde in accordes}
    if Reponse.ATTENDUE in reponses:
        return "si les autres financeurs suivent"
    return "selon les propositions" if Reponse.PROPOSEE in reponses else "après décisions"


@dataclass(frozen=True, slots=True)
class QuiPaie:
    """Who pays one investment: as it is asked, and with what its funders answered (None before any answer)."""

    demande: Participation
    accorde: Participation | None
    fonds: FondsDeConcours | None
    derogation: DerogationLue | None
    selon: str = ""  # on what `accorde` stands, in words

    @property
    def en_mots(self) -> str:
        """« 25,0 % des financements publics, 20,0 % après décisions, dérogation validée »."""
        if self.demande.taux is None:
            return ""
        dits = [f"{nombre(self.demande.taux, 1)}{INSECABLE}% des financements publics"]
        if self.accorde is not None and self.accorde.taux is not None:
            dits.append(f"{nombre(self.accorde.taux, 1)}{INSECABLE}% {self.selon}")
        if self.derogation is not None:
            dits.append(self.derogation.en_mots)
        return ", ".join(dits)


def est_un_investissement_public(dossier: Dossier) -> bool:
    """True for the investment of a collectivité or a group of them."""
    return dossier.dispositif.formulaire == Formulaire.INVESTISSEMENT and dossier.porteur.type in COLLECTIVITES


def derogations(dossiers: Iterable[Dossier]) -> dict[int, DerogationLue]:
    """The derogations claimed on these files (by key); two queries."""
    cles = [dossier.pk for dossier in dossiers]
    fiches = FicheInvestissement.objects.filter(dossier__in=cles).exclude(derogation=Derogation.AUCUNE)
    points = PointVerifie.objects.filter(dossier__in=cles, point=PointAVerifier.DEROGATION)
    constats = dict(points.values_list("dossier", "conforme"))
    return {
        fiche.pk: DerogationLue(fiche.get_derogation_display(), fiche.derogation_motif, constats.get(fiche.pk))
        for fiche in fiches
    }


def budgets(dossiers: Iterable[Dossier]) -> dict[int, list[LigneDeBudget]]:
    """The forecast budgets of these files (by key); one query."""
    lus: dict[int, list[LigneDeBudget]] = {dossier.pk: [] for dossier in dossiers}
    for ligne in LigneBudget.objects.filter(budget__dossier__in=list(lus)).select_related("budget"):
        lus[ligne.budget.dossier_id].append(LigneDeBudget(ligne.sens, ligne.compte, ligne.libelle, ligne.montant))
    return lus


def qui_paie(
    budget: list[LigneDeBudget], derogation: DerogationLue | None, accordes: Iterable[Accorde] | None
) -> QuiPaie:
    """The shares of a plan, as it asks and with what was granted (`accordes`; None: nobody has answered).

    A derogation counts after the decisions once the team has found it granted.
    """
    recus = None if accordes is None else list(accordes)
    accorde, fonds, selon = None, None, ""
    # A file that came without its costs says nothing of who pays them.
    if recus is not None and totaux(budget).charges:
        plan = plan_accorde(budget, sum((recu.montant for recu in recus), ZERO))
        accorde = participation(plan, derogation=derogation is not None and bool(derogation.validee))
        fonds = fonds_de_concours(plan, demande=int(sum((recu.montant for recu in recus if recu.epci), ZERO)))
        selon = _selon(recus)
    return QuiPaie(participation(budget, derogation=derogation is not None), accorde, fonds, derogation, selon)


def qui_paie_dans_l_annee(contrat: Contrat, annee: int, famille: str, *, pour: Auteur) -> dict[str, QuiPaie]:
    """Who pays each investment of a collectivité among the files of these schemes (by number), as this reader may know it;
    a constant number of queries."""
    dossiers = Dossier.objects.instruits_par(pour, contrat).filter(
        campagne__annee=annee, dispositif__famille=famille, dispositif__formulaire=Formulaire.INVESTISSEMENT
    )
    siens = [d for d in dossiers.select_related("porteur", "dispositif") if est_un_investissement_public(d)]
    if not siens:
        return {}
    demandes: dict[int, list[Any]] = defaultdict(list)
    vues: Any = DemandeFinancement.objects.filter(dossier__in=siens).avec_montants_vus(pour, contrat)
    for demande in vues.select_related("financeur"):
        demandes[demande.dossier_id].append(demande)
    plans, demandees = budgets(siens), derogations(siens)
    return {d.numero: qui_paie(plans[d.pk], demandees.get(d.pk), accordes_vus(demandes[d.pk])) for d in siens}


def qui_paie_en_seance(dossiers: Iterable[Dossier]) -> dict[int, QuiPaie]:
    """The same for the sheets of a meeting (by key of the file), whatever body examines each row: what funders share."""
    siens = [dossier for dossier in dossiers if est_un_investissement_public(dossier)]
    if not siens:
        return {}
    demandes: dict[int, list[DemandeFinancement]] = defaultdict(list)
    for demande in DemandeFinancement.objects.filter(dossier__in=siens).select_related("financeur"):
        demandes[demande.dossier_id].append(demande)
    plans, demandees = budgets(siens), derogations(siens)
    return {d.pk: qui_paie(plans[d.pk], demandees.get(d.pk), accordes_partages(demandes[d.pk])) for d in siens}
