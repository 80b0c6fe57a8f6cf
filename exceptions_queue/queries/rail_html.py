"""The rail beside the queue as HTML: views with counts, each a link to exactly the rows it counts."""

from collections.abc import Iterator, Sequence
from html import escape as esc
from urllib.parse import parse_qsl, urlencode

from django.utils.safestring import SafeString, mark_safe

from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.queries.rail import Counts, capped
from exceptions_queue.queries.saved import View as Saved
from exceptions_queue.states import Owner

_LINK = '<li><a href="{url}"{current}{counted}><span>{label}</span> <span class="num">{count}</span></a></li>'
_SAVED = '<li><a href="{url}"{current}><span><bdi>{label}</bdi></span>{by}</a></li>'
_BY = ' <small class="muted"><bdi>{by}</bdi></small>'
_GROUP = '<h2 id="rail-{name}">{title}</h2><ul class="plain" aria-labelledby="rail-{name}">{links}</ul>'

View = tuple[str, dict[str, str], str]


def render(counts: Counts, *, base: str, asked: dict[str, str]) -> SafeString:
    """Three groups: views, desks, and what is wrong (of the chosen desk where one is chosen)."""
    groups = (
        ("views", "Views", _views(counts)),
        ("desks", "Desks", _desks(counts, asked)),
        ("codes", "What is wrong", _codes(counts, asked.get("owner", ""))),
    )
    return mark_safe("".join(_group(*group, base=base, asked=asked) for group in groups))  # noqa: S308 - escaped in _link


def saved(views: Sequence[Saved], *, base: str, asked: dict[str, str]) -> SafeString:
    """The views that people keep: one's own, then those that colleagues share, each with whose it is."""
    groups = (
        ("own", "My views", [view for view in views if view.own]),
        ("shared", "Shared views", [view for view in views if not view.own]),
    )
    html = [
        _GROUP.format(name=name, title=title, links="".join(_kept(view, base=base, asked=asked) for view in some))
        for name, title, some in groups
        if some
    ]
    return mark_safe("".join(html))  # noqa: S308 - escaped in _kept


def _kept(view: Saved, *, base: str, asked: dict[str, str]) -> str:
    current = ' aria-current="page"' if dict(parse_qsl(view.query)) == asked else ""
    by = _BY.format(by=esc(f"{view.by}, who no longer shares" if view.left else view.by)) if view.by else ""
    return _SAVED.format(url=esc(f"{base}?{view.query}"), current=current, label=esc(view.name), by=by)


def _group(name: str, title: str, views: Iterator[View], *, base: str, asked: dict[str, str]) -> str:
    links = "".join(_link(label, query, count, base=base, asked=asked) for label, query, count in views)
    return _GROUP.format(name=name, title=title, links=links) if links else ""


def _link(label: str, query: dict[str, str], count: str, *, base: str, asked: dict[str, str]) -> str:
    current = ' aria-current="page"' if query == asked else ""
    address = f"{base}?{urlencode(query)}" if query else base
    counted = f' data-count="{count}"' if count else ""
    return _LINK.format(url=esc(address), current=current, counted=counted, label=esc(label), count=count)


def _views(counts: Counts) -> Iterator[View]:
    yield "All open", {}, f"{counts.total:,}"
    yield "Mine", {"assignee": "me"}, capped(counts.mine)
    yield "Unassigned", {"assignee": "none"}, capped(counts.unassigned)
    yield "Due before cut-off", {"due": "cutoff"}, capped(counts.before_cutoff)
    yield "Waiting on customer", {"state": "waiting"}, capped(counts.waiting)
    yield "Snoozed", {"state": "snoozed"}, capped(counts.snoozed)
    yield "Closed today", {"state": "today"}, capped(counts.closed_today)
    yield "Closed", {"state": "closed"}, ""


def _desks(counts: Counts, asked: dict[str, str]) -> Iterator[View]:
    for owner in Owner:
        if counts.by_owner[owner] or asked.get("owner") == owner:
            yield owner.label, {"owner": owner.value}, f"{counts.by_owner[owner]:,}"


def _codes(counts: Counts, owner: str) -> Iterator[View]:
    of_desk = {"owner": owner} if owner else {}
    for code, count in counts.by_code(owner).most_common():
        kind = CATALOGUE.get(code)
        yield kind.title if kind else code, {**of_desk, "code": code}, f"{count:,}"
