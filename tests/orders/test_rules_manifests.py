"""What keeps a parcel off a manifest, and whether three parties say the same of it."""

from hypothesis import given
from hypothesis import strategies as st

from lockers.states import Carriage
from orders.rules.manifests import READY, SENTENCES, OrderFacts, against, in_words
from orders.rules.matching import Told, mismatch
from orders.states import AcsStatus, Destination, OrderState
from tests.orders.builders import NOON

POINTS = st.sampled_from(["", "UK1", "UK2"])
FACTS = st.builds(
    OrderFacts,
    state=st.sampled_from(OrderState.values),
    destination=st.sampled_from(Destination.values),
    acs_status=st.sampled_from(AcsStatus.values),
    cancelled_at=st.sampled_from([None, NOON]),
    locker_id=POINTS,
)


@given(facts=FACTS, point=POINTS)
def test_a_parcel_goes_exactly_when_every_fact_is_right_and_every_reason_is_a_sentence(facts, point):
    right = (
        facts.state == "released"
        and facts.destination == "locker"
        and facts.acs_status in READY
        and facts.cancelled_at is None
        and facts.locker_id == point
    )
    found = against(facts, point)

    assert (found == []) is right
    assert all(in_words(code, {}).endswith(".") for code in found)
    assert set(found) <= set(SENTENCES)


@given(
    state=st.sampled_from(["label_pending", "labelled", "manifested"]),
    on_closed=st.booleans(),
    acs=st.sampled_from(AcsStatus.values),
    carriage=st.sampled_from(Carriage.values),
    in_hand=st.booleans(),
    known=st.sampled_from([True, False, None]),
)
def test_on_a_manifest_despatched_and_in_hand_always_agree_and_at_rest_without_one_too(state, on_closed, acs, carriage, in_hand, known):
    found = mismatch(Told(state, on_closed, acs, carriage, in_hand, known))

    if state == "manifested" and on_closed and acs == AcsStatus.DESPATCHED and in_hand:
        assert found == ""
    if state == "labelled" and acs == AcsStatus.PACKED and carriage == Carriage.NONE and not in_hand:
        assert found == ""
    if state == "labelled" and in_hand and carriage == Carriage.IN_TRANSIT:
        assert found == "gone_without"
