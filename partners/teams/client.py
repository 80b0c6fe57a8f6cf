"""A Teams workflow that starts when a webhook request is received. Adaptive cards only; 202 proves no delivery."""

from partners.errors import Denied, Rejected
from partners.http import Wire
from partners.ports import Notice

PARTNER = "teams"


class TeamsChannel:
    """One workflow. Its address holds its key: it stands in no log."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def deliver(self, notice: Notice) -> str:
        """Post one card. Raises Rejected for what no retry can help. An accepted card may still never appear: Teams does not say."""
        try:
            return self._wire.post("", label="/workflow", json=_body(notice), safe=True).request_id
        except Denied as denied:
            reason = "The Teams workflow does not let us in any more: its owner may have left, or it was switched off."
            raise Rejected(PARTNER, reason, request_id=denied.request_id, status=denied.status) from denied


def _body(notice: Notice) -> dict[str, object]:
    title = {"type": "TextBlock", "text": notice.title, "weight": "Bolder", "size": "Medium", "wrap": True}
    card: dict[str, object] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [title, {"type": "TextBlock", "text": notice.text, "wrap": True}],
    }
    if notice.url:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open it in Lockstep", "url": notice.url}]
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}],
    }
