"""What-if programmings as one reader may see them: their rows, their totals beside one another, what they would propose.

A scenario bears on the rows that the COPIL has not programmed yet; what is programmed or voted counts as it stands, in
every scenario alike. The base of every comparison is the proposals that their funders share today: a private draft,
even the reader's own, is in nobody's base.
"""

from .comparaison import (
    Comparaison,
    Indicateur,
    LigneComparee,
    comparaison_connue,
    comparer,
    comparer_et_retenir,
)
from .liste import ScenarioLu, scenarios, vie
from .montants import demandes_en_jeu
from .promotion import LigneAPromouvoir, Promotion, promotion
from .rangees import (
    LigneDeScenario,
    avec_ce_qu_elles_montrent,
    compte_des_rangees,
    lire_les_rangees,
    lire_par_blocs,
    nombre_de_rangees,
    rangees_du_scenario,
)

__all__ = [
    "Comparaison",
    "Indicateur",
    "LigneAPromouvoir",
    "LigneComparee",
    "LigneDeScenario",
    "Promotion",
    "ScenarioLu",
    "avec_ce_qu_elles_montrent",
    "comparaison_connue",
    "comparer",
    "comparer_et_retenir",
    "compte_des_rangees",
    "demandes_en_jeu",
    "lire_les_rangees",
    "lire_par_blocs",
    "nombre_de_rangees",
    "promotion",
    "rangees_du_scenario",
    "scenarios",
    "vie",
]
