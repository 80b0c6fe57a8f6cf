"""What must be true of the desk at any moment, checked by `manage.py verify`."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Exists, F, OuterRef, Q

from exceptions_queue import audit
from exceptions_queue.catalogue import CATALOGUE
from exceptions_queue.models import AuditEntry, AuditSeal, BulkJob, CaseCount, ExceptionCase
from exceptions_queue.states import CaseState

SHOWN = 20
_CLOSINGS = ("case cured", "case waived", "case closed by hand")
_SEALED_WITHIN = timedelta(hours=2)


def one_open_case_per_subject_and_code(_at: datetime) -> list[str]:
    """I03: two open cases of one code never speak of the same subject."""
    groups = ExceptionCase.objects.filter(state=CaseState.OPEN).order_by().values("subject_label", "subject_type", "subject_id", "code")
    twice = groups.annotate(times=Count("id")).filter(times__gt=1)[:SHOWN]
    return [f"{group['code']} is open {group['times']} times for {group['subject_label']}" for group in twice]


def counters_are_the_exact_counts(_at: datetime) -> list[str]:
    """I03: what the queue counts is what is there."""
    exact = ExceptionCase.objects.filter(state=CaseState.OPEN).order_by().values_list("owner", "code").annotate(Count("id"))
    true = {(owner, code): count for owner, code, count in exact}
    counted = {(row.owner, row.code): row.open_count for row in CaseCount.objects.exclude(open_count=0)}
    wrong = sorted(key for key in true.keys() | counted.keys() if true.get(key) != counted.get(key))
    return [f"{owner} {code}: counted {counted.get((owner, code), 0)}, there are {true.get((owner, code), 0)}" for owner, code in wrong]


def nobody_closed_what_blocks(_at: datetime) -> list[str]:
    """A case that stops something ends by being put right, never by a person's word."""
    closed = ExceptionCase.objects.filter(state__in=[CaseState.WAIVED, CaseState.CLOSED]).exclude(blocks="")
    return [f"{case} blocks {case.blocks} and was {case.state}" for case in closed.order_by("-closed_at")[:SHOWN]]


def every_open_code_is_still_checked(_at: datetime) -> list[str]:
    """I04: a case of a code that no room checks any more would never close."""
    codes = ExceptionCase.objects.filter(state=CaseState.OPEN).exclude(code__in=list(CATALOGUE)).order_by("code")
    return [f"{code} is open and no longer in the catalogue" for code in codes.values_list("code", flat=True).distinct()]


def every_closing_has_its_audit_row(at: datetime) -> list[str]:
    """I17: what closed in the last day says who or what closed it."""
    told = AuditEntry.objects.filter(
        subject_type=ContentType.objects.get_for_model(ExceptionCase), subject_id=OuterRef("pk"), verb__in=_CLOSINGS
    )
    recent = ExceptionCase.objects.filter(~Q(state=CaseState.OPEN), closed_at__gte=at - timedelta(days=1))
    return [f"{case} closed without an audit row" for case in recent.exclude(Exists(told)).order_by("id")[:SHOWN]]


def the_audit_chain_holds(_at: datetime) -> list[str]:
    """I17: every sealed entry is as it was written, in unbroken order."""
    report = audit.verify()
    return [f"seal {report.broken.seq}: {report.broken.why}"] if report.broken else []


def the_sealer_passes_over_nothing(_at: datetime) -> list[str]:
    """I17: no entry is left unsealed long after younger ones were sealed."""
    newest = AuditSeal.objects.order_by("-seq").first()
    if newest is None:
        return []
    left = AuditEntry.objects.filter(seal__isnull=True, at__lt=newest.sealed_at - _SEALED_WITHIN).count()
    return [f"{left} entries were passed over by the sealer"] if left else []


def bulk_jobs_add_up(_at: datetime) -> list[str]:
    """I03: what a bulk job counts is what became of its items."""
    states = {state: Count("items", filter=Q(items__state=state)) for state in ("done", "failed", "skipped")}
    jobs = BulkJob.objects.annotate(all=Count("items"), **{f"are_{state}": count for state, count in states.items()})
    wrong = jobs.exclude(total=F("all"), done=F("are_done"), failed=F("are_failed"), skipped=F("are_skipped"))
    return [f"{job}: its counts are not those of its items" for job in wrong.order_by("-pk")[:SHOWN]]


INVARIANTS: list[tuple[str, Callable[[datetime], list[str]]]] = [
    ("I03 one open case per subject and code", one_open_case_per_subject_and_code),
    ("I03 counters are the exact counts", counters_are_the_exact_counts),
    ("I03 nobody closed what blocks", nobody_closed_what_blocks),
    ("I03 bulk jobs add up", bulk_jobs_add_up),
    ("I04 every open code is still checked", every_open_code_is_still_checked),
    ("I17 every closing has its audit row", every_closing_has_its_audit_row),
    ("I17 the audit chain holds", the_audit_chain_holds),
    ("I17 the sealer passes over nothing", the_sealer_passes_over_nothing),
]
