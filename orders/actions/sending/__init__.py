"""Release to ACS: intent → PUT → GET → compare → released, or a case. Never twice, never while held."""

from orders.actions.sending.content import KIND, RING, outbound, queue, queue_many, queue_releases, with_live_intents
from orders.actions.sending.edited import EDITED, find_edited, last_words, local, look, out, take
from orders.actions.sending.elsewhere import ELSEWHERE, adopt_elsewhere, last_elsewhere
from orders.actions.sending.outcomes import OUTCOME_SCOPE, card_of, reconcile_outcome
from orders.actions.sending.people import LOST, resend, take_back
from orders.actions.sending.steps import amended, claim, deferred, failed, lock_order, lock_row, look_up, send, settled, still_differs

__all__ = [
    "EDITED",
    "ELSEWHERE",
    "KIND",
    "LOST",
    "OUTCOME_SCOPE",
    "RING",
    "adopt_elsewhere",
    "amended",
    "card_of",
    "claim",
    "deferred",
    "failed",
    "find_edited",
    "last_elsewhere",
    "last_words",
    "local",
    "lock_order",
    "lock_row",
    "look",
    "look_up",
    "out",
    "outbound",
    "queue",
    "queue_many",
    "queue_releases",
    "reconcile_outcome",
    "resend",
    "send",
    "settled",
    "still_differs",
    "take",
    "take_back",
    "with_live_intents",
]
