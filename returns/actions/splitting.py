"""Do it: find write-offs that look like one that was split, so that two people see them; and lock them before anything is changed."""

from collections.abc import Collection, Iterable

from django.db.models import Q

from returns.models import WriteOff
from returns.rules.grading import SPLIT_WITHIN, Part, look_split
from returns.states import BEFORE_APPROVAL, ENDED


def split_among(rows: Collection[WriteOff], *, limit_pence: int) -> frozenset[int]:
    """The ids of those, among these and what stands beside them, that pass a limit together which each stays under.

    What stands beside them and is not decided yet needs a second person from now on too. Two statements at most.
    """
    parts = {part.pk: part for part in (*_beside(rows), *map(_part, rows))}
    found = look_split(parts.values(), limit_pence=limit_pence)
    if others := found - {row.pk for row in rows}:
        WriteOff.objects.filter(pk__in=others, state__in=BEFORE_APPROVAL, needs_second=False).update(needs_second=True)
    return found


def hold(ids: Collection[int]) -> None:
    """Lock these write-offs and all that may turn out to be split with them, in one go and in the order everybody locks them.

    Whoever drafts some may have to mark others: locked one after the other, two who do that at once would wait for each other.
    """
    own = WriteOff.objects.filter(pk__in=list(ids))
    seen = list(own.values_list("sku", "item__ret"))
    beside = Q(sku__in={sku for sku, _ in seen if sku}) | Q(item__ret__in={ret for _, ret in seen if ret is not None})
    both = Q(pk__in=list(ids)) | (beside & Q(state__in=BEFORE_APPROVAL, needs_second=False))
    list(WriteOff.objects.filter(both).order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))


def _beside(rows: Collection[WriteOff]) -> Iterable[Part]:
    """Live write-offs of the same SKU and grader, or of the same return, within seven days of any of these."""
    if not rows:
        return ()
    days = [row.happened_on for row in rows]
    same = Q(sku__in={row.sku for row in rows if row.sku}) | Q(item__ret__in={row.item.ret_id for row in rows if row.item})
    beside = WriteOff.objects.filter(same, happened_on__range=(min(days) - SPLIT_WITHIN, max(days) + SPLIT_WITHIN))
    return map(_part, beside.exclude(state__in=ENDED).select_related("item"))


def _part(row: WriteOff) -> Part:
    return Part(
        pk=row.pk,
        sku=row.sku,
        grader=row.grader or (f"by:{row.raised_by_id}" if row.raised_by_id else ""),
        ret=row.item.ret_id if row.item else None,
        happened_on=row.happened_on,
        carrying_pence=row.carrying_pence or 0,
    )
