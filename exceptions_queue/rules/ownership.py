"""Whose is a case? The first rule that matches decides; where none does, the desk that its code names."""

from collections.abc import Iterable
from typing import NamedTuple


class Rule(NamedTuple):
    """An empty condition matches everything. `assignee_id` None leaves the case to the whole desk."""

    name: str
    code: str
    channel: str
    locker_prefix: str
    min_value_pence: int
    owner: str
    assignee_id: int | None


class Facts(NamedTuple):
    """What a rule may look at."""

    code: str
    channel: str
    locker_id: str
    value_pence: int


def matches(rule: Rule, facts: Facts) -> bool:
    return (
        rule.code in ("", facts.code)
        and rule.channel.casefold() in ("", facts.channel.casefold())
        and facts.locker_id.casefold().startswith(rule.locker_prefix.casefold())
        and facts.value_pence >= rule.min_value_pence
    )


def first_match(rules: Iterable[Rule], facts: Facts) -> Rule | None:
    """The rule that decides, in the order given; None where none matches."""
    return next((rule for rule in rules if matches(rule, facts)), None)
