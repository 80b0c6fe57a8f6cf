"""Typed readers of the environment: a wrong value stops the start and names its variable."""

import os
import re
import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
_env = environ.Env()
if (BASE_DIR / ".env").exists():
    environ.Env.read_env(BASE_DIR / ".env")

# A host that has gone without a word is noticed within some ten seconds, whether something was sent to it or an answer is waited for.
DEAD_HOST = {"tcp_user_timeout": 10_000, "keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool = False) -> bool:
    raw = text(name, "1" if default else "0").lower()
    if raw not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f"{name} is {raw!r}: write 1 or 0.")
    return raw in _TRUE


def choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    value = text(name, default) or default
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}: choose one of {', '.join(allowed)}.")
    return value


def matching(name: str, pattern: str, default: str, *, such_as: str) -> str:
    value = text(name, default) or default
    if not re.fullmatch(pattern, value, re.ASCII):
        raise ImproperlyConfigured(f"{name} is {value!r}: write it like {such_as}.")
    return value


def names(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in text(name, default).split(",") if part.strip()]


def whole(name: str, default: int, *, least: int = 0) -> int:
    raw = text(name, str(default))
    if not raw.isdigit() or int(raw) < least:
        raise ImproperlyConfigured(f"{name} is {raw!r}: write a whole number of at least {least}.")
    return int(raw)


def secret_key() -> str:
    """SECRET_KEY, or on a machine of one's own (no DATABASE_URL) a random key kept in var/, readable by its owner only."""
    if key := text("SECRET_KEY"):
        return key
    if text("DATABASE_URL"):
        raise ImproperlyConfigured("SECRET_KEY is missing: set it to 50 or more random characters.")
    kept = BASE_DIR / "var" / "secret-key"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48))
    return kept.read_text().strip()


def database() -> dict[str, object]:
    """DATABASE_URL as Django wants it, with the options each database was measured to need.

    SQLite without IMMEDIATE, WAL and a timeout refuses most writes once workers run; PostgreSQL needs
    bounded statements and locks so that a stuck request cannot hold the desk, and a connection that notices a dead host. Options in
    the address (`?sslmode=verify-full`) stand beside these, and win.
    """
    default = f"sqlite:///{BASE_DIR / 'var' / 'lockstep.sqlite3'}"
    try:
        config = dict(environ.Env.db_url_config(text("DATABASE_URL", default) or default))
    except (ValueError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured("DATABASE_URL is not a database address.") from error
    config["CONN_MAX_AGE"] = 60
    if "sqlite" in config["ENGINE"]:
        config["OPTIONS"] = _sqlite_options()
        Path(str(config["NAME"])).parent.mkdir(parents=True, exist_ok=True)
    else:
        config["CONN_HEALTH_CHECKS"] = True
        config["OPTIONS"] = _postgres_options() | dict(config.get("OPTIONS", {}))
    return config


def _sqlite_options() -> dict[str, object]:
    return {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA recursive_triggers=ON;",
    }


def _postgres_options() -> dict[str, object]:
    seconds = whole("STATEMENT_TIMEOUT_SECONDS", 15, least=1)
    return {
        "connect_timeout": 5,
        **DEAD_HOST,
        "options": f"-c statement_timeout={seconds}s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s",
    }
