"""What every page's frame needs: where one can go, who one is, what is wrong with the partners."""

from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString

from config.roles import ROLES
from partners.queries import trouble

# Shown on every page, so each process looks only this often.
BANNERS_FOR_S, ROLES_FOR_S = 10, 60


class Section(NamedTuple):
    """One entry of the navigation, shown to who has the permission."""

    label: str
    url_name: str
    icon: str
    permission: str


NAVIGATION: tuple[tuple[str, tuple[Section, ...]], ...] = (
    (
        "",
        (
            Section("Today", "home:today", "sun", "exceptions_queue.view_exceptioncase"),
            Section("Queue", "queue:list", "inbox-stack", "exceptions_queue.view_exceptioncase"),
            Section("Orders", "orders:list", "shopping-bag", "orders.view_order"),
            Section("Lockers", "lockers:list", "map-pin", "lockers.view_point"),
            Section("Products", "inventory:products", "tag", "inventory.view_product"),
        ),
    ),
    (
        "Partners",
        (
            Section("Sync health", "partners:sync", "arrow-path", "partners.view_syncrun"),
            Section("Mappings", "partners:mappings", "arrows-right-left", "partners.view_codemapping"),
            Section("Connections", "partners:connections", "link", "partners.view_circuit"),
            Section("Resolver rules", "orders:resolvers", "funnel", "orders.view_resolverrule"),
        ),
    ),
    (
        "Desk",
        (
            Section("Reference", "queue:reference", "book-open", "exceptions_queue.view_exceptioncase"),
            Section("Calendars", "queue:calendars", "calendar-days", "exceptions_queue.view_site"),
            Section("Audit log", "queue:audit", "shield-check", "exceptions_queue.view_auditentry"),
        ),
    ),
)


def desk(request: HttpRequest) -> dict[str, Any]:
    """Lazy, so that a fragment without the frame pays for none of it."""
    return {"desk": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: HttpRequest) -> dict[str, Any]:
    signed_in = hasattr(request, "user") and request.user.is_authenticated
    return {
        "sandbox": settings.SANDBOX,
        "nav": _navigation(request) if signed_in else "",
        "roles": _roles(request) if signed_in else "",
        "banners": cache.get_or_set("banners", lambda: trouble(timezone.now()), BANNERS_FOR_S) if signed_in else [],
    }


def _roles(request: HttpRequest) -> str:
    """The person's roles in words; looked up once a minute, because every page shows them and they hardly ever change."""

    def labels() -> str:
        names = request.user.groups.order_by("name").values_list("name", flat=True)
        return ", ".join(ROLES[name].label for name in names if name in ROLES)

    return str(cache.get_or_set(f"roles:{request.user.pk}", labels, ROLES_FOR_S))


def _navigation(request: HttpRequest) -> SafeString:
    allowed = frozenset(permission for permission in _ASKED if request.user.has_perm(permission))
    return _drawn(allowed, next((url for url in _urls() if request.path == url or (url != "/" and request.path.startswith(url))), ""))


@lru_cache(maxsize=512)
def _drawn(allowed: frozenset[str], current: str) -> SafeString:
    """The navigation as HTML: the same for everybody with the same rights on the same section, so drawn once."""
    groups = [(title, [section for section in sections if section.permission in allowed]) for title, sections in NAVIGATION]
    shown = [{"title": title, "items": [_item(section, current) for section in sections]} for title, sections in groups if sections]
    return render_to_string("parts/_nav.html", {"groups": shown})


@lru_cache(maxsize=1)
def _urls() -> tuple[str, ...]:
    return tuple(reverse(section.url_name) for _, sections in NAVIGATION for section in sections)


def _item(section: Section, current: str) -> dict[str, Any]:
    url = reverse(section.url_name)
    return {"label": section.label, "url": url, "icon": section.icon, "current": url == current}


_ASKED = frozenset(section.permission for _, sections in NAVIGATION for section in sections)
