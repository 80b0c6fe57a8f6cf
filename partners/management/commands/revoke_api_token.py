"""End a program's token now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from partners import tokens
from partners.models import ApiToken


class Command(BaseCommand):
    help = "End the tokens that a user has under a name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user")
        parser.add_argument("--name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        live = ApiToken.objects.filter(user__username=options["user"], name=options["name"], revoked_at__isnull=True)
        if not live:
            raise CommandError(f"{options['user']} has no token named {options['name']}.")
        for token in live:
            tokens.revoke(token, actor="system:revoke_api_token", at=timezone.now())
            self.stdout.write(f"{token.name} (…{token.last_four}) ended.")
