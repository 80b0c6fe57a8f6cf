"""Which SKUs ACS knows: from its set-up list and from accepted orders."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import AcsSku
from inventory.sync import apply_setup, note_acs_skus, read_setup_csv, setup_headings
from partners.sync import sync_run
from tests.inventory.builders import file_of

pytestmark = pytest.mark.django_db

SETUP = "product_sku,unique_sku,name,designer,garment_type,sizes,description"


def test_several_garments_of_one_sku_are_one_sku(noon: datetime):
    file = file_of(SETUP, "A-1,A-1-001,Dress,X,Dress,10,", "A-1,A-1-002,Dress,X,Dress,10,", "B-2,B-2-001,Coat,X,Coat,12,", ",C-1,,,,,")

    run = sync_run("acs.setup", read=read_setup_csv(file), apply=apply_setup, clock=lambda: noon)

    assert (run.outcome, run.seen, run.created, run.unchanged, run.rejected) == ("ok", 4, 2, 1, 1)
    assert list(AcsSku.objects.order_by("sku").values_list("sku", "source", "first_seen_at")) == [
        ("A-1", "setup_list", noon),
        ("B-2", "setup_list", noon),
    ]
    assert run.rejected_records.get().path == "row 5: product_sku"


def test_noting_is_set_based_and_the_first_source_stays(noon: datetime):
    note_acs_skus(["A-1", "B-2", "A-1"], source="setup_list", at=noon)
    with CaptureQueriesContext(connection) as queries:
        created = note_acs_skus(["A-1", "B-2"], source="accepted_order", at=noon + timedelta(days=1))

    assert (created, len(queries)) == (0, 1)
    assert set(AcsSku.objects.values_list("source", "first_seen_at")) == {("setup_list", noon)}


def test_nothing_to_note_is_fine(noon: datetime):
    assert note_acs_skus([], source="setup_list", at=noon) == 0


def test_unknown_headings_are_listed():
    assert setup_headings(file_of("product_sku,Warehouse note", "A,b")).unknown == ["Warehouse note"]
