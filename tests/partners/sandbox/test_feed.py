"""The public points feed, held against what was measured of the real one."""

import json

import pytest

from partners.sandbox.server import world_app
from partners.sandbox.world import World
from tests.partners.sandbox.conftest import START

FEED = "/points/v1/points"


def ids(answer):
    return [point["name"] for point in answer.json()["items"]]


class TestEnvelope:
    def test_it_is_the_real_ones(self, client, shared):
        real = json.loads((shared / "data/inpost/gb_points_page1_500_2026-05-12.json").read_text())
        page = client.get(FEED, params={"country": "GB", "per_page": 30}).json()

        assert set(page) == set(real)
        assert set(page["meta"]) == set(real["meta"])
        assert (page["count"], page["page"], page["per_page"], page["total_pages"]) == (80, 1, 30, 3)

    def test_the_pages_together_are_the_whole_sorted_by_name(self, client, world):
        names = [name for page in (1, 2, 3) for name in ids(client.get(FEED, params={"per_page": 30, "page": page}))]

        assert names == sorted(world.points)

    @pytest.mark.parametrize(("asked", "given"), [("5000", 5000), ("10000", 5000), ("-1", 25), ("many", 25)])
    def test_how_many_fit_a_page(self, client, asked, given):
        assert client.get(FEED, params={"per_page": asked}).json()["per_page"] == given

    def test_saved_pages_are_the_whole_feed(self, shared):
        import httpx

        real = json.loads((shared / "data/inpost/gb_points_page1_500_2026-05-12.json").read_text())["items"]
        app = world_app(World(7, start=START, points=real))
        with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://sandbox.test") as client:
            page = client.get(FEED, params={"country": "GB", "per_page": 5000}).json()

        assert (page["count"], page["total_pages"]) == (500, 1)
        assert page["items"] == sorted(real, key=lambda point: point["name"])


class TestFilters:
    def test_country_is_gb_not_uk(self, client):
        assert client.get(FEED, params={"country": "GB"}).json()["count"] == 80
        empty = client.get(FEED, params={"country": "UK"}).json()
        assert (empty["count"], empty["items"]) == (0, [])

    def test_an_unknown_parameter_is_ignored(self, client):
        assert client.get(FEED, params={"updated_after": "2026-01-01"}).json()["count"] == 80

    @pytest.mark.parametrize(
        ("params", "fits"),
        [
            ({"status": "NonOperating"}, lambda p: p["status"] == "NonOperating"),
            ({"status": "Created,Disabled"}, lambda p: p["status"] in ("Created", "Disabled")),
            ({"type": "pok"}, lambda p: "pok" in p["type"]),
            ({"functions": "parcel_collect"}, lambda p: "parcel_collect" in p["functions"]),
            ({"city": "Leeds", "country": "GB"}, lambda p: p["address_details"]["city"] == "Leeds"),
            ({"city": "leeds"}, lambda p: False),
            ({"location_247": "false"}, lambda p: not p["location_247"]),
        ],
    )
    def test_filters_that_work(self, client, world, params, fits):
        assert ids(client.get(FEED, params=params | {"per_page": 5000})) == [name for name, p in world.points.items() if fits(p)]

    def test_only_some_fields(self, client):
        page = client.get(FEED, params={"fields": "name,location"}).json()

        assert all(set(point) == {"name", "location"} for point in page["items"])

    def test_near_a_postcode_nearest_first(self, client, world):
        point = next(point for point in world.points.values() if point["location"]["latitude"])
        params = {"country": "GB", "relative_post_code": point["address_details"]["post_code"], "limit": 5}
        found = client.get(FEED, params=params).json()
        distances = [point["distance"] for point in found["items"]]

        assert found["count"] == 5
        assert found["items"][0]["name"] == point["name"]
        assert distances == sorted(distances)
        assert all(isinstance(metres, int) for metres in distances)


class TestOnePoint:
    def test_with_its_country(self, client, world):
        name = next(iter(world.points))

        assert client.get(f"{FEED}/GB/{name}").json() == world.points[name]

    @pytest.mark.parametrize(
        ("path", "sample"), [("/GB/UK0000075", 0), ("?country=GB&relative_post_code=SW1A", 1), ("?relative_post_code=LS1 4AB", 2)]
    )
    def test_errors_are_the_recorded_ones(self, client, shared, path, sample):
        recorded = json.loads((shared / "data/inpost/points_api_error_samples.json").read_text())["points_api_errors"][sample]
        answer = client.get(f"{FEED}{path}")

        assert (answer.status_code, answer.json()) == (recorded["http"], recorded["body"])

    def test_without_its_country_or_at_another_address(self, client):
        assert client.get(f"{FEED}/UK10000000").status_code == 400
        answer = client.get("/points/v1/point")
        assert (answer.status_code, answer.json()["path"]) == (404, "/v1/point")
        assert client.get(f"{FEED}/FR/UK10000000").status_code == 404
