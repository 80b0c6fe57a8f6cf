"""What programs see of lockers, and what they may ask."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from exceptions_queue.serializers import Instant, Strict
from lockers.models import Point
from lockers.rules.hours import hours_in_words
from partners.inpost.compartments import LIMITS

SIZES = [compartment.size for compartment in LIMITS.smallest_first]


class Locker(serializers.Serializer[Mapping[str, Any] | Point]):
    """One point of InPost's network as its feed last said."""

    id = serializers.CharField(source="point_id")
    name = serializers.CharField()
    street = serializers.CharField()
    city = serializers.CharField()
    postcode = serializers.CharField()
    status = serializers.CharField(help_text="InPost's own word.")
    is_locker = serializers.BooleanField(help_text="False for a shop.")
    may_receive = serializers.BooleanField(help_text="Whether a parcel may be sent there now.")
    open_24_7 = serializers.BooleanField()
    sizes = serializers.DictField(
        child=serializers.CharField(), help_text="InPost's availability per compartment size; a size left out has none."
    )
    latitude = serializers.FloatField()
    longitude = serializers.FloatField()
    changed_at = Instant()
    gone_at = Instant(allow_null=True, help_text="When InPost's feed stopped naming it.")


COLUMNS = tuple(str(field.source or name) for name, field in Locker().fields.items())


class Hours(serializers.CharField):
    """When a point is open, as people say it."""

    def to_representation(self, value: Any) -> str:
        return hours_in_words(value.open_24_7, value.hours, value.opening_hours)


class Near(serializers.Serializer[Any]):
    """A locker that may receive, how far it is as the crow flies, and when it is open."""

    locker = Locker(source="point")
    distance_m = serializers.IntegerField(source="metres")
    hours = Hours(source="point", help_text="In words, such as “Mon to Sat 08:00–20:00”.")


class Alternatives(serializers.Serializer[Any]):
    results = Near(many=True)


class AlternativesQuestion(Strict):
    size = serializers.ChoiceField(choices=SIZES, required=False, help_text="The compartment needed; any unless told.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=20, help_text="5 unless told.")
