"""The one way to speak to a partner over a wire, and the one importer of httpx."""

from partners.http.answers import Answer
from partners.http.deadline import over_in
from partners.http.wire import Gate, Wire

__all__ = ["Answer", "Gate", "Wire", "over_in"]
