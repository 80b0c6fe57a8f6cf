"""How long things are kept becomes an admin's to say. The first values are what was kept before."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FIRST = {
    "customers": 180,
    "raw": 30,
    "labels": 60,
    "asked_labels": 30,
    "queue": 7,
    "runs": 90,
    "messages": 365,
    "batches": 60,
    "refusals": 60,
}


def write(apps, schema_editor):
    periods = apps.get_model("partners", "RetentionPeriod").objects
    periods.bulk_create([periods.model(what=what, days=days) for what, days in FIRST.items()], ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [
        ('partners', '0007_grades'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RetentionPeriod',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.SlugField(max_length=20, unique=True)),
                ('days', models.IntegerField()),
                ('changed_at', models.DateTimeField(blank=True, null=True)),
                ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('days__gte', 1)), name='nothing_is_kept_for_less_than_a_day')],
            },
        ),
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
