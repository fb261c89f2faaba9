"""One year's programming as everybody reads it: totals, splits, envelopes, CPO share and list of actions.

Two readings: that of one person (`pour`), whose totals hold only what it may see; and the *published* one, the same
for every member of the COPIL whoever asks for it, in which a funder's private draft never counts.

A fixed number of queries, whatever the number of files: the database adds up, nothing is read row by row but the list
of actions.
"""

from .annee import ProgrammationAnnuelle, chiffres_annuels, programmation_annuelle
from .chiffres import Chiffres
from .montants import Montants
from .ventilations import Ventilation

__all__ = ["Chiffres", "Montants", "ProgrammationAnnuelle", "Ventilation", "chiffres_annuels", "programmation_annuelle"]
