"""How many calls an organisation has left: so many in a minute, in a day and at once. Told by headers, refused with 429."""

from collections import deque
from datetime import datetime, timedelta

from partners.sandbox.web import Reply
from partners.sandbox.world import World

MINUTE, DAY, AT_ONCE, APP_MINUTE = 60, 5_000, 5, 10_000


class Limits:
    """Guarded by the world's lock. The windows slide by the world's clock."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.minute, self.day, self.at_once = MINUTE, DAY, AT_ONCE
        self.running = 0
        self._calls: deque[datetime] = deque()

    def set(self, *, minute: int | None = None, day: int | None = None, at_once: int | None = None) -> dict[str, int]:
        self.minute, self.day = self.minute if minute is None else int(minute), self.day if day is None else int(day)
        self.at_once = self.at_once if at_once is None else int(at_once)
        return {"minute": self.minute, "day": self.day, "at_once": self.at_once}

    def take(self) -> Reply | None:
        """One call; the refusal where it is one too many, which then is not counted."""
        now = self.world.now()
        if self.running > self.at_once:
            return _too_many("Concurrent", 1)
        for name, span, most in (("Minute", timedelta(minutes=1), self.minute), ("Day", timedelta(days=1), self.day)):
            made = self._since(now - span)
            if len(made) >= most:
                first = made[0] if made else now
                return _too_many(name, int((first + span - now).total_seconds()) + 1)
        self._calls.append(now)
        return None

    def headers(self) -> dict[str, str]:
        minute = len(self._since(self.world.now() - timedelta(minutes=1)))
        left = {"Day": self.day - len(self._calls), "Min": self.minute - minute, "AppMin": APP_MINUTE - minute}
        return {f"X-{name}Limit-Remaining": str(max(0, number)) for name, number in left.items()}

    def _since(self, at: datetime) -> list[datetime]:
        while self._calls and self._calls[0] <= self.world.now() - timedelta(days=1):
            self._calls.popleft()
        return [one for one in self._calls if one > at]


def _too_many(problem: str, seconds: int) -> Reply:
    return Reply(429, b"", headers={"Retry-After": str(seconds), "X-Rate-Limit-Problem": problem})
