"""Letters on their way to whoever asked to be told: posted, and tried again up a ladder of waits.

A letter keeps the body of its event however often it is tried. Letters are posted by `deliver` of each partner's own postman, which
a served sandbox calls by itself.
"""

import http.client
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

WAITS_S = 5.0
Headers = dict[str, str]
Post = Callable[[str, Headers, bytes], int]


@dataclass
class Letter:
    """One delivery. `event` is shared by all deliveries of one event, `id` is this one's own."""

    id: str
    event: str
    topic: str
    uri: str
    subscription: int
    body: bytes
    triggered_at: datetime
    due_at: datetime
    tries: int = 0
    status: int | None = None

    @property
    def is_done(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Postman:
    """`ladder` is how many seconds to wait after each try that failed; after its last rung the letter is given up."""

    def __init__(self, clock: Callable[[], datetime], ladder: Iterable[float]) -> None:
        self.clock, self.ladder = clock, tuple(ladder)
        self.letters: list[Letter] = []
        self.paused = False
        self.post: Post = post
        self.lock = threading.RLock()

    def due(self) -> list[Letter]:
        with self.lock:
            now = self.clock()
            return [letter for letter in self.letters if not letter.is_done and letter.due_at <= now and self.stands(letter)]

    def stands(self, letter: Letter) -> bool:
        """Is this letter still to be posted?"""
        return letter.tries <= len(self.ladder)

    def send(self, letter: Letter, uri: str, headers: Headers, body: bytes) -> int:
        """Post it and note how it went."""
        status = self.post(uri, headers, body)
        with self.lock:
            letter.tries, letter.status = letter.tries + 1, status
            if not letter.is_done:
                self._try_later(letter)
        return status

    def _try_later(self, letter: Letter) -> None:
        if letter.tries > len(self.ladder):
            self.give_up(letter)
        else:
            letter.due_at = self.clock() + timedelta(seconds=self.ladder[letter.tries - 1])

    def give_up(self, letter: Letter) -> None:
        """What becomes of the one who could not be reached."""


def post(url: str, headers: Headers, body: bytes) -> int:
    """The status of the answer; 0 where none came."""
    request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - subscribed to by our own people
    try:
        with urllib.request.urlopen(request, timeout=WAITS_S) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError, http.client.HTTPException):
        return 0
