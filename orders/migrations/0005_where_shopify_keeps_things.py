"""The places where Shopify shops keep a locker and a mobile. What a person has added, changed or moved stays as it is."""

from django.db import migrations, models

UK_LOCKER = r"\bUK(?:\d{10}|\d{8}|[A-Z]{3}\d{5})\b"

LOCKER = [
    ("Pick-up point app's metafield", "metafield", "atlas_pickup_points.point", "code", UK_LOCKER),
    ("Pick-up location attribute", "attribute", "Pickup-Location-Id", "", UK_LOCKER),
    ("Locker code in company", "address", "company", "", UK_LOCKER),
    ("Locker code in delivery service code", "service_code", "", "", UK_LOCKER),
    ("Locker code in delivery service title", "service_title", "", "", UK_LOCKER),
]
MOBILE = [
    ("Phone given with the pick-up point", "phone", "pickup", "", ""),
    ("Phone given with the delivery service", "phone", "service", "", ""),
    ("Phone of the fulfilment's destination", "phone", "destination", "", ""),
    ("Phone of the order", "phone", "order", "", ""),
]
AS_IT_WAS = [
    ("Phone for the delivery", "phone", "shipping", "", "", True),
    ("Phone of the customer", "phone", "customer", "", "", True),
    ("Phone of the billing address", "phone", "billing", "", "", True),
]
FIRST_MOBILES = [name for name, *_ in AS_IT_WAS]
MOBILES_IN_ORDER = [MOBILE[0][0], MOBILE[1][0], FIRST_MOBILES[0], MOBILE[2][0], MOBILE[3][0], *FIRST_MOBILES[1:]]


def write(apps, schema_editor):
    rule = apps.get_model("orders", "ResolverRule")
    columns = ("name", "source", "key", "json_path", "pattern", "enabled")
    untouched = list(rule.objects.filter(fact="mobile").order_by("position", "id").values_list(*columns)) == AS_IT_WAS
    for fact, wanted in (("locker_id", LOCKER), ("mobile", MOBILE)):
        last = max(rule.objects.filter(fact=fact).values_list("position", flat=True), default=0)
        for place, (name, source, key, path, pattern) in enumerate(wanted, start=1):
            same = rule.objects.filter(fact=fact, source=source, key=key)
            if not rule.objects.filter(fact=fact, name=name).exists() and not (key and same.exists()):
                rule.objects.create(
                    fact=fact, position=last + place, name=name, source=source, key=key, json_path=path, pattern=pattern
                )
    if untouched:
        for position, name in enumerate(MOBILES_IN_ORDER, start=1):
            rule.objects.filter(fact="mobile", name=name).update(position=position)


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_after_release")]
    operations = [
        migrations.AlterField(
            model_name="resolverrule",
            name="json_path",
            field=models.CharField(
                blank=True, help_text="Dotted path inside a JSON value, e.g. point.code or attributes.0.value.", max_length=120
            ),
        ),
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
