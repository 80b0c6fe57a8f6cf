from django.db import migrations, models
from django.db.models import OuterRef, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Substr


def take_sizes_from_decisions(apps, schema_editor):
    """The compartment that each open order's last gate reckoned with, until a gate sees something new."""
    Order, GateDecision = apps.get_model("orders", "Order"), apps.get_model("orders", "GateDecision")
    last = GateDecision.objects.filter(order=OuterRef("pk")).order_by("-pk").annotate(size=KeyTextTransform("size", "inputs"))
    size = Substr(Coalesce(Subquery(last.values("size")[:1]), Value(""), output_field=models.CharField()), 1, 1)
    Order.objects.filter(destination="locker", state__in=["received", "held", "ready", "released"]).update(needs_size=size)


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0007_waits_know_their_hold'),
    ]

    operations = [
        migrations.AddField(
            model_name='order',
            name='acs_locker_id',
            field=models.CharField(blank=True, help_text='The locker that ACS last showed; none until ACS was read, empty where it has none.', max_length=64, null=True),
        ),
        migrations.AddField(
            model_name='order',
            name='needs_size',
            field=models.CharField(blank=True, default='', help_text='The compartment a gate last reckoned with; empty where it could not tell.', max_length=1),
        ),
        migrations.RunPython(take_sizes_from_decisions, migrations.RunPython.noop, elidable=True),
    ]
