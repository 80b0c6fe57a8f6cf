from django.apps import AppConfig
from django.core.checks import register


class ConfigConfig(AppConfig):
    """The roof. Every command that checks the project at its start refuses a timetable that cannot be run."""

    name = "config"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from config.timetable import check_timetable

        register(check_timetable)
