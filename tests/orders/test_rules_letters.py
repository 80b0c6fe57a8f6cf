"""What is said to customers: the facts of the locker, whatever they are, and nothing else."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from orders.rules.letters import LONGEST_TEXT, Where, expiring, locker_changed
from orders.rules.stage import GIVEN_AWAY, what_can_still_be_done, why_not_elsewhere

NOON = datetime(2026, 6, 9, 12, tzinfo=UTC)
words = st.text(max_size=200)
places = st.builds(Where, words, words, words, words)


@given(places)
def test_a_letter_holds_the_place_as_it_is_and_a_text_is_short(where):
    for letter in (locker_changed("LS-1", where), expiring("LS-1", where, NOON)):
        assert where.name in letter.body
        assert where.address in letter.body
        assert "LS-1" in letter.subject
        assert "\n" not in letter.subject
        assert len(letter.text) <= LONGEST_TEXT


@given(places, places)
def test_the_digest_tells_one_place_from_another(one, other):
    assert (one.digest == other.digest) == (one == other)


@given(st.sampled_from(["", "acknowledged", "picking", "part_picked", "pick_confirmed", "packed", "despatched", "cancelled", "unknown"]))
def test_the_locker_may_change_until_acs_has_given_the_parcel_away(status):
    why = why_not_elsewhere(status, "12:00")

    assert bool(why) == (status in GIVEN_AWAY)
    [entry] = [
        entry
        for entry in what_can_still_be_done("released", claimed=True, acs_status=status, elsewhere=why)
        if entry.name == "change-locker"
    ]
    assert (entry.allowed, entry.why) == (not why, why)
