"""Logs to stderr, as text or JSON lines, with request ids and without personal data."""

import logging
import re
import sys
from collections.abc import Mapping

import structlog

# Addresses that open something by themselves. Our own line names the route; the framework's lines about what it refused name the address.
_SECRET = re.compile(r"(?P<before>/labels/)[^/\s]+(?P<after>\.(?:pdf|zpl))|(?P<own>/c/)[^/\s]+")
_NAMES_ADDRESSES = ("django.request", "django.security.csrf", "django.server")


def _hidden(found: re.Match[str]) -> str:
    return f"{found['own'] or found['before']}…{found['after'] or ''}"


class WithoutSignatures(logging.Filter):
    """Takes the signature out of an address before anybody writes it down."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_SECRET.sub(_hidden, each) if isinstance(each, str) else each for each in record.args)
        return True


_WITHOUT_SIGNATURES = WithoutSignatures()  # one: adding it twice is adding it once


def configure(settings: Mapping[str, str]) -> None:
    as_json = settings["format"] == "json"
    # A plain traceback names lines only; the pretty one, taken where its library is installed, prints every local variable: passwords too.
    text = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    json: list[structlog.typing.Processor] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    last = json if as_json else [text]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last], foreign_pre_chain=shared
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings["level"])
    for name in _NAMES_ADDRESSES:
        logging.getLogger(name).addFilter(_WITHOUT_SIGNATURES)
