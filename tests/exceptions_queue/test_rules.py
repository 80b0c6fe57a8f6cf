"""Ownership as a rule: the first match decides, an empty condition matches everything."""

from hypothesis import given
from hypothesis import strategies as st

from exceptions_queue.rules import Facts, Rule, first_match, matches

TEXTS = st.sampled_from(["", "web", "app", "UK1", "UK100", "VAL-EMAIL", "LOC-CLOSED"])
RULES = st.builds(Rule, st.text(max_size=5), TEXTS, TEXTS, TEXTS, st.integers(0, 500), st.sampled_from(["cx", "warehouse"]), st.none())
FACTS = st.builds(Facts, TEXTS, TEXTS, TEXTS, st.integers(0, 500))
ANY = Rule("any", "", "", "", 0, "cx", None)


@given(st.lists(RULES, max_size=6), FACTS)
def test_the_first_that_matches_decides_and_none_before_it_does(rules, facts):
    found = first_match(rules, facts)

    if found is None:
        assert not any(matches(rule, facts) for rule in rules)
    else:
        assert not any(matches(rule, facts) for rule in rules[: rules.index(found)])


@given(FACTS)
def test_a_rule_without_conditions_matches_everything(facts):
    assert matches(ANY, facts)


@given(RULES, FACTS)
def test_a_condition_more_never_matches_more(rule, facts):
    if matches(rule, facts):
        assert matches(rule._replace(code="", locker_prefix=""), facts)


def test_letter_case_of_channel_and_locker_does_not_matter():
    assert matches(ANY._replace(channel="Web", locker_prefix="uk00"), Facts("X", "WEB", "UK0001", 0))
