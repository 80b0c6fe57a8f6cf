"""What is left of an order without its customer, and when a customer may go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.rules.edits import CORRECTABLE, LINES
from orders.rules.erasing import PERSONAL, asked_without_person, outward, standing_without_person, traces_of, why_not_yet, without_person

facts = st.fixed_dictionaries({name: st.text(max_size=30) for name in (*PERSONAL, "postcode", "country", "locker_id")})


@given(facts)
def test_nothing_personal_is_left_and_nothing_else_goes(told):
    left = without_person(told)

    assert {left[name] for name in PERSONAL} == {""}
    assert len(left["postcode"]) <= 4
    assert (left["country"], left["locker_id"], left.keys()) == (told["country"], told["locker_id"], told.keys())
    assert without_person(left) == left


def test_every_fact_that_can_be_corrected_is_personal_or_known_not_to_be():
    harmless = {"postcode", "country", "locker_id", "delivery_method", "dispatch_on", "deliver_on", "event_on", "return_on"}

    assert set(CORRECTABLE) - set(PERSONAL) == harmless | {"customs_contents", "customs_value_pence"}


def test_lines_lose_the_measurements_of_a_body():
    line = {"line_id": "1", "sku": "A", "quantity": 1, "measurements": ["92"]}

    assert without_person({LINES: [line]}) == {LINES: [line | {"measurements": []}]}


@pytest.mark.parametrize(
    ("whole", "half"), [("LS1 4AB", "LS1"), ("ls14ab", "LS1"), ("EC1A 1BB", "EC1A"), ("LS1", "LS1"), ("", ""), ("75008", "75")]
)
def test_of_a_postcode_the_half_that_thousands_share_stays(whole, half):
    assert outward(whole) == half


def test_what_was_asked_of_acs_keeps_its_goods_and_what_it_was():
    asked = {
        "order": {"number": "LS-1", "mobile": "07712", "comments": "Ada"},
        "take": {"email": "a@b.c"},
        "shop": {"mobile": "ab"},
        "recall": True,
    }

    left = asked_without_person(asked)

    assert left == {"order": {"number": "LS-1", "mobile": "", "comments": ""}, "take": {"email": ""}, "shop": {}, "recall": True}


def test_digests_go_and_a_persons_word_stays():
    assert standing_without_person({"mobile": "ab12", "let_go": "yes"}) == {"let_go": "yes"}
    assert standing_without_person({"mobile": "ab12"}) == {}


def test_a_customer_is_known_by_everything_that_was_ever_said():
    found = traces_of(
        "LS-1", "gid://shopify/Order/55", [{"email": "a@b.cd", "mobile": None}, {"email": "old@b.cd", "first_name": " Ada "}, {}]
    )

    assert (found.emails, found.names) == (frozenset({"a@b.cd", "old@b.cd"}), frozenset({"Ada"}))
    assert found.order_numbers == frozenset({"LS-1", "gid://shopify/Order/55", "55"})


def why(**facts: object) -> str:
    standing = {"number": "LS-1", "state": "closed", "acs_status": "", "in_the_air": False, "excluded": False, "even_open": False}
    return why_not_yet(**{**standing, **facts})


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_what_has_ended_may_go(state):
    assert why(state=state) == ""


@pytest.mark.parametrize("state", ["received", "held", "ready", "released"])
@pytest.mark.parametrize("even_open", [True, False])
def test_what_is_still_to_be_sent_never_goes(state, even_open):
    assert why(state=state, even_open=even_open)
    assert why(state="closed", in_the_air=True, even_open=even_open)


def test_what_has_left_goes_when_a_person_says_so():
    assert why(state="released", acs_status="despatched")
    assert why(state="released", acs_status="despatched", even_open=True) == ""


def test_what_the_desk_leaves_alone_may_go():
    assert why(state="received", excluded=True) == ""
