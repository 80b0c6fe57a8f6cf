"""What is wrong with these orders? Facts are read a batch at a time, the rules are pure, the answer is {code: evidence}."""

from orders.problems.checks import RELEASE_SCOPE, judge
from orders.problems.facts import Batch, Facts, Line, Method, Place, read_batch, read_methods
from orders.problems.find import Verdict, find_many

__all__ = ["RELEASE_SCOPE", "Batch", "Facts", "Line", "Method", "Place", "Verdict", "find_many", "judge", "read_batch", "read_methods"]
