"""`Idempotency-Key`: for six minutes the same request with the same key gets the same answer and nothing is done again.

Six minutes, not for ever: whoever trusts it longer books twice.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256

from partners.sandbox.web import Reply, Request, as_json
from partners.sandbox.world import World

KEPT_FOR, LONGEST = timedelta(minutes=6), 128
HEADER = "idempotency-key"


class Answers:
    def __init__(self, world: World) -> None:
        self.world = world
        self.kept: dict[str, tuple[str, Reply, datetime]] = {}

    def once(self, request: Request, do: Callable[[], Reply]) -> Reply:
        """Do it, or give the answer of the first time. Only answers of a write that carries a key are kept."""
        key = request.headers.get(HEADER, "")
        if not key or request.method == "GET":
            return do()
        if len(key) > LONGEST:
            return _bad(f"The Idempotency-Key header is longer than {LONGEST} characters.")
        said = sha256(b"\n".join((request.method.encode(), request.path.encode(), request.body))).hexdigest()
        before = self.kept.get(key)
        if before and self.world.now() - before[2] < KEPT_FOR:
            return _again(before[1]) if before[0] == said else _bad("The Idempotency-Key has already been used with another request.")
        reply = do()
        self.kept[key] = (said, reply, self.world.now())
        return _again(reply)


def _again(reply: Reply) -> Reply:
    """Headers are those of this call."""
    return Reply(reply.status, reply.body, reply.kind)


def _bad(detail: str) -> Reply:
    return as_json({"Type": None, "Title": "Bad Request", "Status": 400, "Detail": detail}, 400)
