"""A person reads what a customer is to be told, changes it, sends it, or tells the customer themselves."""

from django.contrib import messages as flash
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from exceptions_queue.models import BulkJob
from orders.actions import Refused, bulk, customer_links, messages
from orders.actions.bulk import telling
from orders.forms import MessageForm
from orders.models import CustomerMessage, Order
from orders.queries import detail, to_customers
from orders.queries.customer_links import PLACE, open_link, path_of
from orders.views import Signed

SHOWN = 100
DONE = {
    "send": "Handed to the mail server. Whether it took it shows here within a minute.",
    "told": "Noted: the customer knows by text message.",
    "drop": "Noted: the customer need not be told.",
    "save": "Saved. Nothing has been sent yet.",
}


@require_POST
@permission_required("orders.send_customermessage", raise_exception=True)
def draft(request: Signed, number: str) -> HttpResponse:
    """Draft a message for an occasion from how things stand now."""
    order = get_object_or_404(Order, number=number)
    occasion = request.POST.get("occasion", "")
    if occasion not in CustomerMessage.Occasion.values:
        flash.error(request, "Choose what the customer is to be told.")
        return redirect("orders:detail", number=number)
    try:
        found = messages.draft(order, occasion=occasion, actor=request.user, at=timezone.now())
    except Refused as refused:
        flash.error(request, refused.sentence)
        return redirect("orders:detail", number=number)
    return redirect("orders:message", number=number, pk=found.pk)


@require_http_methods(["GET", "POST"])
@permission_required("orders.send_customermessage", raise_exception=True)
def one(request: Signed, number: str, pk: int) -> HttpResponse:
    """One message; on POST save what was written, and send it where that was asked."""
    message = get_object_or_404(CustomerMessage.objects.select_related("order"), pk=pk, order__number=number)
    if request.method == "GET":
        return _show(request, message, _form_of(message))
    form = MessageForm(request.POST)
    if not form.is_valid():
        return _show(request, message, form, status=422)
    said = form.cleaned_data
    try:  # nothing that was typed is lost, whatever happens next
        message = messages.edit(message, subject=said["subject"], body=said["body"], version=said["version"])
        form = _form_of(message, bound=True)
        asked = _do(request, message)
    except Refused as refused:
        form.add_error(refused.field or None, refused.sentence)
        return _show(request, message, form, status=409)
    flash.success(request, DONE[asked])
    return redirect("orders:message", number=number, pk=pk)


@require_POST
@permission_required("orders.send_customermessage", raise_exception=True)
def end_link(request: Signed, number: str) -> HttpResponse:
    """From now on the customer's link opens nothing."""
    order = get_object_or_404(Order, number=number)
    try:
        customer_links.end_link(order, actor=request.user, at=timezone.now())
    except Refused as refused:
        flash.error(request, refused.sentence)
    else:
        flash.success(request, "The customer's link opens nothing any more.")
    return redirect("orders:detail", number=number)


def _do(request: Signed, message: CustomerMessage) -> str:
    """Send it, or note that the customer knows or need not. Raises Refused."""
    asked, at = request.POST.get("do", "save"), timezone.now()
    if asked == "send":
        messages.send_email(message, actor=request.user, at=at, version=message.version)
    elif asked == "told":
        messages.told_by_text(message, actor=request.user, at=at, version=message.version)
    elif asked == "drop":
        messages.drop(message, actor=request.user, at=at, version=message.version)
    return asked if asked in DONE else "save"


def _form_of(message: CustomerMessage, *, bound: bool = False) -> MessageForm:
    said = {"version": message.version, "subject": message.subject, "body": message.body}
    return MessageForm(said) if bound else MessageForm(initial=said)


def _show(request: Signed, message: CustomerMessage, form: MessageForm, *, status: int = 200) -> HttpResponse:
    order, at = message.order, timezone.now()
    message.refresh_from_db()
    world = messages.read_world([order], at=at)
    said = messages.said_now(order, message.occasion, world)
    is_draft = message.state == CustomerMessage.State.DRAFT
    not_true = messages.why_not_true(message, order, world) if is_draft else ""
    sms = "" if isinstance(said, str) or not_true else said.letter.text
    if PLACE in sms and (link := open_link(order, at)):
        sms = sms.replace(PLACE, request.build_absolute_uri(path_of(link)))
    unmasked = request.user.has_perm("orders.see_contact_order")
    contact = {fact.name: fact.value for fact in detail.contact(order, unmasked=unmasked)}
    context = {
        "order": order,
        "message": message,
        "line": to_customers.line(message, at),
        "form": form,
        "sms": sms,
        "place": PLACE if message.occasion == CustomerMessage.Occasion.PUT_RIGHT else "",
        "not_true": not_true or (messages.why_no_link(message) if is_draft else ""),
        "no_mail": messages.why_not_email(order),
        "to": contact["E-mail"],
        "mobile": contact["Mobile"],
        "is_draft": is_draft,
        "outdated": not is_draft or not_true == messages.CHANGED,
    }
    return render(request, "orders/message.html", context, status=status)


@require_http_methods(["GET", "POST"])
@permission_required("orders.send_customermessage", raise_exception=True)
def of_job(request: Signed, pk: int) -> HttpResponse:
    """What would be sent to the customers of a job's orders, and why some cannot be; on POST hand them to a worker."""
    job = get_object_or_404(BulkJob, pk=pk, kind="nearest_locker")
    if request.method == "POST":
        sending = bulk.ask_to_tell(job, actor=request.user, at=timezone.now())
        flash.success(request, f"{sending.total:,} message{'' if sending.total == 1 else 's'} handed to a worker.")
        return redirect("queue:job", pk=sending.pk)
    at = timezone.now()
    rows = list(telling.messages_of(job))
    drafts = [row for row in rows if row.state == CustomerMessage.State.DRAFT]
    why = telling.reasons(drafts, at=at)
    context = {
        "job": job,
        "lines": [to_customers.line(row, at, why=why.get(row.pk, "")) for row in rows[:SHOWN]],
        "more": max(0, len(rows) - SHOWN),
        "total": len(rows),
        "drafts": len(drafts),
        "ready": sum(not sentence for sentence in why.values()),
        "no_mail": messages.no_mail(),
    }
    return render(request, "orders/messages.html", context)
