"""Where to look in what the shop sends."""

from django.db import models


class ResolverRule(models.Model):
    """Where to look for one fact in what the shop sends. Rules of a fact are tried by `position`; the first hit wins."""

    class Fact(models.TextChoices):
        LOCKER = "locker_id", "Locker ID"
        MOBILE = "mobile", "Mobile number"
        DISPATCH_ON = "dispatch_on", "Dispatch date"
        DELIVER_ON = "deliver_on", "Delivery date"
        EVENT_ON = "event_on", "Event date"
        RETURN_ON = "return_on", "Return date"

    class Source(models.TextChoices):
        ATTRIBUTE = "attribute", "Order attribute"
        METAFIELD = "metafield", "Order metafield"
        PHONE = "phone", "Phone number given at"
        SERVICE_CODE = "service_code", "Delivery service code"
        SERVICE_TITLE = "service_title", "Delivery service title"
        ADDRESS = "address", "Shipping address field"

    fact = models.CharField(max_length=12, choices=Fact)
    position = models.IntegerField()
    name = models.CharField(max_length=60)
    source = models.CharField(max_length=16, choices=Source)
    key = models.CharField(max_length=120, blank=True, help_text="Attribute name, metafield key, phone source or address field.")
    json_path = models.CharField(
        max_length=120, blank=True, help_text="Dotted path inside a JSON value, e.g. point.code or attributes.0.value."
    )
    pattern = models.CharField(
        max_length=200, blank=True, help_text="Regular expression; its first group, or the whole match, is the value."
    )
    enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ["fact", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["fact", "name"], name="one_rule_per_fact_and_name")]

    def __str__(self) -> str:
        return f"{self.get_fact_display()}: {self.name}"
