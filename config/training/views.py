"""A newcomer trains: the exercises, one of them, a case for it, and the check of its result. Only where the partners are make-believe."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from config.training import attempts, shown
from config.training.exercises import BY_KEY, EXERCISES, Exercise
from exceptions_queue.views import Signed

LOOKS, ACTS = "exceptions_queue.view_exceptioncase", "exceptions_queue.assign_exceptioncase"
P = ParamSpec("P")
View = Callable[Concatenate[Signed, P], HttpResponse]


def in_the_sandbox(view: View[P]) -> View[P]:
    """Where the partners are real, say why nobody trains here, and where they can."""

    @wraps(view)
    def looked_after(request: Signed, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if settings.SANDBOX:
            return view(request, *args, **kwargs)
        return render(request, "home/training_elsewhere.html", status=200 if request.method == "GET" else 409)

    return looked_after


@require_GET
@permission_required(LOOKS, raise_exception=True)
@in_the_sandbox
def index(request: Signed) -> HttpResponse:
    """All exercises, and how far this person is."""
    lines = shown.lines(request.user, at=timezone.now())
    context = {"lines": lines, "passed": sum(bool(line.passed) for line in lines), "all": len(EXERCISES)}
    return render(request, "home/training.html", context)


@require_GET
@permission_required(LOOKS, raise_exception=True)
@in_the_sandbox
def exercise(request: Signed, key: str) -> HttpResponse:
    """One exercise. Looking at it passes nothing."""
    return _page(request, _exercise(key))


@require_POST
@permission_required(ACTS, raise_exception=True)
@in_the_sandbox
def take_case(request: Signed, key: str) -> HttpResponse:
    """Take a case for it. 409 with a sentence where there is none."""
    try:
        attempts.begin(_exercise(key), person=request.user, at=timezone.now())
    except attempts.Refused as refused:
        return _page(request, _exercise(key), refusal=refused.sentence, status=409)
    return redirect("home:training-exercise", key=key)


@require_POST
@permission_required(ACTS, raise_exception=True)
@in_the_sandbox
def check_result(request: Signed, key: str) -> HttpResponse:
    """Is the result there? 409 with what is missing where it is not."""
    try:
        attempts.check(_exercise(key), person=request.user, at=timezone.now())
    except attempts.Refused as refused:
        return _page(request, _exercise(key), refusal=refused.sentence, status=409)
    messages.success(request, "Passed: the result is there.")
    return redirect("home:training-exercise", key=key)


def _exercise(key: str) -> Exercise:
    if key not in BY_KEY:
        raise Http404("There is no such exercise. The list of the training names them all.")
    return BY_KEY[key]


def _page(request: Signed, exercise: Exercise, *, refusal: str = "", status: int = 200) -> HttpResponse:
    lines = shown.lines(request.user, at=timezone.now())
    line = next(each for each in lines if each.exercise == exercise)
    context = {
        "line": line,
        "exercise": exercise,
        "number": lines.index(line) + 1,
        "all": len(lines),
        "case": None if line.passed else shown.case_of(exercise, person=request.user),
        "next": shown.after(lines, exercise.key),
        "may_act": request.user.has_perm(ACTS),
        "refusal": refusal,
    }
    return render(request, "home/training_exercise.html", context, status=status)
