"""What must be true of write-offs and refunds at any moment, checked by `manage.py verify`."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, F, Max, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from inventory.models import Garment
from partners import connect
from partners.models import Intent
from returns.actions.posting import KIND
from returns.models import Approval, Journal, Refund, ReturnItem, WriteOff
from returns.rules.journal import from_rows, is_balanced
from returns.states import ENDED, IN_THE_AIR, IN_THE_LEDGER, Cause, Grade, JournalState, Method, RefundState, WriteOffState

SHOWN = 20
LOOKED_AT = 5_000
GRACE, A_DAY = timedelta(hours=1), timedelta(days=1)
SIGNED = (WriteOffState.APPROVED, *IN_THE_AIR, *IN_THE_LEDGER, WriteOffState.REVERSED)


def every_grade_beyond_repair_has_its_write_off(at: datetime) -> list[str]:
    """I10: a garment graded beyond repair has a write-off within the hour; that it has one live one at most, a constraint says."""
    any_of_it = WriteOff.objects.filter(rfid=OuterRef("rfid"))
    beyond = ReturnItem.objects.filter(grade__target=Grade.BER, graded_at__lt=at - GRACE).exclude(rfid="")
    rfids = beyond.exclude(Exists(any_of_it)).values_list("rfid", flat=True)[:SHOWN]
    return [f"garment {rfid} is graded beyond repair and nobody wrote it off" for rfid in rfids]


def what_is_to_be_written_off_is_not_for_sale(at: datetime) -> list[str]:
    """I10: a garment with a live write-off is withheld from sale, within the hour of its stock file naming it."""
    live = WriteOff.objects.exclude(state__in=ENDED).filter(rfid=OuterRef("rfid"), raised_at__lt=at - 2 * GRACE)
    loose = Garment.objects.filter(Exists(live), withheld_since=None, first_seen_at__lt=at - timedelta(days=1))
    return [f"garment {rfid} is to be written off and may be sold" for rfid in loose.values_list("rfid", flat=True)[:SHOWN]]


def nobody_approves_what_is_theirs(_at: datetime) -> list[str]:
    """I11: raiser, valuer, who added evidence, first and second are different people, and so are those they stood in for."""
    first, second = ("first_by", "first_for"), ("second_by", "second_for")
    pairs = [(one, other) for one in ("raised_by", "valued_by", "evidence_by") for other in (*first, *second)]
    pairs += [(one, other) for one in first for other in second]
    rows = WriteOff.objects.filter(_same(pairs)).values_list("reference", flat=True)[:SHOWN]
    return [f"{reference} was approved by somebody who has another part in it" for reference in rows]


def nobody_approves_a_refund_that_is_theirs(_at: datetime) -> list[str]:
    """I11: who proposed a refund, its first and its second approver are different people, and so are those they stood in for."""
    first, last = ("first_by", "first_for"), ("decided_by", "decided_for")
    pairs = [("proposed_by", other) for other in (*first, *last)] + [(one, other) for one in first for other in last]
    rows = Refund.objects.exclude(state=RefundState.DECLINED).filter(_same(pairs)).values_list("key", flat=True)[:SHOWN]
    return [f"{key} was approved by somebody who has another part in it" for key in rows]


def _same(pairs: Iterable[tuple[str, str]]) -> Q:
    """Is one person in both columns of any pair?"""
    same = Q()
    for one, other in pairs:
        same |= Q(**{one: F(other)})
    return same


def what_is_approved_has_its_signatures(_at: datetime) -> list[str]:
    """I11: every signature on an approved write-off is kept as a word of that person on that hash, in a tier whose limit reached."""
    said = {"write_off": OuterRef("pk"), "word": Approval.Word.APPROVED, "lines_hash": OuterRef("approved_hash")}
    words = Approval.objects.filter(**said)
    first = words.filter(by=OuterRef("first_by"), limit_pence__gte=OuterRef("carrying_pence"))
    second = words.filter(by=OuterRef("second_by"))
    unsigned = WriteOff.objects.filter(~Exists(first) | (Q(second_by__isnull=False) & ~Exists(second)), state__in=SIGNED)
    return [f"{reference} is approved and a signature is missing" for reference in unsigned.values_list("reference", flat=True)[:SHOWN]]


def every_journal_balances(_at: datetime) -> list[str]:
    """I13: debits equal credits in every draft and every journal, of the newest 5,000 of each."""
    drafts = WriteOff.objects.exclude(lines=[]).order_by("-pk").values_list("reference", "lines")[:LOOKED_AT]
    journals = Journal.objects.order_by("-pk").values_list("key", "lines")[:LOOKED_AT]
    return [f"{name} does not balance" for rows in (drafts, journals) for name, lines in rows if not is_balanced(from_rows(lines))][:SHOWN]


def what_a_grade_withdrew_is_withdrawn(at: datetime) -> list[str]:
    """I10: no write-off waits for a garment that was graded otherwise an hour ago."""
    waiting = WriteOff.objects.filter(cause=Cause.GRADED).exclude(state__in=(*ENDED, *IN_THE_AIR, *IN_THE_LEDGER))
    stale = waiting.filter(item__graded_at__lt=at - GRACE).exclude(item__grade__target=Grade.BER)
    return [f"{reference} waits for a garment that was graded otherwise" for reference in stale.values_list("reference", flat=True)[:SHOWN]]


def what_is_approved_goes_to_the_ledger(at: datetime) -> list[str]:
    """I13: live, nothing is approved for a day without a journal on its way, and no journal on its way is without its intent."""
    if connect.mode("ledger") != "live":
        return []
    forgotten = WriteOff.objects.filter(Q(journal=None) | Q(journal__state=JournalState.DROPPED), state=WriteOffState.APPROVED)
    late = forgotten.filter(method=Method.JOURNAL).annotate(signed_at=Coalesce("second_at", "first_at")).filter(signed_at__lt=at - A_DAY)
    asked = Intent.objects.filter(kind=KIND, business_id=OuterRef("key"))
    loose = Journal.objects.filter(~Exists(asked), state__in=(JournalState.DRAFTED, JournalState.SENDING), made_at__lt=at - A_DAY)
    names = [*late.values_list("reference", flat=True)[:SHOWN], *loose.values_list("key", flat=True)[:SHOWN]]
    return [f"{name} was approved a day ago and nothing takes it to the ledger" for name in names]


def what_was_given_can_be_found(_at: datetime) -> list[str]:
    """I14: a refund that was given has the number under which it is shown; that a garment has one at most, a constraint says."""
    lost = Refund.objects.filter(state=RefundState.DONE, external_id="").values_list("key", flat=True)[:SHOWN]
    return [f"{key} was given and nobody can say under which number" for key in lost]


def no_more_goes_back_than_was_paid(_at: datetime) -> list[str]:
    """I14: what goes back for a line is never more than what was paid for all of it."""
    lines = Refund.objects.exclude(state=RefundState.DECLINED).order_by().values("order_number", "line_id")
    summed = lines.annotate(back=Sum("amount_pence"), paid=Max(F("paid_pence") * F("sold"))).filter(back__gt=F("paid"))
    return [
        f"order {one['order_number']}, line {one['line_id']}: {one['back']} pence go back of {one['paid']} paid" for one in summed[:SHOWN]
    ]


INVARIANTS: list[tuple[str, Callable[[datetime], list[str]]]] = [
    ("I10 what is beyond repair is written off", every_grade_beyond_repair_has_its_write_off),
    ("I10 what is to be written off is not for sale", what_is_to_be_written_off_is_not_for_sale),
    ("I10 what is graded otherwise is withdrawn", what_a_grade_withdrew_is_withdrawn),
    ("I11 nobody approves what is theirs", nobody_approves_what_is_theirs),
    ("I11 nobody approves a refund that is theirs", nobody_approves_a_refund_that_is_theirs),
    ("I11 what is approved has its signatures", what_is_approved_has_its_signatures),
    ("I13 every journal balances", every_journal_balances),
    ("I13 what is approved goes to the ledger", what_is_approved_goes_to_the_ledger),
    ("I14 what was given back can be found", what_was_given_can_be_found),
    ("I14 no more goes back than was paid", no_more_goes_back_than_was_paid),
]
