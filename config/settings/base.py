"""Settings common to every way of running Pilotville; each value that changes comes from the environment."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()

# --- Who runs it -----------------------------------------------------------------------------------------------------
# Shown in the frame, on the cover of the PDFs and in the e-mails. Neutral by default (N-01).
INSTALLATION = {
    "nom": env("INSTALLATION_NOM", default="Pilotville"),
    "territoire": env("INSTALLATION_TERRITOIRE", default=""),
    "accent": env("INSTALLATION_ACCENT", default="sarcelle"),  # a palette of static/theme/css/jetons.css
    "contact": env("INSTALLATION_CONTACT", default=""),
    # Read by the legal pages.
    "editeur": env("INSTALLATION_EDITEUR", default=""),
    "directeur_publication": env("INSTALLATION_DIRECTEUR_PUBLICATION", default=""),
    "hebergeur": env("INSTALLATION_HEBERGEUR", default=""),
    "dpo": env("INSTALLATION_DPO", default=""),
    "conformite": env("INSTALLATION_CONFORMITE", default="non"),  # non, partiellement, totalement: told by an audit
    "url_audit": env("INSTALLATION_URL_AUDIT", default=""),
    # Where people reach it: e-mails are written by jobs, which have no request to read it from.
    "adresse": env("INSTALLATION_ADRESSE", default="http://localhost:8000").rstrip("/"),
}

# --- Django ----------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config",
    "portail",
    "evaluation",
    "programmation",
    "tfpb",
    "contrats",
    "geographie",
    "acteurs",
    "commun",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # login required by default, everywhere
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "commun.middleware.AucuneCopieMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["commun.gabarits.ChargeurFrancais", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portail.contexte.cadre",
            ],
            "builtins": ["commun.templatetags.typographie"],
        },
    },
]
FORM_RENDERER = "commun.formulaires.RenduPilotville"

# --- Data ------------------------------------------------------------------------------------------------------------
# The embedded servers of the demo set these two variables; settings never start a server.
DATABASES = {"default": env.db("DATABASE_URL", default="postgres://localhost/pilotville")}
DATABASES["default"].update(
    CONN_MAX_AGE=env.int("CONN_MAX_AGE", default=600),
    CONN_HEALTH_CHECKS=True,
    ATOMIC_REQUESTS=False,  # each action opens its own transaction
)
DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
    f"-c statement_timeout={env.int('DELAI_REQUETE_MS', default=10_000)} -c lock_timeout=4000"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", default="redis://localhost:6379/0")
if REDIS_URL.startswith("unix://"):
    # Celery and Django's cache spell a Unix socket, and the number of a database on it, differently.
    _prise, _, _base = REDIS_URL.removeprefix("unix://").partition("?db=")
    CELERY_BROKER_URL = f"redis+socket://{_prise}?virtual_host={_base or 0}"
    _cache_url = f"unix://{_prise}?db={_base or 1}"
else:
    CELERY_BROKER_URL = _cache_url = REDIS_URL
CACHES = {
    "default": {
        "BACKEND": "commun.cache.CacheIndulgent",
        "LOCATION": _cache_url,
        "KEY_PREFIX": "pilotville",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# --- Jobs ------------------------------------------------------------------------------------------------------------
# A message carries only the number of a job row: nothing is lost with the broker (docs/adr/0003).
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# One try: with the defaults a page waits 6 s for a broker that is away; the sweeper sends the message again.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_connect_timeout": 2,
    "max_retries": 1,
    "interval_start": 0,
}
CELERY_TIMEZONE = "Europe/Paris"
CELERY_BEAT_SCHEDULE = {
    "balayer-les-travaux": {"task": "commun.balayer_travaux", "schedule": 15.0, "options": {"expires": 15}},
}

# --- Accounts --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "acteurs.Utilisateur"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portail:accueil"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "acteurs.comptes.AdaptateurDeComptes"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an account is born from an invitation, sent to the address it proves
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Pilotville"
MFA_FORMS = {"activate_totp": "acteurs.forms.RelierApplicationForm"}
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# --- Language and time -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "français")]
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True

# --- Files -----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
_modules = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/bootstrap", _modules / "bootstrap" / "dist"),
    ("vendor/htmx", _modules / "htmx.org" / "dist"),
    ("vendor/source-sans-3", _modules / "@fontsource" / "source-sans-3" / "files"),
]
RACINE_ICONES = _modules / "bootstrap-icons" / "icons"  # drawn in the pages, never served
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
# Private files, content-addressed; nothing under it is ever served by a web server (commun/fichiers.py).
RACINE_FICHIERS = Path(env("RACINE_FICHIERS", default=str(BASE_DIR / "var" / "demo" / "fichiers")))
# The antivirus that reads them, a clamd: tcp://host:3310 or unix:///path/of/the/socket. Empty: no file is scanned.
ANTIVIRUS_URL = env("ANTIVIRUS_URL", default="")

# --- Security --------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True

# --- E-mail ----------------------------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env("COURRIEL_EXPEDITEUR", default="Pilotville <ne-pas-repondre@pilotville.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10

# --- National directory of organisations -----------------------------------------------------------------------------
# An address that answers as « Recherche d'entreprises » does, a file of such answers (file:///…), or nothing: every SIRET
# then stays « non vérifié ».
ANNUAIRE_URL = env("ANNUAIRE_URL", default="https://recherche-entreprises.api.gouv.fr")

# --- API -------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "contrats.api.authentification.CleAuthentification",  # the first one answers 401
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["commun.api.corps.AnalyseurJson"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "commun.api.problemes.probleme",
    "COERCE_DECIMAL_TO_STRING": True,
}
# For one key, or one signed-in person.
API_APPELS_PAR_MINUTE = env.int("API_APPELS_PAR_MINUTE", default=600)
# Private networks that outgoing calls may reach all the same (an exchange server of one's own): CIDR, with commas.
APPELS_RESEAUX_PERMIS = env.list("APPELS_RESEAUX_PERMIS", default=[])
SPECTACULAR_SETTINGS = {
    "TITLE": "API Pilotville",
    "DESCRIPTION": (
        "Lecture et saisie des données d’un contrat de ville par les systèmes d’information des partenaires.\n\n"
        "Une clé d’API se crée dans « Clés d’API », par le gestionnaire des accès de votre organisme ; elle ouvre un contrat et "
        "ne permet que les usages cochés. Envoyez-la dans l’en-tête `Authorization: Bearer pv_…`.\n\n"
        "Les identifiants sont des textes. Les montants et valeurs sont des textes décimaux. Les dates suivent ISO 8601. Les "
        "erreurs sont des `application/problem+json` en français, qui nomment le champ et la ligne."
    ),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,  # what is sent and what is received are two things
    "ENUM_NAME_OVERRIDES": {
        "TypeOrganisme": "acteurs.models.TypeOrganisme",
        "TypeComite": "contrats.models.TypeComite",
        "TypeCible": "contrats.etats.TypeCible",
        "TypePerimetre": "geographie.models.TypePerimetre",
        "NatureOrientation": "contrats.models.NatureOrientation",
        "NatureMoyens": "contrats.models.NatureMoyens",
        "NatureAnnoncee": "contrats.models.NatureAnnoncee",
        "Section": "contrats.models.Section",
        "StatutEnum": "contrats.models.Presence.Statut",
        "StatutMoyen": "contrats.etats.StatutMoyen",
        "NatureDecision": "contrats.models.DecisionReunion.Nature",
        "EtatEngagement": "contrats.etats.EtatEngagement",
        "EtatReunion": "contrats.etats.EtatReunion",
        "EtatTravail": "commun.models.EtatTravail",
        "EtatDossier": "programmation.etats.EtatDossier",
        "EtatDemande": "programmation.etats.EtatDemande",
        "EtatCourrier": "programmation.etats.EtatCourrier",
        "GenreCourrier": "programmation.etats.GenreCourrier",
        "SensAvis": "programmation.etats.SensAvis",
        "SensCible": "contrats.models.SensCible",
        "SensLigne": "programmation.models.SensLigne",
    },
}

# --- Logs ------------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"ligne": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "ligne"}},
    "root": {"handlers": ["console"], "level": env("NIVEAU_JOURNAL", default="INFO")},
    # Dozens of lines for each PDF otherwise.
    "loggers": {"weasyprint.progress": {"level": "WARNING"}, "fontTools": {"level": "WARNING"}},
}
