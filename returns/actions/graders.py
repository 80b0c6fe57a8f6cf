"""Do it: say which person here a grader's name at ACS is. Who graded a garment never approves its write-off."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from exceptions_queue.audit import Actor, record
from partners.mappings import fold
from returns.actions.outcomes import Refused
from returns.models import GraderLink


def link(grader: str, *, user: User, actor: Actor, at: datetime) -> GraderLink:
    """From now on, at posting too, what this grader graded is not this person's to approve; audited. However the name is written, it is
    linked once, and linking it anew says that it is somebody else. Nobody unlinks themselves: they could then approve what they graded.
    Raises Refused for that, and for a name that ACS could not send.
    """
    name = " ".join(grader.replace("\x00", "").split())
    if not 0 < len(name) <= 120:
        raise Refused("A grader's name has 1 to 120 characters: copy it from a return.", "grader")
    with transaction.atomic():
        standing = next((each for each in GraderLink.objects.select_for_update() if fold(each.grader) == fold(name)), None)
        if standing and standing.user == actor != user:
            raise Refused("You are this grader: somebody else must say that you are not.", "user")
        made = standing or GraderLink(grader=name)
        before = {"user": str(standing.user_id)} if standing else {}
        made.user = user
        made.save()
        record("grader linked", made, actor=actor, at=at, before=before, after={"user": str(user.pk)})
    return made
