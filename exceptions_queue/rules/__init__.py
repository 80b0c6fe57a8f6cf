"""Is it true that…? Whose a case is, and when somebody is to be told."""

from exceptions_queue.rules.alerts import Step, next_step
from exceptions_queue.rules.ownership import Facts, Rule, first_match, matches

__all__ = ["Facts", "Rule", "Step", "first_match", "matches", "next_step"]
