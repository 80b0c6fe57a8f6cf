"""From the pick to the shop's customers, with the real clients against the make-believe partners."""

import pytest

from config.running import run_feed
from lockers import tasks as lockers
from lockers.models import Parcel, TrackingEvent
from orders import tasks
from partners.sandbox import picking
from partners.sandbox.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def labelled(world: World) -> list[Parcel]:
    """Every good locker order packed, with its label."""
    tasks.review_new()
    tasks.send_releases()
    for _ in range(2):  # what is picked short is whole at the second go
        picking.work(world, {"to": "Packed"})
    run_feed("acs.orders")
    tasks.ask_for_labels()
    lockers.make_labels()
    return list(Parcel.objects.filter(state="labelled"))


def test_parcels_of_which_inpost_knows_nothing_yet_are_asked_about_all_the_same(labelled: list[Parcel]):
    """Answers that are empty alike, ten parcels at a time, are no reading that goes in circles."""
    run = run_feed("inpost.tracking")

    assert len(labelled) > 20
    assert (run.outcome, run.seen, run.changed) == ("ok", len(labelled), 0)
    assert TrackingEvent.objects.count() == 0
