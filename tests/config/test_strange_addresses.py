"""Whatever stands in an address or a field, the answer is never a fault of ours. On PostgreSQL, which takes less than SQLite does."""

import pytest
from django.core.cache import cache
from django.test import Client

from tests.config.people import load_roles, make_person
from tests.orders.builders import make_order

pytestmark = pytest.mark.django_db
PATHS = (
    *(
        "/orders/%00/",
        "/orders/LS%00/cancel/",
        "/orders/at-locker/%00/",
        "/lockers/%00/",
        "/products/%00/size/",
        "/welcome/%00/",
        "/write-offs/%00/",
        "/month-end/%00/register.csv",
    ),
    *(
        "/sync/feeds/%00/again/",
        "/reference/%00/",
        "/returns/%00/",
        "/api/v1/orders/%00/",
        "/api/v1/lockers/%00/",
        "/api/v1/lockers/%00/alternatives/",
        "/api/v1/stock/%00/",
    ),
    *("/queue/99999999999999999999999/", "/sync/99999999999999999999999/", "/settings/people/99999999999999999999999/"),
)
LISTS = {
    "/queue/": ("owner", "code", "assignee", "order", "cause", "customer", "due_before", "q", "after", "before"),
    "/orders/": ("q", "stage", "destination", "locker", "after", "before"),
    "/lockers/": ("q", "place", "status", "size", "after", "before"),
    "/lockers/map/": ("q", "place", "box"),
    "/products/": ("q", "size", "after", "before"),
    "/audit/": ("actor", "verb", "subject", "order", "since", "until", "after"),
    "/sync/": ("feed", "after", "before"),
    "/settings/people/": ("show", "role"),
    "/returns/": ("q", "only", "grade", "after", "before"),
    "/search/": ("q",),
    "/write-offs/": ("tab", "group", "after", "before"),
    "/api/v1/orders/": ("q", "locker", "cursor"),
    "/api/v1/exceptions/": ("assignee", "order", "cause", "due_before", "cursor"),
    "/api/v1/lockers/": ("q", "place", "cursor"),
}
VALUES = ("\x00", "9" * 30, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "a" * 300, "\u202e=cmd|' /C calc'!A0")


@pytest.fixture
def ines() -> Client:
    cache.clear()
    load_roles()
    client = Client(raise_request_exception=False)
    client.force_login(make_person("ines", "integration", "cx", "merchandiser"))
    return client


@pytest.mark.postgres
@pytest.mark.parametrize("path", PATHS)
def test_a_strange_path_names_nothing(ines, path):
    assert ines.get(path).status_code in (200, 404)  # a link of no newcomer answers like a live one


@pytest.mark.postgres
@pytest.mark.parametrize("path", LISTS)
def test_a_strange_question_is_answered(ines, path):
    statuses = {(name, value): ines.get(path, {name: value}).status_code for name in LISTS[path] for value in VALUES}

    assert {asked: status for asked, status in statuses.items() if status >= 500} == {}


@pytest.mark.postgres
@pytest.mark.parametrize("value", VALUES)
def test_a_strange_field_is_refused_or_kept(ines, value):
    order = make_order()

    picked = ines.post(f"/orders/{order.number}/change-locker/", {"version": order.version, "picked": value})
    reason = ines.post(f"/orders/{order.number}/holds/1/clear/", {"reason": value})
    view = ines.post("/queue/views/save/", {"name": value, "query": f"q={value}", "owner": value})
    paused = ines.post("/sync/feeds/store.orders/pause/", {"paused": "1", "reason": value})

    assert max(answer.status_code for answer in (picked, reason, view, paused)) < 500
