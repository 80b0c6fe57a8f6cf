"""The audit record is append-only: the database itself refuses UPDATE and DELETE (and TRUNCATE on PostgreSQL).

On SQLite `INSERT OR REPLACE` is refused as well, because the connection sets `recursive_triggers=ON`.
A later migration that alters one of the two tables must call `remove_triggers` before and `install_triggers` after:
SQLite rebuilds a table to alter it and forgets its triggers.
"""

from django.db import migrations

TABLES = ("exceptions_queue_auditentry", "exceptions_queue_auditseal")
REFUSAL = "the audit record is append-only"


def install_triggers(schema_editor):
    for table in TABLES:
        for statement in _statements(schema_editor.connection.vendor, table):
            schema_editor.execute(statement, params=None)


def remove_triggers(schema_editor):
    on = {"postgresql": lambda table: f" ON {table}"}.get(schema_editor.connection.vendor, lambda table: "")
    for table in TABLES:
        for act in ("update", "delete", "truncate"):
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{act}{on(table)}", params=None)


def _statements(vendor, table):
    if vendor == "postgresql":
        return [
            "CREATE OR REPLACE FUNCTION lockstep_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'restrict_violation'; END $$",
            *(
                f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION lockstep_append_only()"
                for act in ("update", "delete")
            ),
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION lockstep_append_only()",
        ]
    return [
        f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for act in ("update", "delete")
    ]


class Migration(migrations.Migration):
    dependencies = [("exceptions_queue", "0001_initial")]
    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: install_triggers(schema_editor),
            lambda apps, schema_editor: remove_triggers(schema_editor),
        )
    ]
