"""A garment that came back from where nothing comes back is sold only after a person has vouched for it, once, with a reason."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exceptions_queue.models import AuditEntry, ExceptionCase
from inventory.actions import Refused, confirm_garment, look_at_garments, recount
from inventory.models import Garment, Level
from inventory.queries import sellable_now
from tests.inventory.conftest import LOOKING, signed_in
from tests.inventory.holding import make_garment, make_ready, make_status, stock_file_of

pytestmark = pytest.mark.django_db
SKU, WHY = "DRS-1", {"reason": "Callum saw it and its tag"}


@pytest.fixture
def garment() -> Garment:
    """One of three on hand jumped a day ago, and nobody has looked at it."""
    now = timezone.now()
    make_ready(2, now)
    jumped = make_garment(make_status(), since=now - timedelta(days=1), doubted_since=now - timedelta(days=1))
    stock_file_of(now)
    recount(at=now)
    look_at_garments({jumped.pk: ("Ex-hired", "Ready")}, as_of=now, at=now)
    return jumped


@pytest.fixture
def vouching(db) -> Client:
    return signed_in("callum", *LOOKING, "confirm_garment")


def url(garment: Garment) -> str:
    return f"/stock/garments/{garment.rfid}/confirm/"


class TestTheAct:
    def test_it_is_counted_its_case_ends_and_the_log_says_who_and_why(self, garment):
        now = timezone.now()
        before = sellable_now(at=now + timedelta(days=9))

        confirm_garment(garment, reason="Seen, with its tag", actor="callum", at=now)

        level = Level.objects.get()
        assert (before, level.ripe, level.waiting) == ({SKU: 2}, 2, 1)  # its buffer has run since the file that moved it
        assert sellable_now(at=now + timedelta(days=2)) == {SKU: 3}
        assert ExceptionCase.objects.get().state == "cured"
        entry = AuditEntry.objects.get(verb="garment confirmed")
        assert (entry.actor_label, entry.reason, entry.after) == ("callum", "Seen, with its tag", {"doubted_since": None})

    def test_a_second_person_is_refused_and_nothing_is_written_twice(self, garment):
        twin = Garment.objects.get(pk=garment.pk)
        confirm_garment(garment, reason="Seen", actor="callum", at=timezone.now())

        with pytest.raises(Refused, match="a colleague was first"):
            confirm_garment(twin, reason="Seen too", actor="rosa", at=timezone.now())
        assert AuditEntry.objects.filter(verb="garment confirmed").count() == 1

    @pytest.mark.parametrize("moved", [{"sku": "DRS-2"}, {"doubted_since": None}, {"doubted_since": timezone.now()}])
    def test_what_a_file_has_moved_meanwhile_is_not_confirmed(self, garment, moved):
        Garment.objects.filter(pk=garment.pk).update(**moved)

        with pytest.raises(Refused):
            confirm_garment(garment, reason="Seen", actor="callum", at=timezone.now())
        assert not AuditEntry.objects.filter(verb="garment confirmed").exists()

    @pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
    def test_it_takes_a_reason(self, garment, reason):
        with pytest.raises(Refused):
            confirm_garment(garment, reason=reason, actor="callum", at=timezone.now())
        garment.refresh_from_db()
        assert garment.doubted_since

    def test_where_the_counting_fails_nothing_of_it_has_happened(self, garment, monkeypatch):
        monkeypatch.setattr("inventory.queries.counting.is_ripe", None)

        with pytest.raises(TypeError):
            confirm_garment(garment, reason="Seen", actor="callum", at=timezone.now())

        garment.refresh_from_db()
        assert (bool(garment.doubted_since), AuditEntry.objects.filter(verb="garment confirmed").exists()) == (True, False)
        assert ExceptionCase.objects.get().state == "open"


class TestTheDoor:
    def test_inside_a_case_it_is_a_fragment_that_says_what_keeps_it_off_now(self, garment, vouching):
        shown = vouching.get(url(garment), headers={"HX-Request": "true"}).content.decode()
        answer = vouching.post(url(garment), WHY, headers={"HX-Request": "true"})

        assert "<html" not in shown
        assert "Confirm that it came back" in shown
        assert answer.status_code == 200
        assert "Confirmed. It has been ready since" in answer.content.decode()
        assert "leaves the 72 h buffer" in answer["HX-Trigger"]

    def test_a_page_of_its_own_leads_back_to_the_garment(self, garment, vouching):
        assert f'href="{url(garment)}"' in vouching.get(f"/stock/garments/{garment.rfid}/").content.decode()
        assert "<html" in vouching.get(url(garment)).content.decode()

        answer = vouching.post(url(garment), WHY)

        assert (answer.status_code, answer["Location"]) == (302, f"/stock/garments/{garment.rfid}/")
        assert "Confirm that it came back" not in vouching.get(answer["Location"]).content.decode()

    def test_pressed_twice_the_second_is_told_that_there_is_nothing_to_confirm(self, garment, vouching):
        vouching.post(url(garment), WHY)

        again = vouching.post(url(garment), WHY)

        assert (again.status_code, "there is nothing to confirm" in again.content.decode()) == (409, True)
        assert "there is nothing to confirm" in vouching.get(url(garment)).content.decode()

    @pytest.mark.parametrize("reason", ["", "  ", "ab", "x" * 301, "a\x00b"])
    def test_without_a_usable_reason_the_form_says_so(self, garment, vouching, reason):
        answer = vouching.post(url(garment), {"reason": reason})

        assert (answer.status_code, 'role="alert"' in answer.content.decode()) == (422, True)
        assert Garment.objects.filter(doubted_since__isnull=False).count() == 1

    @pytest.mark.parametrize("rfid", ["NOPE", "x" * 65, "a%00b", "👗"])
    def test_what_acs_never_named_is_not_found(self, garment, vouching, rfid):
        assert vouching.get(f"/stock/garments/{rfid}/confirm/").status_code == 404

    def test_who_may_only_look_may_not(self, garment, looking):
        assert looking.post(url(garment), WHY).status_code == 403
        assert Garment.objects.filter(doubted_since__isnull=False).exists()

    def test_its_case_offers_it(self, garment):
        case = ExceptionCase.objects.get()
        superuser = Client()
        superuser.force_login(User.objects.create_superuser("root"))

        assert url(garment) in superuser.get(f"/queue/{case.pk}/").content.decode()


class TestWhereItIsShown:
    def test_the_waterfall_has_a_step_that_counts_its_rows_and_the_sums_hold(self, garment, vouching):
        page = vouching.get(f"/stock/{SKU}/")
        found, links = page.context["found"], page.context["links"]
        counts = {line.key: line.count for line in found.steps}

        assert counts == {"on-hand": 3, "for-sale": 3, "doubted": 1, "sellable": 2}
        for key in ("for-sale", "doubted"):
            assert len(vouching.get(links[key]).context["rows"]) == counts[key]
        assert "Came back from where nothing comes back" in page.content.decode()
        assert [row["rfid"] for row in vouching.get(links["waiting"]).context["rows"]] == []

    def test_the_list_of_garments_says_it_in_a_word(self, garment, vouching):
        [row] = vouching.get("/stock/garments/", {"sku": SKU, "doubted": "true"}).context["rows"]

        assert (row["rfid"], row["tone"], row["word"]) == (garment.rfid, "bad", "Not for sale until confirmed")

    def test_another_buffer_does_not_promise_it(self, garment, selling):
        shown = selling.get("/stock/buffers/set/", {"scope": "sku", "value": SKU, "hours": "0"}, headers={"HX-Request": "true"})

        assert "would be sellable at once" not in shown.content.decode()

    def test_the_page_costs_the_same_with_few_and_many(self, garment, vouching):
        def statements() -> int:
            vouching.get(f"/stock/{SKU}/")
            with CaptureQueriesContext(connection) as queries:
                vouching.get(f"/stock/{SKU}/")
            return len(queries)

        few = statements()
        for _ in range(30):
            make_garment(make_status(), since=timezone.now(), doubted_since=timezone.now())
        recount(at=timezone.now())

        assert statements() == few
