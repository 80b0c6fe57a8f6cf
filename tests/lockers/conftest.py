"""People who may look at lockers."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client


@pytest.fixture
def viewer(db) -> User:
    user = User.objects.create_user("viewer")
    user.user_permissions.add(Permission.objects.get(codename="view_point"))
    return user


@pytest.fixture
def viewing(viewer: User) -> Client:
    """A browser with that person signed in."""
    client = Client()
    client.force_login(viewer)
    return client
