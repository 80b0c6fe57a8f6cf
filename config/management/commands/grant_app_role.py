"""Let a second PostgreSQL role run the application without owning its tables, so that it cannot rewrite the audit log."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from psycopg import sql

APPEND_ONLY = ("exceptions_queue_auditentry", "exceptions_queue_auditseal", "orders_erasure", "config_accessreview")


class Command(BaseCommand):
    help = (
        "Run as the owner of the tables, after migrate: give ROLE what the application needs, and of the audit tables only "
        "SELECT and INSERT. With POSTGRES_APP_PASSWORD set, the role is created or its password changed. Safe to run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", help="the role in the application's DATABASE_URL")

    def handle(self, *_args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL knows roles.")
        role, password = sql.Identifier(options["role"]), os.environ.get("POSTGRES_APP_PASSWORD", "")
        with transaction.atomic(), connection.cursor() as cursor:
            if password:
                cursor.execute(self._login(cursor, options["role"]).format(role, sql.Literal(password)))
            for statement in _grants():
                cursor.execute(statement.format(role))
        self.stdout.write(
            f"{options['role']} may run the application; the audit log, access reviews and receipts of erasures are append-only for it."
        )

    def _login(self, cursor: Any, role: str) -> sql.SQL:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        return sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}") if cursor.fetchone() else sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")


def _grants() -> list[sql.SQL]:
    every = [
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}"),
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}"),
        sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}"),
    ]
    return every + [sql.SQL(f"REVOKE UPDATE, DELETE ON {table} FROM {{}}") for table in APPEND_ONLY]
