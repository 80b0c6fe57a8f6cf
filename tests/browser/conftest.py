"""A real browser against a live Lockstep beside a make-believe world. Nothing may fail quietly in the console."""

import os
import shutil
from collections.abc import Callable, Iterator
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from config.roles import DEMO_PEOPLE
from config.running import run_feed
from exceptions_queue.models import Site
from orders import tasks
from orders.models import ResolverRule
from partners.acs.statuses import SEED
from partners.mappings import fold
from partners.models import CodeMapping
from partners.sandbox.server import serve, settings_for
from partners.sandbox.shop import open_shop
from partners.sandbox.world import World
from tests.conftest import missing
from tests.orders.builders import make_methods

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's driver runs a loop in the test's thread

PASSWORD = "correct-horse-battery"
ARTEFACTS = Path(__file__).resolve().parents[2] / "test-artifacts"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A file instead of memory: in memory the server's threads share one connection's locks, which nobody waits for."""
    database = connections["default"].settings_dict
    if connections["default"].vendor == "sqlite":
        database["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "browser.sqlite3")
        database["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"  # it need not outlive a power cut


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's own Chromium; a driver's download of its own browser is never used."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        missing("there is no Chromium on this machine")
    return {"executable_path": path, "args": list(FLAGS)}


@pytest.fixture
def world(request, settings, tmp_path, transactional_db) -> Iterator[World]:
    """Seven people, a seeded world behind a real socket, mirrored and looked at once; the good orders have gone.

    Of 60 orders, or of as many as a test asks for through `indirect` parameters.
    """
    cache.clear()
    world = World(seed=7, orders=getattr(request, "param", 60), lockers=120)
    open_shop(world, tmp_path)
    server, _ = serve(world)
    for name, value in settings_for(server.base_url, tmp_path).items():
        setattr(settings, name, value)
    settings.SANDBOX = True
    settings.MODES = dict.fromkeys(settings.MODES, "live")
    _people_and_mappings()
    for feed in ("products", "acs.setup", "inpost.points", "store.orders"):
        assert run_feed(feed).outcome == "ok"
    tasks.review_new()
    tasks.send_releases()
    yield world
    server.halt()


def _people_and_mappings() -> None:
    call_command("load_roles", stdout=StringIO())
    make_methods()
    if not ResolverRule.objects.exists():  # Django empties every table after a test on a live server, these rows included
        import_module("orders.migrations.0002_first_resolver_rules").write(apps, None)
    CodeMapping.objects.bulk_create(
        [CodeMapping(partner="acs", kind="order_status", raw=raw, folded=fold(raw), target=target) for raw, target in SEED.items()],
        ignore_conflicts=True,
    )
    Site.objects.get_or_create(key="acs", defaults={"name": "ACS", "order_cutoff": "12:00", "collection_at": "17:30"})
    for person in DEMO_PEOPLE:
        user = get_user_model().objects.create_user(
            person.username, password=PASSWORD, first_name=person.first_name, last_name=person.last_name
        )
        user.groups.add(Group.objects.get(name=person.username))


class Watch:
    """Listens to a page: console errors, policy violations, faults of scripts, requests to anybody else."""

    def __init__(self, origin: str) -> None:
        self.origin, self.faults = origin, []
        self.expected: tuple[str, ...] = ()

    def listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", lambda request: self._request(request.url))

    def _console(self, message: ConsoleMessage) -> None:
        """A refused form is a 4xx, which the browser reports too: those a test expects, and no other."""
        if message.type == "error" and not any(text in message.text for text in self.expected):
            self.faults.append(f"console: {message.text} at {message.location.get('url')}")

    def _request(self, url: str) -> None:
        if not url.startswith((self.origin, "data:", "about:")):
            self.faults.append(f"outside: {url}")


@pytest.fixture
def watch(live_server) -> Iterator[Watch]:
    watch = Watch(live_server.url)
    yield watch
    assert watch.faults == []


@pytest.fixture
def sign_in(browser: Browser, live_server, watch: Watch) -> Iterator[Callable[..., Page]]:
    """Open a window of its own and sign in through the login page."""
    windows: list[BrowserContext] = []

    def sign_in(username: str, *, theme: str = "light", width: int = 1280) -> Page:
        window = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme, base_url=live_server.url)
        windows.append(window)
        page = window.new_page()
        page.set_default_timeout(8000)
        watch.listen(page)
        page.goto("/account/login/")
        page.get_by_label("Username").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/")
        return page

    yield sign_in
    for window in windows:
        window.close()


RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = {"type": "rule", "values": ["color-contrast"]}


def axe_faults(page: Page, *, colours_only: bool = False) -> list[str]:
    """What the accessibility checker finds: rule, and where. `colours_only` for the other theme of a page already looked at."""
    found = Axe().run(page, options={"runOnly": COLOURS if colours_only else RULES})
    return [f"{fault['id']}: {node['target']}" for fault in found.response["violations"] for node in fault["nodes"]]


def is_within_its_width(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


SMALL = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")].filter(each => {
  const box = (each.labels && each.labels[0] && /^(checkbox|radio)$/.test(each.type) ? each.labels[0] : each).getBoundingClientRect();
  const style = getComputedStyle(each);
  const inText = style.display === "inline" || each.closest("svg, .sr-only, .skip");
  return each.checkVisibility({visibilityProperty: true}) && !inText && box.width > 0 && (box.width < 23.5 || box.height < 23.5);
}).map(each => each.outerHTML.slice(0, 120))"""


def small_targets(page: Page) -> list[str]:
    """What can be hit but is smaller than 24 by 24 pixels. Links in running text and dots of a map, which stand in words too, may be."""
    found: list[str] = page.evaluate(SMALL)
    return found


def keep(page: Page, name: str) -> None:
    """A picture for whoever wants to look."""
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=False)
