"""What others send takes its garments too, until the shop says it was sent: the shop's word becomes a fact of its own."""

from django.db import migrations, models


def take_what_is_left_alone_as_sent(apps, schema_editor):
    """Of orders left alone before, nothing more is known: the next reading corrects it. What is not sent yet is read again by a replay."""
    apps.get_model("orders", "Order").objects.exclude(excluded_why="").update(shop_fulfilled="all")


class Migration(migrations.Migration):
    dependencies = [("orders", "0012_checkout")]

    operations = [
        migrations.AddField(
            model_name="order",
            name="shop_fulfilled",
            field=models.CharField(
                blank=True,
                choices=[("part", "PART"), ("all", "ALL"), ("back", "BACK")],
                default="",
                help_text="How much the shop says was sent.",
                max_length=4,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(take_what_is_left_alone_as_sent, migrations.RunPython.noop, elidable=True),
    ]
