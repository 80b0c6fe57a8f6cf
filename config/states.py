"""Which conditions a hand-over can be in, and which moves are legal."""

from django.db import models


class HandoverState(models.TextChoices):
    OPEN = "open", "Waits for the incoming lead"
    ACCEPTED = "accepted", "Accepted"
    TAKEN_BACK = "taken_back", "Taken back"


HANDOVER_MOVES = {HandoverState.OPEN: {HandoverState.ACCEPTED, HandoverState.TAKEN_BACK}}
