from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """Everyone we speak to over a wire."""

    name = "partners"
    default_auto_field = "django.db.models.BigAutoField"
