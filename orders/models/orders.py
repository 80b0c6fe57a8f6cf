"""What was sold: the mirrored order with its lines."""

from django.db import models
from django.db.models import Q

from orders.states import AcsStatus, Destination, OrderState
from partners.shop import Fulfilled


class Order(models.Model):
    """One shop order.

    `shop` holds the correctable facts and the lines exactly as the shop last said them ({"mobile": …}); the columns and rows of
    the same names are what we use: the shop's value, or a person's correction until the shop says something new, and from the
    release on what ACS was told. `shop_when_sent` is a digest per fact of what the shop said then. `acs_status` is ACS's fact.
    `state` is our decision, moved only by `exceptions_queue.moves`. Once `release_claimed_at` is set the order may be in
    the air to ACS: nothing may hold it any more, only recall it.
    """

    number = models.CharField(max_length=64, unique=True)
    store_id = models.CharField(max_length=64)
    channel = models.CharField(max_length=40, blank=True)
    placed_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    store_updated_at = models.DateTimeField()
    store_cancelled_at = models.DateTimeField(null=True, blank=True)
    shop_fulfilled = models.CharField(
        max_length=4, blank=True, choices=[(how.value, how.name) for how in Fulfilled if how], help_text="How much the shop says was sent."
    )
    currency = models.CharField(max_length=3, default="GBP")
    total_pence = models.BigIntegerField(default=0)
    shop = models.JSONField(default=dict)
    shop_when_sent = models.JSONField(default=dict, blank=True)
    attributes = models.JSONField(default=dict, help_text="Everything else the shop attached, for the resolver rules.")
    note = models.TextField(blank=True)

    email = models.CharField(max_length=254, blank=True)
    mobile = models.CharField(max_length=60, blank=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    address1 = models.CharField(max_length=200, blank=True)
    address2 = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    county = models.CharField(max_length=100, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2, blank=True)
    locker_id = models.CharField(max_length=40, blank=True)
    destination = models.CharField(max_length=6, choices=Destination, default=Destination.HOME)
    delivery_method = models.CharField(max_length=120, blank=True)
    resolved_by = models.JSONField(default=dict, help_text="Per fact, the resolver rule and source that found it.")
    dispatch_on = models.DateField(null=True, blank=True)
    deliver_on = models.DateField(null=True, blank=True)
    event_on = models.DateField(null=True, blank=True)
    return_on = models.DateField(null=True, blank=True)
    is_hire = models.BooleanField(default=False)
    needs_size = models.CharField(
        max_length=1, blank=True, default="", help_text="The compartment a gate last reckoned with; empty where it could not tell."
    )
    customs_contents = models.CharField(max_length=200, blank=True)
    customs_value_pence = models.BigIntegerField(null=True, blank=True)
    kept_beside = models.CharField(max_length=64, blank=True, help_text="The look-alike order a person compared this one with and kept.")

    state = models.CharField(max_length=9, choices=OrderState, default=OrderState.RECEIVED)
    excluded_why = models.CharField(max_length=120, blank=True, help_text="Why the desk leaves this order alone; empty when it does not.")
    release_claimed_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    release_revision = models.IntegerField(default=0)
    version = models.IntegerField(default=1)

    acs_status = models.CharField(max_length=14, choices=AcsStatus, default=AcsStatus.NONE, blank=True)
    acs_status_raw = models.CharField(max_length=200, blank=True)
    acs_status_since = models.DateTimeField(null=True, blank=True)
    acs_seen_at = models.DateTimeField(null=True, blank=True)
    shop_held_at = models.DateTimeField(null=True, blank=True, help_text="Since when the shop shows our hold.")
    acs_locker_id = models.CharField(
        max_length=64, null=True, blank=True, help_text="The locker that ACS last showed; none until ACS was read, empty where it has none."
    )
    acs_tracking = models.CharField(max_length=60, blank=True)
    acs_packed = models.JSONField(
        default=dict, blank=True, help_text='What ACS packed: {"length_mm", "width_mm", "height_mm", "weight_g"}, as far as it says.'
    )
    acs_short = models.JSONField(default=list, blank=True, help_text='What ACS could not pick: [{"line_id", "sku", "wanted", "picked"}].')
    shop_told_at = models.DateTimeField(null=True, blank=True, help_text="When the shop showed `shop_tracking` as fulfilled.")
    shop_tracking = models.CharField(max_length=60, blank=True)
    shop_fulfilment_id = models.CharField(max_length=64, blank=True)

    customer_key = models.CharField(max_length=32, blank=True)
    contents_key = models.CharField(max_length=32, blank=True)
    content_hash = models.CharField(max_length=32)
    inputs_hash = models.CharField(max_length=32, blank=True)
    fetched_at = models.DateTimeField()
    erased_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when nothing is kept of who ordered; the shop cannot bring it back."
    )

    class Meta:
        permissions = [
            ("correct_order", "Can correct contact data"),
            ("describe_order", "Can add customs facts"),
            ("reroute_order", "Can change the locker or convert to home delivery"),
            ("cancel_order", "Can cancel an order before release"),
            ("hold_order", "Can hold an order and clear a hold"),
            ("recheck_order", "Can have an order checked again"),
            ("resend_order", "Can send an order to ACS again"),
            ("see_contact_order", "Can see contact data on an order"),
            ("reveal_contact_order", "Can reveal contact data, recorded in the audit log"),
            ("consolidate_order", "Can decide on an order that waits to be whole"),
            ("reassign_order", "Can send orders of a closed locker to others"),
        ]
        indexes = [
            models.Index(fields=["-placed_at", "-id"], name="orders_latest_first"),
            models.Index(fields=["state", "-placed_at", "-id"], name="orders_by_state"),
            models.Index(
                fields=["id"], condition=Q(state__in=["received", "held", "ready"], excluded_why=""), name="orders_before_release"
            ),
            models.Index(fields=["id"], condition=Q(state="released"), name="orders_at_acs"),
            models.Index(fields=["id"], condition=Q(state="held", shop_held_at__isnull=True), name="holds_the_shop_lacks"),
            models.Index(fields=["id"], condition=Q(shop_held_at__isnull=False), name="holds_the_shop_shows"),
            models.Index(fields=["id"], condition=Q(state="closed", shop_told_at__isnull=True), name="orders_closed_untold"),
            models.Index(fields=["store_id"], name="orders_by_store_id"),
            models.Index(fields=["locker_id"], condition=~Q(locker_id=""), name="orders_by_locker"),
            models.Index(fields=["customer_key", "contents_key"], name="orders_that_look_alike"),
            models.Index(fields=["placed_at", "id"], condition=Q(erased_at__isnull=True), name="orders_with_a_customer"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(state="released") | Q(released_at__isnull=False), name="a_released_order_says_when"),
            models.CheckConstraint(condition=~Q(state="held") | Q(release_claimed_at__isnull=True), name="an_order_in_the_air_is_not_held"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """One line of a shop order. `quantity` counts garments; `unit_price_pence` is what the customer paid for one."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    line_id = models.CharField(max_length=64)
    sku = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=200, blank=True)
    quantity = models.IntegerField()
    unit_price_pence = models.BigIntegerField(default=0)
    is_hire = models.BooleanField(default=False)
    measurements = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "line_id"], name="one_row_per_line"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="quantity_is_not_negative"),
        ]
        indexes = [models.Index(fields=["sku"], name="lines_by_sku")]
