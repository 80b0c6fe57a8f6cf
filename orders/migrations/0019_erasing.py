"""Orders know that their customer was erased, and each erasure leaves a receipt that the database lets nobody change."""

from django.db import migrations, models

TABLE = "orders_erasure"
REFUSAL = "receipts of erasures are append-only"


def install_triggers(schema_editor):
    for statement in _statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


def remove_triggers(schema_editor):
    on = f" ON {TABLE}" if schema_editor.connection.vendor == "postgresql" else ""
    for act in ("update", "delete", "truncate"):
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_no_{act}{on}", params=None)


def _statements(vendor):
    if vendor == "postgresql":
        return [
            "CREATE OR REPLACE FUNCTION lockstep_erasures_stay() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$",
            *(
                f"CREATE TRIGGER {TABLE}_no_{act} BEFORE {act.upper()} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION lockstep_erasures_stay()"
                for act in ("update", "delete")
            ),
            f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION lockstep_erasures_stay()",
        ]
    return [
        f"CREATE TRIGGER {TABLE}_no_{act} BEFORE {act.upper()} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for act in ("update", "delete")
    ]


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0018_message_templates'),
    ]

    operations = [
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer_key', models.CharField(blank=True, db_index=True, max_length=40)),
                ('orders', models.IntegerField()),
                ('counts', models.JSONField(default=dict)),
                ('reason', models.CharField(max_length=300)),
                ('asked_by', models.CharField(max_length=150)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='order',
            name='erased_at',
            field=models.DateTimeField(blank=True, help_text='Since when nothing is kept of who ordered; the shop cannot bring it back.', null=True),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(condition=models.Q(('erased_at__isnull', True)), fields=['placed_at', 'id'], name='orders_with_a_customer'),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: install_triggers(schema_editor),
            lambda apps, schema_editor: remove_triggers(schema_editor),
        ),
    ]
