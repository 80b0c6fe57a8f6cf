"""A partner of our own making: keeps what it is sent, and fails in the way a test asks for."""

from collections.abc import Callable
from datetime import datetime, timedelta

from partners.models import Intent
from partners.outbox import Receipt


class Clock:
    """Now, moved by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **span: float) -> datetime:
        self.at += timedelta(**span)
        return self.at


class Partner:
    """`holds` counts what stands there by business id; `trouble` is raised before, `lost` after an order was taken."""

    def __init__(self) -> None:
        self.holds: dict[str, int] = {}
        self.trouble: Callable[[Intent], Exception | None] = lambda intent: None
        self.lost: Callable[[Intent], Exception | None] = lambda intent: None

    def send(self, intent: Intent) -> Receipt:
        if error := self.trouble(intent):
            raise error
        self.holds[intent.business_id] = self.holds.get(intent.business_id, 0) + 1
        if error := self.lost(intent):
            raise error
        return Receipt(remote_id=f"remote-{intent.business_id}")

    def look_up(self, intent: Intent) -> Receipt | None:
        if error := self.trouble(intent):
            raise error
        return Receipt(remote_id=f"remote-{intent.business_id}", already=True) if self.holds.get(intent.business_id) else None
