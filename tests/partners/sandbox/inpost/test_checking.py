"""What InPost refuses, and by which code at which field."""

from typing import Any

import pytest

from partners.sandbox.inpost.checking import faults_of, receives
from tests.partners.sandbox.inpost.conftest import body, put_in_northern_ireland

PARCEL = "parcels.0"


def changed(world, path: str, value: Any) -> dict[str, Any]:
    """The good body with one thing in it put otherwise; None takes it away."""
    said = body(world)
    *way, last = path.split(".")
    inner: Any = said
    for step in way:
        inner = inner[int(step)] if step.isdigit() else inner.setdefault(step, {})
    if value is None:
        inner.pop(last, None)
    else:
        inner[last] = value
    return said


def test_a_good_one_has_none(world):
    assert faults_of(body(world), world.points) == {}


@pytest.mark.parametrize(
    "path",
    [
        *("brand", "productVariant", "sender.prefix", "recipient.address", "origin.pointId", "destination.name", "references.orderNumber"),
        *(f"{PARCEL}.size", f"{PARCEL}.dimensions.depth", f"{PARCEL}.weight.value", f"{PARCEL}.customsClearance.colour"),
    ],
)
def test_what_is_not_in_the_schema_is_unknown(world, path):
    assert faults_of(changed(world, path, "x"), world.points) == {path: ["unknown"]}


@pytest.mark.parametrize("path", ["sender", "recipient", "origin", "destination", "parcels"])
def test_what_every_shipment_needs(world, path):
    assert faults_of(changed(world, path, None), world.points) == {path: ["required"]}


@pytest.mark.parametrize("who", ["sender", "recipient"])
@pytest.mark.parametrize("name", ["firstName", "lastName", "email", "phone"])
def test_both_people_need_both_names_a_mail_and_a_phone(world, who, name):
    assert faults_of(changed(world, f"{who}.{name}", None), world.points) == {f"{who}.{name}": ["required"]}
    assert faults_of(changed(world, f"{who}.{name}", ""), world.points) == {f"{who}.{name}": ["required"]}


@pytest.mark.parametrize("phone", ["07712102030", "447712102030", "+44 7712 102030", "+0712", {"prefix": "+44", "number": "7712102030"}, 7])
def test_a_phone_is_one_e164_text(world, phone):
    assert faults_of(changed(world, "recipient.phone", phone), world.points) == {"recipient.phone": ["invalid"]}


@pytest.mark.parametrize(("path", "value"), [("recipient.email", "ada.example.com"), ("recipient.lastName", " "), ("parcels.0.type", "XL")])
def test_values_that_are_none(world, path, value):
    assert faults_of(changed(world, path, value), world.points) == {path: ["invalid"]}


@pytest.mark.parametrize("path", ["countryCode", "street", "houseNumber", "city", "postalCode"])
def test_an_address_is_whole(world, path):
    assert faults_of(changed(world, f"origin.{path}", None), world.points) == {f"origin.{path}": ["required"]}


class TestPoint:
    def test_it_must_be_there(self, world):
        assert faults_of(body(world, point="UK99999998"), world.points) == {"destination.pointId": ["not_found"]}

    @pytest.mark.parametrize("status", ["NonOperating", "Disabled", "Created", "Overloaded"])
    def test_it_must_be_operating(self, world, status):
        said = body(world)
        world.points[said["destination"]["pointId"]]["status"] = status

        assert faults_of(said, world.points) == {"destination.pointId": ["not_found"]}

    def test_it_must_receive(self, world):
        said = body(world)
        point = world.points[said["destination"]["pointId"]]
        assert receives(point)
        point["functions"] = ["parcel", "parcel_send"]

        assert faults_of(said, world.points) == {"destination.pointId": ["not_found"]}

    def test_in_the_country_it_stands_in(self, world):
        assert faults_of(changed(world, "destination.countryCode", "PL"), world.points) == {"destination.pointId": ["not_found"]}

    def test_an_address_instead(self, world):
        assert faults_of(body(world, destination=body(world)["origin"]), world.points) == {}


class TestSize:
    @pytest.mark.parametrize("sides", [(410, 380, 640), (640, 410, 380), ("38", "41", "64"), (1, 1, 1)])
    def test_any_way_round_up_to_compartment_c(self, world, sides):
        unit = "CM" if isinstance(sides[0], str) else "MM"
        size = dict(zip(("length", "width", "height"), sides, strict=True)) | {"unit": unit}

        assert faults_of(changed(world, f"{PARCEL}.dimensions", size), world.points) == {}

    @pytest.mark.parametrize(("sides", "field"), [((411, 381, 640), "width"), ((641, 380, 410), "length"), ((400, 411, 400), "height")])
    def test_beyond_it_the_side_is_named(self, world, sides, field):
        size = dict(zip(("length", "width", "height"), sides, strict=True)) | {"unit": "MM"}

        assert faults_of(changed(world, f"{PARCEL}.dimensions", size), world.points)[f"{PARCEL}.dimensions.{field}"] == ["too_big"]

    @pytest.mark.parametrize(
        ("weight", "codes"), [(15_000, None), (15_001, "too_big"), (0, "too_small"), ("heavy", "invalid"), (True, "invalid")]
    )
    def test_fifteen_kilograms(self, world, weight, codes):
        found = faults_of(changed(world, f"{PARCEL}.weight.amount", weight), world.points)

        assert found == ({f"{PARCEL}.weight.amount": [codes]} if codes else {})

    def test_kilograms_are_a_thousand_times_as_heavy(self, world):
        assert faults_of(changed(world, f"{PARCEL}.weight", {"amount": "15", "unit": "KG"}), world.points) == {}
        assert faults_of(changed(world, f"{PARCEL}.weight", {"amount": "15.1", "unit": "KG"}), world.points)
        assert faults_of(changed(world, f"{PARCEL}.weight.unit", "LB"), world.points) == {f"{PARCEL}.weight.unit": ["invalid"]}


class TestNorthernIreland:
    CONTENT = {"description": "Clothing", "quantity": 1, "unitValue": {"amount": "84.00", "currency": "GBP"}}

    def test_a_locker_there_needs_customs(self, world):
        belfast = put_in_northern_ireland(world)

        assert faults_of(body(world, point=belfast), world.points) == {f"{PARCEL}.customsClearance": ["required"]}

    def test_so_does_an_address(self, world):
        there = body(world)["origin"] | {"postalCode": "bt1 5gs"}
        assert faults_of(body(world, destination=there), world.points) == {f"{PARCEL}.customsClearance": ["required"]}

    @pytest.mark.parametrize("name", ["description", "quantity", "unitValue"])
    def test_each_of_the_three_facts(self, world, name):
        said = body(world, point=put_in_northern_ireland(world))
        said["parcels"][0]["customsClearance"] = {"contents": [{key: value for key, value in self.CONTENT.items() if key != name}]}

        assert faults_of(said, world.points) == {f"{PARCEL}.customsClearance.contents.0.{name}": ["required"]}

    def test_with_them_it_goes(self, world):
        said = body(world, point=put_in_northern_ireland(world))
        said["parcels"][0]["customsClearance"] = {"contents": [self.CONTENT]}

        assert faults_of(said, world.points) == {}


@pytest.mark.parametrize("said", [None, [], "x", 1, {"parcels": "x"}, {"parcels": [1]}, {"sender": [], "recipient": 1}])
def test_nonsense_is_refused_not_stumbled_over(world, said):
    assert faults_of(said, world.points)
