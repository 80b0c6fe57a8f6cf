"""What programs see of stock."""

from typing import Any

from rest_framework import serializers

from exceptions_queue.serializers import Instant


class StockState(serializers.Serializer[Any]):
    """Garments that ACS's last file names in one of ACS's own texts."""

    raw = serializers.CharField(help_text="ACS's own text.")
    state = serializers.CharField(source="target", help_text='Our word for it; "" while nobody has said what it means.')
    count = serializers.IntegerField()
    sellable = serializers.BooleanField(help_text="Whether such a garment may be sold once its buffer is over.")
    bucket = serializers.CharField(help_text="Where the shop counts it; `available` may still wait in the buffer.")


class Stock(serializers.Serializer[Any]):
    """One SKU from what ACS holds to what may be sold: sellable = ripe − allocated − reserve, never below zero."""

    sku = serializers.CharField()
    on_hand = serializers.IntegerField(help_text="Garments in ACS's last file: the sum of `by_state`, and of `buckets`.")
    by_state = StockState(source="states", many=True)
    buckets = serializers.DictField(child=serializers.IntegerField())
    missing = serializers.IntegerField(help_text="Garments known, and not in the last file.")
    waiting = serializers.IntegerField(help_text="In a sellable state, and still inside the buffer.")
    ripens_at = Instant(allow_null=True, help_text="When the next of them leaves the buffer.")
    buffer_hours = serializers.IntegerField()
    ripe = serializers.IntegerField(help_text="In a sellable state for at least the buffer.")
    allocated = serializers.IntegerField(help_text="Sold, and neither gone nor yet picked for its order, as ACS shows it.")
    reserve = serializers.IntegerField(help_text="Kept back from sale.")
    sellable = serializers.IntegerField()
    as_of = Instant(allow_null=True, help_text="When ACS's last file was true.")
    stale = serializers.BooleanField(help_text="That file is older than one may be, or there was none yet.")
