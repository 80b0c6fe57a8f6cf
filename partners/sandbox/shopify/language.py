"""The words of GraphQL: text becomes tokens, and what goes wrong becomes a `Fault` that the answer's `errors` can show."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MOST_DEEP = 50
_TOKEN = re.compile(
    r"(?P<skip>[\s,\ufeff]+|\#[^\n\r]*)"
    r"|(?P<spread>\.\.\.)"
    r"|(?P<name>[_A-Za-z][_0-9A-Za-z]*)"
    r"|(?P<float>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)(?![_A-Za-z0-9.]))"
    r"|(?P<int>-?(?:0|[1-9][0-9]*)(?![_A-Za-z0-9.]))"
    r'|(?P<block>"""(?:[^"\\]|\\"""|\\|"(?!""))*""")'
    r'|(?P<string>"(?:[^"\\\n\r]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*")'
    r"|(?P<sign>[!$&()\[\]{}:=@|])"
)


class At(NamedTuple):
    """Where in the text, counted from one."""

    line: int
    column: int


@dataclass
class Fault(Exception):
    """One entry of `errors`. `extra` is its `extensions`; `path` and `at` are left out of the answer when there is none."""

    message: str
    at: tuple[At, ...] = ()
    path: tuple[str | int, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        said: dict[str, Any] = {"message": self.message}
        if self.at:
            said["locations"] = [at._asdict() for at in self.at]
        if self.path:
            said["path"] = list(self.path)
        if self.extra:
            said["extensions"] = dict(self.extra)
        return said


class Token(NamedTuple):
    kind: str
    text: str
    at: At


def tokens(text: str) -> Iterator[Token]:
    """Every token, and one of kind "end". Raises Fault where the text is no GraphQL."""
    place, line, line_began = 0, 1, 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        at = At(line, place - line_began + 1)
        if found is None or found.lastgroup is None:
            raise unexpected(Token("other", text[place], at))
        if found.lastgroup != "skip":
            yield Token(found.lastgroup, found[0], at)
        if "\n" in found[0]:
            line, line_began = line + found[0].count("\n"), place + found[0].rindex("\n") + 1
        place = found.end()
    yield Token("end", "end of file", At(line, place - line_began + 1))


def unexpected(token: Token) -> Fault:
    said = token.text if token.kind == "end" else json.dumps(token.text)
    return Fault(f"syntax error, unexpected {said} at [{token.at.line}, {token.at.column}]", (token.at,))


class Stream:
    """Tokens, read one by one. Raises Fault where another was needed, and for nesting that no person writes."""

    def __init__(self, text: str) -> None:
        self._tokens = list(tokens(text))
        self._next = 0
        self.deep = 0

    @property
    def now(self) -> Token:
        return self._tokens[self._next]

    def take(self) -> Token:
        token = self.now
        self._next += token.kind != "end"
        return token

    def took(self, sign: str) -> bool:
        """Is this sign or word next? If it is, it is taken."""
        if self.now.kind in ("sign", "spread", "name") and self.now.text == sign:
            self.take()
            return True
        return False

    def need(self, sign: str) -> Token:
        token = self.now
        if not self.took(sign):
            raise unexpected(token)
        return token

    def name(self) -> Token:
        if self.now.kind != "name":
            raise unexpected(self.now)
        return self.take()

    def dive(self) -> None:
        self.deep += 1
        if self.deep > MOST_DEEP:
            raise Fault("Query has exceeded the deepest nesting that is read", (self.now.at,))

    def rise(self) -> None:
        self.deep -= 1


def text_of(token: Token) -> str:
    """What a string token says."""
    if token.kind == "string":
        return str(json.loads(token.text))
    lines = token.text[3:-3].replace('\\"""', '"""').splitlines()
    indents = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    cut = min(indents, default=0)
    lines = lines[:1] + [line[cut:] for line in lines[1:]]
    return "\n".join(lines).strip("\n")
