"""To the ledger, once: intent, claim, draft, post by id, read back. And every night: does it still show what was approved?"""

from returns.actions.posting.comparing import compare, drop_surplus
from returns.actions.posting.doubts import find_in_doubt
from returns.actions.posting.making import make_journals, may_post, post_again, queue_drafted
from returns.actions.posting.moving import KIND, RING
from returns.actions.posting.steps import drain_journals

__all__ = [
    "KIND",
    "RING",
    "compare",
    "drain_journals",
    "drop_surplus",
    "find_in_doubt",
    "make_journals",
    "may_post",
    "post_again",
    "queue_drafted",
]
