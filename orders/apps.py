from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """What was sold."""

    name = "orders"
    default_auto_field = "django.db.models.BigAutoField"
