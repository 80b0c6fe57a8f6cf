"""What every test of write-offs starts from."""

import pytest

from tests.returns.builders import People, make_accounts, make_people


@pytest.fixture
def people(db) -> People:
    make_accounts()
    return make_people()
