"""The same world as the folder's, in Shopify's shape: found by search, page by page, each fact in one of its many places."""

import json
import re
from collections import Counter

import pytest

from partners.sandbox.shopify.book import Shop
from partners.sandbox.world import World
from tests.partners.sandbox.conftest import START, locker_of

PAGE = """query P($q:String,$first:Int,$after:String,$last:Int,$before:String,$reverse:Boolean){
  orders(first:$first,after:$after,last:$last,before:$before,query:$q,sortKey:UPDATED_AT,reverse:$reverse){
    nodes{id name updatedAt} edges{cursor node{name}} pageInfo{hasNextPage hasPreviousPage startCursor endCursor}}}"""
LOCKER = re.compile(r"\bUK(?:\d{10}|\d{8}|[A-Z]{3}\d{5})\b", re.IGNORECASE)


def names(answer) -> list[str]:
    return [node["name"] for node in answer["data"]["orders"]["nodes"]]


@pytest.fixture(scope="module", params=[7, 8])
def whole(request) -> Shop:
    return Shop(World(request.param, start=START))


def test_every_order_of_the_world_is_there_once(whole):
    assert [sale.number for sale in whole.sales.values()] == [order.number for order in whole.world.orders]
    assert len({sale.id for sale in whole.sales.values()}) == len(whole.world.orders)


def test_the_same_facts_as_in_the_folder(whole):
    for order, sale in zip(whole.world.orders, whole.sales.values(), strict=True):
        body = order.body
        assert (sale.email, sale.service["code"], f"{sale.total:.2f}") == (body["email"], body["service"]["code"], body["total"])
        untouched = {"firstName", "lastName", "address1", "city", "zip", "countryCode"}
        assert {name: sale.ship[name] for name in untouched} == {name: body["shipTo"][name] for name in untouched}
        assert [(line.sku, line.quantity) for line in sale.lines] == [(line["sku"], line["quantity"]) for line in body["lines"]]
        assert any(("_hire", "yes") in line.attributes for line in sale.lines) == order.is_hire


def lockers_in(sale) -> dict[str, str]:
    """Where a locker is named: place and id."""
    point = sale.metafields.get(("atlas_pickup_points", "point"))
    places = {name: sale.attributes.get(name, "") for name in ("Locker ID", "inpost_locker_id", "Pickup-Location-Id")}
    places |= {name: found[0] if (found := LOCKER.search(sale.ship[name])) else "" for name in ("company", "address2")}
    places["metafield"] = json.loads(point[1])["code"] if point else ""
    return {place: named for place, named in places.items() if named}


def test_the_locker_is_in_exactly_one_place_and_every_place_is_used(whole):
    used: Counter[str] = Counter()
    for order, sale in zip(whole.world.orders, whole.sales.values(), strict=True):
        found = lockers_in(sale)
        assert [named.upper() for named in found.values()] == ([locker_of(order)] if locker_of(order) else [])
        used.update(list(found))

    assert set(used) == {"Locker ID", "inpost_locker_id", "Pickup-Location-Id", "company", "address2", "metafield"}
    assert min(used.values()) >= 5


def test_the_mobile_is_in_exactly_one_place_and_every_place_is_used(whole):
    used: Counter[str] = Counter()
    for order, sale in zip(whole.world.orders, whole.sales.values(), strict=True):
        typed = order.body["phones"][0]["value"]
        assert len(sale.phones) == bool(typed)
        for place, kept in sale.phones.items():
            assert kept == typed or (place in ("order", "customer") and re.fullmatch(r"\+44\d{10}", kept))
            assert kept == typed or kept[-9:] == re.sub(r"\D", "", typed)[-9:]
        used.update(list(sale.phones))

    assert set(used) == {"pickup", "service", "shipping", "destination", "order", "customer", "billing"}


def test_an_order_and_its_twin_are_alike(whole):
    twins = [order for order in whole.world.orders if order.code == "VAL-DUPLICATE"]
    for order in twins:
        first, second = (sale for sale in whole.sales.values() if sale.email == order.body["email"])
        assert (first.ship, first.phones, first.attributes, first.metafields) == (
            second.ship,
            second.phones,
            second.attributes,
            second.metafields,
        )
    assert twins


class TestPages:
    def test_all_of_them_one_after_the_other(self, ask, shop):
        seen, after = [], None
        while True:
            page = ask(PAGE, first=7, after=after, q="updated_at:>='2020-01-01T00:00:00Z'")["data"]["orders"]
            assert [edge["node"]["name"] for edge in page["edges"]] == [node["name"] for node in page["nodes"]]
            assert (page["edges"][0]["cursor"], page["edges"][-1]["cursor"]) == (
                page["pageInfo"]["startCursor"],
                page["pageInfo"]["endCursor"],
            )
            seen += page["nodes"]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break

        assert len(seen) == len({node["id"] for node in seen}) == len(shop.sales)
        assert [node["updatedAt"] for node in seen] == sorted(node["updatedAt"] for node in seen)

    def test_backwards_and_from_behind(self, ask):
        forwards = names(ask(PAGE, first=40))
        last = ask(PAGE, last=3)
        before = last["data"]["orders"]["pageInfo"]["startCursor"]

        assert names(ask(PAGE, first=40, reverse=True)) == forwards[::-1]
        assert names(last) == forwards[-3:]
        assert names(ask(PAGE, last=2, before=before)) == forwards[-5:-3]
        assert last["data"]["orders"]["pageInfo"]["hasPreviousPage"] is True

    def test_a_page_that_changes_between_two_calls_skips_nobody(self, ask, sandbox, later):
        first = ask(PAGE, first=10)["data"]["orders"]
        moved = first["nodes"][3]["name"]
        later(60)
        sandbox(f"/orders/{moved.removeprefix('#')}", note="Ring twice")
        rest = names(ask(PAGE, first=40, after=first["pageInfo"]["endCursor"]))

        assert len(rest) == 31
        assert rest[-1] == moved

    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            ({}, "you must provide one of first or last"),
            ({"first": 251}, "first cannot exceed 250"),
            ({"last": 300}, "last cannot exceed 250"),
            ({"first": -1}, "first cannot be negative"),
            ({"first": 1, "last": 1}, "providing both first and last is not supported"),
            ({"first": 1, "after": "there"}, "Invalid cursor for current pagination sort."),
            ({"first": 1, "after": "eyJhIjoxfQ=="}, "Invalid cursor for current pagination sort."),
        ],
    )
    def test_what_a_page_cannot_be(self, ask, asked, words):
        answer = ask(PAGE, **asked)

        assert answer["data"] is None
        assert answer["errors"][0]["message"] == words
        assert answer["errors"][0]["path"] == ["orders"]


class TestSearch:
    def found(self, ask, query: str) -> list[str]:
        answer = ask(PAGE, first=40, q=query)
        assert "search" not in answer["extensions"]
        return names(answer)

    def test_changed_since(self, ask, shop):
        instants = sorted(sale.updated_at for sale in shop.sales.values())
        at = instants[25].strftime("%Y-%m-%dT%H:%M:%SZ")

        assert len(self.found(ask, f"updated_at:>='{at}'")) == 15
        assert len(self.found(ask, f'updated_at:>"{at}"')) == 14
        assert len(self.found(ask, f"updated_at:<={at}")) == 26
        assert len(self.found(ask, f"updated_at:>={instants[10].isoformat()} updated_at:<{at}")) == 15

    def test_by_name_with_and_without_the_sign(self, ask):
        assert self.found(ask, "name:#LS-10003") == self.found(ask, "name:LS-10003") == self.found(ask, "LS-10003") == ["#LS-10003"]
        assert self.found(ask, "name:LS-10003 OR name:LS-10004") == ["#LS-10003", "#LS-10004"]
        assert self.found(ask, "id:6000000005002") == ["#LS-10003"]

    def test_by_what_became_of_it(self, ask, sandbox):
        sandbox("/orders/LS-10001", cancel=True)
        sandbox("/orders/LS-10002", tags=["Gift", "late"])
        sandbox("/orders/LS-10003", hold={})

        assert self.found(ask, "status:cancelled") == ["#LS-10001"]
        assert len(self.found(ask, "status:open")) == len(self.found(ask, "-status:cancelled")) == 39
        assert self.found(ask, "tag:gift") == self.found(ask, "tag:gift AND tag:Late") == ["#LS-10002"]
        assert len(self.found(ask, "tag_not:gift")) == len(self.found(ask, "NOT tag:gift")) == 39
        assert self.found(ask, "fulfillment_status:on_hold") == ["#LS-10003"]
        assert self.found(ask, "financial_status:refunded") == ["#LS-10001"]
        assert self.found(ask, "email:customer4@example.com") == ["#LS-10005"]

    @pytest.mark.parametrize(
        ("query", "field", "code"),
        [
            ("changed_at:>='2026-01-01'", "changed_at", "invalid_field"),
            ("updated_at:>=yesterday", "updated_at", "invalid_value"),
            ("status:new", "status", "invalid_value"),
        ],
    )
    def test_what_it_does_not_know_filters_nothing_and_is_noted(self, ask, query, field, code):
        answer = ask(PAGE, first=40, q=query)

        assert len(names(answer)) == 40
        assert answer["extensions"]["search"][0]["warnings"][0] | {"message": ""} == {"field": field, "message": "", "code": code}

    def test_the_search_may_lag_behind(self, ask, sandbox, later):
        later(300)
        sandbox("/search", lags_s=120)
        sandbox("/orders/LS-10005", note="New")
        since = "updated_at:>='2020-01-01'"

        assert "#LS-10005" not in self.found(ask, since)
        assert ask('{order(id:"gid://shopify/Order/6000000005004"){note}}')["data"]["order"]["note"] == "New"
        later(121)
        assert self.found(ask, since)[-1] == "#LS-10005"

    def test_how_many(self, ask):
        assert ask('{ordersCount(query:"status:open"){count precision}}')["data"]["ordersCount"] == {"count": 40, "precision": "EXACT"}
        assert ask("{ordersCount(limit:10){count precision}}")["data"]["ordersCount"] == {"count": 10, "precision": "AT_LEAST"}


def test_metafields_by_name_and_by_namespace(ask, shop):
    sale = next(sale for sale in shop.sales.values() if sale.metafields)
    document = """query M($id:ID!){order(id:$id){
      a:metafield(namespace:"atlas_pickup_points",key:"point"){value jsonValue type}
      b:metafield(key:"atlas_pickup_points.point"){namespace key}
      c:metafield(namespace:"other",key:"point"){value} d:metafields(first:5,namespace:"atlas_pickup_points"){nodes{key}}
      e:metafields(first:5,keys:["other.point"]){nodes{key}}}}"""
    told = ask(document, id=f"gid://shopify/Order/{sale.id}")["data"]["order"]

    assert told["a"]["jsonValue"] == json.loads(told["a"]["value"])
    assert told["a"]["jsonValue"]["provider"] == "INPOST"
    assert (told["b"], told["c"]) == ({"namespace": "atlas_pickup_points", "key": "point"}, None)
    assert (told["d"]["nodes"], told["e"]["nodes"]) == ([{"key": "point"}], [])


def test_what_is_not_there_is_null_and_what_is_something_else_is_refused(ask):
    assert ask('{order(id:"gid://shopify/Order/1"){id}}')["data"] == {"order": None}
    answer = ask('{order(id:"gid://shopify/Product/6000000005000"){id} node(id:"gid://shopify/Widget/1"){id}}')
    assert answer["data"] == {"order": None, "node": None}
    assert answer["errors"][0]["message"] == "Invalid id: gid://shopify/Product/6000000005000"
    assert answer["errors"][0]["extensions"] == {"code": "RESOURCE_NOT_FOUND"}
