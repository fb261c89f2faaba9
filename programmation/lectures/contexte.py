"""What stands beside a file: the porteur's earlier years and their accounts, and who else should pay."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from acteurs.models import Organisme, TypeOrganisme, TypePiece
from commun.auteur import Auteur
from commun.models import Fichier
from contrats.lectures.droit_commun import a_verifier
from contrats.lectures.droit_commun import visibles as ressources_visibles
from contrats.models import Contrat, Ressource
from geographie.models import Perimetre

from ..etats import EtatDemande, EtatDossier
from ..models import DemandeFinancement, Dossier, Enveloppe, PieceDossier
from .lieux import codes_des_communes

ZERO = Decimal(0)
ANNEES_AVANT = 4


@dataclass(frozen=True, slots=True)
class DecisionPassee:
    """What one funder said of an earlier file, in euros, as this reader may know it."""

    financeur: str
    demande: Decimal
    vote: Decimal | None
    etat_libelle: str
    etat: str
    motif: str


@dataclass(frozen=True, slots=True)
class BilanJoint:
    """The account of an action, as a paper."""

    pk: int
    numero: str  # of the file that holds it
    annee: int  # of that file
    fichier: Fichier


@dataclass(frozen=True, slots=True)
class AnneePassee:
    """An earlier file of the same porteur. Euros; `vote` is None when nobody made its money firm."""

    numero: str
    annee: int
    intitule: str
    meme_action: bool
    etat: str
    etat_libelle: str
    cout: Decimal
    demande: Decimal
    vote: Decimal | None
    beneficiaires: int | None
    beneficiaires_qpv: int | None
    decisions: tuple[DecisionPassee, ...]
    fictif: bool


@dataclass(frozen=True, slots=True)
class AutrePayeur:
    """An organisation that the file does not ask, and why one may think of it."""

    organisme: Organisme
    raisons: tuple[str, ...]
    ressources: tuple[RessourceUtile, ...]


@dataclass(frozen=True, slots=True)
class RessourceUtile:
    """A means of droit commun that fits the file's orientation and places."""

    ressource: Ressource
    a_verifier: bool


@dataclass(frozen=True, slots=True)
class Contexte:
    """All that the tab shows."""

    annees: tuple[AnneePassee, ...]
    bilans: tuple[BilanJoint, ...]
    payeurs: tuple[AutrePayeur, ...]


def contexte(dossier: Dossier, *, pour: Auteur, contrat: Contrat, le: date) -> Contexte:
    """Read the tab of `dossier`, already found through `visibles_par`; a constant number of queries."""
    passes = _dossiers_passes(dossier, pour, contrat)
    return Contexte(
        annees=_annees(dossier, passes, pour, contrat),
        bilans=bilans(dossier, passes),
        payeurs=_autres_payeurs(dossier, pour=pour, contrat=contrat, le=le),
    )


def bilans_lisibles(dossier: Dossier, *, pour: Auteur, contrat: Contrat) -> dict[int, Fichier]:
    """The accounts that the tab offers to this reader, by key of the paper."""
    return {b.pk: b.fichier for b in bilans(dossier, _dossiers_passes(dossier, pour, contrat))}


def bilans(dossier: Dossier, passes: list[Any]) -> tuple[BilanJoint, ...]:
    """The accounts joined to this file and to the earlier ones, the latest first."""
    pieces = (
        PieceDossier.objects.filter(
            dossier__in=[dossier.pk, *(d.pk for d in passes)], type=TypePiece.BILAN, retiree_le__isnull=True
        )
        .select_related("dossier__campagne", "fichier")
        .order_by("-dossier__campagne__annee", "-deposee_le")
    )
    return tuple(BilanJoint(p.pk, p.dossier.numero, p.dossier.campagne.annee, p.fichier) for p in pieces)


def _dossiers_passes(dossier: Dossier, pour: Auteur, contrat: Contrat) -> list[Any]:
    """The porteur's files of the years before that this reader sees, the latest year and the same action first."""
    annee = dossier.campagne.annee
    passes: Any = (
        Dossier.objects.visibles_par(pour, contrat)
        .filter(porteur=dossier.porteur_id, campagne__annee__range=(annee - ANNEES_AVANT, annee - 1))
        .exclude(etat=EtatDossier.BROUILLON)
    )
    lus = list(passes.avec_etat_vu(pour, contrat).select_related("campagne"))
    lignee = _lignee(dossier, {d.pk: d for d in lus})
    for passe in lus:
        passe.meme_action = passe.pk in lignee
    return sorted(lus, key=lambda d: (-d.campagne.annee, not d.meme_action, d.numero))


def _lignee(dossier: Dossier, connus: dict[int, Dossier]) -> set[int]:
    """The files that this one renews, from year to year."""
    lignee: set[int] = set()
    precedent = dossier.precedent_id
    while precedent is not None and precedent not in lignee:
        lignee.add(precedent)
        precedent = connus[precedent].precedent_id if precedent in connus else None
    return lignee


def _annees(dossier: Dossier, passes: list[Any], pour: Auteur, contrat: Contrat) -> tuple[AnneePassee, ...]:
    demandes: dict[int, list[Any]] = defaultdict(list)
    lues: Any = DemandeFinancement.objects.filter(dossier__in=[d.pk for d in passes]).avec_montants_vus(pour, contrat)
    for demande in lues.select_related("financeur").order_by("financeur__nom", "nature"):
        if demande.etat_vu != EtatDemande.ANNULEE:
            demandes[demande.dossier_id].append(demande)
    return tuple(_annee(passe, demandes[passe.pk]) for passe in passes)


def _annee(passe: Any, demandes: list[Any]) -> AnneePassee:
    votes = [d.vote_vu for d in demandes if d.vote_vu is not None]
    return AnneePassee(
        numero=passe.numero,
        annee=passe.campagne.annee,
        intitule=passe.intitule,
        meme_action=passe.meme_action,
        etat=passe.etat_vu,
        etat_libelle=EtatDossier(passe.etat_vu).label,
        cout=passe.cout_total,
        demande=sum((d.montant_demande for d in demandes), ZERO),
        vote=sum(votes, ZERO) if votes else None,
        beneficiaires=passe.beneficiaires,
        beneficiaires_qpv=passe.beneficiaires_qpv,
        decisions=tuple(
            DecisionPassee(
                financeur=d.financeur.nom_court,
                demande=d.montant_demande,
                vote=d.vote_vu,
                etat=d.etat_vu,
                etat_libelle=EtatDemande(d.etat_vu).label,
                motif=d.motif if d.etat_vu == d.etat else "",
            )
            for d in demandes
        ),
        fictif=passe.fictif,
    )


def _autres_payeurs(dossier: Dossier, *, pour: Auteur, contrat: Contrat, le: date) -> tuple[AutrePayeur, ...]:
    """Who offers droit commun for this orientation and these places, who paid last year, who has an envelope.

    An organisation that the file asks already, the porteur and those of whom nothing is known are left out.
    """
    demandes = dossier.demandes.exclude(etat=EtatDemande.ANNULEE)
    ecartes = {*demandes.values_list("financeur_id", flat=True), dossier.porteur_id}
    raisons: dict[Organisme, list[str]] = defaultdict(list)
    for financeur in _ont_paye_l_an_passe(dossier, pour, contrat):
        raisons[financeur].append(f"a financé l’action en {dossier.precedent.campagne.annee}")  # type: ignore[union-attr]
    enveloppes = Enveloppe.objects.filter(
        contrat=contrat, annee=dossier.campagne.annee, dispositif=dossier.dispositif_id, montant__gt=0
    ).select_related("financeur")
    communes = codes_des_communes(dossier)
    for financeur in dict.fromkeys(e.financeur for e in enveloppes):
        if financeur.type == TypeOrganisme.COMMUNE and financeur.code_commune not in communes:
            continue  # a commune pays for what happens there
        raisons[financeur].append(f"a une enveloppe « {dossier.dispositif.nom} » en {dossier.campagne.annee}")
    moyens = _moyens(dossier, pour=pour, contrat=contrat, le=le)
    for organisme in moyens:
        raisons[organisme].append("offre du droit commun pour cette orientation")
    return tuple(
        AutrePayeur(organisme, tuple(dites), tuple(moyens.get(organisme, ())))
        for organisme, dites in sorted(raisons.items(), key=lambda r: (-len(r[1]), r[0].nom))
        if organisme.pk not in ecartes
    )


def _ont_paye_l_an_passe(dossier: Dossier, pour: Auteur, contrat: Contrat) -> list[Organisme]:
    if dossier.precedent is None:
        return []
    # Who is only consulted may not see last year's file.
    vus = Dossier.objects.visibles_par(pour, contrat).filter(pk=dossier.precedent.pk)
    lues: Any = DemandeFinancement.objects.filter(dossier__in=vus.values("pk")).avec_montants_vus(pour, contrat)
    return [d.financeur for d in lues.filter(vote_vu__gt=0).select_related("financeur")]


def _moyens(dossier: Dossier, *, pour: Auteur, contrat: Contrat, le: date) -> dict[Organisme, list[RessourceUtile]]:
    """The means of the file's orientation that hold in one of its perimeters, or in all, by organisation."""
    if dossier.orientation_id is None:
        return {}
    perimetres = set(Perimetre.objects.filter(versions__localisations__dossier=dossier).values_list("pk", flat=True))
    trouves: dict[Organisme, list[RessourceUtile]] = defaultdict(list)
    siennes = ressources_visibles(contrat, pour=pour).filter(
        orientation=dossier.orientation_id, organisme__isnull=False
    )
    for ressource in siennes.prefetch_related("perimetres").order_by("nom"):
        tenus = {p.pk for p in ressource.perimetres.all()}
        # An action in all the QPV, or in none, meets every means.
        if not tenus or not perimetres or tenus & perimetres:
            assert ressource.organisme is not None
            trouves[ressource.organisme].append(RessourceUtile(ressource, a_verifier(ressource.verifie_le, le=le)))
    return trouves
