"""The make-believe locker network, in the shape of the public points feed."""

import random
from typing import Any

from partners.sandbox.places import SPOTS, STREETS, TOWNS

LEVELS = ("NORMAL", "NORMAL", "NORMAL", "LOW", "VERY_LOW")


def network(rng: random.Random, size: int) -> list[dict[str, Any]]:
    """`size` points: mostly operating lockers, some shops, some not open yet, some out of service, a few without compartment C."""
    points = [_point(rng, number) for number in range(size)]
    for number, point in enumerate(points):
        if number % 40 == 7:
            _make_shop(point)
        elif number % 40 == 13:
            _make_created(point)
        elif number % 40 == 21:
            point["status"] = "NonOperating"
        elif number % 80 == 33:
            point["status"], point["functions"] = "Disabled", ["parcel", "parcel_collect"]
        elif number % 40 == 29:
            del point["locker_availability"]["details"]["C"]
    return sorted(points, key=lambda point: str(point["name"]))


def _point(rng: random.Random, number: int) -> dict[str, Any]:
    town, region, outward, latitude, longitude = TOWNS[number % len(TOWNS)]
    name = f"UK{town[:3].upper()}{10_000 + number * 37}" if number % 25 == 3 else f"UK{10_000_000 + number * 3_571:08d}"
    postcode = f"{outward} {rng.randint(1, 9)}{rng.choice('ABDEFGHJLN')}{rng.choice('ABDEFGHJLN')}"
    spot, street = rng.choice(SPOTS), rng.choice(STREETS)
    building = f"24/7 InPost Locker - {spot} {town}"
    open_all_day = rng.random() < 0.72
    return {
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
        "location_description_1": None,
        "location_description_2": None,
        "distance": None,
        "opening_hours": "24/7"
        if open_all_day
        else "MON|07:00-22:00|-;TUE|07:00-22:00|-;WED|07:00-22:00|-;THU|07:00-22:00|-;FRI|07:00-22:00|-;",
        "address": {"line1": f"{street} {building}", "line2": f"{postcode} {town}"},
        "address_details": {
            "city": town,
            "province": region,
            "post_code": postcode,
            "street": street,
            "building_number": building,
            "flat_number": None,
        },
        "phone_number": None,
        "functions": ["parcel", "parcel_collect", "parcel_send"],
        "partner_id": 0,
        "is_next": False,
        "payment_available": True,
        "payment_type": {"3": "Payment by cash and card"},
        "virtual": "0",
        "location_247": open_all_day,
        "operating_hours_extended": {"customer": None},
        "agency": "7000",
        "image_url": f"https://static.sandbox/points/gb/images/{name}.jpg",
        "easy_access_zone": True,
        "physical_type": "newfm",
        "in_mobile_collect_excluded": False,
        "in_mobile_send_excluded": True,
        "in_mobile_return_excluded": True,
        "locker_availability": {"status": "NORMAL", "details": {size: rng.choice(LEVELS) for size in "ABC"}},
        "unavailability_periods": None,
        "mondial_relay_id": "",
    }


def _make_shop(point: dict[str, Any]) -> None:
    point["type"], point["virtual"] = ["pok", "pop"], "3"
    point["address_details"]["building_number"] = point["address_details"]["building_number"].replace("24/7 InPost Locker", "InPost Shop")


def _make_created(point: dict[str, Any]) -> None:
    point["status"], point["functions"] = "Created", ["parcel"]
    point["location"] = {"longitude": 0.0, "latitude": 0.0}
