"""What programs see of the talks with partners."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from exceptions_queue.serializers import Instant, Question
from partners.models import SyncRun


class Run(serializers.Serializer[Mapping[str, Any]]):
    """One run of one feed. seen = created + changed + unchanged + rejected, but for a held run, of which nothing was used."""

    id = serializers.IntegerField()
    feed = serializers.CharField(source="feed__name")
    outcome = serializers.ChoiceField(choices=SyncRun.Outcome.choices)
    full = serializers.BooleanField(help_text="Whether it read everything, not only what changed.")
    started_at = Instant()
    finished_at = Instant(allow_null=True)
    seen = serializers.IntegerField()
    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    gone = serializers.IntegerField()
    why = serializers.CharField(help_text="Why it did not end well; empty where it did.")


RUN_COLUMNS = tuple(str(field.source or name) for name, field in Run().fields.items())


class RunQuestion(Question):
    """What the list of runs can be asked."""

    feed = serializers.CharField(max_length=40, required=False, help_text='The name of a feed, such as "inpost.points".')
    outcome = serializers.ChoiceField(choices=SyncRun.Outcome.choices, required=False)
