"""A stock file that a person brings: tried first, so that its effect is seen before anything is written."""

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.contrib.auth.models import User

from inventory.models import StockImport
from inventory.queries import FEED
from inventory.sync.stock.file import StockFile
from partners.models import SyncRun
from partners.sync import sync_file

CHUNK = 1 << 20


def try_upload(content: BinaryIO, *, name: str, actor: User, clock: Callable[[], datetime]) -> SyncRun:
    """Read it and work out what it would do. The run is HELD with the file kept, FAILED with a sentence, OK where it is the same as
    the last one, or SKIPPED (and not kept) while another file is being read."""
    with tempfile.TemporaryDirectory(prefix="lockstep-stock-") as folder:
        path = Path(folder) / "stock.csv"
        with path.open("wb") as file:
            while chunk := content.read(CHUNK):
                file.write(chunk)
        run = sync_file(FEED, StockFile(path, at=clock(), name=Path(name).name), clock=clock, only_look=True)
    if run.pk:
        StockImport.objects.filter(run=run).update(uploaded_by=actor)
    return run
