"""Is the input well-formed, and what do programs see? Here too are the fields that every room's shapes are made of."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from rest_framework import serializers

from exceptions_queue.catalogue import CATALOGUE, sentence
from exceptions_queue.states import CaseState, Owner

VERSION_HELP = "The version you saw. Where somebody saved since, the answer is 409 with the difference."


class Strict(serializers.Serializer[Any]):
    """Refuses what it does not know, so that nothing is set by accident or by guessing."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = [str(name)[:60] for name in data if name not in self.fields][:20] if isinstance(data, Mapping) else []
        faults = {name: ["There is no such field."] for name in unknown}
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as fault:
            raise serializers.ValidationError({**dict(fault.detail), **faults}) from fault  # type: ignore[arg-type]
        if faults:
            raise serializers.ValidationError(faults)
        return value


class Question(Strict):
    """What every list can be asked in its address."""

    cursor = serializers.CharField(required=False, max_length=400, help_text="From `next` or `previous` of another page; opaque.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200, help_text="Rows on a page, 50 unless told.")


class Text(serializers.CharField):
    """Text sent in a body: a number in its place is a mistake of the sender."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    """A whole number sent in a body, never as text."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Instant(serializers.DateTimeField):
    """An instant, ISO 8601 in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)


class Versioned(Strict):
    version = Whole(min_value=1, max_value=2**31 - 1, help_text=VERSION_HELP)


class Assign(Versioned):
    to = Text(max_length=150, help_text='A user name, "me", or "none" to give the case back.')


class Snooze(Versioned):
    until = Instant(help_text="When it comes back.")
    reason = Text(required=False, default="", allow_blank=True, max_length=400, help_text="Needed where `until` is past the due time.")


class Waive(Versioned):
    reason = Text(max_length=400, help_text="Why it can be accepted as it is.")


class Note(Strict):
    text = Text(max_length=5000)


class Case(serializers.Serializer[Mapping[str, Any]]):
    """One exception. No personal data: `sentence` names the field and the fault, never the value."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    title = serializers.SerializerMethodField()
    sentence = serializers.SerializerMethodField()
    what_to_do = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=CaseState.choices)
    blocks = serializers.SerializerMethodField(help_text="What it stops: R release, M manifest, S sale, J journal.")
    owner = serializers.ChoiceField(choices=Owner.choices)
    assignee = serializers.CharField(source="assignee__username", allow_null=True)
    order_number = serializers.CharField()
    subject = serializers.CharField(source="subject_label")
    channel = serializers.CharField()
    locker_id = serializers.CharField()
    value_pence = serializers.IntegerField()
    cause = serializers.CharField(source="cause_key")
    opened_at = Instant()
    due_at = Instant()
    cutoff_at = Instant(allow_null=True)
    snoozed_until = Instant(allow_null=True)
    closed_at = Instant(allow_null=True)
    version = serializers.IntegerField()

    def get_title(self, case: Mapping[str, Any]) -> str:
        kind = CATALOGUE.get(case["code"])
        return kind.title if kind else str(case["code"])

    def get_sentence(self, case: Mapping[str, Any]) -> str:
        return sentence(case["code"], case["evidence"])

    def get_what_to_do(self, case: Mapping[str, Any]) -> str:
        kind = CATALOGUE.get(case["code"])
        return kind.what_to_do if kind else ""

    def get_blocks(self, case: Mapping[str, Any]) -> list[str]:
        return list(case["blocks"])


CASE_COLUMNS = (
    *("id", "code", "evidence", "state", "blocks", "owner", "assignee__username", "order_number", "subject_label", "channel"),
    *("locker_id", "value_pence", "cause_key", "opened_at", "due_at", "cutoff_at", "snoozed_until", "closed_at", "version"),
)
