"""`/_sandbox/inpost/`: look into the make-believe InPost and turn it.

GET  /shipments     {"shipments": [{"number", "order", "deduplication_id", "point", "script", "taken_at", "creates", "label_fetches",
                    "events": [code], "moved_to"}]}: `creates` counts the calls that were answered with it
POST /scripts       {order: script}: what becomes of the parcels of these orders, before the courier has come (see `scripts`)
GET  /webhooks      {"subscriptions", "ladder_s"}
POST /webhooks      {"address", "secret"?, "signing"?: hmac or rsa, "form"?: body or timestamp, "paused"?, "ladder_s"?: [s],
                    "remove"?: true}: subscribes, or changes what was agreed with this address
GET  /letters       {"letters": [{"event_id", "address", "tries", "status", "due_at"}]}
POST /deliver       what is due, now: {"times"?: n} each so often, {"shuffle"?: true}, {"last"?: n} the last n once more, {"corrupt"?: true}
GET  /key.pem       the public key of RSA signatures
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from partners.sandbox.inpost.book import Carrier, Shipment
from partners.sandbox.inpost.scripts import SCRIPTS
from partners.sandbox.inpost.webhooks import FORMS, SIGNINGS, Postman
from partners.sandbox.orders import stamp

Said = dict[str, Any]


class CarrierControl:
    """Raises ValueError or KeyError for what it does not understand."""

    def __init__(self, carrier: Carrier, postman: Postman) -> None:
        self.carrier, self.postman = carrier, postman

    def get(self, path: str) -> Said | None:
        """None where there is no such page."""
        pages: dict[str, Callable[[], Said]] = {"/shipments": self._shipments, "/webhooks": self._agreed, "/letters": self._letters}
        return pages[path]() if path in pages else None

    def post(self, path: str, said: Said) -> Said | None:
        acts: dict[str, Callable[[Said], Said]] = {"/webhooks": self._subscribe, "/scripts": self._scripts}
        return acts[path](said) if path in acts else None

    def deliver(self, said: Said) -> Said:
        """Posts, and so must not be called under the world's lock."""
        _only(said, "times", "shuffle", "last", "corrupt")
        letters = self.postman.due()
        if "last" in said:
            letters = self.postman.letters[-int(said["last"]) :]
        told = self.postman.deliver(
            letters, times=int(said.get("times", 1)), shuffle=bool(said.get("shuffle")), corrupt=bool(said.get("corrupt"))
        )
        return {"delivered": told}

    def _shipments(self) -> Said:
        return {"shipments": [self._shown(one) for one in self.carrier.shipments.values()]}

    def _shown(self, one: Shipment) -> Said:
        plain = ("number", "order", "deduplication_id", "point", "script", "creates", "label_fetches", "moved_to")
        taken_at = stamp(one.taken_at) if one.taken_at else None
        codes = [event.code for event in reversed(self.carrier.seen(one))]
        return {name: getattr(one, name) for name in plain} | {"taken_at": taken_at, "events": codes}

    def _scripts(self, said: Said) -> Said:
        if unknown := set(said.values()) - set(SCRIPTS):
            raise ValueError(f"unknown script {min(unknown)}; choose one of {', '.join(SCRIPTS)}")
        self.carrier.scripts |= said
        for one in self.carrier.shipments.values():
            if one.order in said and one.taken_at is None:
                one.script = said[one.order]
        return {"scripts": self.carrier.scripts}

    def _subscribe(self, said: Said) -> Said:
        _only(said, "address", "secret", "signing", "form", "paused", "ladder_s", "remove")
        for name, known in (("signing", SIGNINGS), ("form", FORMS)):
            if said.get(name, known[0]) not in known:
                raise ValueError(f"unknown {name}; choose one of {', '.join(known)}")
        if "ladder_s" in said:
            self.postman.ladder = tuple(map(float, said["ladder_s"]))
        if said.get("remove"):
            del self.postman.subscriptions[said["address"]]
        elif "address" in said:
            agreed = {name: str(said[name]) for name in ("secret", "signing", "form") if name in said}
            paused = {"paused": bool(said["paused"])} if "paused" in said else {}
            self.postman.subscribe(str(said["address"]), **agreed, **paused)
        return self._agreed()

    def _agreed(self) -> Said:
        kept = [asdict(one) | {"secret": "kept"} for one in self.postman.subscriptions.values()]
        return {"subscriptions": kept, "ladder_s": list(self.postman.ladder)}

    def _letters(self) -> Said:
        told = [
            {"event_id": one.event, "address": one.uri, "tries": one.tries, "status": one.status, "due_at": stamp(one.due_at)}
            for one in self.postman.letters
        ]
        return {"letters": told}


def _only(said: Said, *known: str) -> None:
    if unknown := set(said) - set(known):
        raise ValueError(f"unknown field {min(unknown)}")
