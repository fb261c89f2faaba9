"""The demo on one machine: plain HTTP on localhost, e-mails written to files."""

import secrets

from .base import *  # noqa: F403
from .base import BASE_DIR, env

DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])


def _cle_de_cette_machine() -> str:
    """A secret made once for this checkout and kept out of the repository."""
    fichier = BASE_DIR / "var" / "demo" / "cle_secrete"
    if not fichier.exists():
        fichier.parent.mkdir(parents=True, exist_ok=True)
        fichier.touch(mode=0o600)
        fichier.write_text(secrets.token_urlsafe(50))
    return fichier.read_text()


SECRET_KEY = env("SECRET_KEY", default=None) or _cle_de_cette_machine()
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = BASE_DIR / "var" / "demo" / "courriels"
DONNEES_DE_DEMONSTRATION = True
ANNUAIRE_URL = (BASE_DIR / "fixtures" / "annuaire" / "etablissements.json").as_uri()
