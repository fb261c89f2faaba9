"""Totals of a scenario, and the comparison of three, at 2,000 and 100,000 files: same queries, time in proportion.

Each size has a temporary database of its own (`bench.tableau`), with six envelopes and three scenarios that give an amount
to every request; four files in five tell their public, by sex and by age. What is timed is the reading that the page, the
chart and the spreadsheet share, then the page, whose rows come at once, and its balance, which comes after them; the cache
is emptied before each, as after an act.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.base import viser
from bench.registre import Ligne, banc, mediane
from bench.tableau import ANNEE, Terrain, un_terrain

TAILLES = (2_000, 100_000)
SCENARIOS = 3
# The time by file at the large size over that at the small one: fixed costs weigh less, memory weighs more.
PLAFOND = 1.5


@banc("scenarios")
def scenarios_compares(n: int) -> Iterable[Ligne]:
    """Measure both readings for a chef de projet of the whole contract, the two sizes in turns."""
    with ExitStack() as pile:
        lieux = [_Lieu(pile.enter_context(un_terrain(taille))) for taille in TAILLES]
        for nom, lire in (
            ("totaux d’un scénario", _Lieu.totaux),
            (f"comparaison de {SCENARIOS}", _Lieu.comparaison),
            ("page d’un scénario", _Lieu.page),
            ("bilan d’un scénario", _Lieu.bilan),
        ):
            for lieu in lieux:
                lieu.chronometrer(lire)  # plans and pages of the disk, read once
            comptes = [lieu.requetes(lire) for lieu in lieux]
            yield Ligne(f"{nom} : requêtes", " et ".join(map(str, comptes)), 1, "égales", len(set(comptes)) == 1)
            temps: list[list[float]] = [[] for _ in lieux]
            for _tour in range(n):
                for rang, lieu in enumerate(lieux):
                    temps[rang].append(lieu.chronometrer(lire))
            for lieu, durees in zip(lieux, temps, strict=True):
                yield mediane(f"{nom}, {lieu.terrain.dossiers} dossiers", durees, "ms")
            yield _par_dossier(nom, temps)


def _par_dossier(nom: str, temps: list[list[float]]) -> Ligne:
    """The time by file at the large size over that at the small one."""
    facteur = TAILLES[-1] / TAILLES[0]
    rapports = sorted(grand / petit / facteur for petit, grand in zip(temps[0], temps[-1], strict=True))
    milieu = rapports[len(rapports) // 2]
    libelle = f"{nom} : temps par dossier, {TAILLES[-1]} / {TAILLES[0]}"
    return Ligne(libelle, f"{milieu:.2f} ×", len(rapports), f"≤ {PLAFOND:.2f} ×", milieu <= PLAFOND)


class _Lieu:
    """One size: its database, its scenarios and who reads them."""

    def __init__(self, terrain: Terrain) -> None:
        self.terrain = terrain
        viser(terrain.base)
        self.scenarios = _scenarios()

    def totaux(self) -> Any:
        from programmation.lectures.scenarios import comparer

        return comparer(self.scenarios[0].contrat, ANNEE, self.scenarios[:1], pour=self._chef())

    def comparaison(self) -> Any:
        from programmation.lectures.scenarios import comparer

        return comparer(self.scenarios[0].contrat, ANNEE, self.scenarios, pour=self._chef())

    def page(self) -> Any:
        """The rows: more than the page waits for (`BILAN_IMMEDIAT`) at both sizes."""
        return self._demander("")

    def bilan(self) -> Any:
        """What htmx asks next."""
        return self._demander("?bilan=1")

    def _demander(self, suite: str) -> Any:
        adresse = self.terrain.adresse.replace("/programmation/", f"/scenarios/{self.scenarios[0].pk}/")
        reponse = self.terrain.client.get(adresse + suite, headers={"HX-Request": "true"} if suite else {})
        if reponse.status_code != 200:
            raise RuntimeError(f"{adresse}: {reponse.status_code}")
        return reponse

    def chronometrer(self, lire: Callable[["_Lieu"], Any]) -> float:
        """The milliseconds of one reading."""
        viser(self.terrain.base)
        connection.ensure_connection()
        cache.clear()
        debut = time.perf_counter()
        lire(self)
        return (time.perf_counter() - debut) * 1000

    def requetes(self, lire: Callable[["_Lieu"], Any]) -> int:
        """How many queries one reading asks."""
        viser(self.terrain.base)
        cache.clear()
        with CaptureQueriesContext(connection) as requetes:
            lire(self)
        return len(requetes)

    def _chef(self) -> Any:
        from acteurs.models import Utilisateur
        from commun.auteur import Auteur

        return Auteur(Utilisateur.objects.get(email="chef@exemple.test"), self.scenarios[0].organisme)


def _scenarios() -> list[Any]:
    """Three scenarios on every request of the database, and an envelope for each funder and nature."""
    from contrats.models import Contrat
    from programmation.models import DemandeFinancement, Enveloppe, Scenario

    contrat = Contrat.objects.select_related("pilote").get()
    guichets = DemandeFinancement.objects.order_by().values_list("financeur", "dispositif", "nature").distinct()
    Enveloppe.objects.bulk_create(
        Enveloppe(
            contrat=contrat,
            financeur_id=financeur,
            annee=ANNEE,
            dispositif_id=dispositif,
            nature=nature,
            montant=Decimal(10_000_000),
        )
        for financeur, dispositif, nature in guichets
    )
    faits = [
        Scenario.objects.create(
            contrat=contrat,
            annee=ANNEE,
            nom=f"Essai {rang}",
            depart="demandes",
            organisme=contrat.pilote,
            cree_le=timezone.now(),
        )
        for rang in range(SCENARIOS)
    ]
    with connection.cursor() as curseur:
        for rang, scenario in enumerate(faits):
            # 250,000 lines at a time: written by the server, not sent to it.
            curseur.execute(
                "INSERT INTO programmation_lignescenario (scenario_id, demande_id, montant, note, version)"
                " SELECT %s, id, round(montant_demande * %s, 2), '', 1 FROM programmation_demandefinancement",
                [scenario.pk, Decimal(10 - rang) / 10],
            )
        curseur.execute(
            "UPDATE programmation_dossier SET beneficiaires = 20 + id % 80, femmes = 10 + id % 10, jeunes = 5 + id % 15"
            " WHERE id % 5 <> 0"
        )
        curseur.execute(
            "INSERT INTO programmation_publicparage (dossier_id, tranche, nombre) SELECT id, tranche, 3 + id % 7"
            " FROM programmation_dossier, unnest(ARRAY['12-15', '16-17', '18-25']) tranche WHERE id % 5 <> 0"
        )
        curseur.execute("VACUUM ANALYZE")
    return faits
