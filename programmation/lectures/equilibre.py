"""What becomes of an action's budget when a funder answers another amount than was asked."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from commun.auteur import Auteur
from contrats.models import Contrat

from ..etats import EtatDemande
from ..models import Dossier
from .dossier import LigneFinanceur, livre_du_dossier, manque_connu


@dataclass(frozen=True, slots=True)
class Apport:
    """What one funder brings, in euros, and what it has not granted of what it was asked."""

    financeur: str
    nature_libelle: str
    demande: Decimal
    montant: Decimal
    etape: str
    celui_ci: bool

    @property
    def en_moins(self) -> Decimal:
        return max(Decimal(0), self.demande - self.montant)


@dataclass(frozen=True, slots=True)
class Equilibre:
    """The budget with this answer: cost, income, what is missing, in euros."""

    cout: Decimal
    autres_produits: Decimal | None
    apports: tuple[Apport, ...]
    manque: Decimal | None
    manque_avant: Decimal | None

    @property
    def surplus(self) -> Decimal:
        return max(Decimal(0), -(self.manque or Decimal(0)))

    @property
    def en_moins(self) -> Decimal:
        """Euros that the funders do not bring of what they were asked: all that is known without a budget."""
        return sum((apport.en_moins for apport in self.apports), Decimal(0))

    @property
    def celui_ci(self) -> Apport | None:
        return next((apport for apport in self.apports if apport.celui_ci), None)

    @property
    def pourraient_completer(self) -> list[Apport]:
        """The others that were asked more than they bring."""
        return [apport for apport in self.apports if not apport.celui_ci and apport.en_moins]


def equilibre(dossier: Dossier, demande: int, montant: Decimal | None, *, pour: Auteur, contrat: Contrat) -> Equilibre:
    """The budget of `dossier` as this reader sees it, with `montant` euros on that request (as known when None)."""
    livre = livre_du_dossier(dossier, pour=pour, contrat=contrat)
    lignes = [ligne for ligne in livre.lignes if ligne.etat != EtatDemande.ANNULEE]
    apports = tuple(_apport(ligne, montant if ligne.pk == demande else None, ligne.pk == demande) for ligne in lignes)
    return Equilibre(
        cout=livre.cout,
        autres_produits=livre.autres_produits,
        apports=apports,
        manque=manque_connu(livre.cout, livre.autres_produits, [apport.montant for apport in apports]),
        manque_avant=livre.manque,
    )


def _apport(ligne: LigneFinanceur, montant: Decimal | None, celui_ci: bool) -> Apport:
    etapes = ((ligne.vote, "voté"), (ligne.programme, "programmé"), (ligne.propose, "proposé"))
    etape = next((mot for connu, mot in etapes if connu is not None), "demandé")
    if ligne.etat == EtatDemande.REFUSEE:
        etape = "refusé"
    if montant is not None:
        etape = "saisi"
    return Apport(
        ligne.financeur,
        ligne.nature_libelle,
        ligne.demande,
        ligne.apport if montant is None else montant,
        etape,
        celui_ci,
    )
