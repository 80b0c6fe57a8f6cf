"""Holds, tags and subscriptions: the state is read first, nothing is done twice, and what others placed stays."""

import pytest

from partners.errors import Denied, Rejected, Unreadable
from partners.shopify.holds import gid_of
from partners.shopify.subscriptions import TOPICS
from tests.partners.fake_web import FakeWeb, one_by_one
from tests.partners.shopify.fake_shopify import SCOPES, FakeShopify, answer, data, done, error, fulfilment, order, page, store_of
from tests.partners.shopify.test_shopify_documents import recorded

GID, HANDLE = "gid://shopify/Order/1", "lockstep-LS-1"
CALLBACK = "https://desk.test/webhooks/shopify/"


def shop_with(*fulfilments) -> tuple[FakeShopify, FakeWeb]:
    shop = FakeShopify().add(order(1, fulfillmentOrders=page(*fulfilments)))
    return shop, FakeWeb(shop.reply)


def place(web, *, handle=HANDLE, reason="INCORRECT_ADDRESS", note="Held by Lockstep: no mobile"):
    return store_of(web).hold("LS-1", store_id=GID, handle=handle, reason=reason, note=note)


def lift(web, *, handle=HANDLE):
    return store_of(web).release("LS-1", store_id=GID, handle=handle)


def held(handle: str, *, ours: bool = True) -> dict:
    return {"id": f"hold/{handle}/{ours}", "handle": handle, "heldByRequestingApp": ours}


class TestHold:
    def test_what_is_still_open_is_held_once(self):
        shop, web = shop_with(fulfilment(1), fulfilment(2, "CLOSED", actions=()), fulfilment(3, "ON_HOLD", held("x", ours=False)))
        assert [place(web), place(web)] == [True, False]

        holds = [said for name, said in shop.asked if name == "Hold"]
        assert [said["id"].rpartition("/")[2] for said in holds] == ["1", "3"]
        assert holds[0]["hold"] == {
            "reason": "INCORRECT_ADDRESS",
            "reasonNotes": "Held by Lockstep: no mobile",
            "notifyMerchant": False,
            "handle": HANDLE,
        }

    def test_a_handle_that_another_app_uses_too_is_not_ours(self):
        _, web = shop_with(fulfilment(1, "ON_HOLD", held(HANDLE, ours=False)))
        assert place(web) is True

    def test_a_reason_shopify_does_not_know_is_another_reason(self):
        shop, web = shop_with(fulfilment(1))
        place(web, reason="BAD_MOOD", handle="h" * 80)
        assert (shop.asked[-1][1]["hold"]["reason"], len(shop.asked[-1][1]["hold"]["handle"])) == ("OTHER", 64)
        assert place(web, handle="h" * 80) is False

    def test_a_hold_somebody_placed_meanwhile_by_our_handle_is_no_error(self):
        standing = answer(data(order={"id": GID, "fulfillmentOrders": page(fulfilment(1))}))
        duplicate = answer(done(errors=[error("DUPLICATE_FULFILLMENT_HOLD_HANDLE", "In use.", "fulfillmentHold", "handle")]))
        assert place(one_by_one(standing, duplicate)) is False

    def test_an_order_of_which_nothing_is_left_needs_none(self):
        _, web = shop_with(fulfilment(1, "CLOSED", actions=()), fulfilment(2, "CANCELLED", actions=()))
        assert place(web) is False

    def test_what_the_shop_works_on_already_is_refused_after_the_rest_is_held(self):
        shop, web = shop_with(fulfilment(1, "IN_PROGRESS", actions=("REQUEST_CANCELLATION",)), fulfilment(2))
        with pytest.raises(Rejected, match="part of it is in progress there"):
            place(web)
        assert shop.orders[GID]["fulfillmentOrders"]["nodes"][1]["status"] == "ON_HOLD"

    def test_too_many_holds_are_refused_in_shopifys_words(self):
        standing = answer(data(order={"id": GID, "fulfillmentOrders": page(fulfilment(1))}))
        full = answer(done(errors=[error("FULFILLMENT_ORDER_HOLD_LIMIT_REACHED", "The limit is reached.", "id")]))
        with pytest.raises(Rejected, match=r"The limit is reached\.") as refused:
            place(one_by_one(standing, full))
        assert refused.value.fields == {"id": ["FULFILLMENT_ORDER_HOLD_LIMIT_REACHED"]}

    def test_an_order_the_shop_does_not_have_is_refused(self):
        with pytest.raises(Rejected, match="does not have this order"):
            place(FakeWeb(FakeShopify().reply))

    def test_an_order_of_another_shop_is_refused_unasked(self):
        shop, web = shop_with()
        with pytest.raises(Rejected, match="did not come from Shopify"):
            store_of(web).release("LS-1", store_id="folder-1", handle=HANDLE)
        assert shop.asked == []

    @pytest.mark.parametrize("nodes", [None, [1], [{"status": "OPEN"}]])
    def test_what_cannot_be_read_is_not_guessed(self, nodes):
        with pytest.raises(Unreadable):
            place(one_by_one(answer(data(order={"id": GID, "fulfillmentOrders": {"nodes": nodes, "pageInfo": {}}}))))


class TestRelease:
    def test_only_our_own_holds_of_this_handle_go_by_their_ids(self):
        shop, web = shop_with(fulfilment(1, "ON_HOLD", held(HANDLE), held("other"), held(HANDLE, ours=False)), fulfilment(2))
        assert [lift(web), lift(web)] == [True, False]

        assert [said for name, said in shop.asked if name == "Release"] == [
            {"id": "gid://shopify/FulfillmentOrder/1", "holds": [f"hold/{HANDLE}/True"]}
        ]
        assert [one["handle"] for one in shop.orders[GID]["fulfillmentOrders"]["nodes"][0]["fulfillmentHolds"]] == ["other", HANDLE]

    def test_holds_as_shopify_really_shows_them_are_understood(self, shared):
        flow = recorded(shared, "fulfillment_hold_release_2026-04")["workflows"]["selectiveRelease"]
        shown = flow["afterReleaseRead"]["response"]["payload"]["data"]["order"]
        shown["fulfillmentOrders"]["pageInfo"] = {"hasNextPage": False}
        gone = {"answer": flow["releaseFirstHold"]["response"]["payload"]["data"]["fulfillmentOrderReleaseHold"]}
        placed = {"answer": flow["firstHold"]["response"]["payload"]["data"]["fulfillmentOrderHold"]}

        assert place(one_by_one(answer(data(order=shown))), handle="selective-release-second") is False
        assert place(one_by_one(answer(data(order=shown)), answer({"data": placed})), handle="selective-release-first") is True
        assert lift(one_by_one(answer(data(order=shown)), answer({"data": gone})), handle="selective-release-second") is True
        assert lift(one_by_one(answer(data(order=shown))), handle="selective-release-first") is False


class TestTag:
    def test_only_what_differs_is_written(self):
        shop, web = shop_with()
        shop.orders[GID]["tags"] = ["VIP", "Old"]
        store = store_of(web)

        assert store.tag("LS-1", store_id=GID, add=("vip", "lockstep-held"), remove=("Old", "never-there")) is True
        assert shop.orders[GID]["tags"] == ["VIP", "lockstep-held"]
        assert store.tag("LS-1", store_id=GID, add=("lockstep-held",)) is False
        assert shop.names() == ["Tags", "Tag", "Untag", "Tags"]


class TestWatch:
    def test_what_is_missing_is_added_and_named_once(self):
        shop = FakeShopify(
            subscriptions=[{"topic": "ORDERS_CREATE", "uri": CALLBACK}, {"topic": "ORDERS_UPDATED", "uri": "https://x.test/"}]
        )
        store = store_of(FakeWeb(shop.reply))

        assert store.watch(CALLBACK) == ("ORDERS_UPDATED", "ORDERS_CANCELLED", "ORDERS_EDITED")
        assert store.watch(CALLBACK) == ()
        assert {one["topic"] for one in shop.subscriptions if one["uri"] == CALLBACK} == set(TOPICS)

    def test_no_personal_data_is_asked_for(self):
        shop = FakeShopify()
        store_of(FakeWeb(shop.reply)).watch(CALLBACK)
        asked = {said["topic"]: said["to"].get("includeFields") for name, said in shop.asked if name == "Subscribe"}
        assert asked == {topic: ["id", "admin_graphql_api_id", "name", "updated_at"] for topic in TOPICS} | {"ORDERS_EDITED": None}

    def test_one_that_somebody_added_meanwhile_is_no_error(self):
        topics = [{"topic": topic, "uri": CALLBACK} for topic in TOPICS]
        taken = answer(done(errors=[error(None, "Address for this topic has already been taken", "webhookSubscription", "uri")]))
        some = one_by_one(answer(data(webhookSubscriptions=page(*topics[1:]))), taken, answer(data(webhookSubscriptions=page(*topics))))
        assert store_of(some).watch(CALLBACK) == ()

    def test_one_that_shopify_refuses_is_an_error(self):
        refused = answer(done(errors=[error(None, "Address is not allowed", "webhookSubscription", "uri")]))
        none = answer(data(webhookSubscriptions=page()))
        with pytest.raises(Rejected, match="Address is not allowed"):
            store_of(one_by_one(none, refused, none)).watch(CALLBACK)

    def test_an_address_without_tls_is_refused_unasked(self):
        with pytest.raises(Rejected, match="https"):
            store_of(one_by_one(answer({}))).watch("http://desk.test/webhooks/shopify/")


class TestCheck:
    def test_it_proves_token_scopes_version_and_reading(self):
        shop = FakeShopify().add(order(1))
        store = store_of(FakeWeb(shop.reply))
        assert "Lovely Dresses" in store.check()
        assert (store.granted, shop.names()) == (tuple(sorted(SCOPES)), ["Orders", "Access"])

    def test_every_missing_scope_is_named(self):
        store = store_of(FakeWeb(FakeShopify(scopes=("read_orders", "write_third_party_fulfillment_orders")).reply))
        with pytest.raises(Denied, match="lacks write_orders and read_customers or write_customers") as denied:
            store.check()
        assert "fulfillment" not in denied.value.sentence
        assert store.granted == ("read_orders", "write_third_party_fulfillment_orders")

    def test_a_version_no_longer_served_is_said_before_it_hurts(self):
        with pytest.raises(Unreadable, match=r"no longer serves version 2026-07 .* newest it serves is 2027-04"):
            store_of(FakeWeb(FakeShopify(versions=("2026-10", "2027-04")).reply)).check()

    def test_a_wrong_token_is_a_matter_of_credentials(self):
        with pytest.raises(Denied):
            store_of(FakeWeb(FakeShopify().reply), token="wrong").check()


@pytest.mark.parametrize("written", ["gid://shopify/Order/", "gid://shopify/Order/x", "LS-1", "", "١", "gid://shopify/Order/1?x=1"])
def test_only_what_shopify_can_have_given_out_is_an_id(written):
    assert gid_of(written) is None
