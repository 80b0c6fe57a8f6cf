"""What customers are told: a draft per order and occasion, what became of it, and the words that drafts are made in."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from orders.models.orders import Order


class CustomerMessage(models.Model):
    """One message to the customer of one order. It lives with the order, and goes with it.

    `facts` are what it says, by which it is checked again before it is sent; `body` is what a person made of them. Where it is
    drafted anew for the same occasion, `revision` counts on. `why` says why it was not sent.
    """

    class Occasion(models.TextChoices):
        LOCKER_CHANGED = "locker_changed", "The parcel goes to another locker"
        EXPIRING = "expiring", "The time to collect is nearly over"
        ANOTHER_GARMENT = "another_garment", "A garment cannot be sent"
        PUT_RIGHT = "put_right", "The customer can put it right"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        QUEUED = "queued", "On its way"
        SENT = "sent", "Sent"
        FAILED = "failed", "Not sent"
        UNKNOWN = "unknown", "Nobody knows whether it was sent"
        DROPPED = "dropped", "Not needed"

    class Way(models.TextChoices):
        EMAIL = "email", "By e-mail"
        TEXT = "text", "By text message"

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="messages")
    occasion = models.CharField(max_length=20, choices=Occasion)
    revision = models.IntegerField(default=1)
    facts = models.JSONField(default=dict)
    subject = models.CharField(max_length=150)
    body = models.TextField(max_length=5000)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    way = models.CharField(max_length=5, choices=Way, blank=True)
    why = models.CharField(max_length=300, blank=True)
    version = models.IntegerField(default=1)
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions = [("send_customermessage", "Can write to customers")]
        constraints = [
            models.UniqueConstraint(fields=["order", "occasion", "revision"], name="one_row_per_message_revision"),
            models.UniqueConstraint(fields=["order", "occasion"], condition=Q(state="draft"), name="one_draft_per_occasion"),
            models.CheckConstraint(condition=~Q(state="sent") | Q(ended_at__isnull=False), name="a_sent_message_says_when"),
        ]

    def __str__(self) -> str:
        return f"{self.get_occasion_display()}, order {self.order_id}"


class MessageTemplate(models.Model):
    """One version of the words of one message. Rows are only ever added; the newest of a name counts, and without one the delivered words.

    `name` is an `Occasion`. `version` counts from 1 for each name: of two people who save at once, the database takes one.
    """

    name = models.CharField(max_length=20, choices=CustomerMessage.Occasion)
    version = models.IntegerField()
    subject = models.CharField(max_length=150)
    body = models.TextField(max_length=5000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        permissions = [("write_messagetemplate", "Can choose the words of messages to customers")]
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="one_row_per_version_of_a_message"),
            models.CheckConstraint(condition=Q(version__gte=1), name="the_delivered_words_are_version_0"),
        ]

    def __str__(self) -> str:
        return f"Words of {self.name}, version {self.version}"
