"""Xero's published description, as a judge of what we send and of what the make-believe Xero answers."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml


@cache
def described(shared: Path) -> dict[str, Any]:
    text = (shared / "specs/xero/xero_accounting.yaml").read_text()
    return yaml.load(text, Loader=yaml.CSafeLoader)


def breaches(shared: Path, schema: str, body: Any) -> list[str]:
    """What of `body` the named schema forbids, and every field that it does not know."""
    spec = described(shared)
    checker = jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": spec["components"]})
    return [error.message for error in checker.iter_errors(body)] + _unknown(spec, spec["components"]["schemas"][schema], body, schema)


def _unknown(spec: dict[str, Any], schema: dict[str, Any], body: Any, path: str) -> list[str]:
    if "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if isinstance(body, list):
        return [text for item in body for text in _unknown(spec, schema.get("items", {}), item, path)]
    if not isinstance(body, dict):
        return []
    known = schema.get("properties", {})
    found = [f"{path}.{name} is no field" for name in body if name not in known]
    return found + [text for name, value in body.items() for text in _unknown(spec, known.get(name, {}), value, f"{path}.{name}")]


def payload(shared: Path, name: str) -> bytes:
    return (shared / "data/xero" / name).read_bytes()


def plain(raw: bytes) -> Any:
    return json.loads(raw)
