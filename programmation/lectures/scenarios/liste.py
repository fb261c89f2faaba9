"""The scenarios of a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from commun.auteur import Auteur
from commun.models import LigneJournal
from contrats.models import Contrat

from ...etats import SCENARIO_VU_DES_COFINANCEURS, EtatScenario
from ...models import Scenario

FRAPPE = ("saisir_ligne", "ajuster_lignes")  # the amounts themselves


@dataclass(frozen=True, slots=True)
class ScenarioLu:
    """One scenario of the list."""

    pk: int
    nom: str
    note: str
    etat: str
    etat_libelle: str
    organisme: str
    auteur: str
    cree_le: datetime
    depart: str
    fictif: bool


def scenarios(contrat: Contrat, annee: int, *, pour: Auteur, archives: bool = False) -> list[ScenarioLu]:
    """Those that this reader may open, the latest first; those put away only when asked. One query."""
    lus = Scenario.objects.visibles_par(pour, contrat).filter(annee=annee)
    if not archives:
        lus = lus.exclude(etat=EtatScenario.ARCHIVE)
    return [
        ScenarioLu(
            pk=s.pk,
            nom=s.nom,
            note=s.note,
            etat=s.etat,
            etat_libelle=s.get_etat_display(),
            organisme=s.organisme.nom_court,
            auteur=str(s.auteur) if s.auteur else "",
            cree_le=s.cree_le,
            depart=_depart(s),
            fictif=s.fictif,
        )
        for s in lus.select_related("organisme", "auteur", "copie_de").order_by("-cree_le", "-pk")
    ]


def vie(scenario: Scenario) -> list[LigneJournal]:
    """What became of it, the latest first: not each amount typed. For the organisation whose it is."""
    return list(LigneJournal.objects.de(scenario).exclude(acte__in=FRAPPE).order_by("-numero"))


def _depart(scenario: Scenario) -> str:
    """Where its first amounts come from; the name of a draft stays with who wrote it."""
    source = scenario.copie_de
    if source is not None and source.etat in SCENARIO_VU_DES_COFINANCEURS:
        return f"La copie de « {source.nom} »"
    return scenario.get_depart_display()
