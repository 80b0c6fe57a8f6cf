from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    """What came back."""

    name = "returns"
    default_auto_field = "django.db.models.BigAutoField"
