"""ACS's daily stock file says what it holds, garment by garment: make our mirror agree."""

from inventory.sync.stock.drop import newest_file, waiting_files
from inventory.sync.stock.file import StockFile, kept_file
from inventory.sync.stock.upload import try_upload

__all__ = ["StockFile", "kept_file", "newest_file", "try_upload", "waiting_files"]
