"""The keys and subscriptions that a manager sees: what each is for, whether it still serves."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from acteurs.etats import PorteeApi
from commun.models import EtatTravail, Travail

from ..etats import EvenementSortant
from ..models import AbonnementApi, CleDuContrat, Contrat

BIENTOT = timedelta(days=15)


@dataclass(frozen=True, slots=True)
class CleLue:
    """A key as its manager sees it: never the key itself."""

    pk: int
    nom: str
    prefixe: str
    organisme: str
    usages: tuple[str, ...]
    creee_par: str
    creee_le: datetime
    expire_le: datetime
    dernier_usage_le: datetime | None
    etat: tuple[str, str]  # word, tone
    active: bool


def cles(contrat: Contrat, *, organismes: Collection[int], le: datetime) -> list[CleLue]:
    """The keys of these organisations in the contract, active ones first, latest first."""
    lues = (
        CleDuContrat.objects.filter(contrat=contrat, jeton__organisme__in=organismes)
        .select_related("jeton__organisme", "jeton__cree_par")
        .order_by("-jeton__cree_le")
    )
    return sorted((_cle(cle, le) for cle in lues), key=lambda cle: not cle.active)


def _cle(cle: CleDuContrat, le: datetime) -> CleLue:
    jeton = cle.jeton
    if jeton.revoque_le is not None:
        etat = ("révoquée", "neutre")
    elif jeton.expire_le <= le:
        etat = ("expirée", "neutre")
    elif jeton.expire_le <= le + BIENTOT:
        etat = ("expire bientôt", "attention")
    else:
        etat = ("active", "succes")
    return CleLue(
        pk=cle.pk,
        nom=jeton.nom,
        prefixe=jeton.prefixe,
        organisme=jeton.organisme.nom_court,
        usages=tuple(PorteeApi(portee).label for portee in jeton.portees),
        creee_par=str(jeton.cree_par) if jeton.cree_par else "",
        creee_le=jeton.cree_le,
        expire_le=jeton.expire_le,
        dernier_usage_le=jeton.dernier_usage_le,
        etat=etat,
        active=jeton.revoque_le is None and jeton.expire_le > le,
    )


@dataclass(frozen=True, slots=True)
class LivraisonLue:
    """One try to call an address."""

    le: datetime
    evenement: str
    essai: int
    etat: tuple[str, str]
    detail: str


@dataclass(frozen=True, slots=True)
class AbonnementLu:
    """An address, what it is told of, and whether it is still called."""

    pk: int
    adresse: str
    organisme: str
    evenements: tuple[str, ...]
    cree_le: datetime
    resilie_le: datetime | None


def abonnements(contrat: Contrat, *, organismes: Collection[int]) -> list[AbonnementLu]:
    """The subscriptions of these organisations in the contract, those in force first."""
    lus = (
        AbonnementApi.objects.filter(contrat=contrat, organisme__in=organismes)
        .select_related("organisme")
        .order_by("-cree_le")
    )
    return sorted((abonnement_lu(abonnement) for abonnement in lus), key=lambda a: a.resilie_le is not None)


def abonnement_lu(abonnement: AbonnementApi) -> AbonnementLu:
    """One subscription."""
    return AbonnementLu(
        pk=abonnement.pk,
        adresse=abonnement.adresse,
        organisme=abonnement.organisme.nom_court,
        evenements=tuple(EvenementSortant(evenement).label for evenement in abonnement.evenements),
        cree_le=abonnement.cree_le,
        resilie_le=abonnement.resilie_le,
    )


def livraisons(abonnement: AbonnementApi, *, au_plus: int = 20) -> list[LivraisonLue]:
    """The latest calls to an address, and how they ended."""
    travaux = Travail.objects.filter(
        nom="contrats.livrer_evenement", cible_type=AbonnementApi._meta.label_lower, cible_id=abonnement.pk
    ).order_by("-cree_le")[:au_plus]
    return [_livraison(travail) for travail in travaux]


def _livraison(travail: Travail) -> LivraisonLue:
    resultat: dict[str, Any] = travail.resultat
    detail = travail.erreur or resultat.get("motif", "")
    if travail.etat == EtatTravail.FAIT and resultat.get("livre"):
        etat = ("reçue", "succes")
        detail = f"Réponse {resultat['statut']}"
    elif travail.etat == EtatTravail.FAIT:
        etat = ("à refaire", "attention")
    elif travail.etat == EtatTravail.ECHEC:
        etat = ("abandonnée", "danger")
    else:
        etat = ("prévue", "info")
    return LivraisonLue(
        le=travail.termine_le or travail.a_partir_de,
        evenement=EvenementSortant(travail.parametres["message"]["evenement"]).label,
        essai=travail.parametres["essai"],
        etat=etat,
        detail=detail,
    )
