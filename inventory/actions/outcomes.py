"""How an act on stock can end."""


class Refused(Exception):
    """The value cannot be used. `sentence` says what, where and what to do; `field` is where."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.field = sentence, field
