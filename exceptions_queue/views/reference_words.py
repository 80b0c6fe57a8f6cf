"""An admin writes the house's own words on a page of the reference; a reader says whether the page was enough."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from exceptions_queue.actions import reference as acts
from exceptions_queue.catalogue import CATALOGUE, Code
from exceptions_queue.forms import EnoughForm, WordsForm
from exceptions_queue.queries import reference
from exceptions_queue.views import Signed
from exceptions_queue.views.reference import known, show

WRITES = "exceptions_queue.add_referencenote"


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required(["exceptions_queue.view_exceptioncase", WRITES], raise_exception=True)
def edit(request: Signed, code: str) -> HttpResponse:
    """The words to change, with their versions. 409 with both texts where a colleague saved first: nothing typed is lost."""
    page = known(code)
    if request.method != "POST":
        return _show(request, page)
    form = WordsForm(request.POST)
    if not form.is_valid():
        return _show(request, page, form=form, status=422)
    try:
        written = acts.write_words(page, form.cleaned_data["text"], seen=form.cleaned_data["seen"], actor=request.user, at=timezone.now())
    except acts.SavedMeanwhile:
        return _show(request, page, typed=form.cleaned_data["text"], status=409)
    messages.success(request, f"Saved as version {written.version}." if written else "Nothing was changed: the words are those already.")
    return redirect("queue:reference-code", code=CATALOGUE[page].runbook)


def _show(request: Signed, code: Code, *, form: WordsForm | None = None, typed: str | None = None, status: int = 200) -> HttpResponse:
    """`typed` is what was not saved because a colleague was quicker: it stays in the form, which now starts from theirs."""
    versions = reference.versions(code, at=timezone.now())
    latest = versions[0] if versions else reference.Words()
    start = {"seen": latest.version, "text": latest.text if typed is None else typed}
    context = {
        "kind": CATALOGUE[code],
        "form": form or WordsForm(initial=start),
        "theirs": latest if typed is not None else None,
        "versions": versions,
    }
    return render(request, "exceptions_queue/reference_words.html", context, status=status)


@require_POST
@permission_required(["exceptions_queue.view_exceptioncase", "exceptions_queue.add_referencefeedback"], raise_exception=True)
def enough(request: Signed, code: str) -> HttpResponse:
    """Keep a reader's yes or no, with a sentence where they have one."""
    page, form = known(code), EnoughForm(request.POST)
    if not form.is_valid():
        return show(request, page, form=form, status=422)
    said = form.cleaned_data
    acts.say_enough(page, enough=said["enough"] == "yes", sentence=said["sentence"], actor=request.user, at=timezone.now())
    messages.success(request, "Thank you. Whoever keeps the reference reads it.")
    return redirect("queue:reference-code", code=CATALOGUE[page].runbook)
