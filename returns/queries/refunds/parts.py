"""Who has a part in a returned garment already, and so does not approve its refund."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from django.contrib.contenttypes.models import ContentType
from django.db.models import Sum

from exceptions_queue.models import AuditEntry
from partners.mappings import fold
from returns.models import GraderLink, Refund, Return, WriteOff
from returns.rules.refunding import Claim, Part
from returns.states import REFUND_SAID

MATCHED = "return matched"  # in the audit log


def claims_of(refunds: Collection[Refund]) -> dict[int, Claim]:
    """{refund: what decides about it}. Four statements; the garments are read along."""
    parts: dict[int, dict[int, Part]] = {one.pk: {} for one in refunds}
    by_item = {one.item_id: one.pk for one in refunds}
    for item, *people in WriteOff.objects.filter(item__in=list(by_item)).values_list("item", "raised_by", "valued_by"):
        parts[by_item[item]] |= {pk: Part.WROTE_OFF for pk in people if pk}
    matched, graders = _matched({one.item.ret_id for one in refunds}), _graders(refunds)
    for one in refunds:
        parts[one.pk] |= dict.fromkeys(matched.get(one.item.ret_id, ()), Part.MATCHED)
        parts[one.pk] |= {pk: Part.GRADED for pk in [graders.get(fold(one.item.grader))] if pk}
        parts[one.pk] |= {one.proposed_by_id: Part.PROPOSED} if one.proposed_by_id else {}
    alone = _alone({one.order_number for one in refunds})
    return {one.pk: Claim(one.state, one.amount_pence, parts[one.pk], _first(one), _besides(one, alone)) for one in refunds}


def _alone(orders: Collection[str]) -> Mapping[str, int]:
    """{order: what goes back for it in pence, each refund of which one person alone has approved}."""
    rows = Refund.objects.filter(order_number__in=list(orders), state__in=REFUND_SAID, first_by=None).values("order_number")
    return defaultdict(int, rows.annotate(pence=Sum("amount_pence")).values_list("order_number", "pence"))


def _besides(refund: Refund, alone: Mapping[str, int]) -> int:
    """That sum without this refund itself."""
    is_counted = refund.state in REFUND_SAID and refund.first_by_id is None
    return alone[refund.order_number] - (refund.amount_pence if is_counted else 0)


def _first(refund: Refund) -> frozenset[int]:
    """The first of two approvers, and whom they stood in for."""
    return frozenset(pk for pk in (refund.first_by_id, refund.first_for_id) if pk is not None)


def _matched(rets: Collection[int]) -> dict[int, set[int]]:
    """{return: who said by hand to which order it belongs}."""
    about = AuditEntry.objects.filter(subject_type=ContentType.objects.get_for_model(Return), subject_id__in=list(rets), verb=MATCHED)
    found: dict[int, set[int]] = {}
    for ret, actor in about.values_list("subject_id", "actor_id_text"):
        if actor:
            found.setdefault(ret, set()).add(int(actor))
    return found


def _graders(refunds: Collection[Refund]) -> dict[str, int]:
    if not any(one.item.grader for one in refunds):
        return {}
    return {fold(grader): user for grader, user in GraderLink.objects.values_list("grader", "user_id")}
