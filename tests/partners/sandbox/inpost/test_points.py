"""InPost's location API."""

from tests.partners.sandbox.conftest import token


def ask(client, path="/points", given=None, **params):
    return client.get(f"/inpost/location/v1{path}", params=params, headers={"Authorization": f"Bearer {given or token(client)}"})


def test_the_list_has_its_own_envelope_and_no_status(client, world):
    page = ask(client, page=2, perPage=30).json()

    assert (page["count"], page["page"], page["perPage"], page["totalPages"]) == (80, 2, 30, 3)
    assert [point["id"] for point in page["items"]] == list(world.points)[30:60]
    assert not {"status", "locker_availability"} & set(page["items"][0])


def test_25_to_a_page_unless_asked(client):
    assert len(ask(client).json()["items"]) == 25


def test_filters_and_what_is_none(client, world):
    shops = [name for name, point in world.points.items() if point["type"] == ["pok", "pop"]]

    assert [point["id"] for point in ask(client, type="PUDO").json()["items"]] == shops
    assert ask(client, colour="yellow").json()["count"] == 80


def test_one_point(client, world):
    name, kept = next(iter(world.points.items()))
    point = ask(client, f"/points/{name}").json()

    assert (point["id"], point["type"], point["country"]) == (name, "APM", "GB")
    assert point["coordinates"] == {"latitude": kept["location"]["latitude"], "longitude": kept["location"]["longitude"]}
    assert point["address"]["postalCode"] == kept["address_details"]["post_code"]


def test_an_unknown_point_and_a_removed_one(client, world):
    name = next(iter(world.points))
    client.post(f"/_sandbox/points/{name}", json={"removed": True})

    assert ask(client, f"/points/{name}").status_code == 404
    assert ask(client, "/points/UK1").json()["status"] == 404


def test_near_a_place_nearest_first_in_whole_metres(client, world):
    first = next(point for point in world.points.values() if point["location"]["latitude"])
    here = f"{first['location']['latitude']},{first['location']['longitude']}"
    found = ask(client, "/points/search-by-location", relativePoint=here, maxDistance=50_000).json()["items"]
    distances = [point["distance"] for point in found]

    assert found[0]["id"] == first["name"]
    assert distances[0] == 0
    assert distances == sorted(distances)
    assert all(isinstance(metres, int) and metres <= 50_000 for metres in distances)
    assert ask(client, "/points/search-by-location").status_code == 400
