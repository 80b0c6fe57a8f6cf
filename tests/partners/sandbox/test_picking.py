"""ACS's people: step by step, short at first where the seed says so, packed into what the goods need."""

import math

import pytest

from partners.sandbox.picking import COMPARTMENTS, Garment, packed
from partners.sandbox.world import World
from tests.partners.sandbox.conftest import at_acs, get, order, put

DRESS, BOX = Garment((340, 260, 40), 520, rigid=False), Garment((370, 360, 170), 740, rigid=True)


def work(client, **said: object) -> dict:
    answer = client.post("/_sandbox/acs/work", json=said)
    assert answer.status_code == 200, answer.text
    return answer.json()


def sent(world: World, number: str) -> dict[str, object]:
    """The order as the desk sends it."""
    lines = next(one for one in world.orders if one.number == number).body["lines"]
    items = [{"LineItemId": line["id"], "GarmentSKU": line["sku"], "ItemQuantity": line["quantity"]} for line in lines]
    return order(world, number, OrderItems=items)


class TestWork:
    def test_one_step_at_a_time(self, client, world):
        put(client, order(world))
        seen = [work(client)["moved"].get("LS-10001") for _ in range(4)]

        assert seen == ["Picking", "Pick Confirmed", "Packed", None]
        assert get(client).json()["Status"] == "Packed"

    def test_as_far_as_it_is_told(self, client, world):
        put(client, order(world))
        assert work(client, to="Pick Confirmed")["moved"] == {"LS-10001": "Pick Confirmed"}
        assert work(client, to="Pick Confirmed")["moved"] == {}
        assert work(client, to="Packed")["moved"] == {"LS-10001": "Packed"}

    def test_only_the_named_ones(self, client, world):
        for number in ("LS-10001", "LS-10002"):
            put(client, order(world, number))

        assert work(client, orders=["LS-10002"])["moved"] == {"LS-10002": "Picking"}
        assert work(client, orders=[])["moved"] == {}

    def test_what_is_cancelled_or_gone_stays(self, client, world):
        put(client, order(world, OrderCancelled=True))
        put(client, order(world, "LS-10002"))
        client.post("/_sandbox/acs/orders/LS-10002", json={"Status": "Despatched"})

        assert work(client, to="Packed")["moved"] == {}

    def test_garments_picked_are_told_once_picking_was_reported(self, client, world):
        put(client, order(world))
        work(client)
        assert "QuantityPicked" not in get(client).json()["OrderItems"][0]

        work(client)
        assert get(client).json()["OrderItems"][0]["QuantityPicked"] == 1

    @pytest.mark.parametrize("said", [{"to": "Despatched"}, {"to": "Lost"}, {"orders": ["LS-10001"]}, {"number": "LS-10001"}])
    def test_what_it_does_not_understand(self, client, said):
        assert client.post("/_sandbox/acs/work", json=said).status_code == 400

    def test_begun_anew_after_a_cancellation(self, client, world):
        put(client, order(world, OrderCancelled=True))
        client.post("/_sandbox/acs/orders/LS-10001", json={"Packed": {"length": 1, "width": 1, "height": 1, "weight": 1}})
        put(client, order(world))

        assert at_acs(client)["LS-10001"]["packed"] is None


class TestShortPicks:
    def test_it_stops_once_and_is_whole_the_next_time(self, client, world):
        number = world.fates.short[0]
        put(client, sent(world, number))
        first = work(client, to="Packed")
        short = get(client, number).json()

        assert first == {"moved": {number: "Part Picked"}, "short": [number]}
        assert sum(line["QuantityPicked"] for line in short["OrderItems"]) == sum(line["ItemQuantity"] for line in short["OrderItems"]) - 1
        assert "PackedLength" not in short

        assert work(client, to="Packed") == {"moved": {number: "Packed"}, "short": []}
        assert all(line["QuantityPicked"] == line["ItemQuantity"] for line in get(client, number).json()["OrderItems"])

    def test_a_few_orders_of_several_garments(self, seven):
        garments = {one.number: sum(line["quantity"] for line in one.body["lines"]) for one in seven.orders}

        assert 2 <= len(seven.fates.short) <= 5
        assert all(garments[number] > 1 for number in seven.fates.short)


class TestPacking:
    def test_told_in_whole_millimetres_and_grams_once_packed(self, client, world):
        put(client, order(world))
        work(client, to="Pick Confirmed")
        assert "PackedLength" not in get(client).json()

        work(client)
        said = get(client).json()
        assert [said[f"Packed{side}"] for side in ("Length", "Width", "Height", "Weight")] == [340, 260, 28, 670]

    @pytest.mark.parametrize("goods", [[DRESS], [BOX], [DRESS, DRESS], [BOX, DRESS], [BOX, Garment((450, 360, 110), 1650, rigid=False)]])
    def test_the_box_is_as_large_as_the_goods(self, goods):
        said = packed(goods)
        volume = math.prod(said[f"Packed{side}"] for side in ("Length", "Width", "Height"))

        assert 1 <= volume / sum(one.volume for one in goods) < 1.05
        assert said["PackedWeight"] == sum(one.weight for one in goods) + 150

    def test_all_but_the_scripted_need_the_compartment_that_was_estimated(self, seven):
        """What is packed larger still fits compartment C."""
        for number, packed_class, estimated in _classes(seven):
            if number in seven.fates.larger:
                assert packed_class == estimated + 1
            else:
                assert packed_class == estimated

    def test_by_hand(self, client, world):
        put(client, order(world))
        hand = {"Status": "Packed", "Packed": {"length": 500, "width": 300, "height": 200, "weight": 4000}, "Picked": {"1": 1}}
        client.post("/_sandbox/acs/orders/LS-10001", json=hand).raise_for_status()
        said = get(client).json()

        assert (said["PackedLength"], said["PackedWidth"], said["PackedHeight"], said["PackedWeight"]) == (500, 300, 200, 4000)
        assert said["OrderItems"][0]["QuantityPicked"] == 1

    @pytest.mark.parametrize("said", [{"Packed": {"length": 1}}, {"Picked": {"9": 1}}, {"Packed": {"size": "B"}}])
    def test_by_hand_what_is_none(self, client, world, said):
        put(client, order(world))

        assert client.post("/_sandbox/acs/orders/LS-10001", json=said).status_code == 400

    def test_a_product_nobody_has_measured(self, client, world):
        client.post("/_sandbox/acs/skus", json={"know": ["ODD-1"]})
        put(client, order(world, OrderItems=[{"LineItemId": "1", "GarmentSKU": "ODD-1"}]))
        work(client, to="Packed")

        assert get(client).json()["PackedWeight"] > 150


def _classes(world: World):
    """Of every order of the story: its number, the compartment its parcel needs, the one its goods were estimated to need."""
    from partners.sandbox.picking import garments
    from tests.partners.sandbox.test_world import needed_size

    for one in world.orders:
        if one.number not in world.fates.scripts or one.answer.get("sizes"):
            continue
        kept = {"order": sent(world, one.number)}
        said = packed(garments(world, kept), larger=one.number in world.fates.larger)
        sides = sorted(said[f"Packed{side}"] for side in ("Length", "Width", "Height"))
        fitting = [all(side <= limit for side, limit in zip(sides, limits, strict=True)) for limits in COMPARTMENTS]
        yield one.number, fitting.index(True), "ABC".index(needed_size(world, one))
