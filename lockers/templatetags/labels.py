"""How labels are shown: who may fix what, what became of the last try, what ACS was told."""

from collections.abc import Mapping
from typing import Any

from django import template

from lockers.queries.handing import Handed
from lockers.rules.remedies import Place

register = template.Library()


@register.simple_tag(takes_context=True)
def may_fix(context: Mapping[str, Any], place: Place) -> str:
    """The URL name of the order's fix for this field, where there is one and this person may use it; else ""."""
    return place.fix if place.fix and context["perms"].user.has_perm(place.permission) else ""


@register.filter
def was_refused(parcel_id: int, tried: Mapping[str, Any]) -> bool:
    """Could it not be tried, the last time this person tried it? Then it stays chosen."""
    return str(parcel_id) in tried.get("refused", {})


@register.filter
def why_refused(parcel_id: int, tried: Mapping[str, Any]) -> str:
    return str(tried.get("refused", {}).get(str(parcel_id), {}).get("why", ""))


@register.filter
def of(handed: Mapping[int, Handed], parcel_id: int) -> Handed | None:
    """How the handing over of this parcel stands, where there is one."""
    return handed.get(parcel_id)


@register.filter
def not_told(handed: Mapping[int, Handed]) -> list[int]:
    """The parcels of which ACS could not be told."""
    return [pk for pk, each in handed.items() if each.again]


@register.filter
def who(asked_by: str) -> str:
    """The person who asked, or Lockstep where the clock did."""
    return "Lockstep" if asked_by.startswith("system:") else asked_by
