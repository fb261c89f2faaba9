"""The test suite: real PostgreSQL and Redis, fast hashes, one Redis database number per parallel worker."""

import os
import tempfile
from pathlib import Path

from .base import *  # noqa: F403
from .base import BASE_DIR, CACHES, DATABASES, REDIS_URL

DEBUG = False
SECRET_KEY = "uniquement-pour-les-tests"  # noqa: S105
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
RACINE_FICHIERS = Path(tempfile.gettempdir()) / f"pilotville-tests-{os.getpid()}"
DATABASES["default"]["CONN_MAX_AGE"] = 0

_ouvrier = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
if REDIS_URL.startswith("unix://"):
    _prise = REDIS_URL.split("?")[0]
    REDIS_URL = f"{_prise}?db={_ouvrier}"
    CELERY_BROKER_URL = f"redis+socket://{_prise.removeprefix('unix://')}?virtual_host={_ouvrier}"
else:
    _racine, _, _numero = REDIS_URL.split("?")[0].rpartition("/")
    REDIS_URL = f"{_racine}/{(int(_numero or 0) + _ouvrier) % 16}"
    CELERY_BROKER_URL = REDIS_URL
CACHES["default"]["LOCATION"] = REDIS_URL

DONNEES_DE_DEMONSTRATION = False
ANNUAIRE_URL = (BASE_DIR / "fixtures" / "annuaire" / "etablissements.json").as_uri()
