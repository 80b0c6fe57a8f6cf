from django.db import migrations


def write(apps, _schema_editor):
    """The log takes every alert until somebody connects something better."""
    apps.get_model("exceptions_queue", "AlertChannel").objects.get_or_create(kind="console", defaults={"name": "Log", "position": 0})


class Migration(migrations.Migration):
    dependencies = [("exceptions_queue", "0009_alerts")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
