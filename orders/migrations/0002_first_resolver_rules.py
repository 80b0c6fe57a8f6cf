"""The places most shops put a locker, a mobile and hire dates; an admin edits them at /settings/resolvers/."""

from django.db import migrations

RULES = [
    ("locker_id", "Order attribute", "attribute", "Locker ID", "", ""),
    ("locker_id", "InPost attribute", "attribute", "inpost_locker_id", "", ""),
    ("locker_id", "Pickup point metafield", "metafield", "lockers.point", "code", ""),
    ("locker_id", "Locker code in address line 2", "address", "address2", "", r"\bUK(?:\d{10}|\d{8}|[A-Z]{3}\d{5})\b"),
    ("mobile", "Phone for the delivery", "phone", "shipping", "", ""),
    ("mobile", "Phone of the customer", "phone", "customer", "", ""),
    ("mobile", "Phone of the billing address", "phone", "billing", "", ""),
    ("dispatch_on", "Order attribute", "attribute", "Dispatch Date", "", ""),
    ("deliver_on", "Order attribute", "attribute", "Delivery Date", "", ""),
    ("event_on", "Order attribute", "attribute", "Event Date", "", ""),
    ("return_on", "Order attribute", "attribute", "Return Date", "", ""),
]


def write(apps, schema_editor):
    rule = apps.get_model("orders", "ResolverRule")
    rule.objects.bulk_create(
        rule(fact=fact, position=position, name=name, source=source, key=key, json_path=path, pattern=pattern)
        for position, (fact, name, source, key, path, pattern) in enumerate(RULES, start=1)
    )


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
