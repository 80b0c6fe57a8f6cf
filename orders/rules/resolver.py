"""Where in what the shop sent does this fact stand? Rules are data, tried in order; the first hit wins."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

DATES = frozenset({"dispatch_on", "deliver_on", "event_on", "return_on"})
_LOOKED_AT = 500  # characters: nothing we look for is longer
_PAIRS = 100
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_GROUP_AGAIN = re.compile(r"\)[+*{]")
_OPEN_ENDED = re.compile(r"[+*]|\{\d*,\d*\}")
_MAYBE = re.compile(r"(?<![(+*?}])\?")
_MOST_OPEN_ENDED, _MOST_MAYBE = 2, 3  # the worst of these takes half a second on 500 characters
_UK_DATE = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")


class Rule(NamedTuple):
    """One place to look. `source` is a ResolverRule.Source; `pattern`'s first group, or its whole match, is the value."""

    fact: str
    name: str
    source: str
    key: str = ""
    json_path: str = ""
    pattern: str = ""


class Seen(NamedTuple):
    """What the shop sent, sorted by where it stood. `phones` and `address` map their source or field to the text."""

    attributes: Mapping[str, Any]
    metafields: Mapping[str, Any]
    phones: Mapping[str, str]
    service_code: str
    service_title: str
    address: Mapping[str, str]


class Found(NamedTuple):
    """A fact, the rule that found it, and where: "attribute Locker ID"."""

    value: Any
    rule_name: str
    source: str


def resolve(rules: Iterable[Rule], seen: Seen) -> dict[str, Found]:
    """{fact: Found} for every fact some rule finds. A rule that cannot be applied finds nothing; it never raises."""
    found: dict[str, Found] = {}
    for rule in rules:
        if rule.fact in found:
            continue
        value = _value(rule, seen)
        if value not in ("", None):
            found[rule.fact] = Found(value, rule.name, f"{rule.source} {rule.key}".strip())
    return found


def pattern_fault(pattern: str) -> str:
    """Why this pattern is refused, or "": it must compile, and nothing in it may make a match try for ever."""
    if len(pattern) > 200:
        return "The pattern is longer than 200 characters."
    bare = _ESCAPED.sub("x", pattern)
    if _GROUP_AGAIN.search(bare):
        return "The pattern repeats a group, such as (a+)+ or (a|b)*, which can take for ever. Write it without."
    if len(_OPEN_ENDED.findall(bare)) > _MOST_OPEN_ENDED or len(_MAYBE.findall(bare)) > _MOST_MAYBE:
        return f"The pattern leaves too much open: use at most {_MOST_OPEN_ENDED} of + * {{2,}} and {_MOST_MAYBE} of ?."
    try:
        re.compile(pattern)
    except re.error as error:
        return f"The pattern is not a regular expression: {error.msg}."
    return ""


def read_date(text: str) -> date | None:
    """An ISO date, also at the start of an instant, or day/month/year as the British write it."""
    text = text.strip()
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        pass
    uk = _UK_DATE.fullmatch(text)
    try:
        return date(int(uk[3]), int(uk[2]), int(uk[1])) if uk else None
    except ValueError:
        return None


def _value(rule: Rule, seen: Seen) -> Any:
    raw = _at_path(_place(rule, seen), rule.json_path)
    text = "" if raw is None or isinstance(raw, dict | list) else str(raw).strip()[:_LOOKED_AT]
    if rule.pattern and text:
        text = _match(rule.pattern, text)
    return read_date(text) if rule.fact in DATES else text


def _place(rule: Rule, seen: Seen) -> Any:
    if rule.source == "service_code":
        return seen.service_code
    if rule.source == "service_title":
        return seen.service_title
    places = {"attribute": seen.attributes, "metafield": seen.metafields, "phone": seen.phones, "address": seen.address}
    return places.get(rule.source, {}).get(rule.key)


def _at_path(value: Any, path: str) -> Any:
    """Follow a dotted path into a JSON value, which may still be text."""
    if not path:
        return value
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    for step in path.split("."):
        value = _step(value, step)
    return value


def _step(value: Any, step: str) -> Any:
    """Into an object by name, into a list by place, or by name where it is a list of {key or name, value}."""
    if isinstance(value, dict):
        return value.get(step)
    if not isinstance(value, list):
        return None
    if step.isdecimal():
        return value[int(step)] if len(step) < 4 and int(step) < len(value) else None
    pairs = (pair for pair in value[:_PAIRS] if isinstance(pair, dict))
    return next((pair.get("value") for pair in pairs if step in (pair.get("key"), pair.get("name"))), None)


def _match(pattern: str, text: str) -> str:
    compiled = _compiled(pattern)
    hit = compiled.search(text) if compiled else None
    if hit is None:
        return ""
    return (hit[1] or "") if hit.re.groups else hit[0]


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    return None if pattern_fault(pattern) else re.compile(pattern, re.IGNORECASE)
