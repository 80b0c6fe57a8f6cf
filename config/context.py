"""What every page's frame needs: where one can go, who one is, what is wrong with the partners."""

from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString

from config.roles import ROLES
from partners.queries import Banner, telling, trouble

# Shown on every page, so each process looks only this often.
BANNERS_FOR_S, ROLES_FOR_S = 10, 60
SEARCH = "exceptions_queue.view_exceptioncase"


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
            Section("Hand-over", "home:handover", "hand-raised", "config.view_handover"),
            Section("Orders", "orders:list", "shopping-bag", "orders.view_order"),
            Section("Consolidation", "orders:consolidation", "puzzle-piece", "orders.view_consolidation"),
            Section("Labels", "lockers:labels", "printer", "lockers.view_parcel"),
            Section("Manifests", "orders:manifests", "truck", "lockers.view_parcel"),
            Section("Collections", "orders:collections", "archive-box", "lockers.view_parcel"),
            Section("Integrity", "orders:integrity", "scale", "orders.view_integrityrun"),
            Section("Rules", "orders:rules", "adjustments-horizontal", "orders.view_rulesetting"),
            Section("Lockers", "lockers:list", "map-pin", "lockers.view_point"),
            Section("Stock", "inventory:stock", "cube", "inventory.view_level"),
            Section("Products", "inventory:products", "tag", "inventory.view_product"),
            Section("Returns", "returns:returns", "arrow-uturn-left", "returns.view_return"),
            Section("Write-offs", "returns:write-offs", "document-minus", "returns.view_writeoff"),
            Section("Month end", "returns:months", "lock-closed", "returns.view_journal"),
        ),
    ),
    (
        "Partners",
        (
            Section("Sync health", "partners:sync", "arrow-path", "partners.view_syncrun"),
            Section("Reconciles", "home:reconciles", "scale", "partners.view_syncrun"),
            Section("Mappings", "partners:mappings", "arrows-right-left", "partners.view_codemapping"),
            Section("Alerts", "queue:alerts", "bell-alert", "exceptions_queue.view_alert"),
        ),
    ),
    (
        "Desk",
        (
            Section("Reports", "reports:index", "chart-bar", "config.view_reports"),
            Section("Reference", "queue:reference", "book-open", "exceptions_queue.view_exceptioncase"),
            Section("System audit", "home:system-audit", "clipboard-document-check", "config.view_systemauditday"),
            Section("Audit log", "queue:audit", "shield-check", "exceptions_queue.view_auditentry"),
            Section("Settings", "home:settings", "cog-6-tooth", "exceptions_queue.view_site"),
        ),
    ),
)


class Part(NamedTuple):
    """One page of the settings, with what it is for. A part whose address does not exist is left out."""

    label: str
    url_name: str
    icon: str
    permission: str
    purpose: str


SETTINGS: tuple[Part, ...] = (
    Part("People", "people:list", "users", "config.view_access", "Who may sign in and do what. Invite, change roles, end access."),
    Part("Connections", "partners:connections", "link", "partners.view_circuit", "Each partner's line: what is set, what a test proved."),
    Part("Calendars", "queue:calendars", "calendar-days", "exceptions_queue.view_site", "Cut-offs, working days and bank holidays."),
    Part("Channels", "partners:channels", "megaphone", "exceptions_queue.view_alert", "Where alerts go, how long each waits, quiet times."),
    Part("Resolver rules", "orders:resolvers", "funnel", "orders.view_resolverrule", "Where an order says its locker, mobile and dates."),
    Part("Delivery rates", "orders:rates", "banknotes", "orders.view_carrierrate", "What the shop's checkout offers, and for how much."),
    Part("Messages", "orders:wordings", "envelope", "orders.view_messagetemplate", "What customers are told: its words, with a preview."),
    Part("Approval limits", "returns:limits", "scale", "returns.view_writeoff", "How much one person may write off, and who confirms it."),
    Part("Ledger accounts", "returns:accounts", "book-open", "returns.view_writeoff", "Which account each line of a journal names."),
    Part("Delegations", "returns:delegations", "user-group", "returns.add_delegation", "Who approves write-offs for whom, until when."),
    Part("Graders", "returns:graders", "identification", "returns.view_writeoff", "Which of ACS's graders work here."),
    Part("Ownership", "queue:ownership", "user-group", "exceptions_queue.view_ownershiprule", "Which desk or person gets which case."),
    Part("API", "api:docs", "code-bracket", "exceptions_queue.view_exceptioncase", "What programs may ask and do, to read and to try."),
    Part("Keeping and erasing", "partners:retention", "archive-box", "partners.view_retentionperiod", "How long each thing is kept."),
    Part("Design", "home:design", "swatch", "exceptions_queue.view_site", "Every part of these pages, in both themes and densities."),
)


def desk(request: HttpRequest) -> dict[str, Any]:
    """Lazy, so that a fragment without the frame pays for none of it."""
    return {"desk": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: HttpRequest) -> dict[str, Any]:
    signed_in = hasattr(request, "user") and request.user.is_authenticated
    return {
        "sandbox": settings.SANDBOX,
        "search": reverse("home:search") if signed_in and request.user.has_perm(SEARCH) else "",
        "crumbs": crumbs(request.path) if signed_in else [],
        "nav": _navigation(request) if signed_in else "",
        "roles": _roles(request) if signed_in else "",
        "banners": cache.get_or_set("banners", _banners, BANNERS_FOR_S) if signed_in else [],
    }


def _banners() -> list[Banner]:
    at = timezone.now()
    return trouble(at) + telling.trouble(at)


def _roles(request: HttpRequest) -> str:
    """The person's roles in words; looked up once a minute, because every page shows them and they hardly ever change."""

    def labels() -> str:
        names = request.user.groups.order_by("name").values_list("name", flat=True)
        return ", ".join(ROLES[name].label for name in names if name in ROLES)

    return str(cache.get_or_set(f"roles:{request.user.pk}", labels, ROLES_FOR_S))


def address(url_name: str) -> str:
    """The address of a page that may not be there yet: "" then."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def crumbs(path: str) -> list[tuple[str, str]]:
    """The pages above this one, the widest first: (label, address). Nothing on a page that the navigation names."""
    above = [(label, url) for label, url in _places() if url != path and path.startswith(url)]
    return sorted(above, key=lambda place: len(place[1]))


def _navigation(request: HttpRequest) -> SafeString:
    allowed = frozenset(permission for permission in _ASKED if request.user.has_perm(permission))
    current = next((url for url in _sections() if request.path == url or (url != "/" and request.path.startswith(url))), "")
    return _drawn(allowed, current, request.path == current)


@lru_cache(maxsize=512)
def _drawn(allowed: frozenset[str], current: str, exact: bool) -> SafeString:
    """The navigation as HTML: the same for everybody with the same rights on the same section, so drawn once."""
    groups = [(title, [section for section in sections if section.permission in allowed]) for title, sections in NAVIGATION]
    mark = "page" if exact else "true"
    shown = [{"title": title, "items": [_item(section, current, mark) for section in sections]} for title, sections in groups if sections]
    return render_to_string("parts/_nav.html", {"groups": shown})


@lru_cache(maxsize=1)
def _sections() -> tuple[str, ...]:
    return tuple(reverse(section.url_name) for _, sections in NAVIGATION for section in sections)


@lru_cache(maxsize=1)
def _places() -> tuple[tuple[str, str], ...]:
    """Every page that can stand above another, but Today, which stands above all."""
    named = [(section.label, section.url_name) for _, sections in NAVIGATION for section in sections]
    named += [(part.label, part.url_name) for part in SETTINGS]
    return tuple((label, url) for label, name in named if (url := address(name)) not in ("", "/"))


def _item(section: Section, current: str, mark: str) -> dict[str, Any]:
    url = reverse(section.url_name)
    return {"label": section.label, "url": url, "icon": section.icon, "current": mark if url == current else ""}


_ASKED = frozenset(section.permission for _, sections in NAVIGATION for section in sections)
