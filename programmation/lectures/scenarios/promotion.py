"""What promoting a scenario would propose, row by row, and why it could not."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F

from commun.auteur import Auteur
from contrats.permissions import roles

from ...etats import EtatDemande
from ...models import Scenario
from ...models.dossier import retenir_les_limites
from ...permissions import peut_proposer
from ...permissions.acces import REPRESENTE
from ..versions import versions
from .montants import FIGEE
from .rangees import rangees_du_scenario


@dataclass(frozen=True, slots=True)
class LigneAPromouvoir:
    """One row whose amount differs from what its funder proposes. Euros; `avant` is None where the reader reads none."""

    demande_id: int
    numero: str
    intitule: str
    financeur: str
    avant: Decimal | None
    apres: Decimal
    pour_le_compte: bool
    version: int
    refus: str  # why it cannot be proposed; empty when it can

    @property
    def ecart(self) -> Decimal:
        return self.apres - (self.avant or Decimal(0))


@dataclass(frozen=True, slots=True)
class Promotion:
    """What would be proposed, what could not, and how many rows already say what the scenario says."""

    possibles: tuple[LigneAPromouvoir, ...]
    refusees: tuple[LigneAPromouvoir, ...]
    identiques: int

    @property
    def ecart(self) -> Decimal:
        """What the proposals would change in all, in euros."""
        return sum((ligne.ecart for ligne in self.possibles), Decimal(0))

    @property
    def empreinte(self) -> str:
        """Tells whether what was read is still what would be written."""
        lignes = [(ligne.demande_id, str(ligne.apres), ligne.version) for ligne in self.possibles]
        return hashlib.sha256(json.dumps(lignes).encode()).hexdigest()


def promotion(scenario: Scenario, *, pour: Auteur) -> Promotion:
    """The rows that `pour` would propose: those of every funder for the team, its own for a funder.

    As many queries whatever their number. A row whose funder keeps a draft to itself reads as one without a proposal.
    """
    contrat = scenario.contrat
    tenus = roles(pour, contrat)
    rangees: Any = rangees_du_scenario(scenario, pour=pour).filter(~FIGEE, ligne__isnull=False)
    if not tenus.pilote:
        rangees = rangees.filter(financeur__in=tenus.organismes(*REPRESENTE))
    demandes = list(
        rangees.annotate(tape=F("ligne__montant")).select_related("dossier__campagne", "financeur", "dispositif")
    )
    retenir_les_limites([d.dossier for d in demandes], [h.limites for h in tenus.habilitations])
    lues = versions(d.pk for d in demandes)
    possibles: list[LigneAPromouvoir] = []
    refusees: list[LigneAPromouvoir] = []
    identiques = 0
    for demande in demandes:
        demande.dossier.contrat = contrat
        avant = demande.propose_vu if demande.etat_vu == EtatDemande.PROPOSEE else None
        if avant == demande.tape and demande.proposition_partagee:
            identiques += 1
            continue
        acces = peut_proposer(pour, demande)
        ligne = LigneAPromouvoir(
            demande_id=demande.pk,
            numero=demande.dossier.numero,
            intitule=demande.dossier.intitule,
            financeur=demande.financeur.nom_court,
            avant=avant,
            apres=demande.tape,
            pour_le_compte=pour.au_nom_de(demande.financeur).pour_le_compte_de is not None,
            version=lues[demande.pk],
            refus="" if acces else acces.motif,
        )
        (possibles if acces else refusees).append(ligne)
    return Promotion(tuple(possibles), tuple(refusees), identiques)
