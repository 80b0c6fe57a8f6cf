"""Where the shop keeps a locker, a mobile and the dates of a hire: rules in order, and the first hit wins."""

import importlib
import json

import pytest
from django.apps import apps

from orders.models import ResolverRule
from orders.rules import resolver
from orders.rules.resolver import Rule, Seen, resolve
from orders.sync.reading import read_rules
from partners.shop import PHONES

LOCKER = "UK00001234"
write = importlib.import_module("orders.migrations.0005_where_shopify_keeps_things").write


def seen(**places: object) -> Seen:
    nothing = {"attributes": {}, "metafields": {}, "phones": {}, "service_code": "", "service_title": "", "address": {}}
    return Seen(**(nothing | places))


def value(rule: Rule, **places: object) -> object:
    found = resolve([rule], seen(**places)).get(rule.fact)
    return found and found.value


POINT = {"provider": "INPOST", "code": LOCKER, "attributes": [{"key": "size", "value": "A"}, {"name": "locker", "value": LOCKER}]}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("code", LOCKER),
        ("attributes.locker", LOCKER),
        ("attributes.1.value", LOCKER),
        ("attributes.size", "A"),
        ("attributes.9.value", None),
        ("attributes.colour", None),
        ("attributes", None),
        ("code.deeper", None),
    ],
)
def test_a_path_leads_into_objects_and_lists(path, expected):
    rule = Rule("locker_id", "r", "metafield", "a.point", path)

    assert value(rule, metafields={"a.point": POINT}) == expected
    assert value(rule, metafields={"a.point": json.dumps(POINT)}) == expected


@pytest.mark.parametrize("broken", ["{", "[" * 10_000, "", None, 7, [], {"code": ["x"]}])
def test_what_is_not_json_finds_nothing_and_never_raises(broken):
    assert value(Rule("locker_id", "r", "metafield", "a.point", "code"), metafields={"a.point": broken}) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "places",
    [
        {"attributes": {"Locker ID": LOCKER}},
        {"attributes": {"inpost_locker_id": LOCKER}},
        {"attributes": {"Pickup-Location-Id": LOCKER}},
        {"metafields": {"lockers.point": {"code": LOCKER}}},
        {"metafields": {"atlas_pickup_points.point": json.dumps(POINT)}},
        {"service_code": f"inpost-{LOCKER}"},
        {"service_title": f"InPost Locker {LOCKER}, Euston"},
        {"address": {"company": f"InPost {LOCKER}"}},
        {"address": {"address2": LOCKER}},
    ],
)
def test_a_locker_is_found_wherever_a_checkout_leaves_it(places):
    assert resolve(read_rules(), seen(**places))["locker_id"].value == LOCKER


@pytest.mark.django_db
@pytest.mark.parametrize(
    "places", [{"service_code": "inpost_locker"}, {"service_title": "InPost Locker"}, {"address": {"company": "UK Ltd"}}]
)
def test_a_service_or_a_company_is_no_locker(places):
    assert "locker_id" not in resolve(read_rules(), seen(**places))


@pytest.mark.django_db
@pytest.mark.parametrize("source", PHONES)
def test_a_mobile_is_found_in_every_place_and_the_place_is_remembered(source):
    found = resolve(read_rules(), seen(phones={source: "07712 345068"}))["mobile"]

    assert (found.value, found.source) == ("07712 345068", f"phone {source}")


@pytest.mark.django_db
def test_the_places_are_asked_in_a_fixed_order():
    phones = {source: f"07712 34506{place}" for place, source in enumerate(PHONES)}
    order = []
    while found := resolve(read_rules(), seen(phones=phones)).get("mobile"):
        order.append(found.source.removeprefix("phone "))
        del phones[order[-1]]

    assert tuple(order) == PHONES


@pytest.mark.django_db
class TestFirstRules:
    def test_written_again_nothing_changes(self):
        before = list(ResolverRule.objects.values())

        write(apps, None)

        assert list(ResolverRule.objects.values()) == before

    def test_what_a_person_changed_stays_and_the_new_ones_come_behind(self):
        ResolverRule.objects.exclude(key__in=["shipping", "customer"]).delete()
        ResolverRule.objects.filter(key="customer").update(position=1, name="Ours", enabled=False)
        ResolverRule.objects.filter(key="shipping").update(position=2)

        write(apps, None)

        mobiles = list(ResolverRule.objects.filter(fact="mobile").values_list("key", "enabled"))
        assert mobiles[:2] == [("customer", False), ("shipping", True)]
        assert {key for key, _ in mobiles} == {"customer", "shipping", "pickup", "service", "destination", "order"}

    def test_a_place_a_person_looks_at_already_is_not_added_twice(self):
        ResolverRule.objects.filter(key="Pickup-Location-Id").update(name="Our app", pattern="")

        write(apps, None)

        assert ResolverRule.objects.filter(key="Pickup-Location-Id").count() == 1


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "((a)+)+$", "(a|aa)+$", r"(a|aa|\\)+$", "(a|aa){2,}$", "a*a*a*b", "a?" * 30 + "a" * 30, "x" * 201, "("]
)
def test_a_pattern_that_could_run_away_is_refused(pattern):
    assert resolver.pattern_fault(pattern)


@pytest.mark.parametrize("pattern", ["", r"(UK\d{8,10})", r"locker[:#]?\s*(\w+)", r"\((.+?)\)", r"^(?:InPost )?([A-Z]{2}[0-9]+)$", r"\)+"])
def test_an_ordinary_pattern_is_taken(pattern):
    assert resolver.pattern_fault(pattern) == ""


def test_every_pattern_we_bring_along_is_taken(db):
    assert {rule.name: fault for rule in ResolverRule.objects.all() if (fault := resolver.pattern_fault(rule.pattern))} == {}
