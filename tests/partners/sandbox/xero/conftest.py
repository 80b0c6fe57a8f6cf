"""A ledger over a small world, somebody who may ask it things, and Xero's published description to hold its answers against."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from partners.sandbox import xero
from partners.sandbox.xero.books import Books

API = "/xero/api.xro/2.0"
OPEN, LOCKED = "2026-11-23", "2026-10-31"
Said = dict[str, Any]


@pytest.fixture
def books(app) -> Books:
    return app.books


@pytest.fixture
def headers(client) -> dict[str, str]:
    return {"Authorization": f"Bearer {a_token(client)}", "xero-tenant-id": xero.TENANT, "Accept": "application/json"}


@pytest.fixture
def call(client, headers) -> Callable[..., httpx.Response]:
    """One call below the API's address: method, path, body; keywords are headers, with _ for -."""

    def call(method: str, path: str, body: object = None, *, params: Said | None = None, **more: str) -> httpx.Response:
        extra = {name.replace("_", "-"): value for name, value in more.items()}
        return client.request(method, f"{API}{path}", json=body, params=params, headers=headers | extra)

    return call


@pytest.fixture
def draft(call) -> Callable[..., str]:
    """Lay a draft down; its id."""

    def draft(**other: Any) -> str:
        return call("PUT", "/ManualJournals", journals(**other)).raise_for_status().json()["ManualJournals"][0]["ManualJournalID"]

    return draft


@pytest.fixture
def post(call) -> Callable[..., httpx.Response]:
    """Set a draft posted by its id, as it lies there."""

    def post(named: str, **other: Any) -> httpx.Response:
        narration = call("GET", f"/ManualJournals/{named}").json()["ManualJournals"][0]["Narration"]
        return call("POST", f"/ManualJournals/{named}", {"ManualJournals": [{"Narration": narration, "Status": "POSTED", **other}]})

    return post


@pytest.fixture
def sandbox(client) -> Callable[..., Said]:
    def turn(path: str, **said: Any) -> Said:
        answer = client.post(f"/_sandbox/xero{path}", json=said)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return turn


@pytest.fixture
def ledger(client) -> Callable[[], Said]:
    return lambda: client.get("/_sandbox/ledger").json()


@pytest.fixture
def later(world) -> Callable[[float], None]:
    return lambda seconds: world.advance(timedelta(seconds=seconds) / timedelta(hours=1))


@pytest.fixture(scope="session")
def published(shared) -> Said:
    """Xero's own description of its API."""
    yaml = pytest.importorskip("yaml")
    text = (shared / "specs" / "xero" / "xero_accounting.yaml").read_text()
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@pytest.fixture
def as_published(published) -> Callable[[str, Any], list[str]]:
    """What in this value is not as the schema of this name says: wrong kinds, and fields that it does not have."""
    jsonschema = pytest.importorskip("jsonschema")

    def differs(name: str, value: Any) -> list[str]:
        schema = {"$ref": f"#/components/schemas/{name}", "components": published["components"]}
        wrong = [error.message for error in jsonschema.Draft4Validator(schema).iter_errors(value)]
        return wrong + list(_strangers(value, {"$ref": f"#/components/schemas/{name}"}, published, name))

    return differs


def _strangers(value: Any, schema: Said, published: Said, where: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = published["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        for one in value:
            yield from _strangers(one, schema.get("items", {}), published, where)
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in schema.get("properties", {}):
                yield from _strangers(inner, schema["properties"][name], published, f"{where}.{name}")
            else:
                yield f"{where}.{name} is not published"


def a_token(client: httpx.Client, scope: str = "", **other: str) -> str:
    form = {"grant_type": "client_credentials", "scope": scope, **other}
    answer = client.post("/xero/connect/token", data=form, auth=(xero.CLIENT_ID, xero.CLIENT_SECRET))
    return answer.raise_for_status().json()["access_token"]


def line(account: str, amount: float, **other: Any) -> Said:
    return {"LineAmount": amount, "AccountCode": account, "Description": "E280 midi dress", **other}


def journals(*, lines: list[Said] | None = None, **other: Any) -> Said:
    """A body with one balanced journal: stock written off."""
    one = {"Narration": "BER write-off [ber:BER-1:1]", "Date": OPEN, "JournalLines": lines or [line("325", 42.5), line("630", -42.5)]}
    return {"ManualJournals": [one | other]}


def messages(answer: httpx.Response) -> list[str]:
    said = answer.json()
    elements = said.get("Elements") or said["ManualJournals"]
    return [error["Message"] for one in elements for error in one.get("ValidationErrors", [])]
