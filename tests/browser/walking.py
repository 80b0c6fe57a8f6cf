"""Walk through every page that a role can reach by links, and look at each: is it accessible, does it fit, can everything be hit?"""

from collections.abc import Callable, Sequence
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from config.running import run_feed
from inventory import tasks as goods
from tests.browser.conftest import axe_faults, is_within_its_width, keep, small_targets

WIDE, NARROW = (1280, 800), (360, 760)
WINDOWS = (WIDE, NARROW)
THEMES = ("light", "dark")
EVERY_VIEW = [(window, theme) for window in WINDOWS for theme in THEMES]
A_NEW_PAGE = [(WIDE, "dark"), (NARROW, "light")]
A_KNOWN_PAGE = [(NARROW, "light")]
FEWEST = 12
ELSEWHERE = ("admin/", "api/", "account_logout")  # not pages of the desk; the API's description has a test of its own


def route_of(address: str) -> str:
    """The name of the route behind an address; "" for what is not a page of ours."""
    parts = urlsplit(address)
    try:
        found = resolve(parts.path)
    except Resolver404:
        return ""
    name = found.view_name
    return "" if found.route.startswith(ELSEWHERE) or name in ELSEWHERE or name.endswith("export") else name


NOTHING_IS_ON_ITS_WAY = "() => document.readyState === 'complete' && !document.querySelector('.htmx-request')"


def links_of(page: Page) -> list[str]:
    """The addresses that the page links to, of this desk only, without the place in the page."""
    found = page.eval_on_selector_all(
        "a[href]:not([download])", "links => links.map(link => new URL(link.getAttribute('href'), location).href)"
    )
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    return [urljoin(origin, link).split("#")[0] for link in found if link.startswith(origin)]


class Looked:
    """Which content was found accessible and photographed in which theme and window: the same again, in the next role's frame, is not.

    The frame is looked at in every view, a new page in the dark where it is wide and everything is shown and by daylight where it is
    narrow, and a page that a role before has opened only so: what this role sees more of, others saw elsewhere.
    """

    def __init__(self) -> None:
        self.clean: set[tuple[str, str, int]] = set()
        self.routes: set[str] = set()

    def views(self, route: str, *, framed: bool) -> list[tuple[tuple[int, int], str]]:
        known = route in self.routes
        self.routes.add(route)
        return EVERY_VIEW if framed else A_KNOWN_PAGE if known else A_NEW_PAGE

    def faults(self, page: Page, name: str, *, theme: str, width: int, framed: bool, colours_only: bool) -> list[str]:
        mark = (page.evaluate(CONTENT), theme, width)
        if mark in self.clean and not framed:
            return []
        keep(page, f"{name}-{theme}-{width}")
        found = axe_faults(page, colours_only=colours_only)
        if not found:
            self.clean.add(mark)
        return found


# What stands in the frame, but for its numbers and tokens: what differs in nothing else is laid out and coloured alike.
CONTENT = """() => (document.getElementById("main") ?? document.body).outerHTML
  .replaceAll(/(csrfmiddlewaretoken" value=")[^"]*/g, "$1").replaceAll(/[0-9]+/g, "0")"""


def look(page: Page, role: str, route: str, looked: Looked, *, framed: bool) -> list[str]:
    """The page as it stands open, in each window, in the themes that are due. `framed` where the frame itself is still to be looked at."""
    views = looked.views(route, framed=framed)
    faults, where, name = [], f"{role} {urlsplit(page.url).path}", f"{role}-{route.replace(':', '-')}"
    for width, height in WINDOWS:
        page.set_viewport_size({"width": width, "height": height})
        for place, theme in enumerate(theme for window, theme in views if window == (width, height)):
            page.emulate_media(color_scheme=theme)
            # A second theme of the same window differs in its colours alone.
            found = looked.faults(page, name, theme=theme, width=width, framed=framed, colours_only=place > 0)
            faults += [f"{where} {theme} {width}: {fault}" for fault in found]
        if not is_within_its_width(page):
            faults.append(f"{where} is wider than a window of {width}")
        faults += [f"{where} {width}: too small to hit: {target}" for target in small_targets(page)]
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    return faults


def walk(page: Page, role: str, looked: Looked) -> tuple[set[str], list[str]]:
    """Follow links from the first page, one address per route: the routes seen, and what is wrong with them."""
    waiting, seen, faults = [page.url, urljoin(page.url, "/search/?q=LS-100")], set[str](), list[str]()
    while waiting:
        address = waiting.pop(0)
        route = route_of(address)
        if not route or route in seen:
            continue
        seen.add(route)
        answer = page.goto(address)
        page.wait_for_function(NOTHING_IS_ON_ITS_WAY)
        if answer is None or answer.status != 200:
            faults.append(f"{role} {address} answers {answer and answer.status}")
            continue
        waiting += links_of(page)
        faults += look(page, role, route, looked, framed=len(seen) == 1)
    return seen, faults


def faults_of(roles: Sequence[str], sign_in: Callable[[str], Page]) -> list[str]:
    """What is wrong with any page of these roles; a role that reaches hardly any page is a fault too. The stock has come and been told."""
    assert run_feed("acs.stock").outcome == "ok"
    goods.publish_stock()
    looked, faults = Looked(), list[str]()
    for role in roles:
        page = sign_in(role)
        seen, found = walk(page, role, looked)
        page.close()  # an open page goes on asking for what is new, beside the next role's
        faults += found
        if len(seen) < FEWEST:
            faults.append(f"{role} reaches only {sorted(seen)}")
    return faults
