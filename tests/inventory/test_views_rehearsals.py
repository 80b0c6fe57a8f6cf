"""The way of a meaning over the pages: draft, rehearsal, publication, approval, roll-back, and who may do what."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from exceptions_queue.models import AuditEntry
from inventory.queries import sellable_now
from partners.models import CodeMapping, MappingProposal
from partners.views.proposals import REHEARSAL, UNDO
from tests.inventory.mapped import READY, STOCK, allocate, counted, days_before, make_garments, make_status
from tests.test_house import has_address

pytestmark = pytest.mark.django_db

EDITOR = "/mappings/?kind=stock_status"
LOOK = ("view_codemapping",)
PROPOSE = (*LOOK, "change_codemapping", "add_codemapping")
APPROVE = (*LOOK, "approve_mappingproposal")


@pytest.fixture(autouse=True)
def at_noon(noon):
    with time_machine.travel(noon, tick=False):
        yield


def signed_in(name: str, *codenames: str, **columns) -> Client:
    user = User.objects.create_user(name, **columns)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def ines() -> Client:
    return signed_in("ines", *PROPOSE, *APPROVE)


@pytest.fixture
def rosa() -> Client:
    return signed_in("rosa", *APPROVE)


@pytest.fixture
def tom() -> Client:
    return signed_in("tom", *LOOK)


@pytest.fixture
def new(noon) -> CodeMapping:
    status = make_status("QUAR-2", seen_count=14, first_seen_at=noon - timedelta(hours=2), last_seen_at=noon)
    make_garments(3, "=A-1", status, since=days_before(noon, 4))
    make_garments(500, "B", make_status("All fine", READY), since=days_before(noon, 4))
    counted(noon)
    return status


def typed(status: CodeMapping, target: str, *, sellable: bool = False, bucket: str = "quality_control", version: int = 1) -> dict[str, str]:
    ticked = {f"{status.pk}-sellable": "on"} if sellable else {}
    return {f"{status.pk}-target": target, f"{status.pk}-bucket": bucket, f"{status.pk}-version": str(version), **ticked}


def text_of(answer) -> str:
    main = answer.content.decode().partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def drafted(client: Client, **answers) -> MappingProposal:
    answer = client.post("/mappings/draft/", answers)
    assert answer.status_code == 302, text_of(answer)
    proposal = MappingProposal.objects.latest("pk")
    assert answer["Location"] == f"/mappings/proposals/{proposal.pk}/"
    client.post(f"/mappings/proposals/{proposal.pk}/rehearse/")
    proposal.refresh_from_db()
    return proposal


def decide(client: Client, proposal: MappingProposal, act: str, **more):
    proposal.refresh_from_db()
    seen = proposal.rehearsed_at.isoformat() if proposal.rehearsed_at else ""
    return client.post(f"/mappings/proposals/{proposal.pk}/{act}/", {"seen": seen, "reason": "Agreed with ACS.", **more})


class TestTheEditor:
    def test_a_new_status_stands_on_top_with_what_it_is_taken_for(self, ines, new):
        answer = ines.get(EDITOR)

        assert "Unknown status ‘ QUAR-2 ’ seen 14 times since 10:00, last 12:00. Treated as not sellable until you map it." in text_of(
            answer
        )
        assert answer.context["rows"][0][0].mapping == new
        assert "Looks like “Quarantine”." in text_of(answer)

    def test_what_it_looks_like_is_taken_with_a_click_and_is_rehearsed_as_all_is(self, ines, new):
        proposal = drafted(ines, **typed(new, "", bucket=""), accept=str(new.pk))

        assert proposal.changes[0]["becomes"] == {"target": "quarantine", "flags": {"sellable": False, "bucket": "quality_control"}}
        new.refresh_from_db()
        assert new.target == ""

    def test_the_old_way_of_saving_at_once_is_closed_to_it(self, ines, new):
        for url, sent in ((f"/mappings/{new.pk}/", {"target": "ready", "version": "1"}), ("/mappings/add/", {"kind": STOCK, "raw": "X"})):
            assert ines.post(url, sent).status_code == 404
        new.refresh_from_db()
        assert (new.target, CodeMapping.objects.filter(raw="X").count()) == ("", 0)

    @pytest.mark.parametrize(
        ("target", "sellable", "bucket", "said"),
        [
            ("quarantine", True, "quality_control", "Only what is “Ready for customer” can be sold."),
            ("quarantine", False, "", "Choose where the shop counts such a garment"),
            ("quarantine", False, "everywhere", "Select a valid choice. everywhere is not one"),
            ("mine", False, "reserved", "Select a valid choice. mine is not one"),
        ],
    )
    def test_a_meaning_that_cannot_be_is_refused_with_a_sentence(self, ines, new, target, sellable, bucket, said):
        answer = ines.post("/mappings/draft/", typed(new, target, sellable=sellable, bucket=bucket))

        assert (answer.status_code, MappingProposal.objects.count()) == (422, 0)
        assert said in text_of(answer)

    @pytest.mark.parametrize("version", ["", "x", "0", "9" * 30])
    def test_a_version_nobody_was_shown_is_no_version(self, ines, new, version):
        sent = typed(new, "quarantine") | {f"{new.pk}-version": version}

        assert ines.post("/mappings/draft/", sent).status_code == 422

    def test_flags_that_the_form_does_not_know_go_nowhere(self, ines, new):
        proposal = drafted(ines, **typed(new, "quarantine"), **{f"{new.pk}-flags": '{"sellable": true}', "sellable": "on"})

        assert proposal.changes[0]["becomes"]["flags"] == {"sellable": False, "bucket": "quality_control"}

    def test_a_row_of_another_kind_is_not_reached_through_it(self, ines, new):
        other = CodeMapping.objects.create(partner="acs", kind="delivery_method", raw="inpost", folded="inpost")

        ines.post("/mappings/draft/", typed(other, "quarantine"))

        assert MappingProposal.objects.count() == 0

    def test_somebody_who_was_quicker_is_shown_beside_what_was_typed(self, ines, new):
        CodeMapping.objects.filter(pk=new.pk).update(target="ber", flags={"sellable": False, "bucket": "damaged"}, version=2)

        answer = ines.post("/mappings/draft/", typed(new, "quarantine"))

        assert answer.status_code == 409
        assert "ber, not sellable, counted as damaged" in text_of(answer)
        assert "quarantine, not sellable, counted as quality control" in text_of(answer)

    def test_what_nobody_has_changed_is_no_draft(self, ines, new):
        answer = ines.post("/mappings/draft/", typed(new, "", bucket=""), follow=True)

        assert MappingProposal.objects.count() == 0
        assert "Nothing was changed" in answer.content.decode()

    def test_others_see_the_draft_and_cannot_edit_beside_it(self, ines, new):
        drafted(ines, **typed(new, "quarantine"))
        other = signed_in("otto", *PROPOSE)

        page = other.get(EDITOR)

        assert "1 change by ines" in text_of(page)
        assert 'id="draft"' not in page.content.decode()
        assert other.post("/mappings/draft/", typed(new, "ber", bucket="damaged")).status_code == 302
        assert MappingProposal.objects.get().changes[0]["becomes"]["target"] == "quarantine"

    def test_a_draft_can_be_discarded(self, ines, new):
        proposal = drafted(ines, **typed(new, "quarantine"))

        ines.post(f"/mappings/proposals/{proposal.pk}/discard/")
        assert ines.post(f"/mappings/proposals/{proposal.pk}/discard/").status_code == 302

        proposal.refresh_from_db()
        assert proposal.state == "discarded"


class TestTheWay:
    def test_from_the_new_status_to_the_roll_back(self, ines, rosa, new, noon):
        proposal = drafted(ines, **typed(new, "ready", sellable=True, bucket="reserved"))
        page = ines.get(f"/mappings/proposals/{proposal.pk}/")
        assert "3 garments of 1 SKU change their meaning; sellable units +3; 1 case closes, 0 open." in text_of(page)
        assert "“QUAR-2” becomes sellable." in text_of(page)

        assert decide(ines, proposal, "publish").status_code == 302
        assert sellable_now(at=noon)["=A-1"] == 0
        assert decide(ines, proposal, "approve").status_code == 409
        assert decide(rosa, proposal, "approve").status_code == 302
        assert sellable_now(at=noon)["=A-1"] == 3
        assert "foretold 3 , came 3" in text_of(ines.get(EDITOR))

        ines.post(f"/mappings/proposals/{proposal.pk}/roll-back/")
        new.refresh_from_db()
        assert (new.target, new.flags, sellable_now(at=noon)["=A-1"]) == ("", {}, 0)
        assert AuditEntry.objects.filter(verb="mapping rolled back").count() == 1

    def test_a_reason_is_asked_for(self, ines, new):
        proposal = drafted(ines, **typed(new, "quarantine"))

        assert decide(ines, proposal, "publish", reason=" ").status_code == 422
        assert decide(ines, proposal, "publish").status_code == 302

    @pytest.mark.parametrize("seen", ["", "yesterday", "2026-13-45T99:99", "2020-01-01T00:00:00+00:00"])
    def test_a_rehearsal_that_was_not_seen_is_shown_first(self, ines, new, seen):
        proposal = drafted(ines, **typed(new, "quarantine"))

        answer = decide(ines, proposal, "publish", seen=seen)

        assert answer.status_code == 409
        assert "Look again, then decide." in text_of(answer)

    def test_the_second_person_may_refuse_with_a_reason(self, ines, rosa, new):
        proposal = drafted(ines, **typed(new, "ready", sellable=True, bucket="reserved"))
        decide(ines, proposal, "publish")

        assert decide(rosa, proposal, "refuse", reason="").status_code == 422
        decide(rosa, proposal, "refuse")

        proposal.refresh_from_db()
        assert proposal.state == "discarded"
        assert decide(rosa, proposal, "approve").status_code == 409

    def test_the_rehearsal_comes_as_a_fragment_where_it_is_asked_for_as_one(self, ines, new):
        ines.post("/mappings/draft/", typed(new, "quarantine"))
        proposal = MappingProposal.objects.get()

        answer = ines.post(f"/mappings/proposals/{proposal.pk}/rehearse/", HTTP_HX_REQUEST="true")

        assert "What would follow" in answer.content.decode()
        assert "<html" not in answer.content.decode()

    def test_orders_at_risk_are_named(self, ines, noon):
        ready = make_status("All fine", READY)
        make_garments(2, "B", ready, since=days_before(noon, 4))
        make_garments(500, "C", make_status("Very fine", READY), since=days_before(noon, 4))
        allocate("LS-1", "B", 1, at=noon)
        counted(noon)

        proposal = drafted(ines, **typed(ready, "quarantine"))

        assert "1 order is at risk" in text_of(ines.get(f"/mappings/proposals/{proposal.pk}/"))
        assert "LS-1" in text_of(ines.get(f"/mappings/proposals/{proposal.pk}/"))

    def test_every_sku_is_in_the_file_and_none_of_its_cells_is_a_formula(self, ines, tom, new):
        proposal = drafted(ines, **typed(new, "ready", sellable=True, bucket="reserved"))

        lines = b"".join(tom.get(f"/mappings/proposals/{proposal.pk}/effect.csv").streaming_content).decode().splitlines()

        assert lines[1] == "'=A-1,3,0,3,0,3,3"

    def test_a_proposal_that_is_not_there_is_not_found(self, ines):
        assert ines.get("/mappings/proposals/7/").status_code == 404


class TestWhoMay:
    def test_a_viewer_looks_and_is_offered_nothing(self, tom, ines, new):
        proposal = drafted(ines, **typed(new, "quarantine"))

        for url in (EDITOR, f"/mappings/proposals/{proposal.pk}/"):
            assert 'method="post"' not in tom.get(url).content.decode().partition("<main")[2]
        for act in ("rehearse", "publish", "approve", "refuse", "roll-back", "discard"):
            assert decide(tom, proposal, act).status_code == 403
        assert tom.post("/mappings/draft/", typed(new, "quarantine")).status_code == 403

    def test_who_approves_need_not_be_able_to_propose(self, rosa, new):
        assert rosa.post("/mappings/draft/", typed(new, "quarantine")).status_code == 403

    def test_a_superuser_does_not_approve_their_own(self, new):
        boss = signed_in("boss", is_superuser=True)
        proposal = drafted(boss, **typed(new, "ready", sellable=True, bucket="reserved"))
        decide(boss, proposal, "publish")

        assert decide(boss, proposal, "approve").status_code == 409
        new.refresh_from_db()
        assert new.target == ""


@pytest.mark.parametrize("what", ["editor", "rehearsal"])
def test_a_page_asks_the_same_for_three_rows_and_thirty(ines, noon, what):
    def cost() -> int:
        url = EDITOR if what == "editor" else f"/mappings/proposals/{proposal.pk}/"
        ines.get(url)
        with CaptureQueriesContext(connection) as seen:
            assert ines.get(url).status_code == 200
        return len(seen)

    statuses = [make_status(f"New {number:02}") for number in range(3)]
    for number in range(3):
        make_garments(1, f"S{number:02}", statuses[number], since=days_before(noon, 4))
    counted(noon)
    proposal = drafted(ines, **{k: v for each in statuses for k, v in typed(each, "quarantine").items()})
    few = cost()
    ines.post(f"/mappings/proposals/{proposal.pk}/discard/")
    statuses += [make_status(f"New {number:02}") for number in range(3, 30)]
    for number in range(3, 30):
        make_garments(1, f"S{number:02}", statuses[number], since=days_before(noon, 4))
    proposal = drafted(ines, **{k: v for each in statuses for k, v in typed(each, "quarantine").items()})

    assert cost() == few


@pytest.mark.parametrize("name", [REHEARSAL, UNDO])
def test_the_pages_that_are_known_by_name_have_an_address(name):
    assert has_address(name)
