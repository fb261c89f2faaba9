"""Files of the schemes open all year outside the initiatives: the réserve, the fonds de concours; and who decides them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from commun.auteur import Auteur
from contrats.etats import EtatReunion
from contrats.models import Comite, Contrat, Reunion

from ..etats import DEMANDE_CONSOMME, DEMANDE_PROPOSE, DOSSIER_EN_COURS, EtatDemande, EtatDossier
from ..models import (
    Campagne,
    DemandeFinancement,
    Derogation,
    Dispositif,
    Dossier,
    FamilleDispositif,
    LigneBudget,
)
from ..regles.budget import LigneDeBudget
from ..regles.investissement import Participation, participation
from .demande import COLLECTIVITES
from .enveloppes import LigneEnveloppe, enveloppes

ZERO = Decimal(0)
_A_INSTRUIRE = (*DOSSIER_EN_COURS, EtatDossier.AJOURNE)
_PAS_DEPOSES = (EtatDossier.BROUILLON, EtatDossier.RETIRE)


@dataclass(frozen=True, slots=True)
class DossierAuFil:
    """One file; euros, None when the reader may not read the amount or there is none."""

    numero: str
    intitule: str
    porteur: str
    etat: str
    etat_libelle: str
    depose_le: date | None
    cout: Decimal
    demande: Decimal
    propose: Decimal | None
    programme: Decimal | None
    sans_reponse: int  # funders that have not answered yet
    reunion: str
    participation: Participation | None
    fictif: bool


@dataclass(frozen=True, slots=True)
class Instance:
    """A body that may validate these files, its last meeting held and the next one."""

    comite: Comite
    derniere: Reunion | None
    prochaine: Reunion | None


@dataclass(frozen=True, slots=True)
class FilDeLEau:
    """One kind of scheme in a year, for one reader."""

    campagne: Campagne | None
    dispositif: Dispositif | None
    a_instruire: tuple[DossierAuFil, ...]
    prets: tuple[DossierAuFil, ...]
    decides: tuple[DossierAuFil, ...]
    instances: tuple[Instance, ...]
    enveloppes: tuple[LigneEnveloppe, ...]

    @property
    def nombre(self) -> int:
        return len(self.a_instruire) + len(self.prets) + len(self.decides)

    @property
    def total_pret(self) -> Decimal:
        """Euros proposed on the files that every funder has answered."""
        return sum((d.propose or ZERO for d in self.prets), ZERO)

    @property
    def reste(self) -> Decimal | None:
        """Euros left on the envelopes that this reader sees; None without one."""
        return sum((e.disponible for e in self.enveloppes), ZERO) if self.enveloppes else None

    @property
    def reste_apres(self) -> Decimal | None:
        """What would be left once the ready ones are validated as proposed."""
        return None if self.reste is None else self.reste - self.total_pret

    @property
    def ton_du_reste(self) -> str:
        """Does the money hold?"""
        return "danger" if (self.reste_apres or ZERO) < 0 else "succes"

    @property
    def prochaine(self) -> Reunion | None:
        """The next meeting of any of the bodies."""
        dates = [i.prochaine for i in self.instances if i.prochaine is not None]
        return min(dates, key=lambda reunion: reunion.le) if dates else None


def au_fil_de_l_eau(contrat: Contrat, annee: int, famille: FamilleDispositif, *, pour: Auteur, le: date) -> FilDeLEau:
    """The files of the schemes of that kind: to instruct, answered by all their funders, decided. Constant queries."""
    dispositifs = list(
        Dispositif.objects.filter(Q(contrat=contrat) | Q(contrat__isnull=True), famille=famille).order_by(
            "contrat_id", "code"
        )
    )
    dossiers = list(
        Dossier.objects.instruits_par(pour, contrat)
        .filter(campagne__annee=annee, dispositif__famille=famille)
        .exclude(etat__in=_PAS_DEPOSES)
        .select_related("porteur", "dispositif", "fiche_investissement")
        .order_by("depose_le", "numero")
    )
    lus = _dossiers(contrat, dossiers, pour)
    prets = tuple(lu for lu in lus if lu.etat == EtatDossier.EN_INSTRUCTION and lu.propose and not lu.sans_reponse)
    noms = {dispositif.nom for dispositif in dispositifs}
    return FilDeLEau(
        campagne=Campagne.objects.filter(contrat=contrat, annee=annee).first(),
        dispositif=dispositifs[0] if dispositifs else None,
        a_instruire=tuple(lu for lu in lus if lu.etat in _A_INSTRUIRE and lu not in prets),
        prets=prets,
        decides=tuple(lu for lu in lus if lu.etat not in _A_INSTRUIRE),
        instances=_instances(contrat, le),
        enveloppes=tuple(e for e in enveloppes(contrat, annee, pour=pour) if e.dispositif in noms),
    )


def _instances(contrat: Contrat, le: date) -> tuple[Instance, ...]:
    """The bodies that validate the programming: the COPIL, and one to which it left it, if any."""
    comites = list(Comite.objects.filter(contrat=contrat, valide_programmation=True).order_by("type", "nom"))
    reunions: dict[int, list[Reunion]] = defaultdict(list)
    siennes = Reunion.objects.filter(comite__in=comites).exclude(etat=EtatReunion.ANNULEE).select_related("comite")
    for reunion in siennes.order_by("le"):
        reunions[reunion.comite_id].append(reunion)
    return tuple(
        Instance(
            comite,
            derniere=next((r for r in reversed(reunions[comite.pk]) if r.le <= le), None),
            prochaine=next((r for r in reunions[comite.pk] if r.le > le), None),
        )
        for comite in comites
    )


def _dossiers(contrat: Contrat, dossiers: list[Dossier], pour: Auteur) -> list[DossierAuFil]:
    cles = [dossier.pk for dossier in dossiers]
    demandes: dict[int, list[Any]] = defaultdict(list)
    vues: Any = DemandeFinancement.objects.filter(dossier__in=cles).avec_montants_vus(pour, contrat)
    for demande in vues.exclude(etat=EtatDemande.ANNULEE).select_related("reunion__comite"):
        demandes[demande.dossier_id].append(demande)
    budgets: dict[int, list[LigneDeBudget]] = defaultdict(list)
    for ligne in LigneBudget.objects.filter(budget__dossier__in=cles).select_related("budget"):
        budgets[ligne.budget.dossier_id].append(
            LigneDeBudget(ligne.sens, ligne.compte, ligne.libelle, int(ligne.montant))
        )
    return [_dossier(d, demandes[d.pk], participation_du_dossier(d, budgets[d.pk])) for d in dossiers]


def participation_du_dossier(dossier: Dossier, budget: list[LigneDeBudget]) -> Participation | None:
    """What a collectivité brings to its investment (S-21); None for any other file."""
    if dossier.dispositif.formulaire != "investissement" or dossier.porteur.type not in COLLECTIVITES:
        return None
    fiche = getattr(dossier, "fiche_investissement", None)
    return participation(budget, derogation=fiche is not None and fiche.derogation != Derogation.AUCUNE)


def _dossier(dossier: Dossier, demandes: list[Any], part: Participation | None) -> DossierAuFil:
    proposes = [d.propose_vu for d in demandes if d.etat in DEMANDE_PROPOSE and d.propose_vu is not None]
    programmes = [d.programme_vu for d in demandes if d.etat in DEMANDE_CONSOMME and d.programme_vu is not None]
    reunions = [d.reunion for d in demandes if d.reunion is not None]
    return DossierAuFil(
        numero=dossier.numero,
        intitule=dossier.intitule,
        porteur=dossier.porteur.nom_court,
        etat=dossier.etat,
        etat_libelle=EtatDossier(dossier.etat).label,
        depose_le=dossier.depose_le.date() if dossier.depose_le else None,
        cout=dossier.cout_total,
        demande=sum((d.montant_demande for d in demandes), ZERO),
        propose=sum(proposes, ZERO) if proposes else None,
        programme=sum(programmes, ZERO) if programmes else None,
        sans_reponse=sum(1 for d in demandes if d.etat_vu == EtatDemande.DEMANDEE or d.etat_vu is None),
        reunion=str(reunions[0]) if reunions else "",
        participation=part,
        fictif=dossier.fictif,
    )
