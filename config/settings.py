"""Every setting of Lockstep, read once from the environment (and `.env` where present).

The names are a promise kept in docs/settings.md; a wrong value stops the start with the variable's name.
"""

import sys

from config import environment as env

BASE_DIR = env.BASE_DIR
VAR_DIR = BASE_DIR / "var"

DEBUG = env.flag("DEBUG")
SANDBOX = env.flag("SANDBOX")
TESTING = "pytest" in sys.modules

SECRET_KEY = env.secret_key()
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")

INSTALLED_APPS = [
    "config",
    "returns",
    "orders",
    "inventory",
    "lockers",
    "partners",
    "exceptions_queue",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "django_q",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "heroicons",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.RequestLog",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.SessionClock",
    "config.middleware.HtmxLogin",
    "config.middleware.PrivatePages",
    "config.middleware.Busy",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.desk",
            ],
            "builtins": ["django_htmx.templatetags.django_htmx", "config.templatetags.icons"],
        },
    }
]
FORM_RENDERER = "config.forms.DeskRenderer"

DATABASES = {"default": env.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": env.text("REDIS_URL")}
        if env.text("REDIS_URL")
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "default"}
    ),
    # The cluster writes its state twice a second: never to a cache that commits.
    "qstat": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "qstat"},
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.text("TIME_ZONE", "Europe/London")
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG or SANDBOX or TESTING
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
# The demo and the tests serve straight from the source folders, so that neither needs a collect step.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or SANDBOX or TESTING

# --- people -----------------------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["config.accounts.OneLook"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "config.accounts.ClosedSignup"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ALLAUTH_TRUSTED_PROXY_COUNT = env.whole("NUM_PROXIES", 0)  # so that login limits count the right address too
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

SECURE_COOKIES = not (DEBUG or SANDBOX or TESTING)
SESSION_COOKIE_NAME = "__Host-lockstep" if SECURE_COOKIES else "lockstep"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_COOKIES else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600  # absolute; SessionClock ends an idle one after SESSION_IDLE_SECONDS
SESSION_IDLE_SECONDS = 30 * 60
SESSION_ENGINE = "django.contrib.sessions.backends.db"
CSRF_FAILURE_VIEW = "config.errors.csrf_failed"

SECURE_SSL_REDIRECT = SECURE_COOKIES and env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_TLS_PROXY") else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_COOKIES else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_COOKIES
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],  # data: is the TOTP QR code
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

# --- programs (docs/api.md) -----------------------------------------------------------------------------------------------
API_PER_MINUTE = env.whole("API_PER_MINUTE", 600)
# In a test everything lives in one transaction on one connection: 0 reads on the thread of the request, without a limit.
ELIGIBILITY_BUDGET_MS = env.whole("ELIGIBILITY_BUDGET_MS", 0 if TESTING else 300)
ELIGIBILITY_FALLBACK = env.choice("ELIGIBILITY_FALLBACK", ("refuse", "allow"), "refuse")
ELIGIBILITY_PER_MINUTE = env.whole("ELIGIBILITY_PER_MINUTE", 6000, least=1)
ELIGIBILITY_SAMPLE = env.whole("ELIGIBILITY_SAMPLE", 10)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["partners.tokens.BearerToken", "partners.tokens.SignedIn"],
    "DEFAULT_PERMISSION_CLASSES": ["partners.tokens.AsGranted"],
    "DEFAULT_THROTTLE_CLASSES": ["config.api.throttle.PerCaller"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.api.parsers.Json"],
    "DEFAULT_SCHEMA_CLASS": "config.api.schema.WithScope",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "config.api.problems.handler",
    "URL_FORMAT_OVERRIDE": None,
    "NUM_PROXIES": env.whole("NUM_PROXIES", 0),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Lockstep",
    "DESCRIPTION": "Orders, exceptions, lockers and sync runs of the desk. Times are UTC, money is in pence. Errors are RFC 9457 problems.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["config.api.schema.only_ours"],
    "POSTPROCESSING_HOOKS": ["config.api.schema.with_problems"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- the queue is a doorbell, never the truth --------------------------------------------------------------------------
_WORKERS = 1 if "sqlite" in str(DATABASES["default"]["ENGINE"]) else 2
Q_CLUSTER = {
    "name": "lockstep",  # salt of the task signature: never change
    "orm": "default",  # the same database as the business rows, so that enqueueing is atomic with them
    "workers": _WORKERS,
    "queue_limit": 1,
    "bulk": 1,
    "timeout": 120,
    "retry": 600,  # >= timeout * (1 + ceil((queue_limit + bulk) / workers)) + 120
    "max_attempts": 1,  # retries belong to our rows, with back-off
    "ack_failures": True,
    "catch_up": False,
    "save_limit": 100,
    "poll": 0.5,
    "recycle": 200,
    "cache": "qstat",
}

# --- partners -----------------------------------------------------------------------------------------------------------
MODE = env.choice("MODE", ("observe", "live"), "observe")
MODES = {partner: env.choice(f"MODE_{partner.upper()}", ("observe", "live"), MODE) for partner in ("acs", "inpost", "store", "ledger")}
RELEASES = env.choice("RELEASES", ("all", "locker"), "all")
LABELS_BY = env.choice("LABELS_BY", ("lockstep", "acs"), "lockstep")
LABELS_TO = env.choice("LABELS_TO", ("none", "field", "folder"), "none")
LABELS_FOLDER = env.text("LABELS_FOLDER")
MAPPING_ALONE_UNITS = env.whole("MAPPING_ALONE_UNITS", 50, least=0)
MAPPING_ALONE_PERCENT = env.whole("MAPPING_ALONE_PERCENT", 1, least=0)
WRITE_OFF_PHOTOS_ABOVE_PENCE = env.whole("WRITE_OFF_PHOTOS_ABOVE_PENCE", 20_000)
WRITE_OFF_PHOTOS_ABOVE = env.whole("WRITE_OFF_PHOTOS_ABOVE", 2, least=1)
WRITE_OFF_TYPED_ABOVE_PENCE = env.whole("WRITE_OFF_TYPED_ABOVE_PENCE", 100_000)
WRITE_OFF_ROUTE = env.choice("WRITE_OFF_ROUTE", ("", "destroyed", "recycled", "sold", "donated", "returned"), "")
WRITE_OFF_METHOD = env.choice("WRITE_OFF_METHOD", ("journal", "stock_adjustment"), "journal")
WRITE_OFF_STALE_DAYS = env.whole("WRITE_OFF_STALE_DAYS", 5, least=1)
LABEL_GOOD_DAYS = env.whole("LABEL_GOOD_DAYS", 4, least=1)
STORE = env.choice("STORE", ("folder", "shopify"), "folder")
STORE_FOLDER = env.text("STORE_FOLDER")
SHOPIFY_URL = env.text("SHOPIFY_URL")
SHOPIFY_ACCESS_TOKEN = env.text("SHOPIFY_ACCESS_TOKEN")
SHOPIFY_API_VERSION = env.matching("SHOPIFY_API_VERSION", r"20\d\d-(01|04|07|10)", "2026-07", such_as="2026-07")
SHOPIFY_WEBHOOK_SECRET = env.text("SHOPIFY_WEBHOOK_SECRET")
SHOPIFY_WEBHOOK_ADDRESS = env.text("SHOPIFY_WEBHOOK_ADDRESS")
SHOPIFY_LOCATION = env.text("SHOPIFY_LOCATION")
SHOPIFY_NON_SELLABLE_LOCATION = env.text("SHOPIFY_NON_SELLABLE_LOCATION")
STOCK_STALE_HOURS = env.whole("STOCK_STALE_HOURS", 26, least=1)

LEDGER = env.choice("LEDGER", ("folder", "xero", "netsuite"), "folder")
LEDGER_FOLDER = env.text("LEDGER_FOLDER")
LEDGER_POSTING = env.choice("LEDGER_POSTING", ("item", "day"), "item")
XERO_API_URL = env.text("XERO_API_URL", "https://api.xero.com/api.xro/2.0")
XERO_TOKEN_URL = env.text("XERO_TOKEN_URL", "https://identity.xero.com/connect/token")
XERO_CLIENT_ID = env.text("XERO_CLIENT_ID")
XERO_CLIENT_SECRET = env.text("XERO_CLIENT_SECRET")
XERO_TENANT_ID = env.text("XERO_TENANT_ID")

INPOST_API_URL = env.text("INPOST_API_URL")
INPOST_TOKEN_URL = env.text("INPOST_TOKEN_URL")
INPOST_POINTS_URL = env.text("INPOST_POINTS_URL")
INPOST_CLIENT_ID = env.text("INPOST_CLIENT_ID")
INPOST_CLIENT_SECRET = env.text("INPOST_CLIENT_SECRET")
INPOST_ORGANIZATION_ID = env.text("INPOST_ORGANIZATION_ID")
# Who sends, and where InPost collects: on every label.
_OF_A_SENDER = ("company", "first_name", "last_name", "email", "phone", "street", "house_number", "city", "postcode")
SENDER = {name: env.text(f"SENDER_{name.upper()}") for name in _OF_A_SENDER}
LOCKER_FULL_AFTER_CRAWLS = env.whole("LOCKER_FULL_AFTER_CRAWLS", 3, least=1)
INPOST_FOLLOW_URL = env.text("INPOST_FOLLOW_URL", "https://inpost.co.uk/tracking/?trackingNumber={number}")
INPOST_WEBHOOK_SECRET = env.text("INPOST_WEBHOOK_SECRET")
INPOST_WEBHOOK_CERT = env.text("INPOST_WEBHOOK_CERT")  # a PEM file, where InPost signs by RSA

ACS_STOCK_DROP = env.text("ACS_STOCK_DROP")
ACS_STOCK_BY = env.matching("ACS_STOCK_BY", r"([01]\d|2[0-3]):[0-5]\d", "07:00", such_as="07:00")
ACS_API_URL = env.text("ACS_API_URL")
ACS_RETURNS_URL = env.text("ACS_RETURNS_URL")
RETURN_PHOTO_HOSTS = env.names("RETURN_PHOTO_HOSTS")
RETURN_GRADE_DAYS = env.whole("RETURN_GRADE_DAYS", 3, least=1)
RETURN_GRACE_DAYS = env.whole("RETURN_GRACE_DAYS", 3)
ACS_ACCOUNT_CODE = env.text("ACS_ACCOUNT_CODE")
ACS_USERNAME = env.text("ACS_USERNAME")
ACS_PASSWORD = env.text("ACS_PASSWORD")
ACS_SUBSCRIPTION_KEY = env.text("ACS_SUBSCRIPTION_KEY")
ACS_LOCKER_FIELD = env.text("ACS_LOCKER_FIELD", "Misc1")
ACS_SIZE_FIELD = env.text("ACS_SIZE_FIELD", "Misc2")
ACS_LABEL_FIELD = env.text("ACS_LABEL_FIELD", "Misc3")
ACS_LABEL_FIELD_LENGTH = env.whole("ACS_LABEL_FIELD_LENGTH", 100, least=1)

# --- alerts ---------------------------------------------------------------------------------------------------------------
SLACK_WEBHOOK_URL = env.text("SLACK_WEBHOOK_URL")
TEAMS_WEBHOOK_URL = env.text("TEAMS_WEBHOOK_URL")
EMAIL_URL = env.text("EMAIL_URL")
EMAIL_FROM = env.text("EMAIL_FROM")
DESK_URL = env.text("DESK_URL").rstrip("/")  # how people reach the desk, so that an alert can lead there

# --- logs ----------------------------------------------------------------------------------------------------------------
LOG_LEVEL = env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
LOG_FORMAT = env.choice("LOG_FORMAT", ("text", "json"), "text")
LOGGING_CONFIG = "config.logs.configure"
LOGGING = {"level": LOG_LEVEL, "format": LOG_FORMAT}
