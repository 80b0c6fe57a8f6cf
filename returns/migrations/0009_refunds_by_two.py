import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("returns", "0008_export_writeoff"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="refund",
            name="state",
            field=models.CharField(
                choices=[
                    ("proposed", "Proposed"),
                    ("awaiting_second", "Awaiting second approval"),
                    ("approved", "Approved"),
                    ("declined", "Declined"),
                    ("sending", "On its way"),
                    ("unknown", "Outcome unknown"),
                    ("refused", "Refused"),
                    ("done", "Given"),
                ],
                default="proposed",
                max_length=15,
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="first_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="first_for",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="first_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="refund",
            name="decided_for",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("proposed_by__isnull", True),
                    ("first_by__isnull", True),
                    models.Q(("proposed_by", models.F("first_by")), _negated=True),
                    _connector="OR",
                ),
                name="who_proposes_a_refund_is_not_its_first_approver",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("first_by__isnull", True),
                    ("decided_by__isnull", True),
                    ("state", "declined"),
                    models.Q(("first_by", models.F("decided_by")), _negated=True),
                    _connector="OR",
                ),
                name="the_second_approver_of_a_refund_is_another_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "awaiting_second"), _negated=True),
                    models.Q(("decided_by__isnull", True), ("first_at__isnull", False), ("first_by__isnull", False)),
                    _connector="OR",
                ),
                name="what_awaits_the_second_approver_has_a_first",
            ),
        ),
    ]
