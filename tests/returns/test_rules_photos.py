"""What is a photo: by its bytes alone."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from returns.rules.photos import MOST_BYTES, NotAPhoto, pause_after, type_of
from tests.returns.telling import JPEG, PNG, WEBP


@pytest.mark.parametrize(("content", "kind"), [(JPEG, "image/jpeg"), (PNG, "image/png"), (WEBP, "image/webp")], ids=["jpeg", "png", "webp"])
def test_the_three_kinds_are_known_by_their_first_bytes(content: bytes, kind: str):
    assert type_of(content) == kind


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "It is empty."),
        (b"<!DOCTYPE html><script>alert(1)</script>" + bytes(40), "It is a web page, not a photo."),
        (b"\xef\xbb\xbf\r\n <HTML><body>", "It is a web page, not a photo."),
        (
            b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
            "It is an SVG drawing, which can carry script: send a JPEG, PNG or WebP photo.",
        ),
        (b"GIF89a" + bytes(40), "It is not a JPEG, PNG or WebP photo."),
        (b"%PDF-1.7" + bytes(40), "It is not a JPEG, PNG or WebP photo."),
        (b"RIFF\x40\x00\x00\x00WAVEfmt " + bytes(40), "It is not a JPEG, PNG or WebP photo."),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "It is not a JPEG, PNG or WebP photo."),
        (b"\xff\xd8\xff", "It is not a JPEG, PNG or WebP photo."),
    ],
)
def test_anything_else_is_refused_with_what_it_is(content: bytes, sentence: str):
    with pytest.raises(NotAPhoto) as refused:
        type_of(content)

    assert refused.value.sentence == sentence


def test_ten_megabytes_are_the_most():
    assert type_of(JPEG + bytes(MOST_BYTES - len(JPEG))) == "image/jpeg"
    with pytest.raises(NotAPhoto, match="larger than 10 MB"):
        type_of(JPEG + bytes(MOST_BYTES - len(JPEG) + 1))


@given(st.binary(max_size=200))
def test_what_is_taken_never_begins_like_markup(content: bytes):
    try:
        taken = bool(type_of(content))
    except NotAPhoto:
        taken = False

    assert not taken or content[:1] in (b"\xff", b"\x89", b"R")


def test_pauses_grow_and_end():
    pauses = [pause_after(tries) for tries in range(1, 11)]

    assert pauses[0] == timedelta(minutes=5)
    assert pauses[1] == timedelta(minutes=10)
    assert pauses[8] == timedelta(hours=6)
    assert pauses[9] is None
