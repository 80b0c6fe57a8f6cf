"""How an act on a write-off can end."""

from dataclasses import dataclass


class Refused(Exception):
    """The act is not possible as asked. `sentence` says why and what would be; `field` is the input to look at."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.field = sentence, field


class NotFound(Refused):
    """There is no write-off of this reference."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"There is no write-off {reference[:20]}.")


@dataclass(frozen=True)
class Outcome:
    """What became of one write-off of an approval. `done` is false where it was left as it stood; `sentence` says why."""

    reference: str
    done: bool
    state: str
    sentence: str
