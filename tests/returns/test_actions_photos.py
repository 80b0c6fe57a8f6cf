"""Photos are fetched and brought: what is none is refused with a sentence, what failed is tried again, nothing is kept twice."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from exceptions_queue.models import AuditEntry
from partners import connect
from returns import tasks
from returns.actions.photos import Refused, add_photo, try_again
from returns.models import Photo
from tests.partners.fake_web import Asked, FakeWeb, Reply, always
from tests.returns.telling import JPEG, MONDAY, PNG, WEBP, acs_says, make_item, make_photo

pytestmark = pytest.mark.django_db
KINDS = [(JPEG, "image/jpeg"), (PNG, "image/png"), (WEBP, "image/webp")]
URL = "http://acs.test/photos/1.jpg"


def waiting(url: str = URL, **columns: object) -> Photo:
    standing = {"source_url": url, "try_at": MONDAY}
    return make_photo(make_item(), content=None, **standing | columns)


def fetched(settings, web: FakeWeb, photo: Photo) -> tuple[dict[str, int], Photo]:
    with acs_says(web, settings):
        did = tasks.fetch_photos()
    photo.refresh_from_db()
    return did, photo


class TestFetching:
    @pytest.mark.parametrize(
        ("content", "kind"), [(JPEG, "image/jpeg"), (PNG, "image/png"), (WEBP, "image/webp")], ids=["jpeg", "png", "webp"]
    )
    def test_a_photo_is_kept_with_its_type_size_and_hash(self, settings, content: bytes, kind: str):
        did, photo = fetched(settings, always(200, content, Content_Type="text/html"), waiting())

        assert did == {"kept": 1, "refused": 0, "later": 0}
        assert (bytes(photo.content), photo.content_type, photo.bytes, len(photo.sha256)) == (content, kind, len(content), 64)
        assert (photo.try_at, photo.tries, photo.why) == (None, 1, "")

    @pytest.mark.parametrize(
        ("reply", "why"),
        [
            ((200, {"Content-Type": "image/jpeg"}, b"<!doctype html><script>alert(1)</script>"), "It is a web page, not a photo."),
            ((200, {"Content-Type": "image/png"}, b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"), "It is an SVG drawing"),
            ((200, {}, b""), "It is empty."),
            ((302, {"Location": "http://evil.test/"}, b""), "It answers with a redirect, which is not followed."),
            ((410, {}, b""), "It refused (410) without saying why."),
        ],
    )
    def test_what_is_no_photo_is_refused_for_good_with_a_sentence(self, settings, reply: Reply, why: str):
        did, photo = fetched(settings, FakeWeb(lambda asked: reply), waiting())

        assert did == {"kept": 0, "refused": 1, "later": 0}
        assert (photo.content, photo.try_at, photo.tries, photo.why.startswith(why)) == (None, None, 1, True)

    @pytest.mark.parametrize("status", [404, 429, 500, 503])
    def test_what_may_pass_is_tried_again_later_and_counted(self, settings, status: int):
        before = timezone.now()

        did, photo = fetched(settings, always(status), waiting(tries=1))

        assert did == {"kept": 0, "refused": 0, "later": 1}
        assert (photo.tries, photo.why != "") == (2, True)
        assert timedelta(minutes=9) < photo.try_at - before < timedelta(minutes=11)

    def test_after_ten_tries_it_is_enough(self, settings):
        did, photo = fetched(settings, always(500), waiting(tries=9))

        assert (did["refused"], photo.tries, photo.try_at) == (1, 10, None)

    def test_another_host_is_never_asked(self, settings):
        web = always(200, JPEG)

        did, photo = fetched(settings, web, waiting("http://169.254.169.254/latest/meta-data"))

        assert (did["later"], web.asked, photo.content) == (1, [], None)
        assert photo.why == "The host 169.254.169.254 is not among those allowed by RETURN_PHOTO_HOSTS."

    def test_the_setting_names_the_hosts_and_then_the_feeds_own_is_not_among_them(self, settings):
        settings.RETURN_PHOTO_HOSTS = ["photos.test"]
        photo = waiting()

        fetched(settings, always(200, JPEG), photo)
        assert photo.content is None

    def test_two_hundred_megabytes_are_refused_and_not_read_to_their_end(self, settings):
        sent = []

        def app(environ, start_response) -> Iterator[bytes]:
            start_response("200 OK", [("Content-Type", "image/jpeg")])
            for _ in range(200):
                sent.append(1)
                yield JPEG + bytes(1_000_000)

        photo = waiting()
        settings.ACS_RETURNS_URL, settings.SANDBOX = "http://acs.test/returns", True
        with connect.use({"photos": httpx.WSGITransport(app)}):
            did = tasks.fetch_photos()

        photo.refresh_from_db()
        assert (did["refused"], photo.content, len(sent) < 13) == (1, None, True)
        assert photo.why == "The answer is larger than 10000000 bytes."

    def test_a_photo_that_is_there_already_is_not_kept_twice(self, settings):
        item = make_item()
        first, second = (make_photo(item, content=None, source_url=f"{URL}?{n}", try_at=MONDAY) for n in (1, 2))

        did, _ = fetched(settings, always(200, JPEG), first)

        second.refresh_from_db()
        assert (did, second.why) == ({"kept": 1, "refused": 1, "later": 0}, "It is the same as another photo of this garment.")

    def test_what_is_not_due_yet_waits(self, settings):
        web = always(200, JPEG)

        did, _ = fetched(settings, web, waiting(try_at=timezone.now() + timedelta(minutes=1)))

        assert (did["kept"], web.asked) == (0, [])

    def test_a_broken_photo_keeps_no_other_back(self, settings):
        bad, good = waiting(f"{URL}?bad"), waiting(f"{URL}?good")

        def reply(asked: Asked) -> Reply:
            return (500, {}, b"") if asked.query == "bad" else (200, {}, JPEG)

        did, _ = fetched(settings, FakeWeb(reply), bad)

        good.refresh_from_db()
        assert (did["kept"], good.content_type) == (1, "image/jpeg")

    def test_a_person_may_have_it_tried_again_from_the_first_try_on(self):
        photo, person = waiting(try_at=None, tries=10, why="It answers with a fault of its own (500)."), User.objects.create_user("callum")

        assert try_again(photo, actor=person, at=MONDAY)

        photo.refresh_from_db()
        assert (photo.try_at, photo.tries, photo.why) == (MONDAY, 0, "")
        assert not try_again(make_photo(make_item()), actor=person, at=MONDAY)


class TestBringing:
    @pytest.fixture
    def callum(self) -> User:
        return User.objects.create_user("callum")

    def test_a_photo_that_a_person_brings_is_kept_under_their_name_and_audited(self, callum: User):
        item = make_item()

        photo = add_photo(item, JPEG, actor=callum, at=MONDAY)

        assert (photo.content_type, photo.uploaded_by, photo.source_url) == ("image/jpeg", callum, "")
        assert AuditEntry.objects.get(verb="photo added").after == {"sha256": photo.sha256, "bytes": len(JPEG)}

    @pytest.mark.parametrize("content", [b"<html>", b"<svg onload=alert(1)>" + bytes(40), b"", JPEG + bytes(10_000_000)])
    def test_what_is_no_photo_is_refused_and_nothing_is_kept(self, callum: User, content: bytes):
        with pytest.raises(Refused):
            add_photo(make_item(), content, actor=callum, at=MONDAY)

        assert (Photo.objects.count(), AuditEntry.objects.count()) == (0, 0)

    def test_the_same_photo_twice_is_kept_once(self, callum: User):
        item = make_item()
        add_photo(item, JPEG, actor=callum, at=MONDAY)

        with pytest.raises(Refused, match="same as another photo"):
            add_photo(item, JPEG, actor=callum, at=MONDAY)
        assert Photo.objects.count() == 1

    def test_thirty_photos_of_a_garment_are_enough(self, callum: User):
        item = make_item()
        for _ in range(30):
            make_photo(item)

        with pytest.raises(Refused, match="30 photos"):
            add_photo(item, PNG, actor=callum, at=MONDAY)
