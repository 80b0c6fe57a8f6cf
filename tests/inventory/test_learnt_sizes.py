"""What packed parcels teach about a product: shown on its page, used once a merchandiser accepts it."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client

from exceptions_queue.models import AuditEntry
from inventory import queries
from inventory.actions import NotLearnt, accept_learnt_size, learn_sizes
from inventory.models import SizeCorrection
from inventory.rules import factor_of, middle_factor
from lockers.rules.sizes import Item, fit
from tests.inventory.builders import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def merchandiser(client: Client) -> Client:
    call_command("load_roles", stdout=StringIO())
    user = User.objects.create(username="merchandiser", first_name="Rosa", last_name="Bell")
    user.groups.set(Group.objects.filter(name="merchandiser"))
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("packed", "stated", "factor"), [(700, 1000, 700), (1, 1000, None), (9_000, 1000, None), (0, 5, None), (5, 0, None)]
)
def test_a_factor_that_cannot_be_right_is_none(packed: int, stated: int, factor: int | None):
    assert factor_of(packed, stated) == factor


def test_one_careless_parcel_does_not_move_the_middle():
    assert middle_factor([700, 710, 4_000]) == 710


def test_only_the_last_twenty_parcels_count(noon):
    learn_sizes({"A-1": [3_000] * 20}, at=noon)
    learn_sizes({"A-1": [800] * 20}, at=noon)

    learnt = SizeCorrection.objects.get()
    assert (learnt.factor, learnt.seen, len(learnt.recent)) == (800, 40, 20)


def test_what_is_learnt_later_does_not_change_what_was_accepted(noon, admin_user: User):
    learn_sizes({"A-1": [800]}, at=noon)
    accept_learnt_size("A-1", factor=800, actor=admin_user, at=noon)

    learn_sizes({"A-1": [2_000, 2_000]}, at=noon + timedelta(days=1))

    learnt = SizeCorrection.objects.get()
    assert (learnt.factor, learnt.accepted_factor) == (2_000, 800)


def test_a_figure_that_moved_on_is_not_accepted_unseen(noon, admin_user: User):
    learn_sizes({"A-1": [800, 900, 900]}, at=noon)

    with pytest.raises(NotLearnt):
        accept_learnt_size("A-1", factor=800, actor=admin_user, at=noon)

    assert SizeCorrection.objects.get().accepted_factor is None


@pytest.mark.parametrize("factor", [600, 5_000])
def test_the_list_s_too_big_follows_the_accepted_size_as_the_rule_does(factor: int, noon, admin_user: User):
    product = make_product("A-1", length_mm=900, width_mm=500, height_mm=200, rigid=False)
    learn_sizes({"A-1": [factor]}, at=noon)
    accept_learnt_size("A-1", factor=factor, actor=admin_user, at=noon)

    assert queries.is_too_big(product) == (fit([Item(900, 500, 200, product.weight_g, False, 1, factor)]).size is None)


@pytest.mark.parametrize(("factor", "listed"), [(700, 0), (560, 0), (559, 1), (840, 0), (841, 1)])
def test_the_list_names_what_is_packed_a_fifth_otherwise_than_counted(factor: int, listed: int, noon):
    make_product("A-1")
    make_product("B-1")
    learn_sizes({"A-1": [factor]}, at=noon)

    assert queries.counts(noon).packed_otherwise == listed
    assert queries.rows().filter(queries.packed_otherwise()).count() == listed


def test_what_was_accepted_is_counted_as_it_is_packed(noon, admin_user: User):
    make_product("A-1")
    learn_sizes({"A-1": [1_500]}, at=noon)

    accept_learnt_size("A-1", factor=1_500, actor=admin_user, at=noon)

    assert queries.counts(noon).packed_otherwise == 0


class TestPage:
    def test_it_shows_what_was_learnt_beside_what_counts_now(self, merchandiser: Client, noon):
        make_product("A-1")
        learn_sizes({"A-1": [1_120, 1_120]}, at=noon)

        page = merchandiser.get("/products/A-1/size/").content.decode()

        assert "112 %" in page
        assert "70 %" in page
        assert "the middle of 2 parcels" in page
        assert "Count it at 112 %" in page

    def test_a_product_nothing_was_learnt_of_says_nothing(self, merchandiser: Client):
        make_product("A-1")

        assert "of the stated volume" not in merchandiser.get("/products/A-1/size/").content.decode()

    def test_accepting_it_is_recorded_and_used(self, merchandiser: Client, noon):
        make_product("A-1")
        learn_sizes({"A-1": [1_120]}, at=noon)

        page = merchandiser.post("/products/A-1/learnt/", {"factor": "1120"}, follow=True).content.decode()

        learnt = SizeCorrection.objects.get()
        assert (learnt.accepted_factor, learnt.accepted_by.username) == (1_120, "merchandiser")
        assert AuditEntry.objects.get(verb="learnt size accepted").after == {"accepted_factor": 1_120}
        assert "learnt, accepted by Rosa Bell" in page
        assert "Count it at" not in page

    def test_a_figure_that_moved_on_is_said(self, merchandiser: Client, noon):
        make_product("A-1")
        learn_sizes({"A-1": [1_120]}, at=noon)

        page = merchandiser.post("/products/A-1/learnt/", {"factor": "999"}, follow=True).content.decode()

        assert "More parcels with A-1 were packed since you looked" in page

    @pytest.mark.parametrize("factor", ["", "x", "-1", "999999", "٣"])
    def test_what_is_no_figure_is_not_found(self, merchandiser: Client, factor: str):
        assert merchandiser.post("/products/A-1/learnt/", {"factor": factor}).status_code == 404
