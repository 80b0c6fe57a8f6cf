"""What garments stand at in the books, and which accounts journals name."""

from collections.abc import Mapping

from returns.models import Cost, LedgerAccount


def costs_of(garments: Mapping[str, str]) -> dict[str, Cost]:
    """{RFID: its cost row} of {RFID: SKU}: the garment's own row first, then its SKU's. Two statements."""
    own = {cost.rfid: cost for cost in Cost.objects.filter(rfid__in=list(garments)).exclude(rfid="")}
    skus = {sku for rfid, sku in garments.items() if rfid not in own and sku}
    shared = {cost.sku: cost for cost in Cost.objects.filter(rfid="", sku__in=skus)} if skus else {}
    found = {rfid: own.get(rfid) or shared.get(sku) for rfid, sku in garments.items()}
    return {rfid: cost for rfid, cost in found.items() if cost}


def accounts() -> dict[str, str]:
    """{purpose: code of the account}. One statement."""
    return dict(LedgerAccount.objects.values_list("purpose", "code"))
