import pytest

from exceptions_queue.models import Site
from exceptions_queue.queries import alphabet

pytestmark = pytest.mark.django_db


@pytest.fixture
def seven():
    Site.objects.all().delete()
    Site.objects.bulk_create([Site(key=key, name=key, order_cutoff="12:00", collection_at="17:30") for key in "gfedcba"])
    return Site.objects.values("key")


def keys(page) -> str:
    return "".join(row["key"] for row in page.rows)


def test_pages_follow_each_other_there_and_back(seven):
    first = alphabet.page(seven, key="key", size=3)
    second = alphabet.page(seven, key="key", size=3, after=first.next)
    third = alphabet.page(seven, key="key", size=3, after=second.next)
    back = alphabet.page(seven, key="key", size=3, before=third.previous)
    start = alphabet.page(seven, key="key", size=3, before=back.previous)

    assert [keys(page) for page in (first, second, third, back, start)] == ["abc", "def", "g", "def", "abc"]
    assert (first.is_first, first.previous, third.next, start.is_first, start.previous) == (True, "", "", True, "")


@pytest.mark.parametrize("cursor", ["\x00", "zzz", "'; --", "é" * 500])
def test_any_cursor_is_a_place_in_the_alphabet(seven, cursor: str):
    assert len(alphabet.page(seven, key="key", size=3, after=cursor).rows) in {0, 3}
