"""Which conditions a case can be in, and which moves are legal."""

from django.db import models


class CaseState(models.TextChoices):
    OPEN = "open", "Open"
    CURED = "cured", "Closed: the facts are right"
    WAIVED = "waived", "Waived"
    CLOSED = "closed", "Closed by hand"


CASE_MOVES = {
    CaseState.OPEN: {CaseState.CURED, CaseState.WAIVED, CaseState.CLOSED},
    CaseState.WAIVED: {CaseState.OPEN},
    CaseState.CLOSED: {CaseState.OPEN},
}


class Block(models.TextChoices):
    """What an open case stops. The letters are those of the exception taxonomy."""

    RELEASE = "R", "Release to ACS"
    MANIFEST = "M", "Manifest"
    SALE = "S", "Sale"
    JOURNAL = "J", "Journal"


class Owner(models.TextChoices):
    """The desk that acts first; the values are the names of the roles in `config/roles.py`."""

    CX = "cx", "CX"
    WAREHOUSE = "warehouse", "Warehouse"
    MERCHANDISING = "merchandiser", "Merchandising"
    FINANCE = "finance", "Finance"
    INTEGRATION = "integration", "Integration admin"


class BulkState(models.TextChoices):
    """A job that was stopped can go on; one that is done cannot."""

    QUEUED = "queued", "Waiting for a worker"
    RUNNING = "running", "Running"
    STOPPED = "stopped", "Stopped"
    DONE = "done", "Done"


class ItemState(models.TextChoices):
    TO_DO = "todo", "To do"
    DONE = "done", "Done"
    FAILED = "failed", "Refused"
    SKIPPED = "skipped", "Nothing to do"


class AlertKind(models.TextChoices):
    """What an alert is about; each kind waits its own time before a channel speaks of it."""

    CASES = "cases", "Many cases of one cause"
    CUTOFF = "cutoff", "A cut-off comes near"
    LATE = "late", "A feed is late"
    FAILED = "failed", "A feed or a job fails"
    LOW_VOLUME = "low_volume", "Fewer orders than usual"
    HEARTBEAT = "heartbeat", "Something here stands still"


class ChannelKind(models.TextChoices):
    CONSOLE = "console", "Log"
    EMAIL = "email", "E-mail"
    SLACK = "slack", "Slack"
    TEAMS = "teams", "Teams"


class MessageState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    QUEUED = "queued", "On its way"
    SENT = "sent", "Sent"
    FAILED = "failed", "Refused"
