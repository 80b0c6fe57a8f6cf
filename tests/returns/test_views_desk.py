"""The desk's tabs and one write-off's page: what stands where, why not mine, constant statements, strange input."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from returns.models import Approval, Delegation, GraderLink, WriteOff
from returns.states import JournalState, WriteOffState
from tests.callers import person
from tests.config.people import sign_in
from tests.returns.builders import People
from tests.returns.written_off import make_many, make_posted, make_write_off

pytestmark = pytest.mark.django_db
_S = WriteOffState


@pytest.fixture(autouse=True)
def _fresh(people: People) -> None:
    cache.clear()


def references(client: Client, tab: str) -> set[str]:
    return {row.reference for section in client.get("/write-offs/", {"tab": tab}).context["groups"] for row in section.rows}


def rows(client: Client, tab: str = "mine", **asked: str) -> dict[str, object]:
    found = client.get("/write-offs/", {"tab": tab, **asked}).context["groups"]
    return {row.reference: row for section in found for row in section.rows}


def statements(client: Client, url: str) -> int:
    client.get(url)  # what the frame keeps for a while is kept now
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_each_write_off_stands_on_its_tab_and_each_count_is_that_of_its_rows(people: People):
    now = timezone.now()
    first = {"first_by": people.colleague}
    made = {
        "mine": [make_write_off(1, at=now), make_write_off(2, at=now, state=_S.AWAITING_SECOND, needs_second=True, **first)],
        "others": [
            make_write_off(3, at=now, state=_S.EVIDENCE_NEEDED),
            make_write_off(4, at=now, state=_S.AWAITING_SECOND, needs_second=True, first_by=people.finance),
        ],
        "returned": [make_write_off(5, at=now, state=_S.QUERIED)],
        "approved": [make_write_off(6, at=now, state=_S.APPROVED, **first), make_write_off(7, at=now, state=_S.POST_UNKNOWN, **first)],
        "posted": [make_posted(8, at=now, **first)],
        "ended": [make_write_off(9, at=now, state=_S.REJECTED)],
    }
    drifted = make_posted(10, at=now, state=JournalState.DRIFTED, **first)
    made |= {"drift": [drifted], "posted": [*made["posted"], drifted]}
    client = sign_in(people.finance)

    for tab, of_tab in made.items():
        page = client.get("/write-offs/", {"tab": tab})
        assert references(client, tab) == {one.reference for one in of_tab}, tab
        assert {key: count for key, _, count, _ in page.context["tabs"]}[tab] == len(of_tab)


def test_the_warehouse_has_what_lacks_something_and_what_was_asked(people: People):
    now = timezone.now()
    lacking = make_write_off(1, at=now, state=_S.EVIDENCE_NEEDED, photos=0, route="")
    asked = make_write_off(2, at=now, state=_S.QUERIED)
    make_write_off(3, at=now)
    client = sign_in(people.warehouse)

    assert references(client, "mine") == {lacking.reference, asked.reference}
    assert rows(client)[lacking.reference].why_not == "It lacks a photo and where it goes."
    assert b'name="pick"' not in client.get("/write-offs/").content


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"raised_by": "finance"}, "You raised this write-off, so someone else must approve it."),
        ({"grader": "Agnes"}, "You graded this garment, so someone else must approve it."),
        ({"valued_by": "finance"}, "You entered its value, so someone else must approve it."),
        ({"pence": 10_001}, "It is worth £100.01, and your limit is £100.00: it needs a higher tier."),
    ],
)
def test_a_row_that_is_not_mine_says_why_in_place_of_its_box(people: People, changed: dict[str, object], why: str):
    GraderLink.objects.create(grader="Agnes", user=people.finance)
    facts = {name: people.finance if value == "finance" else value for name, value in changed.items()}
    other = make_write_off(1, at=timezone.now(), **facts)
    mine = make_write_off(2, at=timezone.now())

    page = sign_in(people.finance).get("/write-offs/")
    text = page.content.decode()

    assert why in text
    assert f'value="{other.reference}:' not in text
    assert f'value="{mine.reference}:{mine.lines_hash}"' in text
    assert page.context["selectable"] == 1


def test_what_they_come_to_and_since_when_the_oldest_waits(people: People):
    now = timezone.now()
    make_write_off(1, at=now - timedelta(days=9), pence=4_000)
    make_write_off(2, at=now, pence=2_550)
    WriteOff.objects.filter(pk=make_write_off(3, at=now).pk).update(carrying_pence=None)

    page = sign_in(people.finance).get("/write-offs/").context

    assert (page["count"], page["value"], page["unvalued"], page["oldest"]["length"]) == (3, "£65.50", 1, "9 d")


@pytest.mark.parametrize(
    ("group", "titles"),
    [
        ("week", ["Week of 1 June 2026", "Week of 8 June 2026"]),
        ("reason", ["Odour", "Stain"]),
        ("grader", ["Graded by A. Bell", "Graded by M. Brodie"]),
        ("return", ["Return RET-00001", "Return RET-00002"]),
        ("nonsense", ["Week of 1 June 2026", "Week of 8 June 2026"]),
    ],
)
def test_rows_stand_in_groups(people: People, noon, group: str, titles: list[str]):
    make_write_off(1, at=noon - timedelta(days=6), reason="Odour", grader="A. Bell")
    make_write_off(2, at=noon)

    page = sign_in(people.finance).get("/write-offs/", {"group": group})

    assert [section.title for section in page.context["groups"]] == titles


def test_three_of_one_sku_in_a_month_are_flagged(people: People):
    for number in (1, 2, 3):
        make_write_off(number, at=timezone.now(), sku="DRS-0412-10")
    make_write_off(4, at=timezone.now(), sku="SKT-1")
    client = sign_in(people.finance)

    flags = [row.flags for row in rows(client).values()]

    assert sorted(flags) == [[], *[["3 of this SKU in 30 days"]] * 3]


@pytest.mark.parametrize("tab", ["mine", "others", "returned", "posted"])
def test_the_page_takes_as_many_statements_with_thirty_as_with_three(people: People, tab: str):
    now, state = timezone.now(), {"mine": _S.AWAITING_APPROVAL, "others": _S.EVIDENCE_NEEDED, "returned": _S.QUERIED}.get(tab)

    def make(numbers: range) -> None:
        if tab == "posted":
            for number in numbers:
                make_posted(number, at=now, first_by=people.colleague)
        else:
            make_many(numbers, at=now, state=state)

    client = sign_in(people.finance)
    make(range(1, 4))
    few = statements(client, f"/write-offs/?tab={tab}")
    make(range(4, 31))

    assert statements(client, f"/write-offs/?tab={tab}") == few <= 17


def test_a_page_ends_and_the_next_goes_on(people: People, monkeypatch):
    monkeypatch.setattr("returns.queries.desk.rows.PAGE", 2)
    made = make_many(range(1, 6), at=timezone.now())  # the higher the number, the longer it waits
    client = sign_in(people.finance)

    first = client.get("/write-offs/").context["page"]
    second = client.get("/write-offs/", {"after": first.next}).context["page"]

    assert [row["id"] for page in (first, second) for row in page.rows] == [made[place].pk for place in (4, 3, 2, 1)]


def test_nothing_to_do_is_said_in_words_with_what_was_done_last(people: People, noon):
    martin = people.manager
    martin.first_name, martin.last_name = "Martin", "Ortiz"
    martin.save()
    make_posted(1, at=noon, first_by=martin)

    text = sign_in(people.finance).get("/write-offs/").content.decode()

    assert "Nothing needs your approval." in text
    assert "The last one was posted Tue 9 June 12:00, approved by Martin Ortiz." in text


@pytest.mark.parametrize("asked", [{"tab": "no"}, {"after": "\u202e"}, {"after": "MTIz"}, {"group": "9" * 300}, {"before": "a" * 300}])
def test_a_strange_question_shows_the_first_tab(people: People, asked: dict[str, str]):
    assert sign_in(people.finance).get("/write-offs/", asked).status_code == 200


class TestOne:
    def test_it_shows_grading_value_journal_period_and_who_may(self, people: People, noon):
        one = make_write_off(1, at=noon)
        text = sign_in(people.finance).get(f"/write-offs/{one.reference}/").content.decode()

        for said in (
            "Red wine along the hem; two ozone cycles did not lift it.",
            "Cost £42.10, from the cost file of 20 May 2026.",
            "Stock write-off",
            "Posts under 9 June 2026, the day it was graded. June 2026 is open.",
            "To be approved by a finance approver or a finance manager.",
            "You may approve it because £42.10 is within your limit of £100.00.",
            "Lockstep raised it",
        ):
            assert said in text, said

    def test_a_value_that_a_person_entered_is_not_called_the_files(self, people: People, noon):
        made = make_write_off(1, at=noon, valued_by=people.warehouse)

        shown = sign_in(people.finance).get(f"/write-offs/{made.reference}/").context["shown"]

        assert shown.valuation.startswith(f"Cost £42.10, entered by {people.warehouse.get_username()}, as of 20 May 2026")

    def test_the_panel_is_the_same_without_the_frame(self, people: People, noon):
        one = make_write_off(1, at=noon, raised_by=people.finance)
        client = sign_in(people.finance)

        pane = client.get(f"/write-offs/{one.reference}/", headers={"HX-Request": "true", "HX-Target": "pane"}).content.decode()

        assert "<html" not in pane
        assert "You raised this write-off, so someone else must approve it." in pane

    def test_everybodys_word_is_on_its_line_of_time_and_who_they_stood_in_for(self, people: People, noon):
        one = make_posted(1, at=noon, first_by=people.finance)
        said = {"write_off": one, "by": people.finance, "lines_hash": one.lines_hash, "carrying_pence": 4_210}
        Approval.objects.create(word="approved", for_whom=people.manager, comment="As agreed", at=noon, **said)

        text = sign_in(people.colleague).get(f"/write-offs/{one.reference}/").content.decode()

        assert "finance for finance_manager</strong> approved it" in text
        assert "£42.10. As agreed" in text
        assert "read the journal back and found it equal" in text

    @pytest.mark.parametrize("shown", ["", "pane"])
    def test_a_write_off_with_much_to_it_takes_no_more_statements(self, people: People, noon, shown: str):
        few, many = make_write_off(1, at=noon, photos=1), make_write_off(2, at=noon, photos=9)
        words = [Approval(write_off=many, word="queried", by=people.colleague, lines_hash="x", at=noon) for _ in range(9)]
        Approval.objects.bulk_create(words)
        client, headers = sign_in(people.finance), {"HX-Request": "true", "HX-Target": shown} if shown else {}
        counts = []
        for one in (few, few, many):
            with CaptureQueriesContext(connection) as queries:
                client.get(f"/write-offs/{one.reference}/", headers=headers)
            counts.append(len(queries))

        assert counts[1] == counts[2] <= 19

    def test_one_that_is_not_there_is_not_found(self, people: People):
        assert sign_in(people.finance).get("/write-offs/BER-260609-99999/").status_code == 404
        assert sign_in(people.finance).get(f"/write-offs/{'9' * 300}/").status_code == 404

    def test_who_may_only_look_is_offered_nothing(self, people: People, noon):
        one = make_write_off(1, at=noon)
        text = sign_in(person("viewer")).get(f"/write-offs/{one.reference}/").content.decode()

        assert "Your role does not let you approve write-offs." in text
        assert f'action="/write-offs/{one.reference}' not in text


def test_both_people_of_a_delegation_are_told(people: People):
    today = timezone.localdate()
    days = {"from_day": today, "to_day": today + timedelta(days=3)}
    Delegation.objects.create(
        giver=people.manager, taker=people.finance, limit_pence=50_000, reason="Leave", made_at=timezone.now(), **days
    )

    assert "You stand in for finance_manager until" in sign_in(people.finance).get("/write-offs/").content.decode()
    assert "finance stands in for you until" in sign_in(people.manager).get("/write-offs/").content.decode()
    assert "stand" not in " ".join(sign_in(people.colleague).get("/write-offs/").context["stands_in"])


def test_today_leads_an_approver_to_what_awaits_them(people: People):
    make_many(range(1, 3), at=timezone.now())

    assert ">2 write-offs awaiting you</a>" in sign_in(people.finance).get("/").content.decode()
    assert "awaiting you" not in sign_in(people.warehouse).get("/").content.decode()
