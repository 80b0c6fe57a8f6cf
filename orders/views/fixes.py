"""A person puts one thing right: a small form, the action, and what the check said afterwards."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from exceptions_queue.catalogue import CATALOGUE
from lockers.rules import phone
from orders import actions, forms
from orders.actions import Checked, Refused, Stale, TooLate
from orders.models import CustomerMessage, Order
from orders.queries import detail, nearby, to_customers
from orders.queries.substitutes import missing_of
from orders.rules import people
from orders.views import Signed


@dataclass(frozen=True)
class Fix:
    """One way to put an order right. `verb` is the button; `more` adds what its fragment needs beside the form."""

    title: str
    verb: str
    permission: str
    form: type[forms.FixForm]
    act: Callable[..., Checked]
    more: Callable[[Order], dict[str, Any]] = lambda order: {}
    danger: bool = False


def _mobile(order: Order) -> dict[str, Any]:
    verdict = phone.judge(order.mobile)
    return {"fault": phone.FAULTS.get(verdict.fault, ""), "proposal": verdict.proposal, "shop_says": order.shop.get("mobile", "")}


def _email(order: Order) -> dict[str, Any]:
    return {"proposal": people.email_proposal(order.email), "shop_says": order.shop.get("email", "")}


def _locker(order: Order) -> dict[str, Any]:
    return {"chosen": nearby.chosen(order), "nearest": nearby.alternatives(order)}


def _missing(order: Order) -> dict[str, Any]:
    return {"missing": missing_of(order, at=timezone.now())}


def _asked(order: Order) -> dict[str, Any]:
    return {"changed": "The customer gets a link of their own, by which they put it right without a password. You read the message first."}


def _edited(order: Order) -> dict[str, Any]:
    return {"changed": detail.what_the_shop_did(order)}


FIXES = {
    "correct-mobile": Fix("Mobile number", "Save the number", "orders.correct_order", forms.MobileForm, actions.correct_mobile, _mobile),
    "correct-email": Fix("E-mail address", "Save the address", "orders.correct_order", forms.EmailForm, actions.correct_email, _email),
    "correct-name": Fix("Name", "Save the name", "orders.correct_order", forms.NameForm, actions.correct_name),
    "correct-address": Fix("Address", "Save the address", "orders.correct_order", forms.AddressForm, actions.correct_address),
    "correct-dates": Fix("Hire dates", "Save the dates", "orders.correct_order", forms.DatesForm, actions.correct_dates),
    "add-customs": Fix("Customs facts", "Save the facts", "orders.describe_order", forms.CustomsForm, actions.correct_customs),
    "change-locker": Fix("Locker", "Send it there", "orders.reroute_order", forms.LockerForm, actions.reassign_locker, _locker),
    "convert-to-home": Fix("Home delivery", "Deliver to the door", "orders.reroute_order", forms.HomeForm, actions.convert_to_home),
    "keep-both": Fix("Two orders alike", "Keep both orders", "orders.correct_order", forms.PlainForm, actions.keep_both),
    "cancel": Fix("Cancel the order", "Cancel the order", "orders.cancel_order", forms.ReasonForm, actions.cancel_order, danger=True),
    "recheck": Fix("Check again", "Check it now", "orders.recheck_order", forms.PlainForm, actions.recheck),
    "resend": Fix("Send to ACS again", "Send it again", "orders.resend_order", forms.PlainForm, actions.resend),
    "amend": Fix("Change it at ACS", "Ask ACS to change it", "orders.correct_order", forms.PlainForm, actions.amend, _edited),
    "accept-as-sent": Fix(
        "Let it go as ACS has it", "Let it go", "orders.correct_order", forms.ReasonForm, actions.accept_as_sent, _edited
    ),
    "recall": Fix("Stop it at ACS", "Ask ACS to stop it", "orders.cancel_order", forms.ReasonForm, actions.recall, _edited, danger=True),
    "wait-whole": Fix("Wait until it is whole", "Let it wait", "orders.consolidate_order", forms.WaitWholeForm, actions.wait_until_whole),
    "hold": Fix("Hold the order", "Hold it", "orders.hold_order", forms.HoldForm, actions.hold),
    "offer-another": Fix(
        "Another garment", "Draft the message", "orders.send_customermessage", forms.PlainForm, actions.offer_another, _missing
    ),
    "ask-customer": Fix(
        "Ask the customer", "Draft the message", "orders.send_customermessage", forms.PlainForm, actions.ask_customer, _asked
    ),
    "extend-hold": Fix("Hold it longer", "Hold it longer", "orders.hold_order", forms.ExtendHoldForm, actions.extend_holds),
}


@require_http_methods(["GET", "POST"])
def fix(request: Signed, number: str, kind: str) -> HttpResponse:
    """Show a fix, as a fragment inside another page or as a page; on POST do it."""
    chosen = FIXES[kind]
    if not request.user.has_perm(chosen.permission):
        raise PermissionDenied
    order = get_object_or_404(Order, number=number)
    if request.method == "GET":
        return _show(request, kind, order, chosen.form(order=order))
    form = chosen.form(request.POST, order=order)
    if not form.is_valid():
        return _show(request, kind, order, form, status=422)
    return _do(request, kind, order, form)


@require_http_methods(["POST"])
def clear_hold(request: Signed, number: str, pk: int) -> HttpResponse:
    if not request.user.has_perm("orders.hold_order"):
        raise PermissionDenied
    order = get_object_or_404(Order, number=number)
    hold = get_object_or_404(detail.every_hold(order), pk=pk)
    form = forms.ClearHoldForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"The hold stands. {form.errors['reason'][0]}")
        return redirect("orders:detail", number=order.number)
    try:
        checked = actions.clear(order, hold=hold, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now())
    except actions.DeskRefused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _what_now(checked))
    return redirect("orders:detail", number=order.number)


def _do(request: Signed, kind: str, order: Order, form: forms.FixForm) -> HttpResponse:
    chosen, version = FIXES[kind], form.cleaned_data["version"]
    try:
        checked = chosen.act(order, **form.values(), actor=request.user, at=timezone.now(), version=version)
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else _only_field(form), refused.sentence)
        return _show(request, kind, order, form, status=422)
    except (TooLate, actions.DeskRefused) as late:
        return _show(request, kind, order, form, status=409, refusal=late.sentence)
    except Stale as stale:
        return _difference(request, kind, stale.order, form)
    return _done(request, checked)


def _only_field(form: forms.FixForm) -> str | None:
    shown = [name for name in form.fields if name != "version"]
    return shown[0] if len(shown) == 1 else None


def _show(request: Signed, kind: str, order: Order, form: forms.FixForm, *, status: int = 200, refusal: str = "") -> HttpResponse:
    chosen = FIXES[kind]
    context = {"fix": chosen, "fix_url": f"orders:{kind}", "order": order, "form": form, "refusal": refusal, **chosen.more(order)}
    template = "orders/parts/_fix.html" if request.htmx else "orders/fix.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=status)


def _difference(request: Signed, kind: str, theirs: Order, form: forms.FixForm) -> HttpResponse:
    """Somebody saved first: both values side by side, nothing lost, and the form goes on from theirs."""
    names = [name for name in form.fields if name != "version"]
    standing = FIXES[kind].form(order=theirs)
    rows = [(form.fields[name].label, standing.initial.get(name, ""), form.cleaned_data.get(name, "")) for name in names]
    retry = FIXES[kind].form(initial={name: form.cleaned_data.get(name, "") for name in names}, order=theirs)
    context = {"fix": FIXES[kind], "fix_url": f"orders:{kind}", "order": theirs, "form": retry, "rows": rows, **FIXES[kind].more(theirs)}
    template = "orders/parts/_fix.html" if request.htmx else "orders/fix.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=409)


def _done(request: Signed, checked: Checked) -> HttpResponse:
    sentence = _what_now(checked)
    if not request.htmx:  # type: ignore[attr-defined]
        messages.success(request, sentence)
        return redirect("orders:detail", number=checked.order.number)
    context = {"order": checked.order, "sentence": sentence, "blocking": _titles(checked), "message": _draft_for(request, checked.order)}
    answer = render(request, "orders/parts/_fixed.html", context)
    told = {"text": sentence, "tone": "info" if checked.blocking else "ok"}
    answer["HX-Trigger"] = json.dumps({"toast": told, "order-changed": checked.order.number})
    return answer


def _draft_for(request: Signed, order: Order) -> CustomerMessage | None:
    """What the customer could be told about it now, for whoever may write to them."""
    return to_customers.latest_draft(order) if request.user.has_perm("orders.send_customermessage") else None


def _what_now(checked: Checked) -> str:
    order = checked.order
    if checked.sentence:
        return checked.sentence
    if order.state == "cancelled":
        return f"Order {order.number} is cancelled."
    if checked.blocking:
        count = len(checked.blocking)
        return (
            f"Saved and checked again: {count} thing{'' if count == 1 else 's'} still stop{'s' if count == 1 else ''} order {order.number}."
        )
    return f"Saved and checked again: nothing stops order {order.number} any more. It goes to ACS now."


def _titles(checked: Checked) -> list[str]:
    return sorted(CATALOGUE[code].title if code in CATALOGUE else "A hold placed by a person" for code in checked.blocking)
