"""Slack: what is posted, and what each of its answers means."""

import json

import pytest

from partners.errors import Rejected, Throttled, Unreachable
from partners.ports import Notice
from partners.slack.client import SlackChannel
from tests.partners.fake_web import always, one_by_one, wire_to

NOTICE = Notice(key="a", thread="a", step="raised", title="Late & <b>", text="Since 12:00", url="https://desk.test/sync/")


def test_a_message_is_text_with_its_markup_defused_and_a_link():
    web = always(200, b"ok")

    SlackChannel(wire_to(web)).deliver(NOTICE)

    block = json.loads(web.asked[0].body)["blocks"][0]["text"]["text"]
    assert "*Late &amp; &lt;b&gt;*" in block
    assert "<https://desk.test/sync/|Open it in Lockstep>" in block


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (400, b"invalid_payload"),
        (401, b"invalid_token"),
        (403, b"action_prohibited"),
        (404, b"channel_not_found"),
        (410, b"channel_is_archived"),
    ],
)
def test_what_no_retry_can_help_is_refused_for_good(status, said):
    with pytest.raises(Rejected):
        SlackChannel(wire_to(always(status, said))).deliver(NOTICE)


def test_too_many_is_for_later():
    with pytest.raises(Throttled) as throttled:
        SlackChannel(wire_to(always(429, b"rate_limited", Retry_After="7"))).deliver(NOTICE)

    assert throttled.value.retry_after_s == 7


def test_a_fault_of_slacks_own_is_for_later():
    with pytest.raises(Unreachable):
        SlackChannel(wire_to(always(500, b"rollup_error"))).deliver(NOTICE)


def test_a_gateway_that_fails_for_a_moment_is_asked_again():
    web = one_by_one((502, {}, b""), (200, {}, b"ok"))

    SlackChannel(wire_to(web)).deliver(NOTICE)

    assert len(web.asked) == 2
