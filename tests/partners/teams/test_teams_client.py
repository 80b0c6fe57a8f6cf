"""Teams: an adaptive card, and what each answer means."""

import json

import pytest

from partners.errors import Rejected, Throttled
from partners.ports import Notice
from partners.teams.client import TeamsChannel
from tests.partners.fake_web import always, wire_to

NOTICE = Notice(key="a", thread="a", step="raised", title="Late", text="Since 12:00", url="https://desk.test/sync/")


def test_a_message_is_an_adaptive_card_and_202_is_taken_for_delivered():
    web = always(202)

    TeamsChannel(wire_to(web)).deliver(NOTICE)

    card = json.loads(web.asked[0].body)["attachments"][0]["content"]
    assert card["type"] == "AdaptiveCard"
    assert [block["text"] for block in card["body"]] == ["Late", "Since 12:00"]
    assert card["actions"][0]["url"] == "https://desk.test/sync/"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_flow_that_is_gone_is_refused_for_good(status):
    with pytest.raises(Rejected):
        TeamsChannel(wire_to(always(status))).deliver(NOTICE)


def test_too_many_is_for_later():
    with pytest.raises(Throttled):
        TeamsChannel(wire_to(always(429))).deliver(NOTICE)
