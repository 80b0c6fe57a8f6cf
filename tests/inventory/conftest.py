"""People who may look at products, and those who may change them."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client


def signed_in(name: str, *codenames: str) -> Client:
    """A browser with a person signed in who may do these things."""
    user = User.objects.create_user(name)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="inventory", codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def viewing(db) -> Client:
    return signed_in("viewer", "view_product")


@pytest.fixture
def merchandising(db) -> Client:
    return signed_in("merchandiser", "view_product", "change_product", "import_product")


LOOKING = ("view_product", "view_level", "view_garment", "view_garmentchange", "view_bufferrule")


@pytest.fixture
def looking(db) -> Client:
    """Somebody who may look at stock and change nothing of it."""
    return signed_in("tom", *LOOKING)


@pytest.fixture
def looking_at_orders(looking) -> Client:
    """Who may look at the orders too, and is led to them."""
    User.objects.get(username="tom").user_permissions.add(Permission.objects.get(codename="view_order"))
    return looking


@pytest.fixture
def selling(db) -> Client:
    """A merchandiser: buffers and what is kept back are theirs."""
    return signed_in("rosa", *LOOKING, "change_bufferrule", "reserve_level", "change_product")
