"""ACS goes on writing notes about what came back; of an order whose customer was erased none is kept."""

from collections.abc import Sequence
from dataclasses import replace

from orders.queries.erasing import erased_among
from partners.acs.returns import AcsReturn
from returns.models import Return
from returns.sync.reading import Read


def forget_notes(read: Sequence[Read]) -> tuple[list[Read], bool]:
    """These records, without notes where the customer was erased; and whether there was one. Two statements."""
    numbers = erased_among({each.said.order_number for each in read} - {""})
    returns = Return.objects.filter(acs_id__in={each.said.acs_id for each in read}, order__erased_at__isnull=False)
    ids = set(returns.values_list("acs_id", flat=True))
    erased = [each.said.order_number in numbers or each.said.acs_id in ids for each in read]
    kept = [each._replace(said=_without_notes(each.said)) if gone else each for each, gone in zip(read, erased, strict=True)]
    return kept, any(erased)


def _without_notes(said: AcsReturn) -> AcsReturn:
    return replace(said, items=tuple(replace(item, note="") for item in said.items))
