"""What may the app do, and is its version of the API still served?"""

from collections.abc import Collection
from typing import Any

from partners.errors import Unreadable
from partners.shopify.graphql import PARTNER
from partners.values import identifier

# Each line is one right; any of its scopes gives it. A scope to write includes the one to read.
NEEDED = (
    ("write_orders",),
    ("read_customers", "write_customers"),
    ("write_merchant_managed_fulfillment_orders", "write_third_party_fulfillment_orders", "write_assigned_fulfillment_orders"),
)

# For what may be sold; everything else works without them.
STOCK = (("read_products", "write_products"), ("write_inventory",), ("read_locations", "write_locations"))
MILESTONES = "write_fulfillments"  # for telling how far a parcel is; everything else works without it


def granted(said: dict[str, Any]) -> tuple[str, ...]:
    """The scopes of the token, by name. Raises Unreadable when Shopify does not list them."""
    installation = said.get("currentAppInstallation")
    listed = installation.get("accessScopes") if isinstance(installation, dict) else None
    if not isinstance(listed, list):
        raise Unreadable(PARTNER, "Shopify does not say which scopes the app has.")
    return tuple(sorted(identifier(str(scope["handle"])) for scope in listed if isinstance(scope, dict) and scope.get("handle")))


def missing(granted: Collection[str]) -> list[str]:
    """What is still needed, each right in words such as "write_orders" or "a or b"."""
    return [" or ".join(choices) for choices in NEEDED if not set(choices) & set(granted)]


def without_milestones(granted: Collection[str]) -> str:
    """What the app cannot tell for want of a scope, in a sentence; "" where it can."""
    return "" if MILESTONES in granted else f" How far parcels are cannot be told there: that takes {MILESTONES}."


def without_stock(granted: Collection[str]) -> str:
    """Whether the shop can be told what may be sold, in a sentence; "" where it can."""
    lacking = [" or ".join(choices) for choices in STOCK if not set(choices) & set(granted)]
    return f" What may be sold cannot be told there: that takes {' and '.join(lacking)}." if lacking else ""


def guard_version(said: dict[str, Any], version: str) -> None:
    """Raises Unreadable when Shopify no longer serves this version: it answers by another one then, without saying so."""
    versions = said.get("publicApiVersions")
    served = (
        [str(v.get("handle")) for v in versions if isinstance(v, dict) and v.get("supported") is True] if isinstance(versions, list) else []
    )
    if version not in served:
        newest = f" The newest it serves is {max(served)}." if served else ""
        raise Unreadable(PARTNER, f"Shopify no longer serves version {version} of its API; SHOPIFY_API_VERSION must move on.{newest}")


def shop_name(said: dict[str, Any]) -> str:
    shop = said.get("shop")
    name = identifier(str(shop.get("name") or "")) if isinstance(shop, dict) else ""
    return name or "the shop"
