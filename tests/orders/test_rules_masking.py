"""What is shown of personal data to who has no need of it."""

import pytest

from orders.rules.masking import mask_mobile


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((value, "07••• •••123") for value in ("07700 900123", "+447700900123", "0044 7700 900123", "+44 (0)7700 900123")),
        ("+33 6 12 34 56 78", "33••• •••678"),
        ("0712567", "•••••••"),
        ("", ""),
        ("no number", ""),
    ],
)
def test_a_mobile_reads_the_same_however_it_is_kept(value, shown):
    assert mask_mobile(value) == shown
