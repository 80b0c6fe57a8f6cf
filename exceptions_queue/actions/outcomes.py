"""How an act on a case can be refused."""

from exceptions_queue.models import ExceptionCase


class Refused(Exception):
    """The act is not possible as asked. `sentence` says why and what would be; `field` is the input to look at."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.field = sentence, field


class Stale(Exception):
    """Somebody saved first. `case` is what the person saw, `theirs` the row as it stands now."""

    def __init__(self, case: ExceptionCase, theirs: ExceptionCase) -> None:
        super().__init__(f"{case} was changed by somebody else.")
        self.case, self.theirs = case, theirs
