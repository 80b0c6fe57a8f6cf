"""What cannot be done is said in the answer's own `userErrors`, with nothing done."""

from collections.abc import Iterable


class No(Exception):
    """A user error."""

    def __init__(self, field: Iterable[str] | None, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.field, self.message, self.code = list(field) if field else None, message, code
