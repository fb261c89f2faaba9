"""Journal, jobs, private files, answers of the API."""

from .fichier import Analyse, Fichier
from .idempotence import ReponseIdempotente
from .journal import LigneJournal, ScelleJournal
from .travail import EtatTravail, Travail

__all__ = ["Analyse", "EtatTravail", "Fichier", "LigneJournal", "ReponseIdempotente", "ScelleJournal", "Travail"]
