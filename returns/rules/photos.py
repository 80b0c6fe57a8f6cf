"""Is it true that these bytes are a photo? By the bytes alone: neither a name nor what the sender calls it counts. Pure."""

from datetime import timedelta

ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
MOST_BYTES = 10_000_000
SHORTEST = 24  # no header of the three is shorter
LONGEST_PAUSE = timedelta(hours=6)
MOST_TRIES = 10


class NotAPhoto(Exception):
    """`sentence` says what it is instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def type_of(content: bytes) -> str:
    """ "image/jpeg", "image/png" or "image/webp". Raises NotAPhoto for anything else: pages and drawings may carry script."""
    if len(content) > MOST_BYTES:
        raise NotAPhoto(f"It is larger than {MOST_BYTES // 1_000_000} MB.")
    if not content:
        raise NotAPhoto("It is empty.")
    if len(content) >= SHORTEST:
        if content.startswith(b"\xff\xd8\xff"):
            return "image/jpeg"
        if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
            return "image/png"
        if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
            return "image/webp"
    raise NotAPhoto(_instead(content))


def _instead(content: bytes) -> str:
    head = content[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in head:
        return "It is an SVG drawing, which can carry script: send a JPEG, PNG or WebP photo."
    if head.startswith((b"<!doctype", b"<html", b"<head", b"<body", b"<script", b"<?xml")):
        return "It is a web page, not a photo."
    return "It is not a JPEG, PNG or WebP photo."


def pause_after(tries: int) -> timedelta | None:
    """How long a photo waits after so many failed tries: 5 minutes, then twice as long each time, to 6 hours; None when it is enough."""
    return None if tries >= MOST_TRIES else min(timedelta(minutes=5) * 2 ** max(0, tries - 1), LONGEST_PAUSE)
