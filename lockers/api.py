"""A program asks where a parcel can wait."""

from typing import Any, ClassVar

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from exceptions_queue.api.door import Access, Asked, Door, question
from exceptions_queue.api.paging import by_text, page_of
from exceptions_queue.serializers import Question
from lockers import queries
from lockers.filters import CONDITIONS, PointFilter
from lockers.models import Point
from lockers.rules import points
from lockers.serializers import COLUMNS, SIZES, Alternatives, AlternativesQuestion, Locker

READ: dict[str, Access] = {"GET": Access("lockers:read", ("lockers.view_point",))}


class LockerQuestion(Question):
    """The filters of the list of lockers."""

    q = serializers.CharField(max_length=64, required=False, help_text="The start of a locker id, or a part of its name.")
    place = serializers.CharField(max_length=64, required=False, help_text="A town, or a postcode as far as it is known.")
    status = serializers.ChoiceField(choices=[*CONDITIONS, *points.STATUSES], required=False)
    size = serializers.ChoiceField(choices=SIZES, required=False, help_text="Only lockers with compartments of this size.")
    kind = serializers.ChoiceField(choices=["shop"], required=False, help_text="Lockers unless shops are asked for.")


class Lockers(Door):
    """The mirror of InPost's network, by id."""

    access: ClassVar = READ

    @extend_schema(
        operation_id="lockers_list", summary="List lockers", parameters=[LockerQuestion], responses=page_of("LockerPage", Locker)
    )
    def get(self, request: Asked) -> Response:
        asked = question(request, LockerQuestion)
        told = {name: value for name, value in asked.items() if name not in ("cursor", "limit")}
        rows = PointFilter(told, queryset=Point.objects.values(*COLUMNS)).qs
        return by_text(request, rows, asked, Locker, key="point_id")


class OneLocker(Door):
    """One locker as InPost's feed last said."""

    access: ClassVar = READ

    @extend_schema(operation_id="lockers_retrieve", summary="Show one locker", responses=Locker)
    def get(self, request: Asked, point_id: str) -> Response:
        return Response(Locker(_point(point_id)).data)


class LockerAlternatives(Door):
    """The nearest first, only those that may receive now."""

    access: ClassVar = READ

    @extend_schema(
        operation_id="lockers_alternatives",
        summary="The nearest lockers that could take a parcel instead",
        parameters=[AlternativesQuestion],
        responses=Alternatives,
    )
    def get(self, request: Asked, point_id: str) -> Response:
        asked = question(request, AlternativesQuestion)
        near = _near(_point(point_id), asked.get("size", ""), asked.get("limit", 5))
        return Response(Alternatives({"results": near}).data)


def _point(point_id: str) -> Point:
    found = Point.objects.filter(point_id=point_id).first()
    if found is None:
        raise Http404("InPost's feed has no such locker.")
    return found


def _near(point: Point, size: str, limit: int) -> list[Any]:
    if point.latitude or point.longitude:
        return list(queries.nearest(point.latitude, point.longitude, size, limit, but_not=point.point_id))
    return list(queries.nearest_to_postcode(point.postcode, size, limit))
