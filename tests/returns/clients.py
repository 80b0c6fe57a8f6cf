"""Sessions of the people who have a part in write-offs, freshly signed in. The make-believe world asks nobody for a second step."""

import time

from django.contrib.auth.models import User
from django.test import Client

from tests.config.people import sign_in


def in_two_steps(user: User) -> Client:
    """A session that gave a password and a code just now."""
    client = sign_in(user)
    session = client.session
    session["account_authentication_methods"] += [{"method": "mfa", "at": time.time(), "type": "totp"}]
    session.save()
    return client
