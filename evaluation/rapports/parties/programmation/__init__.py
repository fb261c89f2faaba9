"""The programming of the year: by orientation, funder and place, CPO share, ordinary means, list of actions."""

from .actions_financees import liste, suites
from .financeurs import par_financeur
from .lieux import par_commune, par_qpv
from .moyens import cpo, droit_commun
from .orientations import par_orientation

__all__ = ["cpo", "droit_commun", "liste", "par_commune", "par_financeur", "par_orientation", "par_qpv", "suites"]
