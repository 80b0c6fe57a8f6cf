"""What must be true of goods at any moment, checked by `manage.py verify`."""

from collections.abc import Callable
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef

from exceptions_queue.models import AuditEntry
from inventory.models import Product

SHOWN = 20


def what_the_desk_entered_is_in_the_audit_log(_at: datetime) -> list[str]:
    """I17: a product that a person corrected has the act in the audit log."""
    acts = AuditEntry.objects.filter(subject_type=ContentType.objects.get_for_model(Product), subject_id=OuterRef("pk"))
    silent = Product.objects.filter(source=Product.Source.DESK).exclude(Exists(acts)).values_list("sku", flat=True)[:SHOWN]
    return [f"{sku} was corrected at the desk and no audit row says by whom" for sku in silent]


INVARIANTS: list[tuple[str, Callable[[datetime], list[str]]]] = [
    ("I17 what the desk entered is in the audit log", what_the_desk_entered_is_in_the_audit_log),
]
