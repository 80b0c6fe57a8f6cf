"""A customer asks, by a link of their own and without a login: what is wrong with my order, and may I put it right?"""

import time
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from rest_framework.throttling import BaseThrottle

from exceptions_queue import actions as desk
from lockers.rules import phone
from orders.actions import Refused
from orders.actions import customer_links as acts
from orders.models import CustomerLink
from orders.queries import customer_links as links
from orders.queries import nearby
from orders.rules.customer_links import Standing, Wants
from orders.rules.masking import mask_name

PER_ADDRESS, PER_LINK = 60, 20  # a minute; a telephone network lets many people out by one address
LONGEST = 60  # characters of a number, as everywhere
STATUS = {Standing.DONE: 200, Standing.NOT_NEEDED: 200}  # every other link is gone: 410


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def own_page(request: HttpRequest, token: str) -> HttpResponse:
    """What is wrong and one form; on POST save it. 404 for an address that we never gave, 410 for one that works no more, 422 for
    what cannot be used, 429 when tried too often. An order that was put right answers 200 and says so."""
    if _count("address", BaseThrottle().get_ident(request) or "") > PER_ADDRESS:  # type: ignore[arg-type]
        return _too_often(request)
    link = links.link_of(token)
    if link is None:
        return _private(request, "orders/customer/refused.html", {"why": "forged"}, status=404)
    if _count("link", str(link.pk)) > PER_LINK:
        return _too_often(request)
    return _save(request, link, token) if request.method == "POST" else _look(request, link)


def _look(request: HttpRequest, link: CustomerLink) -> HttpResponse:
    codes, at = desk.open_codes(link.order), timezone.now()
    if (standing := links.standing_of(link, link.order, codes, at)) != Standing.OPEN:
        return _ended(request, link, standing)
    if request.method == "GET":
        acts.note_opened(link, at=at)
    return _form(request, link, links.wanted_of(link, codes))


def _save(request: HttpRequest, link: CustomerLink, token: str) -> HttpResponse:
    mobile, locker_id = request.POST.get("mobile", "")[:LONGEST], request.POST.get("locker", "")[:40]
    try:
        acts.put_right(link, mobile=mobile, locker_id=locker_id, at=timezone.now())
    except acts.Ended as ended:
        link.refresh_from_db()
        return _ended(request, link, ended.standing)
    except Refused as refused:
        link.order.refresh_from_db()
        wants = links.wanted_of(link, desk.open_codes(link.order))
        return _form(request, link, wants, refused=refused, mobile=mobile, picked=locker_id)
    return _private(request, redirect("orders:customer", token=token))


def _form(
    request: HttpRequest, link: CustomerLink, wants: Wants, *, refused: Refused | None = None, mobile: str = "", picked: str = ""
) -> HttpResponse:
    order = link.order
    context = {
        "wants": wants,
        "number": order.number,
        "who": mask_name(order.first_name, ""),
        "fault": phone.FAULTS.get(phone.judge(order.mobile).fault, "") if wants.mobile else "",
        "chosen": nearby.chosen(order) if wants.locker else None,
        "nearest": nearby.alternatives(order) if wants.locker else [],
        "until": timezone.localtime(link.expires_at),
        "mobile": mobile,
        "picked": picked,
        "errors": {(refused.field if refused.field in ("mobile", "locker_id") else "other"): refused.sentence} if refused else {},
    }
    return _private(request, "orders/customer/form.html", context, status=422 if refused else 200)


def _ended(request: HttpRequest, link: CustomerLink, standing: Standing) -> HttpResponse:
    context = {"why": standing.value, "until": timezone.localtime(link.expires_at)}
    if standing not in (Standing.REVOKED, Standing.EXPIRED):  # in whoever's hands those are, they learn nothing from it
        context["number"] = link.order.number
    return _private(request, "orders/customer/refused.html", context, status=STATUS.get(standing, 410))


def _too_often(request: HttpRequest) -> HttpResponse:
    answer = _private(request, "orders/customer/refused.html", {"why": "too_often"}, status=429)
    answer["Retry-After"] = "60"
    return answer


def _private(request: HttpRequest, said: str | HttpResponse, context: dict[str, Any] | None = None, *, status: int = 200) -> HttpResponse:
    """Kept by no cache and found by no search; its address is told to nobody.

    A page with a form says at least where it came from, not from which page: without that its POST could not be told from a
    stranger's, and browsers leave it out under `no-referrer`.
    """
    with_form = said == "orders/customer/form.html"
    if isinstance(said, str):
        said = render(request, said, {"shop": links.shop(), "sandbox": settings.SANDBOX, **(context or {})}, status=status)
    said["Cache-Control"] = "no-store"
    said["X-Robots-Tag"] = "noindex, nofollow"
    said["Referrer-Policy"] = "strict-origin" if with_form else "no-referrer"
    return said


def _count(what: str, which: str) -> int:
    """How often in this minute. Counted in the cache: with Redis for all processes together, without it for each by itself."""
    key = f"customer:{what}:{which}:{int(time.time()) // 60}"
    cache.add(key, 0, 120)
    try:
        return int(cache.incr(key))
    except ValueError:  # dropped between the two calls
        return 1
