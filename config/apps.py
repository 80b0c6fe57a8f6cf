from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The roof."""

    name = "config"
    default_auto_field = "django.db.models.BigAutoField"
