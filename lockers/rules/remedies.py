"""What a label that was not made asks of us. Pure."""

from lockers.states import Remedy
from partners.errors import Retry


def remedy_of(retry: Retry, *, names_fields: bool) -> Remedy:
    """Renew the access; put right what InPost names; or try again."""
    if retry == Retry.CREDENTIALS:
        return Remedy.RECONNECT
    return Remedy.FIX_FIRST if retry == Retry.NEVER and names_fields else Remedy.TRY_AGAIN
