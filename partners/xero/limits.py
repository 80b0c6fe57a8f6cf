"""How often may we ask? Xero counts by the minute and by the day, and says with each answer what is left."""

import time
from collections.abc import Callable

from partners.errors import Throttled
from partners.http import Answer
from partners.http.answers import LONGEST_WAIT_S

PARTNER = "ledger"
LEFT = {"x-minlimit-remaining": 60.0, "x-appminlimit-remaining": 60.0, "x-daylimit-remaining": LONGEST_WAIT_S}


class Limits:
    """What this process knows of them. Nobody sleeps for them: what would be one call too many is not made."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic, self._not_before = monotonic, 0.0

    def ask(self) -> None:
        """Raises Throttled while nothing is left."""
        if (wait := self._not_before - self._monotonic()) > 0:
            raise Throttled(PARTNER, f"Xero's limit is used up; it asks us to wait {wait:.0f} seconds.", retry_after_s=wait)

    def note(self, answer: Answer) -> None:
        """Keep what an answer says is left. A header that is no number says nothing."""
        used_up = [wait for name, wait in LEFT.items() if answer.headers.get(name, "").strip() == "0"]
        if used_up:
            self._not_before = self._monotonic() + max(used_up)
