"""The published schemas are those of the models, and say what people write."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from lineclear.contract.document import read_document
from lineclear.contract.parse import parse_contract
from lineclear.contract.schema import SCHEMAS, schema, write_schemas
from lineclear.resources import contracts_folder

EXAMPLE = """\
# yaml-language-server: $schema=contracts/schema/contract.schema.json
version: 1
extends: [lineclear:agent-pr, lineclear:python]
enforcement: enforce
project:
  root: .
  python: "3.12"
  install: [".[test]"]
  services: [{name: db, reach: "127.0.0.1:5432", env: {DATABASE_URL: "postgresql://…"}}]
checks:
  pytest: {}
  pytest-312: {use: pytest, with: {python: "3.12", root: libs/core}}
  semgrep: {with: {rules: [lineclear:python, .semgrep]}}
  bandit: {}
  schemathesis: {with: {schema: openapi.json, app: "service.app:app"}}
  orders: {use: jsonschema, with: {schema: schemas/order.json, instances: "data/**/*.json"}}
  web: {use: junit, with: {run: "npm test", report: "web/junit.xml"}, when: {paths: ["web/**"]}}
  gone: false
  plain:
invariants:
  - id: no-new-errors
    require: '!findings.exists(f, f.state == "new" && f.level == "error")'
    otherwise: fail
    message: New error-level findings.
    remedy: Fix them; a waiver needs an owner and an expiry date at the base.
  - id: control-plane
    applies: change.author.kind != "human"
    require: '!change.paths.exists(p, p.startsWith(".github/"))'
    otherwise: review
    message: m
    remedy: r
budgets:
  - {id: size, of: change.lines, warn: 400, fail: 800}
waivers:
  - {fingerprint: "…", reason: "…", owner: "@team", expires: 2026-12-31}
"""


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_published_schema_is_that_of_the_model(name: str) -> None:
    published = contracts_folder() / "schema" / f"{name}.schema.json"
    assert json.loads(published.read_bytes()) == schema(name), "regenerate the schemas (write_schemas)"


def test_schemas_are_valid_and_named_for_good(tmp_path: Any) -> None:
    for path in write_schemas(tmp_path / "new"):
        value = json.loads(path.read_bytes())
        Draft202012Validator.check_schema(value)
        assert value["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert value["$id"] == f"urn:lineclear:{path.name.removesuffix('.schema.json')}:1"
        assert value["additionalProperties"] is False


def errors(text: str) -> list[str]:
    data = read_document(text.encode(), "c.yaml").data
    return [error.message for error in Draft202012Validator(schema("contract")).iter_errors(data)]


def test_the_documented_example_is_valid_by_schema_and_by_model() -> None:
    assert errors(EXAMPLE) == []
    assert parse_contract(EXAMPLE.encode(), "lineclear.yaml").file.project is not None


@pytest.mark.parametrize(
    "text",
    [
        "checks: {}",
        "version: 2",
        "version: 1\nchekcs: {}",
        "version: 1\nchecks: {pytest: true}",
        "version: 1\nchecks: {Bad: {}}",
        "version: 1\nchecks: {x: {when: {paths: []}}}",
        "version: 1\nenforcement: enforced",
        "version: 1\nbudgets: [{id: s}]",
        "version: 1\nproject: {python: 3.12}",
    ],
)
def test_what_the_model_refuses_the_schema_refuses(text: str) -> None:
    assert errors(text)


@pytest.mark.parametrize("name", ["agent-pr", "python", "default"])
def test_a_shipped_contract_is_valid_by_schema_and_names_it(name: str) -> None:
    text = (contracts_folder() / f"{name}.yaml").read_text("utf-8")
    assert errors(text) == []
    assert text.startswith("# yaml-language-server: $schema=schema/contract.schema.json\n")
    assert isinstance(yaml.safe_load(text), dict)


def test_in_files_that_lineclear_writes_every_key_is_there() -> None:
    verdict = schema("verdict")
    assert verdict["required"] == sorted(verdict["properties"])
    assert "mergeTree" in verdict["$defs"]["VerdictChange"]["required"]
    assert "version" in schema("contract")["required"]
    assert "extends" not in schema("contract")["required"]
