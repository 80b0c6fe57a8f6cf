"""An admin looks through everybody's access, and signs for it."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from config.people import review
from config.people.acts import Refused
from config.people.forms import ReviewForm
from config.people.views import MANAGE
from exceptions_queue.queries import words
from exceptions_queue.views import Signed
from exceptions_queue.views.proof import freshly_signed_in


@require_GET
@permission_required("config.view_access", raise_exception=True)
def page(request: Signed) -> HttpResponse:
    """Everybody who can sign in or will, with what they may do, and who signed for it when."""
    return _page(request)


@require_POST
@permission_required(MANAGE, raise_exception=True)
@freshly_signed_in
def sign(request: Signed) -> HttpResponse:
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    try:
        row = review.sign(**form.cleaned_data, actor=request.user, at=timezone.now())
    except Refused as refused:
        return _page(request, refused=refused.sentence, status=409)
    messages.success(request, f"Signed for the access of {row.people} people. The next review is due in 90 days.")
    return redirect("people:review")


def _page(request: Signed, *, form: ReviewForm | None = None, refused: str = "", status: int = 200) -> HttpResponse:
    now = timezone.now()
    rows, reviews = review.to_review(at=now), review.signed()
    context = {
        "rows": rows,
        "due": review.due(reviews, at=now),
        "reviews": [{"row": row, "when": words.full(row.signed_at), "who": row.signed_by.get_username()} for row in reviews],
        "form": (form or ReviewForm(initial={"seen_hash": review.hash_of(rows)})) if request.user.has_perms(MANAGE) else None,
        "refused": refused,
    }
    return render(request, "people/review.html", context, status=status)
