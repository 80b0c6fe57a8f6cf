"""Reads what programs send: JSON of a size that an act can have."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

LARGEST = 100_000  # bytes; the longest note is 5,000 characters


class TooLarge(APIException):
    status_code = 413
    default_detail = f"Send at most {LARGEST:,} bytes."
    default_code = "too_large"


class Json(JSONParser):
    """400 for what is not JSON, however it is broken, and 413 for what is too large."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        if _length(parser_context or {}) > LARGEST:
            raise TooLarge
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as deep:
            raise ParseError("The JSON is nested too deeply.") from deep


def _length(context: Mapping[str, Any]) -> int:
    """What the sender says; the server reads no more than that."""
    try:
        return int(context["request"].META.get("CONTENT_LENGTH") or 0)
    except (KeyError, ValueError):
        return 0
