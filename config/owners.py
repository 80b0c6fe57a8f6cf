"""Who owns what: every kind of exception against every role that acts, from the catalogue and the roles themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from config.cockpit import DESKS, Number
from config.roles import ROLES, Role
from exceptions_queue.catalogue import CATALOGUE, Kind
from exceptions_queue.models import CaseCount
from exceptions_queue.states import Owner

WAIVE = "exceptions_queue.waive_exceptioncase"
ACTING = tuple(role for role in ROLES.values() if role.name != "viewer")
_OWN_DESKS = {owner.value: owner for owner in Owner} | DESKS


@dataclass(frozen=True)
class Line:
    """One kind of exception: its open cases, and what each acting role does about it, in the order of `ACTING`."""

    kind: Kind
    open: Number
    parts: list[tuple[str, str, bool]]


@require_GET
@permission_required("exceptions_queue.view_exceptioncase", raise_exception=True)
def page(request: HttpRequest) -> HttpResponse:
    """One statement; `?role=` narrows it to the kinds that one role has a part in."""
    opened = dict(CaseCount.objects.order_by().values_list("code").annotate(Sum("open_count")))
    asked = ROLES.get(request.GET.get("role", ""))
    lines = [_line(kind, opened.get(kind.code, 0)) for kind in CATALOGUE.values() if not asked or part_of(asked, kind)]
    here = reverse("home:owners")
    tabs = [("Every role", here, not asked), *((role.label, f"{here}?role={role.name}", role == asked) for role in ACTING)]
    return render(request, "home/owners.html", {"lines": lines, "roles": [role.label for role in ACTING], "tabs": tabs})


def part_of(role: Role, kind: Kind) -> str:
    """What this role does about this kind: "Acts first", "Can fix", "May waive"; "" for nothing."""
    desk = _OWN_DESKS.get(role.name)
    parts = (
        ("acts first", desk == kind.owner),
        ("can fix", desk != kind.owner and _puts_right(role, (fix.permission for fix in kind.fixes))),
        ("may waive", desk in kind.waivable_by and WAIVE in role.permissions),
    )
    return ", ".join(said for said, true in parts if true).capitalize()


def _puts_right(role: Role, permissions: Iterable[str]) -> bool:
    """Does the role hold one of these, but for those that only let one look?"""
    return any(permission in role.permissions for permission in permissions if ".view_" not in permission)


def _line(kind: Kind, count: int) -> Line:
    url = f"{reverse('queue:list')}?{urlencode({'code': kind.code})}"
    parts = [(role.label, part_of(role, kind), _OWN_DESKS.get(role.name) == kind.owner) for role in ACTING]
    return Line(kind, Number(count, "open now", url), parts)
