"""Say which person here a grader's name at ACS is."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from returns.actions import graders
from returns.actions.outcomes import Refused


class Command(BaseCommand):
    help = "Link a grader's name, as ACS sends it, to a user: they never approve what that grader graded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("grader", help="As the returns show it, such as “M. Kerr”.")
        parser.add_argument("user")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['user'][:150]}.")
        try:
            made = graders.link(options["grader"], user=user, actor="system:link_grader", at=timezone.now())
        except Refused as no:
            raise CommandError(no.sentence) from no
        self.stdout.write(f"{made.grader} is {user.get_username()}: what they graded somebody else approves.")
