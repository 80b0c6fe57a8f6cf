"""Where shop, ACS, InPost and the ledger say different things of one order, collection or journal."""

from collections.abc import Callable

from django.db.models import QuerySet, Sum
from django.urls import reverse

from config.system_audit.gaps import Cost, Found, Row, delayed_by, delayed_orders, plural
from config.system_audit.look import Look
from exceptions_queue.catalogue import CATALOGUE, Code, sentence
from exceptions_queue.models import ExceptionCase
from exceptions_queue.states import CaseState
from orders.models import IntegrityFinding, IntegrityRun, Order
from orders.queries.integrity import in_words


def three_ways(_look: Look) -> Found:
    """Locker orders of which the latest integrity run found that the three do not name the same locker. Three statements, and the rows."""
    live = IntegrityFinding.objects.filter(code=Code.LOC_DRIFT, ended_run__isnull=True)
    cost = delayed_orders(Order.objects.filter(pk__in=live.values("order")))
    if not cost.count:
        return Found()
    run = IntegrityRun.objects.filter(finished_at__isnull=False).order_by("-started_at", "-pk").values_list("pk", flat=True).first()
    return Found(
        count=cost.count,
        sentence=f"{plural(cost.count, 'open order goes', 'open orders go')} to one locker by the shop and to another by ACS or the label.",
        costs=(Cost(cost.count, "order that may go astray", "orders that may go astray", cost.pence),),
        rows=lambda start, stop: [_finding(each) for each in live.select_related("order").order_by("order_id", "pk")[start:stop]],
        url=f"{reverse('orders:integrity-run', args=[run])}?show={Code.LOC_DRIFT}" if run else reverse("orders:integrity"),
    )


def _finding(finding: IntegrityFinding) -> Row:
    return Row(finding.order.number, reverse("orders:detail", args=[finding.order.number]), in_words(finding.evidence))


def open_cases(code: Code, told: Callable[[int], str], *, in_pounds: bool = False) -> Callable[[Look], Found]:
    """The check of what the desk has as cases of one code already: two statements and one for the rows."""

    def find(_look: Look) -> Found:
        cases = ExceptionCase.objects.filter(state=CaseState.OPEN, code=code)
        count = cases.count()
        if not count:
            return Found()
        worth = _worth(cases, count) if in_pounds else delayed_by(cases)
        return Found(
            count=count,
            sentence=told(count),
            costs=(worth,),
            rows=lambda start, stop: [_case(case) for case in cases.order_by("due_at", "id")[start:stop]],
            url=f"{reverse('queue:list')}?code={code}",
        )

    return find


def _worth(cases: "QuerySet[ExceptionCase]", count: int) -> Cost:
    return Cost(count, "journal in doubt", "journals in doubt", cases.aggregate(pence=Sum("value_pence"))["pence"] or 0)


def _case(case: ExceptionCase) -> Row:
    said = sentence(case.code, case.evidence) if case.code in CATALOGUE else case.code
    return Row(case.subject_label, reverse("queue:case", args=[case.pk]), said)
