"""A program asks for orders, or acts on one: the same acts as on the pages."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.response import Response

from exceptions_queue.api.door import Access, Asked, Conflict, Door, Unusable, question, refused, sent
from exceptions_queue.api.paging import by_instant, page_of
from exceptions_queue.models import Hold
from exceptions_queue.serializers import Question, Strict
from orders import actions
from orders import serializers as shapes
from orders.filters import OrderFilter
from orders.models import Order
from orders.queries import detail, told
from orders.queries.stages import with_parcel
from orders.rules import masking
from orders.rules.stage import STAGES
from orders.states import Destination, OrderState

READ: dict[str, Access] = {"GET": Access("orders:read", ("orders.view_order",))}
CONTACT_SCOPE = "contact:read"


class OrderQuestion(Question):
    """The filters of the list of orders."""

    stage = serializers.ChoiceField(choices=list(STAGES), required=False)
    state = serializers.ChoiceField(choices=OrderState.choices, required=False)
    destination = serializers.ChoiceField(choices=Destination.choices, required=False)
    locker = serializers.CharField(max_length=40, required=False, help_text="A locker id.")
    q = serializers.CharField(max_length=64, required=False, help_text="The start of an order number.")


class Orders(Door):
    """The mirrored orders."""

    access: ClassVar = READ

    @extend_schema(
        operation_id="orders_list",
        summary="List orders",
        description="The newest first.",
        parameters=[OrderQuestion],
        responses=page_of("OrderPage", shapes.OrderRow),
    )
    def get(self, request: Asked) -> Response:
        asked = question(request, OrderQuestion)
        chosen = {name: value for name, value in asked.items() if name not in ("cursor", "limit")}
        rows = with_parcel(OrderFilter(chosen, queryset=Order.objects.all()).qs).values(*told.LISTED)
        return by_instant(request, rows, asked, shapes.OrderRow, key="placed_at", newest_first=True, told=told.row)


class OneOrder(Door):
    """One order with its stage, holds, problems and timeline."""

    access: ClassVar = READ

    @extend_schema(operation_id="orders_retrieve", summary="Show one order", responses=shapes.OneOrder)
    def get(self, request: Asked, number: str) -> Response:
        return _shown(_order(number), request)


class Act(Door):
    """A person's act on one order. Where the state forbids it 409 with its reason, where somebody was quicker with the difference."""

    body: ClassVar[type[Strict]]

    def post(self, request: Asked, number: str) -> Response:
        asked, order = sent(request, self.body), _order(number)
        try:
            checked = self.act(order, asked, request)
        except (actions.Refused, actions.DeskRefused) as no:
            raise refused(no.sentence, no.field) from no
        except actions.TooLate as late:
            raise Conflict(late.sentence, "too_late") from late
        except actions.Stale as stale:
            raise _stale(stale.order, asked, request) from stale
        return _shown(checked.order, request)

    @abstractmethod
    def act(self, order: Order, asked: dict[str, Any], request: Asked) -> actions.Checked:
        """Do it. Raises what the actions raise."""


def _described(name: str, summary: str, body: type[Strict]) -> Callable[[type[Act]], type[Act]]:
    answer = OpenApiResponse(shapes.OneOrder, description="The order as it stands now, checked again.")
    return extend_schema_view(post=extend_schema(operation_id=f"orders_{name}", summary=summary, request=body, responses=answer))


def _may(permission: str) -> dict[str, Access]:
    return {"POST": Access("orders:write", ("orders.view_order", f"orders.{permission}"))}


@_described("correct_mobile", "Correct the mobile number", shapes.CorrectMobile)
class CorrectMobile(Act):
    access: ClassVar = _may("correct_order")
    body = shapes.CorrectMobile

    def act(self, order: Order, asked: dict[str, Any], request: Asked) -> actions.Checked:
        return actions.correct_mobile(order, **asked, actor=request.user, at=timezone.now())


@_described("change_locker", "Send the parcel to another locker", shapes.ChangeLocker)
class ChangeLocker(Act):
    access: ClassVar = _may("reroute_order")
    body = shapes.ChangeLocker

    def act(self, order: Order, asked: dict[str, Any], request: Asked) -> actions.Checked:
        return actions.reassign_locker(order, **asked, actor=request.user, at=timezone.now())


@_described("convert_to_home", "Deliver to the door instead", shapes.ConvertToHome)
class ConvertToHome(Act):
    access: ClassVar = _may("reroute_order")
    body = shapes.ConvertToHome

    def act(self, order: Order, asked: dict[str, Any], request: Asked) -> actions.Checked:
        return actions.convert_to_home(order, **asked, actor=request.user, at=timezone.now())


@_described("hold", "Hold an order before its release", shapes.PlaceHold)
class PlaceHold(Act):
    access: ClassVar = _may("hold_order")
    body = shapes.PlaceHold

    def act(self, order: Order, asked: dict[str, Any], request: Asked) -> actions.Checked:
        return actions.hold(order, **asked, actor=request.user, at=timezone.now())


@_described("clear_hold", "End a hold", shapes.ClearHold)
class ClearHold(Act):
    access: ClassVar = _may("hold_order")
    body = shapes.ClearHold

    def act(self, order: Order, asked: dict[str, Any], request: Asked) -> actions.Checked:
        hold = _hold(order, asked.get("hold"))
        return actions.clear(order, hold=hold, reason=asked["reason"], actor=request.user, at=timezone.now())


@_described("cancel", "Cancel an order that ACS does not have", shapes.Cancel)
class Cancel(Act):
    access: ClassVar = _may("cancel_order")
    body = shapes.Cancel

    def act(self, order: Order, asked: dict[str, Any], request: Asked) -> actions.Checked:
        return actions.cancel_order(order, **asked, actor=request.user, at=timezone.now())


ACTS: dict[str, type[Act]] = {
    "correct-mobile": CorrectMobile,
    "change-locker": ChangeLocker,
    "convert-to-home": ConvertToHome,
    "hold": PlaceHold,
    "clear-hold": ClearHold,
    "cancel": Cancel,
}


def _order(number: str) -> Order:
    found = Order.objects.filter(number=number).first()
    if found is None:
        raise Http404("There is no such order.")
    return found


def _shown(order: Order, request: Asked) -> Response:
    return Response(shapes.OneOrder(told.whole(order, unmasked=_may_see_contact(request))).data)


def _may_see_contact(request: Asked) -> bool:
    """The user must be allowed to, and a token must say so too: a program seldom needs it."""
    scopes = getattr(request.auth, "scopes", None)
    return request.user.has_perm("orders.see_contact_order") and (scopes is None or CONTACT_SCOPE in scopes)


def _hold(order: Order, pk: int | None) -> Hold:
    """The hold meant: by its id, which must be one of this order's, or the only one that stands."""
    holds = detail.every_hold(order)
    if pk is not None:
        if (hold := holds.filter(pk=pk).first()) is None:
            raise Unusable({"hold": [f"Order {order.number} has no such hold."]})
        return hold
    standing = list(holds.filter(cleared_at__isnull=True)[:2])
    if not standing:
        raise Conflict(f"No hold stands on order {order.number}.", "refused")
    if len(standing) > 1:
        raise Unusable({"hold": [f"More than one hold stands on order {order.number}: say which."]})
    return standing[0]


def _stale(theirs: Order, asked: dict[str, Any], request: Asked) -> Conflict:
    sentence = (
        f"Nothing was saved, because a colleague changed order {theirs.number} first. Look at it again and send version {theirs.version}."
    )
    return Conflict(sentence, "stale", version=theirs.version, difference=list(_differences(theirs, asked, request)))


def _differences(theirs: Order, asked: dict[str, Any], request: Asked) -> list[dict[str, str]]:
    fields = {"mobile" if name == "value" else name: value for name, value in asked.items() if name not in ("version", "reason")}
    standing = {name: str(getattr(theirs, name)) for name in fields}
    if "mobile" in standing and not _may_see_contact(request):
        standing["mobile"] = masking.mask_mobile(standing["mobile"])
    return [
        {"field": name, "yours": str(value), "theirs": standing[name]} for name, value in fields.items() if str(value) != standing[name]
    ]
