"""The sync, mapping and connection pages: who may see and do what, what they say, and that nothing is a 500."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import OrmQ

from exceptions_queue.models import AuditEntry
from partners import mappings
from partners.models import Circuit, CodeMapping, Feed, RawPayload, RejectedRecord
from partners.states import FEEDS
from tests.partners.builders import make_feed, make_rejected, make_run

pytestmark = pytest.mark.django_db

VIEW = ("view_syncrun", "view_rejectedrecord", "view_codemapping", "view_circuit")
ADMIN = (
    *VIEW,
    "run_feed",
    "pause_feed",
    "accept_syncrun",
    "replay_rejectedrecord",
    "see_raw_rejectedrecord",
    "add_codemapping",
    "change_codemapping",
    "check_circuit",
)
METHOD, STATUS = CodeMapping.Kind.DELIVERY_METHOD, CodeMapping.Kind.ORDER_STATUS


@pytest.fixture(autouse=True)
def at_noon(noon):
    with time_machine.travel(noon, tick=False):
        yield


@pytest.fixture
def sign_in(client, django_user_model):
    def sign_in(*permissions: str):
        user = django_user_model.objects.create_user("ines", first_name="Ines", password=None)
        user.user_permissions.set(Permission.objects.filter(content_type__app_label="partners", codename__in=permissions))
        client.force_login(user)
        return user

    return sign_in


@pytest.fixture
def ines(sign_in):
    return sign_in(*ADMIN)


@pytest.fixture
def held(noon):
    run = make_run(make_feed("inpost.points"), noon, "held", full=True, seen=50, rejected=1, why="The feed has 50 records.")
    RawPayload.objects.create(run=run, source="GET /v1/points", body=b"", size=2048, sha256="", received_at=noon)
    return run


@pytest.fixture
def mapping(noon) -> CodeMapping:
    mappings.note_seen("acs", METHOD, {"inpost-locker": 14}, noon - timedelta(hours=1))
    return CodeMapping.objects.get(kind=METHOD)


def text_of(answer) -> str:
    """What a person reads on the page, without tags and with single spaces."""
    main = answer.content.decode().partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def statements(client, url: str) -> int:
    """How many statements a page costs once what every page shares is remembered."""
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        client.get(url)
    return len(seen)


class TestWhoMay:
    PAGES = ("/sync/", "/sync/1/", "/mappings/", "/settings/connections/")
    ACTS = (
        "/sync/feeds/store.orders/run/",
        "/sync/feeds/store.orders/pause/",
        "/sync/1/accept/",
        "/sync/1/replay/",
        "/sync/records/1/raw/",
        "/mappings/1/",
        "/mappings/add/",
        "/settings/connections/acs/test/",
    )

    @pytest.mark.parametrize("url", PAGES)
    def test_a_page_needs_its_permission(self, client, sign_in, url):
        sign_in()

        assert client.get(url).status_code == 403

    @pytest.mark.parametrize("url", ACTS)
    def test_an_act_needs_more_than_looking(self, client, sign_in, url):
        sign_in(*VIEW)

        assert client.post(url).status_code == 403
        assert OrmQ.objects.count() == AuditEntry.objects.count() == 0

    @pytest.mark.parametrize("url", [url for url in ACTS if url != "/sync/1/replay/"])  # that one asks first
    def test_an_act_is_never_a_link(self, client, ines, url):
        assert client.get(url).status_code == 405

    @pytest.mark.parametrize("url", [*PAGES, *ACTS])
    def test_nobody_comes_in_without_signing_in(self, client, url):
        assert client.get(url).status_code in (302, 405)

    def test_who_may_only_look_is_offered_no_button(self, client, sign_in, held, mapping):
        sign_in(*VIEW)
        make_rejected(held)

        for url in ("/sync/", f"/sync/{held.pk}/", "/mappings/", "/settings/connections/"):
            main = client.get(url).content.decode().partition("<main")[2]
            assert 'method="post"' not in main, url


class TestSyncHome:
    def test_each_feed_has_a_tile_with_its_last_good_run_and_its_strip(self, client, ines, noon):
        make_run(make_feed(last_good_at=noon - timedelta(minutes=2)), noon - timedelta(minutes=2), created=3, unchanged=4)

        answer = client.get("/sync/")

        text = text_of(answer)
        assert "The shop's orders" in text.replace("&#x27;", "'")
        assert "7 seen: 3 new, 0 changed, 4 unchanged, 0 refused" in text
        assert "adds up" in text
        assert answer.content.count(b'<svg viewBox="0 0 182 36"') == len(FEEDS)

    def test_run_now_rings_for_a_worker(self, client, ines):
        assert client.post("/sync/feeds/inpost.points/run/").status_code == 302

        assert OrmQ.objects.count() == 1

    def test_not_while_it_is_paused(self, client, ines):
        make_feed(paused=True)

        answer = client.post("/sync/feeds/store.orders/run/")

        assert answer.status_code == 409
        assert "This feed is paused." in text_of(answer)

    def test_pausing_says_why_and_for_whom(self, client, ines):
        assert client.post("/sync/feeds/store.orders/pause/", {"paused": "1", "reason": ""}).status_code == 422
        assert client.post("/sync/feeds/store.orders/pause/", {"paused": "1", "reason": "x" * 401}).status_code == 422
        assert client.post("/sync/feeds/store.orders/pause/", {"paused": "1", "reason": "Moving house"}).status_code == 302
        assert Feed.objects.get().paused is True

        assert client.post("/sync/feeds/store.orders/pause/", {"paused": "0"}).status_code == 302
        assert Feed.objects.get().paused is False

    def test_a_feed_that_does_not_exist(self, client, ines):
        assert client.post("/sync/feeds/nothing/run/").status_code == 404

    @pytest.mark.parametrize("query", ["?feed=nothing", "?after=%00", "?before=abc", "?all=1&after=zzzz", "?feed=" + "x" * 3000])
    def test_no_address_breaks_it(self, client, ines, query, held):
        assert client.get(f"/sync/{query}").status_code == 200

    def test_it_costs_the_same_for_three_runs_and_for_thirty(
        self, client, ines, noon, django_assert_num_queries, django_assert_max_num_queries
    ):
        for number in range(3):
            make_run(make_feed(), noon - timedelta(minutes=number), created=1)
        few = statements(client, "/sync/")
        assert few <= 9
        for number in range(27):
            make_run(make_feed(f"feed.{number}"), noon - timedelta(minutes=number), created=1)
        assert statements(client, "/sync/") == few


class TestRun:
    def test_counts_cursors_and_words(self, client, ines, noon):
        run = make_run(make_feed(), noon, created=2, rejected=1, cursor_before="a", cursor_after="b", pages=1)
        make_rejected(run)

        text = text_of(client.get(f"/sync/{run.pk}/"))

        assert "3 = 2 new + 0 changed + 0 unchanged + 1 refused" in text
        assert "Cursor before a Cursor after b" in text
        assert "must be an amount" in text

    def test_a_refused_record_is_masked(self, client, ines, noon):
        run = make_run(make_feed(), noon, rejected=1)
        make_rejected(run)

        page = client.get(f"/sync/{run.pk}/").content.decode()

        assert "Ada" not in page
        assert "900123" not in page
        assert "xxx xxxxxxxx" in page

    def test_unmasked_it_is_audited_and_not_kept_by_the_browser(self, client, ines, noon):
        record = make_rejected(make_run(make_feed(), noon, rejected=1), raw="<script>Ada</script>")

        answer = client.post(f"/sync/records/{record.pk}/raw/")

        assert "&lt;script&gt;Ada" in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        assert AuditEntry.objects.get().verb == "refused record seen unmasked"

    def test_refused_records_are_tried_again(self, client, ines, noon):
        run = make_run(make_feed(), noon, rejected=1)
        make_rejected(run)

        assert client.post(f"/sync/{run.pk}/replay/").status_code == 302
        assert RejectedRecord.objects.get().replay_asked_at is not None
        assert client.post(f"/sync/{run.pk}/replay/").status_code == 409

    def test_a_file_is_brought_again_instead(self, client, ines, noon):
        run = make_run(make_feed("products"), noon, rejected=1)
        make_rejected(run)

        assert "Try 1 again" not in text_of(client.get(f"/sync/{run.pk}/"))

    def test_one_that_is_not_there(self, client, ines):
        assert client.get("/sync/99/").status_code == 404
        assert client.post("/sync/records/99/raw/").status_code == 404

    @pytest.mark.parametrize("outcome", ["ok", "partial", "failed", "running"])
    def test_every_outcome_has_its_word(self, client, ines, noon, outcome):
        run = make_run(make_feed(), noon, outcome)

        assert client.get(f"/sync/{run.pk}/").status_code == 200

    def test_it_costs_the_same_for_three_records_and_for_thirty(
        self, client, ines, noon, django_assert_num_queries, django_assert_max_num_queries
    ):
        run = make_run(make_feed(), noon, rejected=33)
        for number in range(3):
            make_rejected(run, f"LS-{number}")
        few = statements(client, f"/sync/{run.pk}/")
        assert few <= 8
        for number in range(3, 33):
            make_rejected(run, f"LS-{number}")
        assert statements(client, f"/sync/{run.pk}/") == few


class TestHeldRun:
    def test_it_says_that_nothing_was_used_and_asks_for_a_reason(self, client, ines, held):
        text = text_of(client.get(f"/sync/{held.pk}/"))

        assert "Held for a person The feed has 50 records." in text
        assert "Nothing of this feed has been used." in text
        assert "Accept this feed" in text

    def test_accepting_keeps_the_decision_and_rings(self, client, ines, held):
        assert client.post(f"/sync/{held.pk}/accept/", {"reason": "InPost told us"}).status_code == 302

        held.refresh_from_db()
        assert (held.accepted_by, OrmQ.objects.count()) == (ines, 1)
        text = text_of(client.get(f"/sync/{held.pk}/"))
        assert "It has been accepted and is being applied." in text
        assert "by ines: “InPost told us”" in text

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 401])
    def test_not_without_a_reason_that_can_be_kept(self, client, ines, held, reason):
        assert client.post(f"/sync/{held.pk}/accept/", {"reason": reason}).status_code == 422
        assert OrmQ.objects.count() == 0

    def test_not_twice(self, client, ines, held):
        client.post(f"/sync/{held.pk}/accept/", {"reason": "InPost told us"})

        answer = client.post(f"/sync/{held.pk}/accept/", {"reason": "Me too"})

        assert answer.status_code == 409
        assert "somebody has accepted it" in text_of(answer)

    def test_not_when_it_was_never_held(self, client, ines, noon):
        run = make_run(make_feed(), noon)

        assert client.post(f"/sync/{run.pk}/accept/", {"reason": "Why not"}).status_code == 409


class TestMappings:
    def test_what_is_new_stands_on_top_with_how_often_it_was_seen(self, client, ines, mapping, noon):
        known = mappings.add("acs", METHOD, "aa-home", at=noon)
        mappings.set_target(known, target="24", flags={"agent": "RM", "destination": "home"}, actor=ines, at=noon, version=1)

        text = text_of(client.get("/mappings/"))

        assert text.index("inpost-locker") < text.index("aa-home")
        assert "14 times since 11:00" in text
        assert "1 code has no meaning yet. Orders that use an unmapped one are held until you map it." in text
        assert "ines: “aa-home”: unmapped → 24 RM home" in text

    def test_a_new_status_that_looks_like_one_of_ours_is_offered_not_taken(self, client, ines, noon):
        mappings.note_seen("acs", STATUS, {"PART-PICKED!": 2}, noon)

        answer = client.get("/mappings/?kind=order_status")

        assert "Looks like “Part picked”." in text_of(answer)
        assert CodeMapping.objects.get(raw="PART-PICKED!").target == ""

    def test_saving_takes_effect_at_once(self, client, ines, mapping):
        said = {"service": "24", "agent": "inpost", "destination": "locker", "version": "1"}

        assert client.post(f"/mappings/{mapping.pk}/", said).status_code == 302

        row = mappings.targets("acs", METHOD)["inpost-locker"]
        assert (row["target"], row["flags"]) == ("24", {"agent": "INPOST", "destination": "locker"})
        assert OrmQ.objects.count() == 1

    def test_emptied_it_is_unmapped_again(self, client, ines, mapping):
        client.post(f"/mappings/{mapping.pk}/", {"service": "24", "agent": "RM", "destination": "home", "version": "1"})
        client.post(f"/mappings/{mapping.pk}/", {"service": "", "agent": "", "destination": "", "version": "2"})

        mapping.refresh_from_db()
        assert (mapping.target, mapping.flags) == ("", {})

    @pytest.mark.parametrize(
        "said",
        [
            {"service": "24", "agent": "", "destination": "locker", "version": "1"},
            {"service": "24", "agent": "RM", "destination": "moon", "version": "1"},
            {"service": "2 4", "agent": "RM", "destination": "home", "version": "1"},
            {"service": "=cmd()", "agent": "RM", "destination": "home", "version": "1"},
            {"service": "24", "agent": "RM\x00", "destination": "home", "version": "1"},
            {"service": "x" * 21, "agent": "RM", "destination": "home", "version": "1"},
            {"service": "24", "agent": "RM", "destination": "home"},
            {"service": "24", "agent": "RM", "destination": "home", "version": "no"},
            {},
        ],
    )
    def test_half_a_meaning_and_nonsense_change_nothing(self, client, ines, mapping, said):
        assert client.post(f"/mappings/{mapping.pk}/", said).status_code == 422

        mapping.refresh_from_db()
        assert (mapping.target, mapping.version) == ("", 1)

    def test_the_field_at_fault_says_so(self, client, ines, mapping):
        answer = client.post(f"/mappings/{mapping.pk}/", {"service": "24", "agent": "", "destination": "", "version": "1"})

        assert "Fill in service, agent and destination, or leave all three empty." in text_of(answer)

    def test_who_comes_second_sees_both_and_chooses(self, client, ines, mapping, noon, admin_user):
        flags = {"agent": "RM", "destination": "home"}
        mappings.set_target(mapping, target="48", flags=flags, actor=admin_user, at=noon, version=1)

        answer = client.post(f"/mappings/{mapping.pk}/", {"service": "24", "agent": "INPOST", "destination": "locker", "version": "1"})

        text = text_of(answer)
        assert answer.status_code == 409
        assert "admin was quicker" in text
        assert "48 RM home You wanted 24 INPOST locker" in text
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.content.decode().split("difference")[-1]))
        assert client.post(f"/mappings/{mapping.pk}/", hidden | {"version": "2"}).status_code == 302

    def test_a_status_is_one_of_ours(self, client, ines):
        row = CodeMapping.objects.get(kind=STATUS, folded="packed")

        assert client.post(f"/mappings/{row.pk}/", {"target": "lost", "version": "1"}).status_code == 422
        assert client.post(f"/mappings/{row.pk}/", {"target": "despatched", "version": "1"}).status_code == 302

    def test_a_code_that_nobody_has_sent_yet_can_be_added_once(self, client, ines):
        said = {"kind": METHOD, "raw": "Click & Collect", "service": "24", "agent": "INPOST", "destination": "locker"}

        assert client.post("/mappings/add/", said).status_code == 302
        answer = client.post("/mappings/add/", said | {"raw": "click &  collect"})

        assert answer.status_code == 409
        assert "is in the list already" in text_of(answer)
        assert CodeMapping.objects.get(kind=METHOD).flags["agent"] == "INPOST"

    @pytest.mark.parametrize("raw", ["", "   ", "a\x00b", "x" * 201])
    def test_a_code_that_is_none(self, client, ines, raw):
        answer = client.post("/mappings/add/", {"kind": METHOD, "raw": raw, "service": "24", "agent": "RM", "destination": "home"})

        assert answer.status_code == 422
        assert not CodeMapping.objects.filter(kind=METHOD).exists()

    def test_it_costs_the_same_for_three_codes_and_for_thirty(
        self, client, ines, noon, django_assert_num_queries, django_assert_max_num_queries
    ):
        mappings.note_seen("acs", METHOD, {f"method {number}": 1 for number in range(3)}, noon)
        few = statements(client, "/mappings/")
        assert few <= 7
        mappings.note_seen("acs", METHOD, {f"method {number}": 1 for number in range(33)}, noon)
        assert statements(client, "/mappings/") == few


class TestConnections:
    @pytest.fixture(autouse=True)
    def connected(self, settings):
        settings.ACS_API_URL = "https://acs.example.com/api"
        settings.ACS_ACCOUNT_CODE, settings.ACS_USERNAME, settings.ACS_PASSWORD = "SHOP", "lockstep", "correct horse"
        settings.STORE_FOLDER = ""

    def test_it_names_what_is_set_and_missing_and_never_a_value(self, client, ines):
        answer = client.get("/settings/connections/")

        page, text = answer.content.decode(), text_of(answer)
        assert "ACS_PASSWORD set" in text
        assert "Not connected yet: STORE_FOLDER must be set." in text
        assert "correct horse" not in page
        assert "acs.example.com" not in page

    def test_the_state_of_each_line_in_words(self, client, ines, noon):
        Circuit.objects.create(partner="acs", opened_at=noon, last_error="It cannot be reached.", last_error_at=noon, last_good_at=noon)

        text = text_of(client.get("/settings/connections/"))

        assert "No answer since 12:00." in text
        assert "12:00: It cannot be reached." in text

    def test_a_test_that_fails_is_an_answer(self, client, ines, settings, tmp_path):
        settings.STORE_FOLDER = str(tmp_path / "gone")

        answer = client.post("/settings/connections/store/test/")

        assert answer.status_code == 200
        assert "The test failed." in text_of(answer)

    def test_a_test_that_works_says_what_it_proved(self, client, ines, settings, tmp_path):
        (tmp_path / "orders").mkdir()
        settings.STORE_FOLDER = str(tmp_path)

        assert "The test went well. 0 order files can be read" in text_of(client.post("/settings/connections/store/test/"))

    def test_a_partner_that_does_not_exist(self, client, ines):
        assert client.post("/settings/connections/nobody/test/").status_code == 404

    def test_looking_calls_nobody_and_is_one_read(self, client, ines, django_assert_max_num_queries):
        client.get("/settings/connections/")

        with django_assert_max_num_queries(5):  # session, user, two of permissions, and the lines
            client.get("/settings/connections/")
