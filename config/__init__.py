"""Settings, URLs, API router, Celery app: the only place that knows every app."""
