"""Slack's incoming webhook. Source: docs.slack.dev, incoming webhooks and their rate limit: one message a second."""

from partners.errors import Denied, Rejected
from partners.http import Wire
from partners.ports import Notice

PARTNER = "slack"
TONES = {"raised": ":rotating_light:", "grew": ":chart_with_upwards_trend:", "over": ":white_check_mark:", "test": ":wave:"}


class SlackChannel:
    """One webhook, which belongs to one Slack channel. The address is the secret: it stands in no log."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def deliver(self, notice: Notice) -> str:
        """Post one message. Raises Rejected for what no retry can help; a lost answer means that it may be posted twice."""
        try:
            return self._wire.post("", label="/webhook", json=_body(notice), safe=True).request_id
        except Denied as denied:  # "action_prohibited", "invalid_token": the webhook is no more, however long we wait
            raise Rejected(PARTNER, "Slack does not allow it any more.", request_id=denied.request_id, status=denied.status) from denied


def _body(notice: Notice) -> dict[str, object]:
    link = f"\n<{notice.url}|Open it in Lockstep>" if notice.url else ""
    text = f"{TONES.get(notice.step, '')} *{_plain(notice.title)}*\n{_plain(notice.text)}{link}"
    return {"text": _plain(notice.title), "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text[:2900]}}]}


def _plain(text: str) -> str:
    """Slack reads &, < and > as markup of its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
