"""The rows of one scenario, as they are typed and adjusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, QuerySet

from commun.auteur import Auteur
from commun.memoire import retenir
from contrats.permissions import roles

from ...etats import DEMANDE_CONSOMME, EtatDemande
from ...models import LigneScenario, Scenario
from .montants import FIGEE, PROPOSE, RETENU, demandes_en_jeu, retenus_l_an_passe

PAR_BLOC = 1_000


@dataclass(frozen=True, slots=True)
class LigneDeScenario:
    """One request in a scenario. Euros; `montant` is None while the scenario says nothing of it."""

    demande_id: int
    numero: str
    intitule: str
    porteur: str
    financeur: str
    titre: str  # its scheme and nature
    etat_libelle: str
    figee: bool  # programmed or voted already: its amount is that one
    recente: bool  # deposited after the scenario was made
    demande: Decimal
    an_passe: Decimal | None
    propose: Decimal | None  # shared with the co-funders
    brouillon: bool  # the reader's own organisation keeps its proposal to itself
    montant: Decimal | None
    note: str
    version: int  # 0 without a line
    cout: Decimal
    fictif: bool

    @property
    def ecart(self) -> Decimal | None:
        """With what is proposed today."""
        return None if self.figee or self.montant is None else self.montant - (self.propose or Decimal(0))


def rangees_du_scenario(scenario: Scenario, *, pour: Auteur) -> QuerySet[Any]:
    """The requests in play with the line that this scenario has on each, by file then funder."""
    return (
        demandes_en_jeu(scenario.contrat, scenario.annee, pour=pour)
        .annotate(ligne=FilteredRelation("lignes_de_scenario", condition=Q(lignes_de_scenario__scenario=scenario.pk)))
        .order_by("dossier__numero", "financeur__nom", "pk")
    )


def avec_ce_qu_elles_montrent(rangees: QuerySet[Any]) -> QuerySet[Any]:
    """These rows of `rangees_du_scenario` with all that `lire_les_rangees` reads of them, joined once."""
    return rangees.annotate(
        retenu=RETENU,
        propose_partage=PROPOSE,
        tape=F("ligne__montant"),
        note_tapee=F("ligne__note"),
        version_tapee=F("ligne__version"),
    ).select_related("dossier__porteur", "financeur", "dispositif")


def lire_les_rangees(rangees: Iterable[Any], scenario: Scenario, *, pour: Auteur) -> list[LigneDeScenario]:
    """Rows of `avec_ce_qu_elles_montrent`, a page of them or all: their query, and one for what was kept last year."""
    lues = list(rangees)
    retenus = retenus_l_an_passe(lues, scenario.contrat, pour=pour)
    return [_ligne(d, scenario.cree_le, retenus.get(d.pk)) for d in lues]


def lire_par_blocs(rangees: QuerySet[Any], scenario: Scenario, *, pour: Auteur) -> Iterator[LigneDeScenario]:
    """The same rows, all of them in their order, read by blocks so that a long spreadsheet keeps a short memory."""
    cles = list(rangees.values_list("pk", flat=True))
    montrees = avec_ce_qu_elles_montrent(rangees).order_by()
    for debut in range(0, len(cles), PAR_BLOC):
        bloc = cles[debut : debut + PAR_BLOC]
        lues = lire_les_rangees(montrees.filter(pk__in=bloc), scenario, pour=pour)
        par_cle = {ligne.demande_id: ligne for ligne in lues}
        yield from (par_cle[cle] for cle in bloc if cle in par_cle)


def nombre_de_rangees(rangees: QuerySet[Any], scenario: Scenario, *, pour: Auteur) -> int:
    """How many rows these are, kept until the next act on the contract, a minute at most."""
    return retenir(
        scenario.contrat_id, ("rangées d’un scénario", rangees, roles(pour, scenario.contrat)), rangees.count
    )


def compte_des_rangees(scenario: Scenario, *, pour: Auteur) -> dict[str, int]:
    """How many rows may still be decided (`ouvertes`), have no amount here, were deposited since the scenario was made."""
    sienne = LigneScenario.objects.filter(scenario=scenario.pk, demande=OuterRef("pk"))
    sans = Q(sans_ligne=True)
    return (
        demandes_en_jeu(scenario.contrat, scenario.annee, pour=pour)
        .filter(~FIGEE)
        .annotate(sans_ligne=~Exists(sienne))
        .aggregate(
            ouvertes=Count("pk"),
            sans=Count("pk", filter=sans),
            deposees_depuis=Count("pk", filter=sans & Q(dossier__depose_le__gt=scenario.cree_le)),
        )
    )


def _ligne(d: Any, cree_le: datetime, an_passe: Decimal | None) -> LigneDeScenario:
    figee = d.etat in DEMANDE_CONSOMME
    return LigneDeScenario(
        demande_id=d.pk,
        numero=d.dossier.numero,
        intitule=d.dossier.intitule,
        porteur=d.dossier.porteur.nom,
        financeur=d.financeur.nom_court,
        titre=f"{d.dispositif.code.upper()}, {d.get_nature_display().lower()}",
        etat_libelle=EtatDemande(d.etat_vu).label,
        figee=figee,
        recente=d.dossier.depose_le is not None and d.dossier.depose_le > cree_le,
        demande=d.montant_demande,
        an_passe=an_passe,
        propose=d.propose_partage,
        brouillon=d.etat_vu == EtatDemande.PROPOSEE and not d.proposition_partagee,
        montant=d.retenu if figee else d.tape,
        note=d.note_tapee or "",
        version=d.version_tapee or 0,
        cout=d.dossier.cout_total,
        fictif=d.fictif,
    )
