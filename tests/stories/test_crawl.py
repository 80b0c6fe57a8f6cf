"""As each role, along every link from Today: nothing breaks, nothing is dead, and a number is the number of rows behind its link."""

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.test import Client
from django.urls import Resolver404, resolve

from config.roles import ROLES
from exceptions_queue.models import ExceptionCase
from orders import tasks
from partners.sandbox.world import World
from tests.config.matrix import ALL, ANYBODY, LETTERS, MATRIX, SIGNED_IN
from tests.config.people import load_roles
from tests.config.routes import routes
from tests.stories.database import fingerprint
from tests.stories.pages import Page, read

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

OF_A_KIND = 3  # pages of one address that differ only in what they are about
# The rows of a list are links to these pages.
ROWS = {
    "/queue/": re.compile(r"/queue/\d+/"),
    "/orders/": re.compile(r"/orders/[^/]+/"),
    "/lockers/": re.compile(r"/lockers/[^/]+/"),
    "/settings/people/": re.compile(r"/settings/people/\d+/"),
}
NOTED = ("returns:register", "returns:evidence")  # who takes a month's files away is noted: those links are no mere look
SKIPPED = ("/settings/design/", "/account/")  # samples that count nothing; one's own account is no list


@dataclass
class Crawl:
    """One person's walk. Pages are fetched once; a list's rows are counted along all its pages."""

    client: Client
    letter: str
    pages: dict[str, Page] = field(default_factory=dict)
    kinds: Counter[tuple[str, ...]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    counted: Counter[str] = field(default_factory=Counter)

    def walk(self, start: str) -> None:
        waiting = deque([(start, "the start")])
        while waiting:
            url, found_on = waiting.popleft()
            if not self._is_new(url):
                continue
            page = self._open(url, found_on)
            waiting.extend((link, url) for link in sorted(page.links))
            self._look_at_fragments(page, url)
            self._look_at_buttons(page, url)
        for url, page in list(self.pages.items()):
            self._look_at_numbers(page, url)

    def _is_new(self, url: str) -> bool:
        """Not seen yet, and not one more of a kind seen often enough."""
        if url in self.pages or url.startswith("http"):
            self.faults += [f"{url} leads off this site"] if url.startswith("http") else []
            return False
        if _name(url) in NOTED:
            return False
        kind = (_name(url), *sorted(parse_qs(urlsplit(url).query)))
        self.kinds[kind] += 1
        return self.kinds[kind] <= OF_A_KIND

    def _open(self, url: str, found_on: str) -> Page:
        answer = self.client.get(url, follow=True)
        self.pages[url] = Page()
        if answer.streaming:
            list(answer.streaming_content)  # to its end, where what it reads from is closed
        if answer.status_code != 200:
            self.faults.append(f"{url} on {found_on}: {answer.status_code}")
        elif answer["Content-Type"].startswith("text/html"):
            where = answer.redirect_chain[-1][0] if answer.redirect_chain else url
            self.pages[url] = read(answer.content.decode(), where)
        return self.pages[url]

    def _look_at_fragments(self, page: Page, url: str) -> None:
        for address in sorted(page.fragments):
            if self._is_new(address):
                status = self.client.get(address, headers={"HX-Request": "true"}).status_code
                self.faults += [f"the panel {address} on {url}: {status}"] if status not in {200, 204} else []

    def _look_at_buttons(self, page: Page, url: str) -> None:
        """Nobody is shown a button that would be refused."""
        for address in page.posts:
            allowed = MATRIX[_name(address)].post if _name(address) in MATRIX else None
            if allowed not in (SIGNED_IN, ANYBODY) and self.letter not in (allowed or ""):
                self.faults.append(f"the button for {_name(address) or address} on {url} is not this role's to press")

    def _look_at_numbers(self, page: Page, url: str) -> None:
        for address, number in sorted(page.counts):
            pattern = ROWS.get(urlsplit(address).path)
            if pattern and not url.startswith(SKIPPED):
                rows = self._rows_behind(address, pattern)
                self.counted[urlsplit(url).path] += 1
                self.faults += [f"{number} is shown on {url}, and {address} lists {rows}"] if rows != number else []

    def _rows_behind(self, address: str, pattern: re.Pattern[str]) -> int:
        rows: set[str] = set()
        while address:
            page = self.pages.get(address) or self._open(address, "a number")
            rows |= {row for row in page.rows if pattern.fullmatch(row)}
            address = page.older
        return len(rows)


def _name(url: str) -> str:
    try:
        return resolve(urlsplit(url).path).view_name
    except Resolver404:
        return ""


def signed_in(role: str) -> Client:
    user = User.objects.create(username=role, first_name=role, last_name="Doe", password=make_password(None))
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


def test_every_link_of_every_role_leads_somewhere_and_every_number_counts_its_rows(world: World):
    cache.clear()
    load_roles()
    tasks.review_new()
    tasks.send_releases()
    crawls = {role: Crawl(signed_in(role), letter) for letter, role in LETTERS.items()}
    mine = ExceptionCase.objects.filter(state="open").values_list("pk", flat=True)[:4]
    ExceptionCase.objects.filter(pk__in=list(mine)).update(assignee=User.objects.get(username="cx"))

    before = fingerprint()

    for crawl in crawls.values():
        crawl.walk("/")

    assert changed(before) == []
    assert {role: sorted(set(crawl.faults)) for role, crawl in crawls.items() if crawl.faults} == {}
    assert set(crawls) == set(ROLES)
    assert all(len(crawl.pages) > 40 for crawl in crawls.values()), {role: len(crawl.pages) for role, crawl in crawls.items()}
    for page, at_least in (("/", 8), ("/queue/", 8), ("/lockers/", 3)):
        assert all(crawl.counted[page] >= at_least for crawl in crawls.values()), (page, [crawl.counted[page] for crawl in crawls.values()])


def changed(before: dict[str, str]) -> list[str]:
    return [table for table, found in fingerprint().items() if before[table] != found]


def test_no_address_changes_anything_when_it_is_only_looked_at(world: World):
    """Every address there is, by GET and HEAD, about rows that exist, as each role: also those that only take a POST."""
    cache.clear()
    load_roles()
    tasks.review_new()
    people = [signed_in(role) for role in ROLES]
    numbers = {"number": ExceptionCase.objects.exclude(order_number="").first().order_number, "pk": ExceptionCase.objects.first().pk}
    before = fingerprint()

    codes = {getattr(client, method)(url).status_code for client in people for url in about(numbers) for method in ("get", "head")}

    assert changed(before) == []
    assert codes <= {200, 204, 302, 400, 401, 403, 404, 405, 422, 503}, codes


def about(rows: dict[str, object]) -> list[str]:
    """Every address but signing out, with these rows in it where it takes one."""
    return [url for name, url in routes(rows).items() if name not in ("account_logout", "admin:logout")]


def test_the_crawl_notices_what_it_is_for():
    html = '<a href="/queue/?owner=cx" data-count="1,002">x</a><form method="post" action="/orders/1/cancel/"></form>'

    page = read(html + '<a href="//evil.example/">y</a>', "/")

    assert page.counts == {("/queue/?owner=cx", 1002)}
    assert page.posts == {"/orders/1/cancel/"}
    assert page.links == {"/queue/?owner=cx", "http://evil.example/"}
    assert len(ALL) == len(ROLES)
