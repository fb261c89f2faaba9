"""Journal, jobs and private files."""

from .fichier import Fichier
from .journal import LigneJournal, ScelleJournal
from .travail import EtatTravail, Travail

__all__ = ["EtatTravail", "Fichier", "LigneJournal", "ScelleJournal", "Travail"]
