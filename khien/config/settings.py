"""Settings: what runs in the demo is what runs in production, with a setting changed."""

import os
from pathlib import Path

from khien.config import folder, moved, told
from khien.kernel import clock
from khien.plumbing import keys

PACKAGE = Path(__file__).resolve().parent.parent
DATA = folder.path()
MODE = folder.mode(DATA)
DEMO = MODE == "demo"
PRACTICE = os.environ.get("KHIEN_PRACTICE", "") == "1"  # a practice copy (config/practice.py): marked on every page
COOKIES = "tap_" if PRACTICE else ""  # browsers share cookies across the ports of one host
DEBUG = False
if DEMO:
    clock.shift_by(moved.reader(DATA))  # a rehearsal plays the days to come

KEYS = keys.load(folder.keys_file())
SECRET_KEY = KEYS.django
ALLOWED_HOSTS = [
    host for host in os.environ.get("KHIEN_HOSTS", "*" if DEMO else "localhost,127.0.0.1,[::1]").split(",") if host
]
PUBLIC_URL = os.environ.get("KHIEN_URL", "")
PRACTICE_URL = os.environ.get("KHIEN_PRACTICE_URL", "")

ROOMS = [
    "plumbing", "places", "people", "access", "campaigns", "immunizations", "stock", "registration", "booking",
    "visits", "sync", "safety", "certificates", "cases", "messaging", "interchange", "reporting",
    "planning", "readiness",
]  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    *(f"khien.{room}" for room in ROOMS),
]
MIDDLEWARE = [
    "khien.surfaces.web.middleware.frame",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "khien.surfaces.web.middleware.who",
]
ROOT_URLCONF = "khien.config.urls"
WSGI_APPLICATION = "khien.config.wsgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "access.Staff"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def _database(url: str) -> dict[str, object]:
    parts = told.database_parts(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "khien"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_HEALTH_CHECKS": False,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": int(os.environ.get("KHIEN_POOL", "8")), "timeout": 5},
            "application_name": "khien",
            **parts,
        },
    }


DATABASES = {"default": _database(told.database_url(DATA))}
SILENCED_SYSTEM_CHECKS: list[str] = []

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "surfaces" / "web" / "templates"]
        + [PACKAGE / "surfaces" / s / "templates" for s in ("portal", "healthbook", "station", "command", "response", "api")],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "khien.surfaces.web.jinja.environment"},
    }
]  # fmt: skip
STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "surfaces" / "web" / "static"]

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
FORMAT_MODULE_PATH = ["khien.locale.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "manifest-src": ["'self'"],
    "worker-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "khien.plumbing.sessions"
SESSION_COOKIE_NAME = f"{COOKIES}khien"
CSRF_COOKIE_NAME = f"{COOKIES}csrftoken"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "khien.surfaces.web.errors.csrf_failure"
SECURE_COOKIES = os.environ.get("KHIEN_TLS", "") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
if SECURE_COOKIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["khien.plumbing.uploads.WholeOrRefused"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# Certificates: who signs (see khien/certificates/signers.py), whether signatures are given by policy or by hand, and how.
SIGNER = os.environ.get("KHIEN_SIGNER", "")
SIGNING = os.environ.get("KHIEN_SIGNING", "automatic" if DEMO else "manual")
SIGNING_ALGORITHM = os.environ.get("KHIEN_SIGNING_ALGORITHM", "ES256")
SIGNING_ORGANISATION = os.environ.get("KHIEN_SIGNING_ORGANISATION", "Bộ Y tế")

# Messages: Vietnamese with its marks (dearer: 70 characters a part), or without. Who carries them: khien/messaging/providers.
SMS_ACCENTS = os.environ.get("KHIEN_SMS_ACCENTS", "1") == "1"

HOTLINES = {"ministry": "1900 9095", "emergency": "115"}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "khien.config.logs.Lines", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["err"], "level": os.environ.get("KHIEN_LOG", "WARNING")},
    "loggers": {"khien": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}
