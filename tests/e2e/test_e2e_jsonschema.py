"""Data against its JSON Schema: what cannot be used or read is never clean. Each case is a check of its own."""

from __future__ import annotations

import json

import pytest
from e2e_support import Run, assert_no_result, changed_repo, verify

pytestmark = pytest.mark.tools

ORDER = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "integer"},
        "mail": {"type": "string", "format": "email"},
        "day": {"type": "string", "format": "date"},
        "at": {"type": "string", "format": "date-time"},
        "link": {"type": "string", "format": "uri"},
        "address": {"type": "string", "format": "ipv4"},
    },
    "additionalProperties": False,
}

CASES = {
    # name: schema, instances
    "good": ("schemas/order.json", "good/*"),
    "formats": ("schemas/order.json", "formats/*"),
    "syntax": ("schemas/order.json", "syntax/*"),
    "yaml": ("schemas/order.yaml", "yaml/*"),
    "toml": ("schemas/order.json", "toml/*"),
    "badschema": ("schemas/bad.json", "good/*"),
    "noschema": ("schemas/nothing.json", "good/*"),
    "halfschema": ("schemas/half.json", "good/*"),
    "remote": ("schemas/remote.json", "good/*"),
    "beside": ("schemas/beside.json", "good/*"),
    "outside": ("schemas/outside.json", "good/*"),
    "linked": ("schemas/linked.json", "good/*"),
    "inner": ("schemas/inner.json", "good/*"),
    "narrow": ("schemas/narrow.json", "narrow/*"),
    "wide": ("schemas/wide.json", "narrow/*"),
    "inserted": ("schemas/list.json", "inserted/*"),
    "nomatch": ("schemas/order.json", "nothing/*"),
    "link": ("schemas/order.json", "link.json"),
}
CONTRACT = "version: 1\nchecks:\n" + "".join(
    f"  {name}: {{use: jsonschema, with: {{schema: {schema}, instances: '{instances}'}}}}\n"
    for name, (schema, instances) in CASES.items()
)
DEEP = "[" * 100_000


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    base = {
        "lineclear.yaml": CONTRACT,
        "schemas/order.json": json.dumps(ORDER),
        "schemas/order.yaml": json.dumps(ORDER),
        "schemas/bad.json": '{"type": "objekt"}',
        "schemas/half.json": '{"type": ',
        "schemas/remote.json": '{"$ref": "https://example.invalid/schema.json"}',
        "schemas/beside.json": '{"$ref": "order.json"}',
        "schemas/outside.json": '{"$ref": "../../order.json"}',
        "schemas/linked.json": '{"$ref": "link.json"}',
        "schemas/inner.json": '{"$ref": "#/$defs/order", "$defs": {"order": {"required": ["number"]}}}',
        "schemas/narrow.json": '{"properties": {"id": {"type": "integer"}}}',
        "schemas/wide.json": '{"required": ["id"]}',
        "schemas/list.json": '{"items": {"$ref": "order.json"}}',
        "narrow/a.json": '{"name": "a"}',
        "narrow/b.json": '{"id": 1}',
        "inserted/a.json": '[{"id": 1}, {"id": "two"}]',
        "good/a.json": '{"id": 1}',
        "formats/old.json": '{"id": 1,\n "mail": "nobody"}',
        "syntax/good.json": '{"id": 1}',
        "yaml/good.yaml": "id: 1\nday: 2024-02-29\n",
        "toml/good.toml": "id = 1\nday = 2024-02-29\n",
        "a.py": "",
    }
    change: dict[str, str | bytes] = {
        "formats/new.json": json.dumps(
            {
                "id": 1,
                "mail": "nobody",
                "day": "2023-02-29",
                "at": "2024-01-01 00:00",
                "link": "no uri",
                "address": "1.2.3.256",
            },
            indent=1,
        ),
        "schemas/narrow.json": '{"properties": {"id": {"type": "integer"}}, "required": ["id"]}',
        "schemas/wide.json": "{}",
        "narrow/a.json": '{"name": "a", "id": 2}',
        "inserted/a.json": '[{"id": 0}, {"id": 1}, {"id": "two"}]',
        "syntax/half.json": '{"id": 1',
        "syntax/nan.json": '{"id": NaN}',
        "syntax/latin.json": '{"id": "é"}'.encode("latin-1"),
        "syntax/deep.json": DEEP,
        "syntax/empty.json": "",
        "syntax/tag.yaml": "id: !!python/object/apply:os.system ['exit 1']\n",
        "yaml/bad.yaml": "id: one\n\nday: 2024-02-29\nmore: 1\n",
        "yaml/tab.yml": "id:\n\t- 1\n",
        "toml/bad.toml": 'id = "one"\nat = 2024-01-01T00:00:00Z\n',
        "toml/half.toml": "id = \n",
    }
    repo = changed_repo(tmp_path_factory.mktemp("jsonschema") / "project", base=base, change=change)
    (repo.root / "link.json").symlink_to("good/a.json")
    (repo.root / "schemas/link.json").symlink_to("order.json")
    repo.commit("link")
    return verify(repo)


def test_data_that_fits_passes(run: Run) -> None:
    assert run.check("good")["status"] == "passed"
    assert run.check("good")["measures"] == {"instancesExamined": 1, "instancesInvalid": 0}


def test_formats_are_checked(run: Run) -> None:
    new = [finding for finding in run.findings("formats") if finding["state"] == "new"]
    assert {(f["rule"], f["path"]) for f in new} == {("format", "formats/new.json")}
    assert {f["message"].partition(":")[0] for f in new} == {"/mail", "/day", "/at", "/link", "/address"}
    assert all(f["line"] > 1 for f in new)


def test_data_that_did_not_fit_before_is_existing(run: Run) -> None:
    assert run.states("formats")["formats/old.json:2"] == "existing"


def test_data_that_cannot_be_read_is_a_new_finding(run: Run) -> None:
    found = {f["path"]: f for f in run.findings("syntax")}
    assert set(found) == {
        f"syntax/{name}" for name in ("half.json", "nan.json", "latin.json", "deep.json", "empty.json", "tag.yaml")
    }
    assert {f["rule"] for f in found.values()} == {"unreadable"}
    assert {f["state"] for f in found.values()} == {"new"}
    assert run.check("syntax")["status"] == "failed"
    assert run.check("syntax")["measures"] == {"instancesExamined": 7, "instancesInvalid": 6}


def test_yaml_is_read_with_its_lines_and_dates(run: Run) -> None:
    assert run.states("yaml") == {"yaml/bad.yaml:1": "new", "yaml/bad.yaml:4": "new", "yaml/tab.yml:None": "new"}
    assert {f["rule"] for f in run.findings("yaml")} == {"type", "additionalProperties", "unreadable"}


def test_toml_is_read_with_its_dates(run: Run) -> None:
    assert {(f["path"], f["rule"]) for f in run.findings("toml")} == {
        ("toml/bad.toml", "type"),
        ("toml/half.toml", "unreadable"),
    }


def test_a_schema_that_the_base_s_data_no_longer_fits_is_a_finding_though_the_data_was_changed_along(run: Run) -> None:
    (finding,) = run.findings("narrow")
    assert (finding["rule"], finding["level"], finding["state"]) == ("schema-narrowed", "error", "new")
    assert finding["path"] == "schemas/narrow.json"
    assert "narrow/a.json of the base, at /id: 'id' is a required property" in finding["message"]
    assert run.check("narrow")["status"] == "failed"
    assert [f["state"] for f in run.findings("wide")] == ["fixed"]


def test_an_element_put_before_a_bad_one_does_not_make_it_new(run: Run) -> None:
    (finding,) = run.findings("inserted")
    assert (finding["state"], finding["message"].partition(":")[0]) == ("existing", "/2/id")


def test_a_schema_beside_is_followed(run: Run) -> None:
    assert run.check("beside")["status"] == "passed"


NO_RESULT = {
    "badschema": ("crashed", "the schema cannot be used at /type", "schemas/bad.json"),
    "halfschema": ("crashed", "the schema cannot be used: schemas/half.json cannot be read", "schemas/half.json"),
    "remote": ("crashed", "is none of the tree's files, and nothing is fetched", "schemas/remote.json"),
    "outside": ("crashed", "'../../order.json' cannot be followed: it leaves the tree", "schemas/outside.json"),
    "linked": ("crashed", "'link.json' cannot be followed", "schemas/linked.json"),
    "noschema": ("nothingExamined", "there is no schema 'schemas/nothing.json'", "setting schema"),
    "nomatch": ("nothingExamined", "matches the patterns", "setting instances"),
    "link": ("nothingExamined", "matches the patterns", "setting instances"),
}


@pytest.mark.parametrize("check", NO_RESULT)
def test_what_cannot_be_examined_has_no_result(run: Run, check: str) -> None:
    how, what, where = NO_RESULT[check]
    evidence = run.evidence(check)
    assert evidence["ended"] == how
    assert what in evidence["problem"]["what"]
    assert where in evidence["problem"]["where"]
    assert run.check(check)["status"] == "error"
    assert run.check(check)["findings"] == {"new": None, "existing": None, "fixed": None}
    assert f"| `{check}` | **error** | not known | not known | not known |" in run.summary
    assert f"{check} gave no result" in run.repair


def test_a_reference_within_the_schema_is_followed(run: Run) -> None:
    assert [(f["rule"], f["state"]) for f in run.findings("inner")] == [("required", "existing")]
    assert run.check("inner")["status"] == "passed"


def test_the_verdict_is_an_error(run: Run) -> None:
    assert (run.code, run.verdict["outcome"]) == (4, "error")
    assert {r["source"] for r in run.verdict["reasons"] if r["outcome"] == "error"} == {f"check {c}" for c in NO_RESULT}


@pytest.fixture(scope="module")
def schema_broken_by_the_change(tmp_path_factory: pytest.TempPathFactory) -> Run:
    contract = "version: 1\nchecks: {data: {use: jsonschema, with: {schema: s.json, instances: '*.data.json'}}}\n"
    base = {"lineclear.yaml": contract, "s.json": '{"required": ["id"]}', "a.data.json": "{}"}
    folder = tmp_path_factory.mktemp("broken") / "project"
    return verify(changed_repo(folder, base=base, change={"s.json": '{"required": "id"}'}))


def test_a_schema_that_the_change_breaks_is_an_error_and_fixes_nothing(schema_broken_by_the_change: Run) -> None:
    assert_no_result(schema_broken_by_the_change, "data", "crashed")
