"""Why is this garment not on sale? Every answer, and which comes first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from inventory.rules.phrases import is_in, long
from inventory.rules.whynot import Facts, Usual, Why, why_not
from inventory.states import GONE_FOR_GOOD, ItemState

NOON = datetime(2026, 6, 9, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ON_SALE = Facts(
    raw="In warehouse – ready for customer", state=ItemState.READY, sells=True, since=NOON - 100 * HOUR, buffer=72 * HOUR, ripe=12,
    allocated=3, reserve=2, as_of=NOON - 6 * HOUR, is_stale=False,
)  # fmt: skip
USUAL = Usual(40 * HOUR, 90 * HOUR)
IN_WORK = replace(ON_SALE, raw="In-Refurbishment", state=ItemState.REFURBISHMENT, sells=False, since=NOON - 30 * HOUR)


def said(facts: Facts) -> tuple[Why, str]:
    answer = why_not(facts, at=NOON, say=lambda at: f"{at:%d.%H}")
    return answer.why, answer.sentence


@pytest.mark.parametrize(
    ("facts", "why", "sentence"),
    [
        (ON_SALE, Why.ON_SALE, "It is on sale: 7 of the 12 of this SKU that are past the buffer may be sold."),
        (replace(ON_SALE, missing_since=NOON - 30 * HOUR, missing_files=1), Why.MISSING,
         "ACS did not name it in the last stock file: missing since 08.06; once it is named again, it waits 72 h before it can be sold."),
        (replace(ON_SALE, missing_since=NOON - 80 * HOUR, missing_files=3, buffer=24 * HOUR), Why.MISSING,
         "ACS did not name it in the last 3 stock files: missing since 06.04; once it is named again, it waits 24 h before it can be "
         "sold."),
        (replace(ON_SALE, raw="QUAR-2", state=None, sells=False), Why.UNMAPPED,
         "ACS calls it “QUAR-2”, and nobody has said what that means; what is unknown is never sold."),
        (IN_WORK, Why.NOT_READY, "It is in refurbishment, since 08.06; how long that takes is not known yet."),
        (replace(IN_WORK, usual=USUAL), Why.NOT_READY, "It is in refurbishment, since 08.06; four in five of its kind are ready by 12.00."),
        (replace(IN_WORK, usual=USUAL, since=NOON - 91 * HOUR), Why.NOT_READY,
         "It is in refurbishment, since 05.17; that is longer than four in five of its kind take (4 days)."),
        (replace(IN_WORK, state=ItemState.ON_HIRE), Why.NOT_READY,
         "It is with a renter, since 08.06; how long that takes is not known yet."),
        (replace(IN_WORK, state=ItemState.BER), Why.GONE,
         "It is beyond economic repair, since 08.06; garments do not come back from there by themselves."),
        (replace(ON_SALE, sells=False), Why.KEPT_OFF,
         "ACS says it is ready, but the mapping of “In warehouse – ready for customer” keeps such garments off sale."),
        (replace(ON_SALE, withheld_since=NOON - HOUR), Why.WITHHELD,
            "It is to be written off: kept off sale since 09.11, whatever ACS says."),
        (replace(ON_SALE, doubted_since=NOON - HOUR), Why.DOUBTED,
         "It came to be ready from where nothing comes back, 09.11; "
         "it is not for sale until a person confirms that, or it is not ready any more."),
        (replace(ON_SALE, since=NOON - 71 * HOUR), Why.BUFFER, "It has been ready since 06.13 and leaves the 72 h buffer 09.13."),
        (replace(ON_SALE, ripe=5), Why.TAKEN,
         "It could be sold, but all 5 of this SKU past the buffer are spoken for: 3 sold to orders and 2 kept back."),
        (replace(ON_SALE, ripe=1, reserve=0, allocated=1), Why.TAKEN,
         "It could be sold, but the one of this SKU that is past the buffer is spoken for: 1 sold to orders."),
        (replace(ON_SALE, as_of=NOON - 27 * HOUR, is_stale=True), Why.STALE,
         "It could be sold, but ACS’s stock is of 08.09; what the shop shows is frozen until a newer file."),
        (replace(ON_SALE, as_of=None, is_stale=True), Why.STALE,
         "It could be sold, but ACS’s stock has never been read; what the shop shows is frozen until a newer file."),
    ],
)  # fmt: skip
def test_each_reason_is_one_sentence(facts: Facts, why: Why, sentence: str):
    assert said(facts) == (why, sentence)


def test_every_reason_there_is_has_been_said():
    tested = {case[1] for case in test_each_reason_is_one_sentence.pytestmark[0].args[1]}

    assert tested == set(Why)


def test_the_hardest_reason_comes_first():
    """Missing before unmapped, unmapped before the buffer, the buffer before what the SKU has sold."""
    everything = replace(ON_SALE, missing_since=NOON, state=None, sells=False, doubted_since=NOON, since=NOON, ripe=0, is_stale=True)

    order = [everything]
    for ends in (
        {"missing_since": None},
        {"state": ItemState.READY},
        {"sells": True},
        {"doubted_since": None},
        {"since": NOON - 72 * HOUR},
        {"ripe": 9},
    ):
        order.append(replace(order[-1], **ends))

    assert [said(facts)[0] for facts in order] == ["missing", "unmapped", "kept_off", "doubted", "buffer", "taken", "stale"]


def test_until_is_when_it_is_expected_to_be_over():
    leaves = why_not(replace(ON_SALE, since=NOON - 71 * HOUR), at=NOON, say=str).until
    ready = why_not(replace(IN_WORK, usual=USUAL), at=NOON, say=str).until

    assert (leaves, ready) == (NOON + HOUR, NOON + 60 * HOUR)


def test_every_state_can_be_said_and_those_gone_for_good_never_wait():
    assert all(is_in(state) for state in ItemState)
    assert {said(replace(IN_WORK, state=state, usual=USUAL))[0] for state in GONE_FOR_GOOD} == {Why.GONE}


@pytest.mark.parametrize(("hours", "words"), [(0, "0 h"), (24, "24 h"), (72, "72 h"), (110, "5 days")])
def test_spans_are_said_as_a_plan_needs_them(hours: int, words: str):
    assert long(hours * HOUR) == words
