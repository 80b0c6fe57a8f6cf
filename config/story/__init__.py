"""The seeded story that `demo --once` tells, and whether it went as the sandbox planned it."""

from config.story.telling import is_as_planned, tell

__all__ = ["is_as_planned", "tell"]
