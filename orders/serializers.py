"""What programs see of orders, and what they may send about one."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from exceptions_queue.serializers import Instant, Strict, Text, Versioned, Whole
from exceptions_queue.states import Owner
from lockers.states import Carriage, ParcelState
from orders.rules.stage import STAGES
from orders.states import AcsStatus, Destination, OrderState

Told = serializers.Serializer[Mapping[str, Any]]


class Stage(Told):
    key = serializers.ChoiceField(choices=list(STAGES))
    label = serializers.CharField(help_text="In words, with how much of what held it is cleared.")  # type: ignore[assignment]


class OrderRow(Told):
    """An order in the list. `customer` is always masked here."""

    number = serializers.CharField()
    stage = Stage()
    state = serializers.ChoiceField(choices=OrderState.choices, help_text="Our decision.")
    channel = serializers.CharField()
    placed_at = Instant()
    customer = serializers.CharField()
    destination = serializers.ChoiceField(choices=Destination.choices)
    locker_id = serializers.CharField()
    delivery_method = serializers.CharField()
    total_pence = serializers.IntegerField()
    currency = serializers.CharField()
    version = serializers.IntegerField(help_text="Send it back with an act.")


class Contact(Told):
    """The contact data in use. Masked unless the user may see it and, with a token, the token has the scope contact:read."""

    masked = serializers.BooleanField()
    name = serializers.CharField()
    mobile = serializers.CharField()
    email = serializers.CharField()
    address = serializers.CharField()


class Line(Told):
    line_id = serializers.CharField()
    sku = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    unit_price_pence = serializers.IntegerField()
    is_hire = serializers.BooleanField()


class Hold(Told):
    """A hold that stands. The release waits until each has been cleared."""

    id = serializers.IntegerField()
    reason = serializers.CharField()
    exit = serializers.CharField(help_text="What has to be true for it to end.")
    owner = serializers.ChoiceField(choices=Owner.choices)
    placed_by = serializers.CharField(allow_null=True)
    placed_at = Instant()
    until = Instant(allow_null=True)


class OpenProblem(Told):
    """What is wrong now; `id` is that of the exception."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    sentence = serializers.CharField()
    what_to_do = serializers.CharField()
    owner = serializers.ChoiceField(choices=Owner.choices)
    assignee = serializers.CharField(allow_null=True)
    blocks_release = serializers.BooleanField()
    due_at = Instant()
    version = serializers.IntegerField()


class Place(Told):
    """The locker chosen; `status` and the rest are null for one that InPost's feed does not name."""

    id = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    postcode = serializers.CharField(allow_null=True)
    status = serializers.CharField(allow_null=True)
    may_receive = serializers.BooleanField(allow_null=True)


class ParcelEvent(Told):
    """What InPost said. `words` are ours; a code that is not known to us is given all the same."""

    code = serializers.CharField(help_text="InPost's own.")
    words = serializers.CharField()
    at = Instant()
    place = serializers.CharField(help_text='A point or a depot; "" where it was not said.')


class Parcel(Told):
    """The one parcel that counts. `state` is our decision, `carriage` how far InPost is with it; both "" while there is no parcel."""

    size = serializers.CharField(help_text='The compartment, needed or taken; "" where it is not known.')
    tracking = serializers.CharField(help_text='What ACS says the number is, "" until it does.')
    number = serializers.CharField(help_text='The number at InPost, "" until there is a label.')
    state = serializers.ChoiceField(choices=[("", "No parcel"), *ParcelState.choices])
    carriage = serializers.ChoiceField(choices=Carriage.choices)
    point = serializers.CharField(help_text="The locker where it is or goes to, also where InPost moved it.")
    manifest = serializers.IntegerField(allow_null=True, help_text="The id of its closed manifest.")
    handed_over_at = Instant(allow_null=True)
    in_locker_at = Instant(allow_null=True)
    collect_by = Instant(allow_null=True, help_text="Until when the customer may collect it.")
    collected_at = Instant(allow_null=True)
    events = ParcelEvent(many=True, help_text="The newest first, at most 500.")


class AtAcs(Told):
    """What ACS says of the order. `status_raw` is its own text."""

    status = serializers.ChoiceField(choices=AcsStatus.choices)
    status_raw = serializers.CharField()
    since = Instant(allow_null=True)
    seen_at = Instant(allow_null=True)


class Dates(Told):
    dispatch_on = serializers.DateField(allow_null=True)
    deliver_on = serializers.DateField(allow_null=True)
    event_on = serializers.DateField(allow_null=True)
    return_on = serializers.DateField(allow_null=True)


class Possible(Told):
    """What can still be done, or why it no longer can."""

    act = serializers.CharField()
    allowed = serializers.BooleanField()
    why = serializers.CharField()


class Event(Told):
    at = Instant()
    who = serializers.CharField()
    what = serializers.CharField()
    detail = serializers.CharField()


class OneOrder(OrderRow):
    """All of one order."""

    paid_at = Instant(allow_null=True)
    released_at = Instant(allow_null=True)
    excluded_why = serializers.CharField(help_text='Why we leave it alone; "" where we do not.')
    contact = Contact()
    locker = Place(allow_null=True)
    parcel = Parcel()
    acs = AtAcs()
    dates = Dates()
    lines = Line(many=True)
    holds = Hold(many=True)
    problems = OpenProblem(many=True)
    possible = Possible(many=True)
    timeline = Event(many=True, help_text="The newest first, at most 60.")


class CorrectMobile(Versioned):
    mobile = Text(source="value", max_length=60, help_text="A UK mobile that can receive a locker code, such as 07700 900123.")


class ChangeLocker(Versioned):
    locker_id = Text(max_length=40)


class ConvertToHome(Versioned):
    delivery_method = Text(max_length=120, help_text="One of the mapped methods that go to a door, by the shop's code.")


class Cancel(Versioned):
    reason = Text(max_length=300)


class PlaceHold(Strict):
    reason = Text(max_length=300, help_text="Why it must wait.")
    exit = Text(max_length=300, help_text="What has to be true for the hold to end.")


class ClearHold(Strict):
    hold = Whole(required=False, min_value=1, max_value=2**63 - 1, help_text="Its id; may be left out where only one stands.")
    reason = Text(required=False, default="", allow_blank=True, max_length=300)


class CartLine(Strict):
    sku = Text(min_length=1, max_length=64)
    quantity = Whole(min_value=1, max_value=9_999)


class Cart(Strict):
    """A basket, and where it is to go: a postcode, a chosen locker, both or neither."""

    lines = serializers.ListField(child=CartLine(), min_length=1, max_length=500)
    postcode = Text(max_length=40, required=False, allow_null=True, allow_blank=True, help_text="UK; its first half alone will do.")
    locker_id = Text(max_length=40, required=False, allow_null=True, allow_blank=True)


class Reason(Told):
    code = serializers.CharField(help_text="For programs.")
    sku = serializers.CharField(required=False, help_text="The SKU to blame; absent where it is the basket as a whole.")
    text = serializers.CharField(help_text="For the shopper.")


class OfferedLocker(Told):
    id = serializers.CharField()
    name = serializers.CharField()
    postcode = serializers.CharField()
    distance_m = serializers.IntegerField(allow_null=True, help_text="As the crow flies; from the postcode, else from the chosen locker.")
    open_24_7 = serializers.BooleanField()
    size_ok = serializers.BooleanField(help_text="It has a compartment that takes this basket.")


class Eligible(Told):
    """Whether a basket may go to a locker. `fallback` is true where it could not be checked and the answer is the configured one."""

    eligible = serializers.BooleanField()
    size = serializers.ChoiceField(choices=["A", "B", "C"], allow_null=True)
    reasons = Reason(many=True)
    locker = OfferedLocker(allow_null=True, help_text="The chosen locker, where we know it.")
    lockers = OfferedLocker(many=True, help_text="The five nearest operating lockers.")
    as_of = Instant(help_text="When the facts were read from our mirror.")
    fallback = serializers.BooleanField()
