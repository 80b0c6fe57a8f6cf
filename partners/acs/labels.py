"""Labels laid down as files in a folder that ACS's machine reads: whole or not at all, and read again afterwards."""

import hashlib
import os
import uuid
from contextlib import suppress
from pathlib import Path

from partners.errors import Rejected, Unreachable

PARTNER = "acs"


class LabelFolder:
    """The folder must be there: one that is made here by mistake would be read by nobody."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> str:
        """Write beside the name and rename, so that ACS never meets half a label; return the SHA-256 of what lies there then.

        Raises Unreachable where the folder cannot be used.
        """
        part = self._path(f".{uuid.uuid4().hex}.part")
        try:
            with part.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path(name))
        except OSError as error:
            raise Unreachable(PARTNER, "The folder for labels cannot be written. Check LABELS_FOLDER.") from error
        finally:
            with suppress(OSError):
                part.unlink()
        return self.hash_of(name)

    def hash_of(self, name: str) -> str:
        """The SHA-256 of the file that lies there; "" where none does. Raises Unreachable where it cannot be read."""
        try:
            return hashlib.sha256(self._path(name).read_bytes()).hexdigest()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise Unreachable(PARTNER, "The folder for labels cannot be read. Check LABELS_FOLDER.") from error

    def remove(self, name: str) -> bool:
        """Take a file away again; False where ACS has taken it already."""
        try:
            self._path(name).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise Unreachable(PARTNER, "The folder for labels cannot be written. Check LABELS_FOLDER.") from error
        return True

    def check(self) -> str:
        """Prove that the folder is there and may be written, in a sentence."""
        name = f".{uuid.uuid4().hex}.test"
        self.put(name, b"")
        self.remove(name)
        return "The folder for labels is there and may be written."

    def _path(self, name: str) -> Path:
        if "/" in name or name in ("", ".", ".."):
            raise Rejected(PARTNER, "A label's file cannot have this name.")
        return self._folder / name
