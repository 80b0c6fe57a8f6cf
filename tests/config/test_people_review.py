"""Access is reviewed every 90 days: by somebody with a name, for what they saw, and never taken back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.models import AccessReview
from config.people import review
from exceptions_queue.models import AuditEntry
from tests.config.people import load_roles, make_person, sign_in

pytestmark = pytest.mark.django_db
PAGE, SIGN = "/settings/people/review/", "/settings/people/review/sign/"


@pytest.fixture
def ines(db):
    load_roles()
    return make_person("ines", "integration")


def hash_now() -> str:
    return review.hash_of(review.to_review(at=timezone.now()))


def test_everybody_who_can_sign_in_is_on_the_page_and_leavers_are_not(ines):
    make_person("priya", "cx")
    make_person("tom", "viewer").delete()
    gone = make_person("rosa", "merchandiser")
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)

    page = sign_in(ines).get(PAGE).content.decode()

    assert ("Priya Doe" in page, "Rosa Doe" in page, "CX agent" in page) == (True, False, True)
    assert "Nobody has reviewed access yet" in page


def test_a_signature_says_who_when_why_and_for_what(ines):
    sign_in(ines).post(SIGN, {"reason": "All roles as confirmed", "seen_hash": hash_now()})

    row = AccessReview.objects.get()
    assert (row.signed_by, row.reason, row.people) == (ines, "All roles as confirmed", 1)
    assert row.seen[0] | {"user": ines.pk, "roles": ["integration"], "two_step": False} == row.seen[0]
    assert AuditEntry.objects.get(verb="access reviewed").after == {"people": 1, "hash": row.seen_hash}


def test_who_signs_for_another_list_than_stands_is_asked_to_look_again(ines):
    seen = hash_now()
    make_person("priya", "cx")

    answer = sign_in(ines).post(SIGN, {"reason": "Fine", "seen_hash": seen})

    assert (answer.status_code, "changed while you read" in answer.content.decode()) == (409, True)
    assert not AccessReview.objects.exists()


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_word_nothing_is_signed(ines, reason):
    answer = sign_in(ines).post(SIGN, {"reason": reason, "seen_hash": hash_now()})

    assert (answer.status_code, AccessReview.objects.count()) == (422, 0)


def test_who_may_only_look_does_not_sign(ines):
    tom = make_person("tom", "viewer")

    assert "Sign for it" not in sign_in(tom).get(PAGE).content.decode()
    assert sign_in(tom).post(SIGN, {"reason": "Fine", "seen_hash": hash_now()}).status_code == 403


@pytest.mark.parametrize(("days", "is_overdue"), [(0, False), (90, False), (91, True)])
def test_after_90_days_it_is_overdue(ines, days, is_overdue):
    at = timezone.now()
    AccessReview.objects.create(signed_by=ines, signed_at=at - timedelta(days=days), reason="Fine", people=1, seen_hash="x")

    assert review.due(review.signed(), at=at).is_overdue is is_overdue


def test_the_page_costs_the_same_for_three_people_and_thirty(ines, django_assert_max_num_queries):
    for number in range(3):
        make_person(f"person{number}", "cx")
    with django_assert_max_num_queries(4):
        review.to_review(at=timezone.now())

    for number in range(3, 30):
        make_person(f"person{number}", "cx")
    with django_assert_max_num_queries(4):
        assert len(review.to_review(at=timezone.now())) == 31
