"""The Celery app: it carries numbers of job rows, nothing else."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")

app = Celery("pilotville")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["commun"])
