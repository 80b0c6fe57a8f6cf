"""ACS works Monday to Friday in Scotland until an admin says otherwise: orders by 12:00, collection at 17:30."""

from datetime import time

from django.db import migrations


def add_acs(apps, schema_editor):
    Site = apps.get_model("exceptions_queue", "Site")
    Site.objects.get_or_create(key="acs", defaults={"name": "ACS", "order_cutoff": time(12), "collection_at": time(17, 30)})


class Migration(migrations.Migration):
    dependencies = [("exceptions_queue", "0002_append_only")]
    operations = [migrations.RunPython(add_acs, migrations.RunPython.noop)]
