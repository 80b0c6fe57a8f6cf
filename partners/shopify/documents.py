"""Every GraphQL document that is sent, and nothing else. Each validates against the schema of the version named here.

docs/partners/shopify.md says which of these fields were seen in recorded answers and which scopes they need.
"""

VERSION = "2026-07"

# A connection inside an order is paged on where it does not end (`client.REST`); nothing is ever cut silently.
_PAGE = "pageInfo { hasNextPage endCursor }"
_MONEY = "shopMoney { amount currencyCode }"
_LINE = f"""
  id sku name quantity currentQuantity requiresShipping
  customAttributes {{ key value }}
  discountedUnitPriceSet {{ {_MONEY} }}
"""
_METAFIELD = "namespace key type value"
_FULFILMENT = """
  id status requestStatus
  destination { phone }
  deliveryMethod { methodType serviceCode presentedName additionalInformation { phone } }
"""
_ORDER = f"""
  id legacyResourceId name sourceName createdAt processedAt updatedAt cancelledAt test
  displayFinancialStatus displayFulfillmentStatus tags note email phone currencyCode
  currentTotalPriceSet {{ {_MONEY} }}
  customAttributes {{ key value }}
  customer {{ defaultPhoneNumber {{ phoneNumber }} }}
  shippingAddress {{ firstName lastName company address1 address2 city province provinceCode zip countryCodeV2 phone }}
  billingAddress {{ phone }}
  shippingLine {{ title code source carrierIdentifier deliveryCategory phone }}
  lineItems(first: 30) {{ {_PAGE} nodes {{ {_LINE} }} }}
  metafields(first: 20) {{ {_PAGE} nodes {{ {_METAFIELD} }} }}
  fulfillmentOrders(first: 5) {{ {_PAGE} nodes {{ {_FULFILMENT} }} }}
"""

ORDERS = f"""
query Orders($first: Int!, $after: String, $since: String) {{
  orders(first: $first, after: $after, query: $since, sortKey: UPDATED_AT) {{ {_PAGE} nodes {{ {_ORDER} }} }}
}}
"""
ORDER = f"""
query Order($id: ID!) {{
  order(id: $id) {{ {_ORDER} }}
}}
"""


def _rest(name: str, connection: str, nodes: str) -> str:
    """The document that reads one connection of an order from where its first page ended."""
    return f"""
query {name}($id: ID!, $after: String!) {{
  order(id: $id) {{ rest: {connection}(first: 100, after: $after) {{ {_PAGE} nodes {{ {nodes} }} }} }}
}}
"""


REST = {
    "lineItems": _rest("MoreLines", "lineItems", _LINE),
    "metafields": _rest("MoreMetafields", "metafields", _METAFIELD),
    "fulfillmentOrders": _rest("MoreFulfilments", "fulfillmentOrders", _FULFILMENT),
}

STANDING = f"""
query Standing($id: ID!, $after: String) {{
  order(id: $id) {{
    id
    fulfillmentOrders(first: 20, after: $after) {{
      {_PAGE}
      nodes {{
        id status
        supportedActions {{ action }}
        fulfillmentHolds {{ id handle heldByRequestingApp }}
      }}
    }}
  }}
}}
"""
HOLD = """
mutation Hold($id: ID!, $hold: FulfillmentOrderHoldInput!) {
  answer: fulfillmentOrderHold(id: $id, fulfillmentHold: $hold) {
    fulfillmentHold { id handle }
    userErrors { field message code }
  }
}
"""
RELEASE = """
mutation Release($id: ID!, $holds: [ID!]!) {
  answer: fulfillmentOrderReleaseHold(id: $id, holdIds: $holds) {
    fulfillmentOrder { id status }
    userErrors { field message code }
  }
}
"""
SENT = """
query Sent($id: ID!) {
  order(id: $id) {
    id
    fulfillments(first: 50) { id status trackingInfo(first: 20) { company number url } }
    fulfillmentOrders(first: 50) { nodes { id status supportedActions { action } } }
  }
}
"""
FULFIL = """
mutation Fulfil($fulfilment: FulfillmentInput!) {
  answer: fulfillmentCreate(fulfillment: $fulfilment) {
    fulfillment { id status }
    userErrors { field message }
  }
}
"""
TRACKING = """
mutation Tracking($id: ID!, $tracking: FulfillmentTrackingInput!, $notify: Boolean) {
  answer: fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer: $notify) {
    fulfillment { id status }
    userErrors { field message }
  }
}
"""
MILESTONES = f"""
query Milestones($id: ID!, $after: String) {{
  fulfillment(id: $id) {{ id events(first: 100, after: $after) {{ {_PAGE} nodes {{ id status happenedAt }} }} }}
}}
"""
MILESTONE = """
mutation Milestone($event: FulfillmentEventInput!) {
  answer: fulfillmentEventCreate(fulfillmentEvent: $event) {
    fulfillmentEvent { id status happenedAt }
    userErrors { field message }
  }
}
"""
TAGS = """
query Tags($id: ID!) {
  order(id: $id) { id tags }
}
"""
TAG = """
mutation Tag($id: ID!, $tags: [String!]!) {
  answer: tagsAdd(id: $id, tags: $tags) { node { id } userErrors { field message } }
}
"""
UNTAG = """
mutation Untag($id: ID!, $tags: [String!]!) {
  answer: tagsRemove(id: $id, tags: $tags) { node { id } userErrors { field message } }
}
"""

SUBSCRIPTIONS = f"""
query Subscriptions($topics: [WebhookSubscriptionTopic!], $after: String) {{
  webhookSubscriptions(first: 100, after: $after, topics: $topics) {{ {_PAGE} nodes {{ id topic uri }} }}
}}
"""
SUBSCRIBE = """
mutation Subscribe($topic: WebhookSubscriptionTopic!, $to: WebhookSubscriptionInput!) {
  answer: webhookSubscriptionCreate(topic: $topic, webhookSubscription: $to) {
    webhookSubscription { id topic uri }
    userErrors { field message }
  }
}
"""

# Money back. `suggestedRefund` says what a line may come to and by which payments; a refund is found again by its note.
_REFUNDS = f"refunds(first: 100) {{ id note totalRefundedSet {{ {_MONEY} }} }}"
REFUNDED = f"""
query Refunded($id: ID!) {{
  order(id: $id) {{ id {_REFUNDS} }}
}}
"""
REFUNDABLE = f"""
query Refundable($id: ID!, $lines: [RefundLineItemInput!]!) {{
  order(id: $id) {{
    id currencyCode presentmentCurrencyCode
    {_REFUNDS}
    suggestedRefund(refundLineItems: $lines) {{
      amountSet {{ {_MONEY} }}
      suggestedTransactions {{ gateway parentTransaction {{ id }} amountSet {{ {_MONEY} }} }}
    }}
  }}
}}
"""
REFUND = """
mutation Refund($refund: RefundInput!, $key: String!) {
  answer: refundCreate(input: $refund) @idempotent(key: $key) {
    refund { id }
    userErrors { field message }
  }
}
"""

# Stock. A SKU is a variant's; its counts stand with the variant's inventory item, one level for each location.
_STOCK = """
  id sku
  inventoryItem {
    id tracked
    inventoryLevel(locationId: $location) { id quantities(names: $names) { name quantity } }
  }
"""
STOCK = f"""
query Stock($first: Int!, $after: String, $named: String, $location: ID!, $names: [String!]!) {{
  productVariants(first: $first, after: $after, query: $named) {{ {_PAGE} nodes {{ {_STOCK} }} }}
}}
"""
LOCATIONS = """
query Locations {
  locations(first: 2) { nodes { id name } }
}
"""
SET_STOCK = """
mutation SetStock($input: InventorySetQuantitiesInput!, $key: String!) {
  answer: inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id createdAt reason referenceDocumentUri }
    userErrors { field message code }
  }
}
"""
STOCK_HERE = """
mutation StockHere($item: ID!, $location: ID!, $available: Int, $onHand: Int, $key: String!) {
  answer: inventoryActivate(inventoryItemId: $item, locationId: $location, available: $available, onHand: $onHand) @idempotent(key: $key) {
    inventoryLevel { id }
    userErrors { field message }
  }
}
"""

VARIANTS = f"""
query Variants($first: Int!, $after: String, $since: String) {{
  productVariants(first: $first, after: $after, query: $since, sortKey: ID) {{
    {_PAGE}
    nodes {{
      id sku barcode title updatedAt
      product {{ title vendor productType }}
      inventoryItem {{ measurement {{ weight {{ value unit }} }} }}
      metafields(first: 20, namespace: "logistics") {{ {_PAGE} nodes {{ key type value }} }}
    }}
  }}
}}
"""
_FLAG = 'metafield(namespace: "logistics", key: "{}") {{ value compareDigest }}'
FLAGS = f"""
query Flags($ids: [ID!]!) {{
  nodes(ids: $ids) {{
    id
    ... on ProductVariant {{
      locker_eligible: {_FLAG.format("locker_eligible")}
      locker_max_size: {_FLAG.format("locker_max_size")}
      dims_version: {_FLAG.format("dims_version")}
    }}
  }}
}}
"""
FLAG = """
mutation Flag($flags: [MetafieldsSetInput!]!) {
  answer: metafieldsSet(metafields: $flags) {
    metafields { key value compareDigest }
    userErrors { field message code }
  }
}
"""

ACCESS = """
query Access {
  shop { name myshopifyDomain }
  currentAppInstallation { accessScopes { handle } }
  publicApiVersions { handle supported }
}
"""

_READ = (STANDING, SENT, MILESTONES, TAGS, SUBSCRIPTIONS, STOCK, LOCATIONS, VARIANTS, FLAGS, REFUNDED, REFUNDABLE, ACCESS)
QUERIES = (ORDERS, ORDER, *REST.values(), *_READ)
MUTATIONS = (HOLD, RELEASE, FULFIL, TRACKING, MILESTONE, TAG, UNTAG, SUBSCRIBE, SET_STOCK, STOCK_HERE, FLAG, REFUND)
