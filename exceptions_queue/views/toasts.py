"""What an answer says in passing: a toast, with a way back where there is one."""

import json
from typing import TypeVar

from django.http import HttpResponseBase
from django.urls import reverse

Answer = TypeVar("Answer", bound=HttpResponseBase)


def toast(answer: Answer, text: str, *, tone: str = "ok", undo_token: str = "") -> Answer:
    """Have the page show `text`; with a token, beside a button that takes the act back."""
    told = {"text": text, "tone": tone}
    if undo_token:
        told |= {"undo": reverse("queue:undo"), "undo_token": undo_token}
    answer.headers["HX-Trigger"] = json.dumps({"toast": told})
    return answer
