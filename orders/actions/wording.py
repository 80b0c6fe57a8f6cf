"""Choose other words for a message to customers."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from exceptions_queue.audit import record
from orders.actions.outcomes import Refused
from orders.models import MessageTemplate
from orders.queries.wording import current
from orders.rules.wording import Template, judge

COLLEAGUE = (
    "A colleague saved other words while you wrote. Theirs are in force and stand beside yours; nothing you wrote is lost. "
    "Save again to put yours in their place."
)


def save_words(template: Template, *, subject: str, body: str, version: int, actor: User, at: datetime) -> MessageTemplate:
    """Write the next version, for messages drafted from now on. `version` is the one the person saw.

    Raises BadWords where the words cannot be used, Refused where they are in force already, or a colleague was first.
    """
    words, stands = judge(template, subject=subject, body=body), current(template, at=at)
    if stands.number != version:
        raise Refused(COLLEAGUE)
    if stands.words == words:
        raise Refused("These are the words in force already. Nothing was saved.", "body")
    try:
        with transaction.atomic():
            row = MessageTemplate.objects.create(name=template.name, version=version + 1, **words._asdict(), by=actor, at=at)
            changed = [field for field in words._fields if getattr(words, field) != getattr(stands.words, field)]
            told = {"version": row.version, "changed": changed}
            record("words of a message saved", row, actor=actor, at=at, before={"version": version}, after=told)
    except IntegrityError as taken:
        raise Refused(COLLEAGUE) from taken
    return row
