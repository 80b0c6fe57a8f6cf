"""Make a token for a program: printed once, kept as a hash."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from partners import tokens


class Command(BaseCommand):
    help = "Print a new API token once. Only its hash is kept. Scopes: " + "; ".join(
        f"{scope} ({may})" for scope, may in tokens.SCOPES.items()
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="the user that the program acts as")
        parser.add_argument("--name", required=True, help="what the program is called")
        parser.add_argument("--scope", nargs="+", required=True, dest="scopes")
        parser.add_argument("--days", type=int, default=365, help="until it ends (default 365, at most 1825)")

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user {options['user']}.")
        if not 1 <= options["days"] <= 1825:
            raise CommandError("A token lasts between 1 day and 5 years.")
        facts = {"name": options["name"], "scopes": options["scopes"], "days": options["days"]}
        try:
            token, text = tokens.create(user, **facts, actor="system:create_api_token", at=timezone.now())
        except ValueError as unknown:
            raise CommandError(str(unknown)) from unknown
        self.stderr.write(f"{token.name}, for {user}, until {token.expires_at:%Y-%m-%d}. It is shown once:")
        self.stdout.write(text)
