"""A label as the file that a browser or a printer takes."""

from collections.abc import Sequence

from django.http import HttpResponse

from lockers.models import Label

TYPES = {"pdf": "application/pdf", "zpl": "application/zpl"}


def label_file(label: Label) -> HttpResponse:
    """One label. It names the customer: no cache keeps it, and no browser guesses what it is."""
    return _file(bytes(label.content), f"label-{label.parcel_id}.{label.format}", str(label.format))


def labels_file(labels: Sequence[Label], name: str) -> HttpResponse:
    """ZPL labels one after the other, each once: a printer takes them as they come."""
    return _file(b"\n".join(bytes(label.content) for label in labels), name, "zpl")


def _file(content: bytes, name: str, form: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Content-Length"] = str(len(content))
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
