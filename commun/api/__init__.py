"""What every route of the REST API stands on: errors, answers, cursors, revisions, idempotent writes, rate limits."""

from .problemes import ErreurDeChampSerializer, ProblemeSerializer, probleme

__all__ = ["ErreurDeChampSerializer", "ProblemeSerializer", "probleme"]
