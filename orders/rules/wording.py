"""Which words of a message to a customer may people choose, and can these be used? Pure. The facts around them are in `letters`."""

import re
from collections.abc import Mapping
from typing import NamedTuple

LONGEST_SUBJECT, LONGEST_TEXT = 100, 3_000
FITS = 150  # what a message's subject has room for once it is filled in
_NAMED = re.compile(r"\[([^\[\]\n]*)\]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class BadWords(ValueError):
    """The words cannot be used. `str()` is a sentence: what, where, what to do; `field` is "subject" or "body"."""

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field


class Words(NamedTuple):
    """What a person wrote, with placeholders, or what a customer reads, without."""

    subject: str
    body: str


class Placeholder(NamedTuple):
    """`stands_for` completes "it is …". What is several lines long, or may be empty, does not go into a subject."""

    name: str
    stands_for: str
    required: bool = False
    in_subject: bool = True

    @property
    def shown(self) -> str:
        return f"[{self.name}]"


class Template(NamedTuple):
    """One message by its occasion. `words` are those it is delivered with: version 0."""

    name: str
    label: str
    sent_when: str
    placeholders: tuple[Placeholder, ...]
    words: Words


def judge(template: Template, *, subject: str, body: str) -> Words:
    """The words, tidied, as they are kept. Raises BadWords."""
    words = Words(
        " ".join(_CONTROL.sub(" ", subject).split()), _CONTROL.sub("", body.replace("\r\n", "\n").replace("\r", "\n")).strip() + "\n"
    )
    _fits(words)
    known = {placeholder.name: placeholder for placeholder in template.placeholders}
    for field, text in zip(("subject", "body"), words, strict=True):
        for name in named_in(text):
            _may_stand(known.get(name), name, field, template)
    for placeholder in template.placeholders:
        if placeholder.required and placeholder.name not in named_in(words.body):
            raise BadWords(f"The text leaves out {placeholder.shown}: {placeholder.stands_for}. Write it where it belongs.", "body")
    return words


def named_in(text: str) -> list[str]:
    """The names in square brackets, in their order."""
    return _NAMED.findall(text)


def fill(words: Words, values: Mapping[str, str]) -> Words:
    """What the customer reads. A line with nothing but a placeholder that is empty goes, and the blank lines before it."""
    body = words.body
    for name in (name for name, value in values.items() if not value):
        body = re.sub(rf"\n*^\[{re.escape(name)}\]$", "", body, flags=re.MULTILINE)
    subject = " ".join(_filled(words.subject, values).split())
    return Words(subject[:FITS], _filled(body.lstrip("\n"), values))


def _filled(text: str, values: Mapping[str, str]) -> str:
    """In one pass, so that nothing in a value is taken for a placeholder."""
    return _NAMED.sub(lambda found: values.get(found[1], found[0]), text)


def _fits(words: Words) -> None:
    if not words.subject:
        raise BadWords("Write a subject: an e-mail without one looks like fraud.", "subject")
    if not words.body.strip():
        raise BadWords("Write a text: there is nothing to send without one.", "body")
    for text, most, what, field in ((words.subject, LONGEST_SUBJECT, "subject", "subject"), (words.body, LONGEST_TEXT, "text", "body")):
        if len(text) > most:
            raise BadWords(f"The {what} has {len(text):,} characters. Use {most:,} at most.", field)


def _may_stand(placeholder: Placeholder | None, name: str, field: str, template: Template) -> None:
    if placeholder is None:
        offered = ", ".join(each.shown for each in template.placeholders if field == "body" or each.in_subject)
        raise BadWords(f"[{name[:40]}] is no placeholder of this message. Here can stand: {offered}.", field)
    if field == "subject" and not placeholder.in_subject:
        raise BadWords(f"{placeholder.shown} does not fit into a subject. Write it in the text.", field)
