"""The make-believe locker network, in the shape of the public points feed."""

import random
from typing import Any

from partners.sandbox.places import SPOTS, STREETS, TOWNS

Point = dict[str, Any]

LEVELS = ("NORMAL", "NORMAL", "NORMAL", "LOW", "VERY_LOW")
SIZES = ("A", "B", "C")
FEWEST = 80
SHOP_HOURS = ";".join(f"{day}|08:00-22:00|-" for day in ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")) + ";"
# What the real feed sends and GB leaves empty.
EMPTY = (
    "location_date",
    "location_description_1",
    "location_description_2",
    "distance",
    "phone_number",
    "payment_point_descr",
    "recommended_low_interest_box_machines_list",
    "apm_doubled",
    "air_index_level",
    "physical_type_description",
    "in_mobile_collect_excluded",
    "in_mobile_send_excluded",
    "in_mobile_return_excluded",
    "delivery_area_id",
    "micro_area_id",
    "agency_code",
    "d2d_courier_area",
    "d2d_courier_micro_area",
    "supported_locker_temperatures",
    "unavailability_periods",
    "print_in_store",
)


def network(rng: random.Random, size: int) -> list[Point]:
    """`size` points sorted by name: mostly open lockers; some shops, not yet open, out of service, or without a compartment C.

    Raises ValueError below FEWEST, where not every kind would be there.
    """
    if size < FEWEST:
        raise ValueError(f"A network needs at least {FEWEST} points to hold one of every kind.")
    points = [_point(rng, number) for number in range(size)]
    for number, point in enumerate(points):
        if number % 40 == 7:
            _make_shop(point, open_=number % 80 == 7)
        elif number % 40 == 13:
            _make_created(point)
        elif number % 40 == 21:
            point["status"] = "NonOperating"
        elif number % 80 == 33:
            point["status"], point["functions"] = "Disabled", ["parcel", "parcel_collect"]
        elif number % 40 == 29:
            del point["locker_availability"]["details"]["C"]
    return sorted(points, key=lambda point: str(point["name"]))


def takes_everything(point: Point) -> bool:
    """Is this an open locker with every compartment, one that a good order may name?"""
    place = point["location"]
    return bool(
        point["type"] == ["parcel_locker"]
        and point["status"] == "Operating"
        and "parcel_collect" in point["functions"]
        and not point["in_mobile_collect_excluded"]
        and (place["latitude"] or place["longitude"])
        and set(SIZES) <= set(point["locker_availability"]["details"])
    )


def one_of_each(points: list[Point]) -> dict[str, str]:
    """The lockers that faulty orders name: {"closed", "disabled", "without_c"} → id, as far as the network has them."""
    found: dict[str, str] = {}
    for point in points:
        if point["type"] != ["parcel_locker"]:
            continue
        if point["status"] == "NonOperating":
            found.setdefault("closed", point["name"])
        elif point["status"] == "Disabled":
            found.setdefault("disabled", point["name"])
        elif point["status"] == "Operating" and "C" not in point["locker_availability"]["details"]:
            found.setdefault("without_c", point["name"])
    return found


def _point(rng: random.Random, number: int) -> Point:
    town, region, outward, latitude, longitude = TOWNS[number % len(TOWNS)]
    name = f"UK{town[:3].upper()}{10_000 + number * 37}" if number % 26 == 3 else f"UK{10_000_000 + number * 3_571:08d}"
    postcode = f"{outward} {rng.randint(1, 9)}{rng.choice('ABDEFGHJLN')}{rng.choice('ABDEFGHJLN')}"
    spot, street = rng.choice(SPOTS), rng.choice(STREETS)
    building = f"24/7 InPost Locker - {spot} {town}"
    open_all_day = rng.random() < 0.72
    return dict.fromkeys(EMPTY) | {
        "href": f"https://points.sandbox/v1/points/GB/{name}",
        "country": "GB",
        "name": name,
        "type": ["parcel_locker"],
        "status": "Operating",
        "location": {
            "longitude": round(longitude + rng.uniform(-0.03, 0.03), 5),
            "latitude": round(latitude + rng.uniform(-0.02, 0.02), 5),
        },
        "location_type": "Outdoor",
        "location_category": "Generic",
        "location_description": f"Beside the entrance of {spot}",
        "opening_hours": "24/7" if open_all_day else SHOP_HOURS,
        "address": {"line1": f"{street} {building}", "line2": f"{postcode} {town}"},
        "address_details": {
            "city": town,
            "province": region,
            "post_code": postcode,
            "street": street,
            "building_number": building,
            "flat_number": None,
        },
        "functions": ["parcel", "parcel_collect", "parcel_send"],
        "partner_id": 0,
        "is_next": False,
        "payment_available": True,
        "payment_type": {"3": "Payment by cash and card"},
        "virtual": "0",
        "location_247": open_all_day,
        "operating_hours_extended": {"customer": None if open_all_day else _hours()},
        "agency": "7000",
        "agencies_extended": [{"name": "7000"}],
        "image_url": f"https://static.sandbox/points/gb/images/{name}.jpg",
        "easy_access_zone": True,
        "physical_type": "newfm",
        "physical_type_mapped": "004",
        "express_delivery_send": False,
        "express_delivery_collect": False,
        "locker_availability": {"status": rng.choice(LEVELS), "details": {size: rng.choice(LEVELS) for size in SIZES}},
        "mondial_relay_id": "",
    }


def _hours() -> dict[str, list[dict[str, int]]]:
    """Minutes from midnight, as the feed counts."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return {day: [{"start": 480, "end": 1320}] for day in days}


def _make_shop(point: Point, *, open_: bool) -> None:
    point["type"], point["virtual"] = ["pok", "pop"], "3"
    if not open_:
        point["status"], point["functions"] = "Disabled", ["parcel", "parcel_collect"]
    where = point["address_details"]
    where["building_number"] = where["building_number"].replace("24/7 InPost Locker", "InPost Shop")
    point["address"]["line1"] = f"{where['street']} {where['building_number']}"


def _make_created(point: Point) -> None:
    point["status"], point["functions"] = "Created", ["parcel"]
    point["location"] = {"longitude": 0.0, "latitude": 0.0}
