"""How a partner can fail us. Each error says in a sentence what happened, and whether trying again has any sense."""

from datetime import date
from enum import StrEnum


class Retry(StrEnum):
    LATER = "later"  # nothing reached the partner, or it asked us to wait
    NEVER = "never"  # the partner said no: a person must change something
    LOOK_UP = "look_up"  # it may have happened: ask before acting
    CREDENTIALS = "credentials"  # nothing works until a person renews the access


class PartnerError(Exception):
    """`sentence` is plain English without personal data; `request_id` finds the call in both sides' logs."""

    retry = Retry.LATER

    def __init__(self, partner: str, sentence: str, *, request_id: str = "", status: int | None = None) -> None:
        super().__init__(partner)
        self.partner, self.sentence, self.request_id, self.status = partner, sentence, request_id, status

    def __str__(self) -> str:
        return f"{self.partner}: {self.sentence}"


class Unreachable(PartnerError):
    """No answer, and nothing that could have had an effect was sent."""


class Throttled(PartnerError):
    """Asked to wait. `retry_after_s` is capped at an hour; a worker never sleeps for it."""

    def __init__(self, partner: str, sentence: str, *, retry_after_s: float, request_id: str = "", status: int | None = None) -> None:
        super().__init__(partner, sentence, request_id=request_id, status=status)
        self.retry_after_s = retry_after_s


class Rejected(PartnerError):
    """The partner refused the content. `fields` maps its field names to reason codes or texts."""

    retry = Retry.NEVER

    def __init__(
        self, partner: str, sentence: str, *, fields: dict[str, list[str]] | None = None, request_id: str = "", status: int | None = None
    ) -> None:
        super().__init__(partner, sentence, request_id=request_id, status=status)
        self.fields = fields or {}


class Conflict(Rejected):
    """The partner holds something else under the same key. `current` is what it says it holds."""

    def __init__(
        self,
        partner: str,
        sentence: str,
        *,
        current: str = "",
        fields: dict[str, list[str]] | None = None,
        request_id: str = "",
        status: int | None = None,
    ) -> None:
        super().__init__(partner, sentence, fields=fields, request_id=request_id, status=status)
        self.current = current


class PeriodClosed(Rejected):
    """The books are closed over the day of a document. `locked_to` is the last closed day, where the ledger says it."""

    def __init__(
        self, partner: str, sentence: str, *, locked_to: date | None = None, request_id: str = "", status: int | None = None
    ) -> None:
        super().__init__(partner, sentence, fields={"date": ["closed"]}, request_id=request_id, status=status)
        self.locked_to = locked_to


class Unreadable(PartnerError):
    """An answer came that is not what was agreed: not JSON, cut short, too big, the wrong type."""

    retry = Retry.LATER


class Denied(PartnerError):
    """401 or 403: the credentials or their scopes are refused."""

    retry = Retry.CREDENTIALS


ABOUT_THE_LINE = (Unreachable, Throttled, Denied)  # true of everything asked of this partner, so that the rest waits too


class UnknownOutcome(PartnerError):
    """A write whose answer was lost. It may have happened."""

    retry = Retry.LOOK_UP


class RecordError(Exception):
    """One record that cannot be read: where in it (`path`, like `$.lines[0].quantity`) and why. The run goes on."""

    def __init__(self, path: str, reason: str, *, key: str = "") -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason, self.key = path, reason, key
