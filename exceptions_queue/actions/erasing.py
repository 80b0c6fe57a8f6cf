"""Take a customer out of the desk: what people wrote about their orders, and wherever else their data stand in words."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet

from exceptions_queue.audit import Actor
from exceptions_queue.models import Alert, AlertMessage, BulkItem, BulkJob, CaseNote, ExceptionCase, SavedView
from exceptions_queue.rules.erasing import GONE, Traces

AT_ONCE = 500


def erase(order_numbers: Collection[str], *, traces: Traces, at: datetime, actor: Actor) -> dict[str, int]:
    """Erase the notes on these orders' cases, and take the customer out of what else was written there; return how many of each.

    Codes, owners, times and evidence stay: evidence never holds a value. Call it inside a transaction. `at` and `actor` are the
    roof's, which writes the one audit row.
    """
    numbers = list(order_numbers)
    cases = ExceptionCase.objects.filter(order_number__in=numbers)
    cases.exclude(customer_key="").update(customer_key="")
    return {
        "notes": CaseNote.objects.filter(case__order_number__in=numbers).exclude(text=GONE).update(text=GONE),
        "case_texts": take_out(cases.exclude(closed_why=""), ["closed_why"], traces)
        + take_out(BulkItem.objects.filter(case__order_number__in=numbers).exclude(why=""), ["why"], traces),
    }


def erase_mentions(traces: Traces) -> dict[str, int]:
    """Take the customer out of questions that people asked or saved, and out of alerts. Returns how many rows changed."""
    asked = _forget_questions(BulkJob.objects.exclude(question=""), "question", traces)
    asked += _forget_questions(SavedView.objects.exclude(query=""), "query", traces)
    told = take_out(Alert.objects.filter(_perhaps(traces, "title", "sentence")), ["title", "sentence"], traces)
    told += take_out(AlertMessage.objects.filter(_perhaps(traces, "title", "text", "why")), ["title", "text", "why"], traces)
    return {"questions": asked, "alerts": told}


def take_out(rows: QuerySet[Any], fields: list[str], traces: Traces) -> int:
    """Replace the customer's data in these text fields; return how many rows changed. Written in batches of 500."""
    changed: list[Model] = []
    for row in rows.only(*fields).iterator(chunk_size=AT_ONCE):
        cleaned = {name: traces.out_of(getattr(row, name)) for name in fields}
        if any(getattr(row, name) != text for name, text in cleaned.items()):
            for name, text in cleaned.items():
                setattr(row, name, text[: row._meta.get_field(name).max_length])
            changed.append(row)
    rows.model._default_manager.bulk_update(changed, fields, batch_size=AT_ONCE)
    return len(changed)


def _forget_questions(rows: QuerySet[Any], field: str, traces: Traces) -> int:
    """A question is an address: what is in it may be written as addresses write it, so it goes whole."""
    ids = [pk for pk, text in rows.values_list("pk", field).iterator(chunk_size=AT_ONCE) if traces.stand_in(text)]
    return rows.model._default_manager.filter(pk__in=ids).update(**{field: ""}) if ids else 0


def _perhaps(traces: Traces, *fields: str) -> Q:
    """A first sieve in the database. Nothing matches where nothing is known of the customer."""
    texts: Iterable[str] = {text.split()[0] for text in traces.emails | traces.phones | traces.names | traces.places if text.strip()}
    wanted = Q(pk__in=[])
    for text in sorted(texts):
        for field in fields:
            wanted |= Q(**{f"{field}__icontains": text})
    return wanted
