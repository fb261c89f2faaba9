"""Files of the schemes open all year outside the initiatives: the réserve, the fonds de concours; and who decides them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from commun.auteur import Auteur
from contrats.etats import REUNION_A_VENIR, EtatReunion
from contrats.models import Comite, Contrat, Reunion

from ..etats import DEMANDE_CONSOMME, EtatDossier
from ..models import Campagne, Derogation, Dispositif, Dossier, FamilleDispositif, Formulaire, LigneBudget
from ..regles.budget import LigneDeBudget
from ..regles.fil_de_l_eau import Rang
from ..regles.investissement import Participation, participation
from .dispositifs import a_demander, de_la_famille
from .enveloppes import enveloppes
from .investissement import COLLECTIVITES
from .proximite import PAS_DEPOSES
from .rangs import (
    ZERO,
    ArgentAuFil,
    argent,
    attendus,
    ecartes,
    lignes_vues,
    rang_de,
    somme_demandee,
    somme_programmee,
    somme_proposee,
    suite_en_mots,
)


@dataclass(frozen=True, slots=True)
class DossierAuFil:
    """One file; euros, None when the reader may not read the amount or there is none."""

    numero: str
    intitule: str
    porteur: str
    etat: str
    etat_libelle: str
    rang: Rang
    suite: str  # why nothing more is expected, empty for the others
    depose_le: date | None
    cout: Decimal
    demande: Decimal
    propose: Decimal | None
    programme: Decimal | None
    sans_reponse: int  # funders that have not answered yet, private drafts included
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
    dispositifs: tuple[Dispositif, ...]
    dispositif: Dispositif | None  # the one that may be asked for today
    dossiers: tuple[DossierAuFil, ...]
    instances: tuple[Instance, ...]
    argent: ArgentAuFil

    def _au_rang(self, rang: Rang) -> tuple[DossierAuFil, ...]:
        return tuple(dossier for dossier in self.dossiers if dossier.rang == rang)

    @property
    def a_instruire(self) -> tuple[DossierAuFil, ...]:
        return self._au_rang(Rang.A_INSTRUIRE)

    @property
    def prets(self) -> tuple[DossierAuFil, ...]:
        return self._au_rang(Rang.PRET)

    @property
    def decides(self) -> tuple[DossierAuFil, ...]:
        return self._au_rang(Rang.DECIDE)

    @property
    def ajournes(self) -> tuple[DossierAuFil, ...]:
        return self._au_rang(Rang.AJOURNE)

    @property
    def sans_suite(self) -> tuple[DossierAuFil, ...]:
        return self._au_rang(Rang.SANS_SUITE)

    @property
    def permanents(self) -> bool:
        """May all of these schemes be asked for all year round?"""
        return all(dispositif.permanent for dispositif in self.dispositifs)

    @property
    def total_pret(self) -> Decimal:
        """Euros proposed on the ready files, by all the funders that the reader knows of."""
        return sum((d.propose or ZERO for d in self.prets), ZERO)

    @property
    def prochaine(self) -> Reunion | None:
        """The next meeting of any of the bodies."""
        dates = [i.prochaine for i in self.instances if i.prochaine is not None]
        return min(dates, key=lambda reunion: reunion.le) if dates else None


def au_fil_de_l_eau(contrat: Contrat, annee: int, famille: FamilleDispositif, *, pour: Auteur, le: date) -> FilDeLEau:
    """The files of the schemes of that kind: to instruct, answered by all their funders, decided. Constant queries."""
    dispositifs = de_la_famille(contrat, annee, famille)
    dossiers = list(
        Dossier.objects.instruits_par(pour, contrat)
        .filter(campagne__annee=annee, dispositif__famille=famille)
        .exclude(etat__in=PAS_DEPOSES)
        .select_related("porteur", "dispositif", "fiche_investissement")
        .order_by("depose_le", "numero")
    )
    cles = [dossier.pk for dossier in dossiers]
    lignes = lignes_vues(cles, contrat, pour=pour)
    lus = _dossiers(dossiers, lignes, ecartes(cles, contrat, pour=pour))
    pretes = [ligne for d, lu in zip(dossiers, lus, strict=True) if lu.rang == Rang.PRET for ligne in lignes[d.pk]]
    return FilDeLEau(
        campagne=Campagne.objects.filter(contrat=contrat, annee=annee).first(),
        dispositifs=tuple(dispositifs),
        dispositif=a_demander(dispositifs, le),
        dossiers=tuple(lus),
        instances=_instances(contrat, le),
        argent=argent(
            enveloppes(contrat, annee, pour=pour), {d.pk for d in dispositifs}, pretes, pour=pour, contrat=contrat
        ),
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
            derniere=next((r for r in reversed(reunions[comite.pk]) if r.tenue), None),
            prochaine=next((r for r in reunions[comite.pk] if r.le >= le and r.etat in REUNION_A_VENIR), None),
        )
        for comite in comites
    )


def _dossiers(dossiers: list[Dossier], lignes: dict[int, list[Any]], mis_de_cote: dict[int, str]) -> list[DossierAuFil]:
    budgets: dict[int, list[LigneDeBudget]] = defaultdict(list)
    investissements = [d.pk for d in dossiers if d.dispositif.formulaire == Formulaire.INVESTISSEMENT]
    for ligne in LigneBudget.objects.filter(budget__dossier__in=investissements).select_related("budget"):
        budgets[ligne.budget.dossier_id].append(
            LigneDeBudget(ligne.sens, ligne.compte, ligne.libelle, int(ligne.montant))
        )
    return [
        _dossier(d, lignes[d.pk], participation_du_dossier(d, budgets[d.pk]), mis_de_cote.get(d.pk, ""))
        for d in dossiers
    ]


def participation_du_dossier(dossier: Dossier, budget: list[LigneDeBudget]) -> Participation | None:
    """What a collectivité brings to its investment (S-21); None for any other file."""
    if dossier.dispositif.formulaire != "investissement" or dossier.porteur.type not in COLLECTIVITES:
        return None
    fiche = getattr(dossier, "fiche_investissement", None)
    return participation(budget, derogation=fiche is not None and fiche.derogation != Derogation.AUCUNE)


def _dossier(dossier: Dossier, demandes: list[Any], part: Participation | None, ecarte_par: str) -> DossierAuFil:
    rang = rang_de(dossier.etat, dossier.dispositif.famille, demandes, ecarte=bool(ecarte_par))
    reunions = [d.reunion for d in demandes if d.reunion is not None and d.etat_vu in DEMANDE_CONSOMME]
    return DossierAuFil(
        numero=dossier.numero,
        intitule=dossier.intitule,
        porteur=dossier.porteur.nom_court,
        etat=dossier.etat,
        etat_libelle=EtatDossier(dossier.etat).label,
        rang=rang,
        suite=suite_en_mots(rang, dossier.etat, ecarte_par),
        depose_le=dossier.depose_le.date() if dossier.depose_le else None,
        cout=dossier.cout_total,
        demande=somme_demandee(demandes),
        propose=somme_proposee(demandes),
        programme=somme_programmee(demandes),
        sans_reponse=attendus(rang, demandes),
        reunion=str(reunions[0]) if reunions else "",
        participation=part,
        fictif=dossier.fictif,
    )
