"""Make the groups agree with config/roles.py. Safe to run at any time."""

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError

from config.roles import ROLES


class Command(BaseCommand):
    help = "Create or update the groups of the seven roles."

    def handle(self, *args: object, **options: object) -> None:
        known = {f"{p.content_type.app_label}.{p.codename}": p for p in Permission.objects.select_related("content_type")}
        for role in ROLES.values():
            if unknown := sorted(role.permissions - known.keys()):
                raise CommandError(f"Role {role.name} names a permission that does not exist: {unknown[0]}. Run migrate first.")
            group, _ = Group.objects.get_or_create(name=role.name)
            group.permissions.set([known[name] for name in role.permissions])
            self.stdout.write(f"{role.label}: {len(role.permissions)} permissions")
