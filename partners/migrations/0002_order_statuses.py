"""What ACS's order statuses are expected to mean, as rows that an admin may change. What is not here stays unmapped."""

from django.db import migrations

EXPECTED = {
    "Acknowledged": "acknowledged",
    "Picking": "picking",
    "Part Picked": "part_picked",
    "Pick Confirmed": "pick_confirmed",
    "Packed": "packed",
    "Despatched": "despatched",
    "Cancelled": "cancelled",
}


def add_statuses(apps, schema_editor):
    CodeMapping = apps.get_model("partners", "CodeMapping")
    rows = [
        CodeMapping(partner="acs", kind="order_status", raw=raw, folded=raw.casefold(), target=target) for raw, target in EXPECTED.items()
    ]
    CodeMapping.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("partners", "0001_initial")]
    operations = [migrations.RunPython(add_statuses, migrations.RunPython.noop)]
