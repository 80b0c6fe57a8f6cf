"""The pages of returns: numbers that link to their rows, constant statements, photos that only those who may see them get."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exceptions_queue.models import ExceptionCase
from returns.models import Photo, Return
from returns.tasks import look_at_returns
from tests.inventory.builders import make_garments
from tests.orders.builders import make_order
from tests.returns.telling import JPEG, MONDAY, make_item, make_photo, make_return

pytestmark = pytest.mark.django_db
LOOKING = ("view_return", "view_writeoff", "view_order", "view_garment", "view_codemapping")


def signed_in(name: str, *codenames: str) -> Client:
    user = User.objects.create_user(name)
    user.user_permissions.set(Permission.objects.filter(codename__in=(*LOOKING, *codenames)))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def looking() -> Client:
    return signed_in("tom")


@pytest.fixture
def completing() -> Client:
    return signed_in("callum", "complete_writeoff")


def statements(client: Client, url: str) -> int:
    client.get(url)  # what the frame keeps for a while is kept now
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def stand() -> None:
    """R-A graded A, R-B beyond repair and graded again, R-C waiting, R-D with an unmapped grade and no order, R-E with nothing listed."""
    order = make_order(number="LS-1")
    for place, (acs_id, raw) in enumerate((("R-A", "A"), ("R-B", "BER"), ("R-C", ""), ("R-D", "D2?"), ("R-E", None))):
        ret = make_return(acs_id, order=None if acs_id == "R-D" else order, arrived_at=MONDAY - timedelta(hours=place))
        if raw is not None:
            make_item(ret, raw, regraded=int(acs_id == "R-B"), rfid=f"E-{acs_id}")


class TestList:
    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({}, "ABCDE"),
            ({"only": "ungraded"}, "CE"),
            ({"only": "unmatched"}, "D"),
            ({"only": "ber"}, "B"),
            ({"only": "regraded"}, "B"),
            ({"only": "unmapped"}, "D"),
            ({"grade": "a"}, "A"),
            ({"grade": "unknown"}, "D"),
            ({"grade": "ungraded"}, "CE"),
            ({"q": "r-b"}, "B"),
            ({"q": "LS-1"}, "ABCE"),
            ({"q": "e-r-c"}, "C"),
            ({"q": "👗"}, ""),
        ],
    )
    def test_the_filters_narrow_the_list(self, looking: Client, asked: dict[str, str], found: str):
        stand()

        rows = looking.get("/returns/", asked).context["rows"]

        assert [each["row"].acs_id for each in rows] == [f"R-{letter}" for letter in found]

    def test_each_number_on_top_links_to_exactly_the_rows_it_counts(self, looking: Client):
        stand()

        kpis = looking.get("/returns/").context["kpis"]

        assert [kpi["count"] for kpi in kpis] == ["5", "2", "1", "1", "1"]
        for kpi in kpis:
            assert kpi["count"] == str(len(looking.get(f"/returns/{kpi['query']}").context["rows"])), kpi

    def test_the_latest_come_first_page_by_page(self, looking: Client):
        for number in range(60):
            make_return(f"R-{number:02}", arrived_at=MONDAY + timedelta(minutes=number))

        first = looking.get("/returns/")
        second = looking.get("/returns/", {"after": first.context["page"].next})

        told = [each["row"].acs_id for answer in (first, second) for each in answer.context["rows"]]
        assert told == [f"R-{number:02}" for number in reversed(range(60))]

    def test_strange_questions_are_answered(self, looking: Client):
        asked = [{"only": "x"}, {"grade": "\x00"}, {"after": "%%%"}, {"q": "a" * 300}]

        assert {looking.get("/returns/", each).status_code for each in asked} <= {200, 400}

    def test_the_same_statements_with_three_and_with_thirty_rows(self, looking: Client):
        def make(number: int) -> None:
            for _ in range(number):
                make_photo(make_item(make_return(order=make_order()), "BER"))

        make(3)
        few = statements(looking, "/returns/")
        make(27)

        assert statements(looking, "/returns/") == few <= 10


class TestOne:
    def test_a_return_says_what_came_how_it_was_graded_and_where_it_leads(self, looking: Client):
        [garment] = make_garments("DRS-0412-10")
        ret = make_return("R-1", order=make_order(number="LS-1", sku="DRS-0412-10"), order_number="LS-1")
        make_item(ret, "BER", rfid=garment.rfid, grader="M. Kerr", station="B4", reason="Tear", note="at the\nseam", repair_pence=3800)

        page = looking.get("/returns/R-1/").content.decode()

        for said in ("Beyond economic repair", "“<bdi>BER</bdi>”", "M. Kerr", "B4", "Tear", "at the<br>seam", "£38.00", "/orders/LS-1/"):
            assert said in page
        assert f"/stock/garments/{garment.rfid}/" in page

    def test_text_of_others_is_never_markup(self, looking: Client):
        make_item(make_return("R-1"), "<b>D</b>", reason="<script>alert(1)</script>", grader="<i>x</i>", note="</dd>")

        page = looking.get("/returns/R-1/").content.decode()

        assert not any(markup in page for markup in ("<script>alert", "<b>D", "<i>x", "</dd></dd>"))

    def test_a_grade_nobody_has_mapped_says_so_and_leads_to_the_mappings(self, looking: Client):
        make_item(make_return("R-1"), "D2?")

        page = looking.get("/returns/R-1/").content.decode()

        assert "Unmapped" in page
        assert "/mappings/?kind=grade" in page

    def test_a_garment_that_the_order_has_no_line_of_is_marked(self, looking: Client):
        make_item(make_return("R-1", order=make_order(sku="OTHER-1")), sku="DRS-0412-10")

        assert "Not on this order" in looking.get("/returns/R-1/").content.decode()

    @pytest.mark.parametrize("number", ["R-404", "x" * 300, "%00"])
    def test_a_return_nobody_has_heard_of_is_not_found(self, looking: Client, number: str):
        assert looking.get(f"/returns/{number}/").status_code == 404

    def test_a_number_with_a_slash_has_its_page_too(self, looking: Client):
        make_return("R/7")

        assert looking.get("/returns/R/7/").status_code == 200

    def test_the_same_statements_with_three_and_with_thirty_garments(self, looking: Client):
        ret = make_return("R-1", order=make_order())
        for _ in range(3):
            make_photo(make_item(ret, "BER"))
        few = statements(looking, "/returns/R-1/")
        for _ in range(27):
            make_photo(make_item(ret, "BER"))

        assert statements(looking, "/returns/R-1/") == few

    def test_the_bytes_of_photos_are_not_read_for_the_page(self, looking: Client):
        make_photo(make_item(make_return("R-1")))

        with CaptureQueriesContext(connection) as queries:
            looking.get("/returns/R-1/")
        assert not [query for query in queries.captured_queries if '"returns_photo"."content"' in query["sql"].split("FROM")[0]]


class TestMatching:
    def test_who_may_says_which_order_it_is(self):
        make_order(number="LS-1")
        make_return("R-1")
        look_at_returns()

        answer = signed_in("priya", "match_return").post("/returns/match/R-1/", {"number": "LS-1"})

        assert (answer.status_code, answer["Location"]) == (302, "/returns/R-1/")
        assert Return.objects.get().order.number == "LS-1"
        assert not ExceptionCase.objects.filter(code="RET-UNMATCHED", state="open").exists()

    def test_a_number_that_is_none_is_refused_on_the_page(self):
        make_return("R-1")

        answer = signed_in("priya", "match_return").post("/returns/match/R-1/", {"number": "LS-404"})

        assert answer.status_code == 422
        assert "There is no order LS-404 here." in answer.content.decode()

    def test_nobody_else_may(self, completing: Client):
        make_return("R-1")

        assert completing.post("/returns/match/R-1/", {"number": "LS-1"}).status_code == 403
        assert 'action="/returns/match' not in completing.get("/returns/R-1/").content.decode()


class TestPhotos:
    def test_a_photo_is_served_as_what_it_is_to_the_browser_of_who_may_see_it(self, looking: Client):
        photo = make_photo(make_item())

        answer = looking.get(f"/returns/photos/{photo.pk}/")

        assert (answer.content, answer["Content-Type"]) == (JPEG, "image/jpeg")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"] == f'inline; filename="photo-{photo.pk}.jpg"'
        assert answer["Cache-Control"] == "private, max-age=3600"

    def test_without_the_permission_it_is_refused_and_without_a_login_it_leads_there(self, client: Client):
        photo = make_photo(make_item())
        stranger = Client()
        stranger.force_login(User.objects.create_user("stranger"))

        assert stranger.get(f"/returns/photos/{photo.pk}/").status_code == 403
        assert client.get(f"/returns/photos/{photo.pk}/").status_code == 302

    def test_what_was_not_kept_or_is_no_photo_of_ours_is_not_found(self, looking: Client):
        waiting, odd = make_photo(make_item(), content=None, source_url="https://acs.test/1"), make_photo(make_item())
        Photo.objects.filter(pk=odd.pk).update(content_type="text/html")

        answers = [looking.get(f"/returns/photos/{pk}/").status_code for pk in (waiting.pk, odd.pk, 10**30)]

        assert answers == [404, 404, 404]

    def test_a_photo_is_brought_and_shown(self, completing: Client):
        item = make_item(make_return("R-1"))

        sent = SimpleUploadedFile("x.html", JPEG, "text/html")
        answer = completing.post(f"/returns/garments/{item.pk}/photos/", {"photo": sent})

        photo = Photo.objects.get()
        assert (answer.status_code, photo.content_type, photo.uploaded_by.username) == (302, "image/jpeg", "callum")
        assert f'src="/returns/photos/{photo.pk}/"' in completing.get("/returns/R-1/").content.decode()

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"<html><script>alert(1)</script></html>", "It is a web page, not a photo."),
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "It is an SVG drawing"),
            (b"", "The submitted file is empty."),
            (JPEG + bytes(10_000_000), "The photo is larger than 10 MB. Send it smaller."),
        ],
        ids=["html", "svg", "empty", "too large"],
    )
    def test_what_is_no_photo_is_refused_on_the_page(self, completing: Client, content: bytes, sentence: str):
        item = make_item(make_return("R-1"))

        answer = completing.post(f"/returns/garments/{item.pk}/photos/", {"photo": SimpleUploadedFile("a.jpg", content, "image/jpeg")})

        assert (answer.status_code, Photo.objects.count()) == (422, 0)
        assert sentence in answer.content.decode()

    def test_who_may_only_look_may_bring_none_and_have_none_fetched(self, looking: Client):
        item = make_item(make_return("R-1"))
        photo = make_photo(item, content=None, source_url="https://acs.test/1", why="It is empty.")
        addresses = (f"/returns/garments/{item.pk}/photos/", f"/returns/photos/{photo.pk}/again/")

        answers = [looking.post(address).status_code for address in addresses]

        assert answers == [403, 403]

    def test_a_photo_that_could_not_be_taken_says_why_and_may_be_fetched_again(self, completing: Client):
        photo = make_photo(make_item(make_return("R-1")), content=None, source_url="https://acs.test/1", why="It is empty.", tries=10)

        page = completing.get("/returns/R-1/").content.decode()
        answer = completing.post(f"/returns/photos/{photo.pk}/again/")

        photo.refresh_from_db()
        assert ("It is empty." in page, "Tried 10 times" in page, answer.status_code) == (True, True, 302)
        assert abs(photo.try_at - timezone.now()) < timedelta(minutes=1)
