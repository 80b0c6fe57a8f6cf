from django.apps import AppConfig


class LockersConfig(AppConfig):
    """Where a parcel can wait."""

    name = "lockers"
    default_auto_field = "django.db.models.BigAutoField"
