"""Money is decided about by a person who has just proved who they are, and by no program."""

from rest_framework.exceptions import PermissionDenied

from exceptions_queue.api.door import Asked
from exceptions_queue.views.proof import is_fresh, took_two_steps

SESSION_ONLY = "A token decides nothing about money: sign in, and act within ten minutes of giving your password."
STALE = "Give your password again: deciding about money needs a sign-in of the last ten minutes."
ONE_STEP = "Deciding about money needs a sign-in in two steps: set up a second step, and sign in with it."


def must_be_a_person(request: Asked) -> None:
    """Raises PermissionDenied ("session_only") for a token, whatever its scopes."""
    if request.auth is not None:
        raise PermissionDenied(SESSION_ONLY, "session_only")


def must_be_fresh(request: Asked) -> None:
    """Raises PermissionDenied where the session gave no password in the last ten minutes ("reauthenticate"), or no second step
    ("two_steps"), which the make-believe world asks nobody for."""
    if not is_fresh(request._request):
        raise PermissionDenied(STALE, "reauthenticate")
    if not took_two_steps(request._request):
        raise PermissionDenied(ONE_STEP, "two_steps")
