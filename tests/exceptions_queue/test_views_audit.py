"""The audit log: every act, the newest first, and the check of its chain."""

import csv
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from exceptions_queue import audit
from exceptions_queue.models import AuditEntry, Site
from tests.exceptions_queue.builders import make_site, make_user, one_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client):
    user = make_user("viewer", "view_auditentry", role="viewer")
    client.force_login(user)
    return user


def write(number, noon, **more):
    site = make_site("shed")
    for n in range(number):
        audit.record(f"act {n}", site, **{"actor": "system:test", "at": noon + timedelta(seconds=n), **more})


def verbs(html):
    return re.findall(r'data-label="Did what">([^<]*)<', html)


def test_the_newest_act_comes_first_and_pages_go_on_by_key(client, viewer, noon):
    write(60, noon)

    first = client.get("/audit/").content.decode()
    second = client.get(re.search(r'href="([^"]+)" rel="next"', first).group(1)).content.decode()

    assert verbs(first) == [f"act {n}" for n in range(59, 9, -1)]
    assert verbs(second) == [f"act {n}" for n in range(9, -1, -1)]


@pytest.mark.parametrize(
    ("asked", "count"), [({"actor": "viewer"}, 1), ({"verb": "act 0"}, 1), ({"subject": "she"}, 2), ({"actor": "x"}, 0)]
)
def test_the_log_is_filtered_by_who_what_and_whom(client, viewer, noon, asked, count):
    write(2, noon)
    audit.record("site changed", Site.objects.get(key="acs"), actor=viewer, at=noon)

    assert len(verbs(client.get("/audit/", asked).content.decode())) == count


def test_the_log_takes_the_same_statements_at_any_length(client, viewer, noon, django_assert_max_num_queries):
    write(60, noon)
    client.get("/audit/")  # the first page of a session notes when it was used

    with django_assert_max_num_queries(6):  # session, user, permissions, entries, newest seal, what waits for one
        client.get("/audit/")


def test_the_chain_is_verified_on_demand(client, viewer, noon):
    write(3, noon)
    audit.seal(at=noon)

    assert "The audit chain holds" in client.post("/audit/verify/").content.decode()

    AuditEntry.objects.filter(verb="act 1").update(reason="changed later")
    answer = client.post("/audit/verify/")
    assert answer.status_code == 409
    assert "The entry was changed after it was sealed." in answer.content.decode()


def test_only_the_newest_part_of_a_long_chain_is_walked_here(noon):
    write(5, noon)
    audit.seal(at=noon)
    AuditEntry.objects.filter(verb="act 0").update(reason="changed later")

    assert audit.verify(newest=3).holds
    assert not audit.verify(newest=5).holds
    assert not audit.verify().holds


@pytest.mark.parametrize("rows", [3, 30])
def test_the_log_takes_the_same_statements_with_three_rows_and_thirty(client, viewer, noon, rows, django_assert_num_queries):
    write(rows, noon)
    audit.seal(at=noon)
    client.get("/audit/")

    with django_assert_num_queries(6):
        client.get("/audit/?since=2026-06-01&until=2026-06-30&actor=system:test")


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"since": "2026-06-09"}, 2),
        ({"since": "2026-06-10"}, 1),
        ({"until": "2026-06-09"}, 1),
        ({"since": "2026-06-09", "until": "2026-06-10"}, 2),
        ({"since": "2026-06-11"}, 0),
        ({"until": "9999-12-31"}, 2),
        ({"since": "0001-01-01"}, 2),
    ],
)
def test_days_are_london_days_and_both_included(client, viewer, asked, count):
    site = make_site("shed")
    for at in (datetime(2026, 6, 9, 22, 59, tzinfo=UTC), datetime(2026, 6, 9, 23, 0, tzinfo=UTC)):  # a minute before and at midnight
        audit.record("act", site, actor="system:test", at=at)

    assert len(verbs(client.get("/audit/", asked).content.decode())) == count


def test_the_log_of_an_order_has_the_acts_on_its_cases_too(client, viewer, noon):
    for number in (7, 8):
        case = one_case(at=noon, subject=number, order_number=f"LS-{number}")
        audit.record("case assigned", case, actor="system:test", at=noon)
    audit.record("order held", make_site("LS-7"), actor="system:test", at=noon)

    assert sorted(verbs(client.get("/audit/", {"order": "LS-7"}).content.decode())) == ["case assigned", "order held"]


def test_a_day_that_is_none_is_said_and_the_rest_is_asked(client, viewer, noon):
    write(2, noon)

    html = client.get("/audit/", {"since": "yesterday", "verb": "act 1"}).content.decode()

    assert "Not understood and left out: since." in html
    assert verbs(html) == ["act 1"]


@pytest.mark.parametrize("cursor", ["x", "%00", "MTIz", "a" * 4000, "-1"])
def test_a_place_nobody_wrote_begins_at_the_beginning(client, viewer, noon, cursor):
    write(3, noon)

    assert client.get("/audit/", {"after": cursor}).status_code == 200


def test_a_change_reads_from_what_to_what_and_personal_values_stay_away(client, viewer, noon):
    write(
        1,
        noon,
        before={"roles": "cx", "mobile": audit.digest("07700900123")},
        after={"roles": "viewer", "mobile": audit.digest("07700900124")},
    )

    html = client.get("/audit/").content.decode()

    assert "mobile (kept as a digest); roles: cx → viewer" in html
    assert "hmac:" not in html


def test_what_waits_for_its_seal_is_told_with_its_age(client, viewer, noon):
    write(2, noon)
    with time_machine.travel(noon + timedelta(minutes=42), tick=False):
        page = client.get("/audit/").content.decode()
        answer = client.post("/audit/verify/").content.decode()

    assert "2 wait for the next seal, the oldest for 42 m" in page
    assert "the sealer runs every minute" in page
    assert "2, the oldest for 42 m (since Tue 9 June 2026 12:00)" in answer


class TestExport:
    @pytest.fixture
    def auditor(self, client):
        user = make_user("ada", "view_auditentry", "export_auditentry", role="viewer")
        client.force_login(user)
        return client

    def rows(self, client, **asked):
        answer = client.get("/audit/export.csv", asked)
        assert (answer.status_code, answer.streaming) == (200, True)
        return list(csv.DictReader(b"".join(answer).decode().splitlines(keepends=True)))

    def test_it_has_every_entry_of_the_question_with_its_seal(self, auditor, noon):
        write(60, noon)
        audit.seal(at=noon)

        rows = self.rows(auditor)

        assert [row["Did what"] for row in rows] == [f"act {n}" for n in range(60)]
        assert rows[-1]["Hash"] == audit.head()
        assert rows[0]["At (UTC)"] == "2026-06-09T11:00:00.000000+00:00"
        assert len(self.rows(auditor, verb="act 7")) == 1

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+44", "'+44"),
            ("-1+1", "'-1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1+1", "'  =1+1"),
            ("＝1+1", "'＝1+1"),
            ("\t=1", "' =1"),
            ("one\r\n=two", "one =two"),
            ("safe\u202etxt.exe", "safetxt.exe"),
            ('a "quote", and a comma', 'a "quote", and a comma'),
        ],
    )
    def test_no_cell_is_run_broken_or_turned_round(self, auditor, noon, typed, kept):
        write(1, noon, reason=typed)

        (row,) = self.rows(auditor)

        assert row["Why"] == kept

    def test_it_takes_the_same_statements_at_any_length(self, auditor, noon, django_assert_num_queries):
        for number in (3, 30):
            write(number, noon) if number == 3 else [audit.record("x", Site.objects.first(), actor="s", at=noon) for _ in range(number)]
            auditor.get("/audit/export.csv")
            with django_assert_num_queries(4):  # session, user, permissions, entries
                self.rows(auditor)

    def test_who_may_only_look_gets_neither_link_nor_file(self, client, viewer, noon):
        write(1, noon)

        assert "export.csv" not in client.get("/audit/").content.decode()
        assert client.get("/audit/export.csv").status_code == 403
