"""Money back in the make-believe shop: once for a key, never more garments than were bought nor more money than was received."""

import pytest

REFUND = """mutation R($i:RefundInput!,$k:String!){refundCreate(input:$i) @idempotent(key:$k){
  refund{id note totalRefundedSet{shopMoney{amount currencyCode}}} order{displayFinancialStatus} userErrors{field message}}}"""
READ = """query Q($id:ID!,$l:[RefundLineItemInput!]){order(id:$id){displayFinancialStatus refundable netPaymentSet{shopMoney{amount}}
  refunds(first:5){id note} lineItems(first:5){nodes{currentQuantity refundableQuantity quantity}}
  suggestedRefund(refundLineItems:$l){amountSet{shopMoney{amount}}
  suggestedTransactions{gateway parentTransaction{id} amountSet{shopMoney{amount}}}}}}"""


@pytest.fixture
def sale(shop):
    return next(sale for sale in shop.sales.values() if len(sale.lines) == 2 and all(line.quantity == 1 for line in sale.lines))


@pytest.fixture
def line(sale) -> dict:
    return {"lineItemId": f"gid://shopify/LineItem/{sale.lines[0].id}", "quantity": 1, "restockType": "NO_RESTOCK"}


@pytest.fixture
def give(ask, sale, line):
    def give(key: str = "k1", *, amount: str | None = None, **said: object) -> dict:
        order = f"gid://shopify/Order/{sale.id}"
        part = {"orderId": order, "parentId": f"gid://shopify/OrderTransaction/{sale.id}", "gateway": "shopify_payments", "kind": "REFUND"}
        part["amount"] = amount or f"{sale.lines[0].price:.2f}"
        told = {"orderId": order, "note": "ours", "refundLineItems": [line], "transactions": [part]} | said
        return ask(REFUND, i=told, k=key)["data"]["refundCreate"]

    return give


def read(ask, sale, line):
    return ask(READ, id=f"gid://shopify/Order/{sale.id}", l=[line])["data"]["order"]


def said(answer: dict) -> str:
    assert answer["refund"] is None
    return answer["userErrors"][0]["message"]


def test_a_line_is_given_back_and_the_order_shows_it(ask, sale, line, give):
    before = read(ask, sale, line)
    made = give()
    after = read(ask, sale, line)

    assert (made["userErrors"], made["refund"]["note"]) == ([], "ours")
    assert made["order"]["displayFinancialStatus"] == after["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
    assert [one["id"] for one in after["refunds"]] == [made["refund"]["id"]]
    assert (before["lineItems"]["nodes"][0]["refundableQuantity"], after["lineItems"]["nodes"][0]["refundableQuantity"]) == (1, 0)
    assert float(before["suggestedRefund"]["amountSet"]["shopMoney"]["amount"]) == float(sale.lines[0].price)
    assert (float(after["suggestedRefund"]["amountSet"]["shopMoney"]["amount"]), after["suggestedRefund"]["suggestedTransactions"]) == (
        0,
        [],
    )


def test_the_same_key_gives_back_once(ask, sale, line, give):
    assert give()["refund"]["id"] == give()["refund"]["id"]
    assert len(read(ask, sale, line)["refunds"]) == 1


def test_the_same_key_for_something_else_is_refused(give):
    give()
    assert said(give(note="another")) == "The same idempotency key cannot be used with different operation parameters."


def test_a_key_that_failed_is_spent(give):
    give(amount="99999.00")
    assert said(give(amount="99999.00")).startswith("A previous request with this idempotency key failed.")


def test_without_a_key_nothing_is_done(ask, sale, line):
    without = REFUND.replace("@idempotent(key:$k)", "").replace(",$k:String!", "")
    told = ask(without, i={"orderId": f"gid://shopify/Order/{sale.id}", "refundLineItems": [line]})

    assert told["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert sale.refunds == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"orderId": "gid://shopify/Order/1"}, "Order does not exist"),
        ({"amount": "99999.00"}, "is greater than net payment received"),
        ({"amount": "1.005"}, "two decimals at most"),
        ({"amount": "0"}, "must be greater than 0"),
        ({"currency": "EUR"}, "presentment currency"),
        ({"refundLineItems": [], "transactions": []}, "at least one line item or transaction"),
        ({"allowOverRefunding": True}, "price of lines only"),
    ],
)
def test_what_cannot_be_is_refused_with_nothing_done(give, sale, changed, message):
    assert message in said(give("k", **changed))
    assert sale.refunds == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"quantity": 2}, "Quantity cannot refund more items than were purchased"),
        ({"quantity": 0}, "greater than 0"),
        ({"restockType": "RETURN"}, "Location must be specified"),
        ({"restockType": "LEGACY_RESTOCK"}, "not accepted"),
        ({"lineItemId": "gid://shopify/LineItem/1"}, "does not exist on this order"),
    ],
)
def test_a_line_that_cannot_be_given_back(give, line, changed, message):
    assert message in said(give("k", refundLineItems=[line | changed]))


def test_a_payment_must_be_named(ask, sale, give):
    part = {"orderId": f"gid://shopify/Order/{sale.id}", "gateway": "x", "kind": "REFUND", "amount": "1.00"}
    assert said(give("k", transactions=[part])) == "Transactions require a parent_id associated with the order"


def test_all_of_it_given_back_is_refunded(give, sale, line):
    give("a")
    other = line | {"lineItemId": f"gid://shopify/LineItem/{sale.lines[1].id}"}
    made = give("b", amount=f"{sale.lines[1].price:.2f}", refundLineItems=[other])

    assert made["order"]["displayFinancialStatus"] == "REFUNDED"
