"""The living page, the settings' front page, the frame around every page, and what the styles and scripts may weigh."""

import re
from html import unescape
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command
from django.template import Context, Template

from config.context import crumbs

ROOT = Path(__file__).resolve().parents[2]
CSS_BYTES, JS_BYTES, APP_JS_BYTES = 40_000, 30_000, 8_000


def sign_in(client, role: str):
    cache.clear()
    call_command("load_roles", stdout=StringIO())
    user = get_user_model().objects.create_user(role, first_name="Priya", last_name="Shah")
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    return client


@pytest.fixture
def cx(client, db):
    return sign_in(client, "cx")


def weight(kind: str) -> int:
    return sum(path.stat().st_size for path in (ROOT / "static" / kind).glob(f"*.{kind}"))


def test_the_styles_and_scripts_stay_light():
    every_page = (ROOT / "static/css/app.css").stat().st_size
    own = [path.stat().st_size for path in (ROOT / "static/css").glob("*.css") if path.name != "app.css"]

    assert every_page + max(own) <= CSS_BYTES  # a page brings at most one sheet of its own
    assert weight("js") <= JS_BYTES
    assert (ROOT / "static/js/app.js").stat().st_size <= APP_JS_BYTES


def test_a_page_brings_at_most_one_sheet_of_its_own():
    for path in (ROOT / "templates").rglob("*.html"):
        assert len(re.findall(r"css/(?!app)\w+\.css", path.read_text())) <= 1, path


def test_no_style_asks_for_anything_from_elsewhere():
    for path in (ROOT / "static/css").glob("*.css"):
        assert not re.search(r"url\(|@import", path.read_text()), path.name


def test_the_living_page_shows_every_part(cx):
    html = cx.get("/settings/design/").content.decode()

    for part in ("btn-primary", "chip-bad", "notice-warn", 'command="show-modal"', "skeleton", "timeline", 'class="empty"', "data-density"):
        assert part in html
    assert 'aria-describedby="sample_mobile_helptext sample_mobile_error"' in html


@pytest.mark.parametrize("role", ["cx", "integration", "viewer"])
def test_the_settings_link_only_pages_that_open(client, db, role):
    person = sign_in(client, role)
    links = re.findall(r'<a class="panel" href="([^"]+)"', person.get("/settings/").content.decode())

    assert {"/settings/design/", "/api/docs/"} <= set(links)
    assert [person.get(link).status_code for link in links] == [200] * len(links)


def test_the_frame_says_where_one_is(cx):
    html = cx.get("/settings/design/").content.decode()

    assert re.search(r'<a href="/settings/" title="Settings" aria-current="true">', html)
    assert '<li><a href="/settings/">Settings</a></li>' in html


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ("/queue/", []),
        ("/queue/12/", ["Queue"]),
        ("/settings/resolvers/add/", ["Settings", "Resolver rules"]),
        ("/", []),
    ],
)
def test_crumbs_name_the_pages_above(path, above):
    assert [label for label, _ in crumbs(path)] == above


def test_the_account_menu_offers_theme_density_and_the_way_out(cx):
    html = cx.get("/").content.decode()

    for choice in ("theme:auto", "theme:light", "theme:dark", "density:compact", "density:comfortable"):
        assert f'data-set="{choice}"' in html
    assert "/account/2fa/" in html
    assert 'action="/account/logout/"' in html


def test_one_can_come_back_from_the_two_step_page(cx):
    html = cx.get("/account/2fa/").content.decode()

    assert "Turn it on" in html
    assert "Back to the desk" in html
    assert "<ul>" not in html


def draw(text: str, **values) -> str:
    return unescape(Template("{% load charts %}" + text).render(Context(values)))


def test_bars_are_a_table_that_links_to_the_rows():
    html = draw("{% bars rows 'Causes' %}", rows=[("Landline", 4, "/queue/?code=X"), {"label": "<b>", "value": 0}])

    assert '<a href="/queue/?code=X" data-count="4">Landline</a>' in html
    assert "Causes: 2 lines, most for Landline (4)." in html
    assert 'class="bar" width="100"' in html
    assert 'class="bar" width="0"' in html


def test_a_sparkline_says_what_it_shows_and_has_its_table():
    html = draw("{% sparkline values 'Held' names=days %}", values=[3, 9, 5], days=["Mon", "Tue", "Wed"])

    assert 'aria-label="Held: 3 to 5, lowest 3, highest 9."' in html
    assert '<th scope="row">Tue</th><td class="num">9</td>' in html


@pytest.mark.parametrize("values", [[], [4], [0, 0, 0]])
def test_a_sparkline_of_little_or_nothing_is_drawn_all_the_same(values):
    assert "<svg" in draw("{% sparkline values 'Held' %}", values=values)


def test_a_day_strip_marks_trouble_by_shape_and_word():
    days = [
        {"on": "9 Nov", "tone": "ok", "height": 80, "title": "300 read"},
        {"on": "10 Nov", "tone": "bad", "height": 0, "title": "No answer"},
    ]
    html = draw("{% day_strip days 'Orders' %}", days=days)

    assert "Orders: 2 days, 1 with trouble." in html
    assert html.count("<circle") == 1
    assert "<td>Failed</td>" in html


def test_no_chart_brings_its_own_style():
    html = draw("{% bars rows %}{% sparkline values 'x' %}{% day_strip days %}", rows=[("a", 1)], values=[1, 2], days=[{"on": "1"}])

    assert "style" not in html
    assert "<script" not in html
