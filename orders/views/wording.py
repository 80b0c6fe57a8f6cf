"""A person reads what customers are told and in which words; an admin chooses others, sees them filled in, and saves them."""

from typing import Any

from django.contrib import messages as flash
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from orders.actions import Refused
from orders.actions.wording import save_words
from orders.queries import wording
from orders.rules.letters import preview
from orders.rules.templates import TEMPLATES
from orders.rules.wording import LONGEST_SUBJECT, LONGEST_TEXT, BadWords, Template, Words, judge
from orders.views import Signed

INVENTED_LINK = "https://your-desk.example/c/an-invented-link/"
MOST = 10_000  # versions and pages of them


@require_GET
@permission_required("orders.view_messagetemplate", raise_exception=True)
def index(request: Signed) -> HttpResponse:
    """Every message that can be drafted, with whose words it has."""
    return render(request, "orders/wording/index.html", {"rows": wording.listed(at=timezone.now())})


@require_GET
@permission_required("orders.view_messagetemplate", raise_exception=True)
def page(request: Signed, name: str) -> HttpResponse:
    """One message: its words filled in with invented facts, what can stand in them, every version. `?version=` puts one into the form."""
    template = _template(name)
    asked = request.GET.get("version", "")
    older = wording.version_of(template, _number(asked), at=timezone.now()) if asked else None
    if asked and older is None:
        raise Http404("There is no such version of these words.")
    return _page(request, template, typed=older.words if older else None)


@require_POST
@permission_required("orders.write_messagetemplate", raise_exception=True)
def save(request: Signed, name: str) -> HttpResponse:
    """Save other words, or only show how they would read. 422 where they cannot be used, 409 where a colleague was first."""
    template = _template(name)
    typed = Words(request.POST.get("subject", ""), request.POST.get("body", ""))
    try:
        if request.POST.get("do") == "preview":
            return _page(request, template, typed=judge(template, subject=typed.subject, body=typed.body), previewed=True)
        seen = _number(request.POST.get("version", ""))
        row = save_words(template, **typed._asdict(), version=seen, actor=request.user, at=timezone.now())
    except BadWords as bad:
        return _page(request, template, typed=typed, bad={bad.field: str(bad)}, status=422)
    except Refused as refused:
        return _page(request, template, typed=typed, refusal=refused.sentence, status=422 if refused.field else 409)
    flash.success(request, f"Saved as version {row.version}. Messages drafted from now on use these words; drafts that stand keep theirs.")
    return redirect("orders:wording", name=name)


def _template(name: str) -> Template:
    if name not in TEMPLATES:
        raise Http404("There is no such message. The list names them all.")
    return TEMPLATES[name]


def _number(said: str) -> int:
    """A version or a page; -1 for what is none."""
    return min(int(said), MOST) if said.isascii() and said.isdigit() and len(said) < 9 else -1


def _page(
    request: Signed,
    template: Template,
    *,
    typed: Words | None = None,
    previewed: bool = False,
    bad: dict[str, str] | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    now, number = timezone.now(), max(_number(request.GET.get("page", "")), 1)
    stands = wording.current(template, at=now)
    rows, more = wording.versions(template, page=number, at=now)
    context: dict[str, Any] = {
        "template": template,
        "stands": stands,
        "typed": typed or stands.words,
        "filled": preview(template.name, stands.words, link=INVENTED_LINK),
        "tried": preview(template.name, typed, link=INVENTED_LINK) if typed and not bad else None,
        "previewed": previewed,
        "bad": bad or {},
        "refusal": refusal,
        "versions": rows,
        "previous": number - 1,
        "next": number + 1 if more else 0,
        "longest": {"subject": LONGEST_SUBJECT, "body": LONGEST_TEXT},
    }
    return render(request, "orders/wording/message.html", context, status=status)
