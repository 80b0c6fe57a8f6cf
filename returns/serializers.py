"""What programs see of write-offs, and what a session may send about one."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from exceptions_queue.serializers import Instant, Question, Strict, Text, Whole
from returns.states import Cause, LedgerClass, Method, Route, WriteOffState

Told = serializers.Serializer[Mapping[str, Any]]
HASH_HELP = "The `lines_hash` you saw. Where anything of it has changed since, the answer is 409 and nothing is done."


class JournalLine(Told):
    """One line of the drafted journal; either side is nothing."""

    purpose = serializers.CharField()
    account = serializers.CharField()
    debit_pence = serializers.IntegerField()
    credit_pence = serializers.IntegerField()
    memo = serializers.CharField()


class WriteOff(Told):
    """One garment that is to leave the books. Money is in pence; `lines_hash` is "" while no journal can be drafted."""

    reference = serializers.CharField()
    state = serializers.ChoiceField(choices=WriteOffState.choices, help_text="Our decision.")
    rfid = serializers.CharField()
    sku = serializers.CharField()
    cause = serializers.ChoiceField(choices=Cause.choices)
    raw_grade = serializers.CharField(help_text="ACS's own text.")
    reason = serializers.CharField()
    happened_on = serializers.DateField()
    raised_at = Instant()
    raised_by = serializers.CharField(source="raised_by__username", allow_null=True, help_text="null: Lockstep itself.")
    ledger_class = serializers.ChoiceField(choices=LedgerClass.choices, allow_blank=True)
    carrying_pence = serializers.IntegerField(allow_null=True)
    route = serializers.ChoiceField(choices=Route.choices, allow_blank=True)
    method = serializers.ChoiceField(choices=Method.choices)
    post_on = serializers.DateField(allow_null=True)
    lines = JournalLine(many=True)
    lines_hash = serializers.CharField(help_text="What an approval signs.")
    needs_second = serializers.BooleanField()
    first_by = serializers.CharField(source="first_by__username", allow_null=True)
    second_by = serializers.CharField(source="second_by__username", allow_null=True)
    version = serializers.IntegerField()


WRITE_OFF_COLUMNS = (
    *("id", "reference", "state", "rfid", "sku", "cause", "raw_grade", "reason", "happened_on", "raised_at", "raised_by__username"),
    *("ledger_class", "carrying_pence", "route", "method", "post_on", "lines", "lines_hash", "needs_second"),
    *("first_by__username", "second_by__username", "version"),
)


class WriteOffQuestion(Question):
    """The filters of the list of write-offs."""

    state = serializers.ChoiceField(choices=WriteOffState.choices, required=False)
    rfid = serializers.CharField(max_length=64, required=False)


class Seen(Strict):
    lines_hash = Text(max_length=64, help_text=HASH_HELP)


class Approve(Seen):
    comment = Text(required=False, default="", allow_blank=True, max_length=500)
    total_pence = Whole(required=False, min_value=0, max_value=2**53, help_text="Needed from a set sum on: what you are approving.")


class Query(Seen):
    question = Text(max_length=500)


class Reject(Seen):
    reason = Text(max_length=20, help_text="repair, regrade, sell, not_ours, duplicate or other.")
    note = Text(required=False, default="", allow_blank=True, max_length=400, help_text="Needed with the reason other.")


class Reverse(Seen):
    reason = Text(max_length=300)
