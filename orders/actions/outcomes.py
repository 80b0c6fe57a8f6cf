"""How an act on an order can end."""

from dataclasses import dataclass

from orders.models import Order


@dataclass(frozen=True)
class Checked:
    """The act was saved and the order checked again. `blocking` names what still stops the release; `opened` and `closed` are codes.

    `sentence` says what happens now, where that is not about the release.
    """

    order: Order
    opened: frozenset[str]
    closed: frozenset[str]
    blocking: frozenset[str]
    sentence: str = ""


class Refused(Exception):
    """The value cannot be used. `sentence` says what, where and what to do; `field` is where."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.field = sentence, field


class TooLate(Exception):
    """The order is on its way to ACS or past it: the act no longer has any effect here."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Stale(Exception):
    """Somebody saved first. `order` is the row as it stands, so that the screen can show both values."""

    def __init__(self, order: Order) -> None:
        super().__init__(f"Order {order.number} was changed by somebody else.")
        self.order = order
