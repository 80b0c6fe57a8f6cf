"""What comes back on demand, and is graded anew."""

import csv

import pytest

from tests.partners.sandbox.conftest import BASIC
from tests.partners.sandbox.returned.test_feed import read

NEW = {"lineId": "1", "rfid": "E2801", "sku": "DRE-0001-8", "grade": "BER", "reason": "tear", "repairPence": 9_000, "photos": 2}


def test_a_garment_is_graded_anew(client, world):
    before = read(client)["returns"][0]
    changed = client.post(f"/_sandbox/acs/returns/{before['id']}", json={"grade": "B", "grader": "S. Wren", "note": "Came out."}).json()
    after = read(client)["returns"][0]

    assert changed == after
    assert (after["items"][0]["grade"], after["items"][0]["grader"], after["items"][0]["note"]) == ("B", "S. Wren", "Came out.")
    assert after["items"][0]["gradedAt"] == after["updatedAt"] > before["updatedAt"]
    assert after["items"][0]["photos"] == before["items"][0]["photos"]
    assert [one["id"] for one in read(client, since=after["updatedAt"])["returns"]] == [before["id"]]


def test_something_more_arrives(client, world):
    made = client.post("/_sandbox/acs/returns", json={"orderNumber": "LS-10001", "items": [NEW]}).json()
    found = client.get("/_sandbox/acs/returns").json()["returns"][-1]

    assert found == made
    assert (made["orderNumber"], made["items"][0]["repairPence"], len(made["items"][0]["photos"])) == ("LS-10001", 9_000, 2)
    assert all(client.get(photo["url"]).status_code == 200 for photo in made["items"][0]["photos"])


def test_what_arrives_ungraded_is_not_graded(client):
    made = client.post("/_sandbox/acs/returns", json={"items": [{"lineId": "1", "rfid": "E2801"}]}).json()

    assert (made["items"][0]["grade"], made["items"][0]["gradedAt"]) == ("", None)


def test_the_files_are_there_without_a_login(client, tmp_path):
    returns = list(csv.DictReader(client.get("/_sandbox/acs/returns.csv").text.splitlines()))
    costs = list(csv.DictReader(client.get("/_sandbox/acs/costs.csv").text.splitlines()))

    assert client.get("/acs/returns.csv", auth=BASIC).text == client.get("/_sandbox/acs/returns.csv").text
    assert returns[0]["return_id"] == "RMA-70001"
    assert tuple(costs[0]) == ("rfid", "sku", "owner", "ledger_class", "cost_pence", "depreciation_pence", "as_at")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/RMA-1", {"grade": "B"}),
        ("/RMA-70001", {"colour": "red"}),
        ("/RMA-70001", {"lineId": "99"}),
        ("", {"items": [{"rfid": "no line"}]}),
        ("", {"colour": "red"}),
    ],
)
def test_what_it_does_not_understand_it_refuses(client, path, said):
    answer = client.post(f"/_sandbox/acs/returns{path}", json=said)

    assert answer.status_code == 400
    assert answer.json()["error"]
