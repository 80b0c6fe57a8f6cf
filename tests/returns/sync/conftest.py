"""What the mirror hands on."""

from collections.abc import Collection

import pytest

from returns.actions import raising


@pytest.fixture
def looked(monkeypatch) -> list[list[int]]:
    """The garments that were handed to the write-offs, look by look; they are looked at all the same."""
    seen: list[list[int]] = []
    look = raising.look

    def keep(item_ids: Collection[int], **how: object) -> object:
        seen.append(list(item_ids))
        return look(item_ids, **how)

    monkeypatch.setattr(raising, "look", keep)
    return seen
