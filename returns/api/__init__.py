"""A program asks for write-offs; a person's own session, freshly signed in, decides about one."""

from returns.api.write_offs import ACTS, WriteOffs

__all__ = ["ACTS", "WriteOffs"]
