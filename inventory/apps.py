from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """What ACS holds and what may be sold."""

    name = "inventory"
    default_auto_field = "django.db.models.BigAutoField"
