"""What cannot be done is said in the answer's own `userErrors`, with nothing done."""

from collections.abc import Iterable, Sequence


class No(Exception):
    """A user error. `index` says which one of a list it is about, where the shop tells that beside the field."""

    def __init__(self, field: Iterable[str] | None, message: str, code: str | None = None, index: int | None = None) -> None:
        super().__init__(message)
        self.field, self.message, self.code, self.index = list(field) if field else None, message, code, index


class Several(Exception):
    """User errors, several at once."""

    def __init__(self, refusals: Sequence[No]) -> None:
        super().__init__("; ".join(no.message for no in refusals))
        self.refusals = refusals
