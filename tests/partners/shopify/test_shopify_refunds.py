"""Money back in the shop: what stands is read first, exactly what was approved is given, and nothing that may have happened is repeated."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from partners.errors import PartnerError, Rejected, UnknownOutcome, Unreachable, Unreadable
from partners.shop import RefundDoc, RefundDraft
from tests.partners.fake_web import Asked, FakeWeb, Reply
from tests.partners.shopify.fake_shopify import FakeShopify, data, done, error, order, store_of

KEY = "ref:RMA-1-3f9a2c41:1"
GID = "gid://shopify/Order/1"
DRAFT = RefundDraft("LS-1", GID, "1", 8_400, KEY, f"Garment E1 of return RMA-1, graded A: as new. {KEY}")


def bag(amount: str, currency: str = "GBP") -> dict[str, Any]:
    return {"shopMoney": {"amount": amount, "currencyCode": currency}}


class Till(FakeShopify):
    """A shop that gives money back: `given` are its refunds, `payments` how the order was paid, `worth` what the line may come to."""

    def __init__(self, worth: str = "84.0", currency: str = "GBP") -> None:
        super().__init__()
        self.add(order(1))
        self.given: list[dict[str, Any]] = []
        self.sent: list[tuple[dict[str, Any], str]] = []
        self.payments = [("10", "shopify_payments", worth)]
        self.worth, self.currency = worth, currency
        self.refusal: list[dict[str, Any]] = []

    def on_refunded(self, id: str) -> dict[str, Any]:
        return data(order={"id": id, "refunds": self.given} if id in self.orders else None)

    def on_refundable(self, id: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
        parts = [
            {"gateway": gateway, "parentTransaction": {"id": f"gid://shopify/OrderTransaction/{number}"}, "amountSet": bag(amount)}
            for number, gateway, amount in self.payments
        ]
        told = {"id": id, "currencyCode": self.currency, "presentmentCurrencyCode": self.currency, "refunds": self.given}
        suggested = {"amountSet": bag(self.worth), "suggestedTransactions": parts}
        return data(order=told | {"suggestedRefund": suggested} if id in self.orders else None)

    def on_refund(self, refund: dict[str, Any], key: str) -> dict[str, Any]:
        self.sent.append((refund, key))
        if self.refusal:
            return done(refund=None, errors=self.refusal)
        made = {"id": f"gid://shopify/Refund/{len(self.given) + 1}", "note": refund["note"], "totalRefundedSet": bag("84.0")}
        self.given.append(made)
        return done(refund={"id": made["id"]})


def give(till: Till, web: FakeWeb | None = None, draft: RefundDraft = DRAFT) -> RefundDoc:
    return store_of(web or FakeWeb(till.reply)).refund(draft, idempotency_key="lockstep:1")


def losing(till: Till, when: Callable[[str], bool], reply: Reply | Exception) -> FakeWeb:
    """The shop does it, and the answer is another."""

    def answer(asked: Asked) -> Any:
        told = till.reply(asked)
        if not when(till.names()[-1]):
            return told
        if isinstance(reply, Exception):
            raise reply
        return reply

    return FakeWeb(answer)


class TestGiving:
    def test_exactly_what_was_approved_goes_back_by_the_payment_and_nothing_is_restocked(self):
        till = Till()
        assert give(till) == RefundDoc("1", KEY, 8_400)

        [(sent, key)] = till.sent
        assert key == "lockstep:1"
        assert sent["refundLineItems"] == [{"lineItemId": "gid://shopify/LineItem/1", "quantity": 1, "restockType": "NO_RESTOCK"}]
        assert sent["transactions"] == [
            {
                "orderId": GID,
                "parentId": "gid://shopify/OrderTransaction/10",
                "gateway": "shopify_payments",
                "kind": "REFUND",
                "amount": "84.00",
            }
        ]
        assert (sent["note"].split()[-1], sent["currency"], sent["notify"]) == (KEY, "GBP", True)

    def test_what_stands_by_our_key_is_success_and_nothing_is_sent(self):
        till = Till()
        give(till)
        assert give(till).external_id == "1"
        assert len(till.sent) == 1

    def test_it_goes_back_by_several_payments_as_far_as_each_reaches(self):
        till = Till()
        till.payments = [("10", "gift_card", "20.0"), ("11", "shopify_payments", "70.0")]
        give(till)
        assert [part["amount"] for part in till.sent[0][0]["transactions"]] == ["20.00", "64.00"]

    @pytest.mark.parametrize(
        ("changed", "why"),
        [
            ({"worth": "83.99"}, "would give back £83.99 for it, and £84.00 was approved"),
            ({"currency": "EUR"}, "another currency"),
            ({"payments": []}, "names no payment"),
            ({"orders": {}}, "does not have this order"),
        ],
        ids=["less", "foreign", "unpaid", "unknown"],
    )
    def test_what_cannot_go_back_so_is_refused_and_not_sent(self, changed, why):
        till = Till()
        vars(till).update(changed)
        with pytest.raises(Rejected, match=why):
            give(till)
        assert till.sent == []

    def test_an_order_that_is_not_shopifys(self):
        with pytest.raises(Rejected, match="did not come from Shopify"):
            give(Till(), draft=RefundDraft("LS-1", "LS-1", "1", 1, KEY, KEY))


class TestTrouble:
    def test_a_refusal_is_told_in_the_shops_words(self):
        till = Till()
        till.refusal = [error(None, "Refund amount £84.0 is greater than net payment received £15.0")]
        with pytest.raises(Rejected, match="greater than net payment received"):
            give(till)

    def test_a_refusal_of_a_second_try_is_not_believed_where_the_first_stands(self):
        till = Till()
        web = FakeWeb(till.reply)
        read = till.on_refundable
        till.on_refundable = lambda id, lines: _without(read(id, lines))
        give(till, web)
        till.refusal = [error(None, "A previous request with this idempotency key failed. Retry with a new idempotency key.")]

        assert give(till, web).external_id == "1"

    @pytest.mark.parametrize("reply", [(500, {}, b""), httpx.ReadTimeout("slow"), (200, {}, b"<html>")], ids=["500", "timeout", "page"])
    def test_a_lost_answer_is_unknown_and_the_key_finds_it(self, reply):
        till = Till()
        with pytest.raises(UnknownOutcome):
            give(till, losing(till, lambda name: name == "Refund", reply))
        assert store_of(FakeWeb(till.reply)).find_refund(KEY, store_id=GID) == RefundDoc("1", KEY, 8_400)

    def test_what_was_given_and_cannot_be_read_back_is_unknown_never_later(self):
        till = Till()
        with pytest.raises(UnknownOutcome):
            give(till, losing(till, lambda name: name == "Refunded", (503, {}, b"")))

    def test_a_shop_that_is_down_before_anything_was_sent_is_asked_later(self):
        till = Till()
        with pytest.raises(Unreachable):
            give(till, losing(till, lambda name: name == "Refundable", (503, {}, b"")))
        assert till.sent == []

    @pytest.mark.parametrize("refunds", [None, [1], [{"id": 7}], [{"id": "gid://shopify/Refund/1", "note": KEY, "totalRefundedSet": None}]])
    def test_refunds_of_another_shape_are_unreadable_never_none(self, refunds):
        till = Till()
        till.given = refunds
        with pytest.raises(Unreadable):
            store_of(FakeWeb(till.reply)).find_refund(KEY, store_id=GID)

    def test_a_list_that_may_go_on_proves_nothing(self):
        till = Till()
        till.given = [{"id": f"gid://shopify/Refund/{n}", "note": None, "totalRefundedSet": bag("1.0")} for n in range(100)]
        with pytest.raises(PartnerError, match="100 refunds or more"):
            store_of(FakeWeb(till.reply)).find_refund(KEY, store_id=GID)

    def test_a_key_in_the_middle_of_a_note_is_not_ours(self):
        till = Till()
        till.given = [{"id": "gid://shopify/Refund/1", "note": f"{KEY} or so", "totalRefundedSet": bag("1.0")}]
        assert store_of(FakeWeb(till.reply)).find_refund(KEY, store_id=GID) is None


def _without(told: dict[str, Any]) -> dict[str, Any]:
    """As the shop showed it before the first try."""
    told["data"]["order"] = told["data"]["order"] | {"refunds": []}
    return told
