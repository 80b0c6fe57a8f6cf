"""What is wrong with this one?"""

from returns.problems.writing_off import SCOPE, find, is_regraded

__all__ = ["SCOPE", "find", "is_regraded"]
