"""What we want done at partners and could not get done: intents that wait, or of which nobody knows what became."""

from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse

from config.system_audit.gaps import Cost, Found, Row, delayed_orders, plural
from config.system_audit.look import Look
from orders.actions.sending import KIND as RELEASE
from orders.models import Order
from partners.models import Intent
from partners.queries.words import clock_time

PATIENCE = timedelta(hours=1)  # every kind is rung for each minute
WORDS = {
    RELEASE: "Release to ACS",
    "shop_hold": "Hold shown in the shop",
    "customer_message": "Message to a customer",
    "make-label": "InPost label",
    "acs_label": "Label handed to ACS",
    "product_metafields": "Locker sizes told to the shop",
    "stock_publish": "Stock told to the shop",
    "ledger_journal": "Journal",
}
_OF_ORDERS = (RELEASE, "shop_hold")


def intents(look: Look) -> Found:
    """Intents older than an hour that have not ended. Two statements and one for the rows."""
    stuck = Intent.objects.exclude(state__in=Intent.ENDED).filter(created_at__lt=look.at - PATIENCE)
    count = stuck.count()
    if not count:
        return Found()
    releases = Order.objects.filter(number__in=stuck.filter(kind=RELEASE).values("business_id"))
    return Found(
        count=count,
        sentence=f"{plural(count, 'message')} to partners waiting for more than an hour, or without a known outcome.",
        costs=(delayed_orders(releases), Cost(count, "message not through", "messages not through")),
        rows=lambda start, stop: [_row(intent, look) for intent in stuck.order_by("created_at", "pk")[start:stop]],
        url=reverse("partners:connections"),
    )


def _row(intent: Intent, look: Look) -> Row:
    url = f"{reverse('orders:list')}?{urlencode({'q': intent.business_id})}" if intent.kind in _OF_ORDERS else ""
    since = f"{intent.get_state_display().lower()} since {clock_time(intent.created_at, look.at)}"
    return Row(f"{WORDS.get(intent.kind, intent.kind)}: {intent.business_id}", url, f"{since}, tried {plural(intent.attempts, 'time')}")
