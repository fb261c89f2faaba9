"""What every route of the REST API stands on: errors, answers, cursors, revisions, idempotent writes, rate limits."""
