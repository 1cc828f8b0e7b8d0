"""jsonschema: the program that validates, its report, and what is no reading."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from battery_factory import bench, data, finished, report
from hypothesis import given, settings
from hypothesis import strategies as st

from lineclear.battery import programs
from lineclear.battery.adapter import Reading, RunProblem
from lineclear.battery.adapters import ADAPTERS
from lineclear.battery.programs.validate_instances import main
from lineclear.model.words import Ended, TreeName

PROGRAM = Path(programs.__file__).parent / "validate_instances.py"
ADAPTER = ADAPTERS["jsonschema"]
Validate = Callable[[object, Mapping[str, str | bytes]], dict[str, Any]]
INSTANCES = ["data/bad.json", "data/good.json", "data/low.yaml", "data/torn.json"]
FILES = dict.fromkeys([*INSTANCES, "order.json"], "")

ORDER: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["id", "total"],
    "properties": {
        "id": {"type": "string"},
        "total": {"type": "integer"},
        "when": {"type": "string", "format": "date-time"},
        "lines": {"type": "array", "items": {"type": "object", "required": ["sku"]}},
    },
    "patternProperties": {"^x-": True},
    "additionalProperties": False,
}


def read(content: bytes | dict[str, Any], exit_code: int = 0) -> Reading:
    return ADAPTER.read(finished(exit_code, instances_json=content), bench("jsonschema", FILES))


def how(content: bytes | dict[str, Any], exit_code: int = 0) -> Ended:
    """Return how a run ended that is no result."""
    with pytest.raises(RunProblem) as caught:
        read(content, exit_code)
    return caught.value.ended


def test_a_real_report_is_read() -> None:
    reading = read(data("jsonschema/instances.json"))
    assert [(finding.path, finding.rule, finding.line) for finding in reading.findings] == [
        ("data/bad.json", "additionalProperties", 4),
        ("data/bad.json", "type", 2),
        ("data/bad.json", "additionalProperties", 5),
        ("data/bad.json", "required", 1),
        ("data/bad.json", "format", 3),
        ("data/low.yaml", "minimum", 2),
        ("data/torn.json", "unreadable", None),
    ]
    assert len({finding.key for finding in reading.findings}) == 7
    assert reading.measures == {"instancesExamined": 4, "instancesInvalid": 3}
    assert reading.examined == frozenset(FILES)


def test_values_are_no_part_of_the_key() -> None:
    other = data("jsonschema/instances.json").replace(b"7 is not", b"8 is not")
    keys = [[finding.key for finding in read(text).findings] for text in (other, data("jsonschema/instances.json"))]
    assert keys[0] == keys[1]


def test_more_errors_than_are_listed_are_a_finding_that_counts() -> None:
    keys = set()
    for count in (6, 7):
        changed = report("jsonschema/instances.json")
        changed["instances"][0]["count"] = count
        last = [finding for finding in read(changed).findings if finding.path == "data/bad.json"][-1]
        assert (last.rule, last.message) == ("more-errors", f"{count} errors, of which the first 5 are listed")
        keys.add(last.key)
    assert len(keys) == 2


BAD: list[Callable[[dict[str, Any]], object]] = [
    lambda value: value.pop("instances"),
    lambda value: value.pop("schemaError"),
    lambda value: value["instances"].pop(),
    lambda value: value["instances"].append(value["instances"][0]),
    lambda value: value["instances"].reverse(),
    lambda value: value["instances"][0].pop("count"),
    lambda value: value["instances"][0].update(count=4),
    lambda value: value["instances"][0].update(errors=[]),
    lambda value: value["instances"][1].update(count=1),
    lambda value: value["instances"][0].update(unreadable="no"),
    lambda value: value["instances"][0].update(more=1),
    lambda value: value["instances"][0]["errors"][0].update(line=0),
    lambda value: value["instances"][0]["errors"][0].update(keyword=""),
    lambda value: value.update(schemaError={"pointer": "", "message": "no"}),
    lambda value: value.update(instances={}),
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_an_unknown_shape_is_a_bad_report(number: int) -> None:
    changed = report("jsonschema/instances.json")
    BAD[number](changed)
    assert how(changed) is Ended.BAD_REPORT


@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_report_that_was_cut_anywhere_is_a_bad_report(share: float) -> None:
    whole = data("jsonschema/instances.json").rstrip()
    assert how(whole[: int(len(whole) * share)]) is Ended.BAD_REPORT


def test_a_schema_that_cannot_be_used_and_a_validator_that_fell_over_are_no_result() -> None:
    assert (
        how({"schemaError": {"pointer": "/type", "message": "no"}, "instances": [], "narrowed": None}) is Ended.CRASHED
    )
    assert how(data("jsonschema/instances.json"), 1) is Ended.CRASHED


@pytest.mark.parametrize(
    ("files", "given_settings"),
    [({"data/a.json": ""}, {}), ({"order.json": ""}, {}), ({"order.json": ""}, {"instances": ["*.json"]})],
)
def test_without_a_schema_or_an_instance_nothing_is_examined(
    files: dict[str, str], given_settings: dict[str, Any]
) -> None:
    with pytest.raises(RunProblem) as caught:
        ADAPTER.prepare(bench("jsonschema", files, **given_settings))
    assert caught.value.ended is Ended.NOTHING_EXAMINED


def written(folder: Path, schema: object, instances: Mapping[str, str | bytes]) -> Path:
    """Write a schema, some instances, and the list of them."""
    content: dict[str, str | bytes] = {"schema.json": json.dumps(schema), **instances}
    for name, text in content.items():
        (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    (folder / "list").write_text(json.dumps([[name, name] for name in instances]))
    return folder


@pytest.fixture
def validate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Validate:
    """Return what runs the program on a schema and some instances, in this process, and gives its report."""

    def run(schema: object, instances: Mapping[str, str | bytes]) -> dict[str, Any]:
        monkeypatch.chdir(written(tmp_path, schema, instances))
        assert main(["schema.json", "list", "report"]) == 0
        value = json.loads((tmp_path / "report").read_text())
        assert isinstance(value, dict)
        return value

    return run


def test_the_program_runs_isolated_and_by_its_path(tmp_path: Path) -> None:
    written(tmp_path, ORDER, {"a.json": '{"id": 1}', "yaml.py": "raise SystemExit(9)"})
    (tmp_path / "list").write_text('[["a.json", "a.json"]]')
    done = subprocess.run(
        [sys.executable, "-I", PROGRAM, "schema.json", "list", "report"], cwd=tmp_path, timeout=60, check=False
    )
    assert done.returncode == 0
    assert json.loads((tmp_path / "report").read_text())["instances"][0]["count"] == 2


def test_instances_are_validated_in_every_format(validate: Validate) -> None:
    found = validate(
        ORDER,
        {
            "good.json": '{"id": "a", "total": 1, "when": "2026-01-01T00:00:00Z", "x-note": 1}',
            "good.yaml": "id: a\ntotal: 1\nwhen: 2026-01-01T00:00:00Z\n",
            "good.toml": 'id = "a"\ntotal = 1\nwhen = 2026-01-01T00:00:00Z\n',
            "tabs.json": '{\n\t"id": 1,\n\t"total": 1\n}',
            "bad.json": (
                '{\n  "id": 1,\n  "lines": [\n    {},\n    {"sku": 1}\n  ],\n'
                '  "when": "x",\n  "a/b": 1,\n  "more": 2\n}'
            ),
            "bad.toml": 'id = 1\ntotal = "1"\n',
        },
    )
    errors = {
        item["path"]: [(error["pointer"], error["keyword"], error["line"]) for error in item["errors"]]
        for item in found["instances"]
    }
    assert found["schemaError"] is None
    assert errors == {
        "good.json": [],
        "good.yaml": [],
        "good.toml": [],
        "tabs.json": [("/id", "type", 2)],
        "bad.json": [
            ("/a~1b", "additionalProperties", 8),
            ("/id", "type", 2),
            ("/lines/0/sku", "required", 4),
            ("/more", "additionalProperties", 9),
            ("/total", "required", 1),
            ("/when", "format", 7),
        ],
        "bad.toml": [("/id", "type", None), ("/total", "type", None)],
    }


def test_one_missing_or_surplus_property_does_not_hide_another(validate: Validate) -> None:
    texts = {"a.json": '{"total": 1, "one": 1}', "b.json": '{"id": "a", "two": 1}'}
    found = validate(ORDER, texts)["instances"]
    pointers = [[error["pointer"] for error in item["errors"]] for item in found]
    assert pointers == [["/id", "/one"], ["/total", "/two"]]


def test_what_cannot_be_read_is_said_of_each_instance(validate: Validate) -> None:
    found = validate(
        ORDER,
        {
            "torn.json": "{",
            "empty.json": "",
            "nan.json": '{"total": NaN}',
            "latin.json": b'{"id": "\xe9"}',
            "mark.json": b'\xef\xbb\xbf{"id": "a"}',
            "deep.json": "[" * 100_000,
            "two.yaml": "a: 1\n---\nb: 2\n",
            "tag.yaml": "!!python/object/apply:os.system ['true']\n",
            "torn.toml": "a = \n",
            "good.json": '{"id": "a", "total": 1}',
        },
    )
    assert {item["path"] for item in found["instances"] if item["unreadable"] is None} == {"good.json"}
    assert all(item["errors"] == [] and item["count"] == 0 for item in found["instances"])


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "objct"},
        {"$ref": "https://example.org/schema.json"},
        {"$ref": "none.json"},
        {"$ref": "../schema.json"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": "other.json#/$defs/none"},
        {"$ref": "other.json#none"},
        {"$ref": "bad.json"},
        {"properties": {"unused": {"$ref": "https://example.org/schema.json"}}},
        {"$id": "https://example.org/a/schema.json", "$ref": "../other.json"},
        {"$ref": "#/$defs/none"},
        {"type": 7},
        [],
    ],
)
def test_a_schema_that_is_none_or_leaves_its_file_is_refused(schema: object, validate: Validate) -> None:
    found = validate(schema, {"a.json": "{}", "other.json": "{}", "bad.json": '{"type": "objct"}'})
    assert found["schemaError"]["message"]
    assert (found["instances"], found["narrowed"]) == ([], None)


def test_the_list_of_errors_has_an_end_and_the_count_has_none(validate: Validate) -> None:
    many = json.dumps([0] * 700)
    (item,) = validate({"items": {"type": "string"}}, {"a.json": many})["instances"]
    assert (len(item["errors"]), item["count"]) == (500, 700)


REFERENCES: dict[str, tuple[object, dict[str, str]]] = {
    "beside": ({"$ref": "part.json"}, {"part.json": '{"required": ["id"]}'}),
    "yaml": ({"$ref": "part.yaml#/$defs/a"}, {"part.yaml": "$defs: {a: {required: [id]}}"}),
    "anchor": ({"$ref": "part.json#here"}, {"part.json": '{"$defs": {"a": {"$anchor": "here", "required": ["id"]}}}'}),
    "chain": (
        {"$ref": "one.json"},
        {
            "one.json": '{"allOf": [{"$ref": "two.json#/$defs/a"}]}',
            "two.json": '{"$defs": {"a": {"required": ["id"]}}}',
        },
    ),
    "id of another": (
        {"$ref": "https://example.org/part"},
        {"part.json": '{"$id": "https://example.org/part", "required": ["id"]}'},
    ),
    "beside by id": (
        {"$id": "https://example.org/schemas/schema.json", "$ref": "part.json"},
        {"part.json": '{"required": ["id"]}'},
    ),
    "id within": (
        {"$id": "https://example.org/a", "$ref": "b", "$defs": {"b": {"$id": "b", "required": ["id"]}}},
        {},
    ),
    "draft 7": (
        {"$schema": "http://json-schema.org/draft-07/schema#", "allOf": [{"$ref": "part.json#/definitions/a"}]},
        {"part.json": '{"definitions": {"a": {"required": ["id"]}}}'},
    ),
    "cycle": (
        {"$ref": "tree.json"},
        {"tree.json": '{"required": ["id"], "properties": {"child": {"$ref": "schema.json"}}}'},
    ),
}


@pytest.mark.parametrize("name", REFERENCES)
def test_references_lead_to_other_files_of_the_tree(name: str, validate: Validate) -> None:
    schema, files = REFERENCES[name]
    found = validate(schema, {"a.json": '{"id": 1}', "b.json": '{"child": {}}', **files})
    assert found["schemaError"] is None
    errors = {item["path"]: [error["keyword"] for error in item["errors"]] for item in found["instances"]}
    assert errors["a.json"] == []
    assert set(errors["b.json"]) == {"required"}


def test_the_metaschema_may_be_referred_to(validate: Validate) -> None:
    schema = {"$ref": "https://json-schema.org/draft/2020-12/schema"}
    found = validate(schema, {"a.json": '{"type": "object"}', "b.json": '{"type": 1}'})
    assert [item["count"] > 0 for item in found["instances"]] == [False, True]


def test_a_schema_that_refers_to_itself_without_end_refuses_every_instance(validate: Validate) -> None:
    found = validate({"$ref": "other.json"}, {"a.json": "{}", "other.json": '{"$ref": "schema.json"}'})
    assert "without end" in found["instances"][0]["unreadable"]


def test_a_link_is_not_followed(tmp_path: Path, validate: Validate) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "part.json").write_text("{}")
    (tmp_path / "part.json").symlink_to(outside / "part.json")
    (tmp_path / "folder").symlink_to(outside)
    for reference in ("part.json", "folder/part.json"):
        found = validate({"$ref": reference}, {"a.json": "{}"})
        assert "reached through a link" in found["schemaError"]["message"]


HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "huge.json": ('{"id": 1e999}', "too large a number"),
    "digits.json": ("9" * 5_000, "integer string conversion"),
    "nan.yaml": ("id: .nan\n", "no JSON number"),
    "infinite.toml": ("id = inf\n", "no JSON number"),
    "mark.json": (b"\xef\xbb\xbf{}", "byte order mark"),
    "bomb.yaml": (
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)),
        "aliases stand for too much",
    ),
    "itself.yaml": ("&a [*a]\n", "holds itself"),
    "latin.yaml": (b"id: \xe9\n", "utf-8"),
    "deep.json": ("[" * 100_000, "nested too deeply"),
    "deep.yaml": ("[" * 5_000, "cannot be read"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_data_is_refused_with_a_reason(name: str, validate: Validate) -> None:
    text, reason = HOSTILE[name]
    (item,) = validate({}, {name: text})["instances"]
    assert reason in (item["unreadable"] or ""), item


def test_data_that_is_too_large_is_refused_before_it_is_read(validate: Validate) -> None:
    (item,) = validate({}, {"a.json": b'["' + b"x" * 50_000_000 + b'"]'})["instances"]
    assert "more than 32 MB" in item["unreadable"]


def test_a_number_that_the_schema_cannot_divide_is_said(validate: Validate) -> None:
    (item,) = validate({"multipleOf": 0.1}, {"a.json": "9" * 400})["instances"]
    assert item["unreadable"] is not None or item["count"] > 0


def test_a_key_that_is_there_twice_is_found_and_the_rest_is_validated(validate: Validate) -> None:
    texts = {"a.json": '{"id": "a", "id": 1, "total": 1}', "b.yaml": "id: a\nid: b\ntotal: 1\n", "c.json": "{}"}
    found = {item["path"]: item["errors"] for item in validate(ORDER, texts)["instances"]}
    assert [error["keyword"] for error in found["a.json"]] == ["duplicate-key", "type"]
    assert [error["message"] for error in found["b.yaml"]] == ["the key 'id' is there twice in one object"]


def test_line_ends_and_merge_keys_are_no_errors(validate: Validate) -> None:
    texts = {
        "crlf.json": '{\r\n"id": "a",\r\n"total": 1\r\n}\r\n',
        "crlf.yaml": "id: a\r\ntotal: 1\r\n",
        "mark.yaml": "\ufeffid: a\ntotal: 1\n",
        "merge.yaml": "x-a: &a {id: a}\nx-b:\n  <<: *a\n  <<: {total: 2}\nid: a\ntotal: 1\n",
    }
    assert [(item["count"], item["unreadable"]) for item in validate(ORDER, texts)["instances"]] == [(0, None)] * 4


def test_names_of_any_bytes_are_read(validate: Validate) -> None:
    name = b"\xff \"'\n.json".decode("utf-8", "surrogateescape")
    (item,) = validate({"type": "array"}, {name: "{}"})["instances"]
    assert (item["path"], item["count"]) == (name, 1)


def test_an_element_of_an_array_is_known_by_its_value(validate: Validate) -> None:
    schema = {"properties": {"items": {"items": {"type": "integer"}}}}
    one, two = validate(schema, {"a.json": '{"items": ["x"]}', "b.json": '{"items": [1, "y", "x", "x"]}'})["instances"]
    (x,) = one["errors"]
    assert x["pointer"] == "/items/0"
    assert [error["value"] == x["value"] for error in two["errors"]] == [False, True, True]

    def keys(item: dict[str, Any]) -> list[str]:
        whole = {"schemaError": None, "instances": [{**item, "path": "data/a"}], "narrowed": None}
        content = finished(0, instances_json=whole)
        files = dict.fromkeys(["data/a", "order.json"], "")
        return [finding.key for finding in ADAPTER.read(content, bench("jsonschema", files)).findings]

    (before,) = keys(one)
    assert [key == before for key in keys(two)] == [False, True, True]


def narrowed(tmp_path: Path, old: object, new: object, data: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what the program says of the base's data under a new schema."""
    (tmp_path / "base").mkdir()
    written(tmp_path / "base", old, data)
    (tmp_path / "base" / "list").write_text(json.dumps(list(data)))
    written(tmp_path, new, {"a.json": "{}"})
    monkeypatch.chdir(tmp_path)
    assert main(["schema.json", "list", "report", str(tmp_path / "base"), "base/list"]) == 0
    return json.loads((tmp_path / "report").read_text())["narrowed"]


def test_data_of_the_base_that_no_longer_fits_is_told_once_for_each_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = {"type": "object", "properties": {"id": {"type": "integer"}, "note": {"type": "string"}}}
    stricter = {**item, "required": ["note"]}
    data = {"1.json": '[{"id": 1}, {"id": 2, "note": 3}]', "2.json": '[{"id": "x"}]', "3.json": "torn"}
    found = narrowed(tmp_path, {"items": item}, {"items": stricter}, data, monkeypatch)
    assert [(entry["place"], entry["path"], entry["pointer"], entry["count"]) for entry in found] == [
        ("/*/note", "1.json", "/0/note", 2)
    ]


@pytest.mark.parametrize("old", [{"type": "objct"}, {"$ref": "none.json"}, {"required": ["id"]}])
def test_a_schema_of_the_base_that_promised_nothing_is_not_narrowed(
    old: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert narrowed(tmp_path, old, {"required": ["id"]}, {"1.json": "{}"}, monkeypatch) == []


def test_narrowing_is_looked_for_where_the_schema_is_touched(tmp_path: Path) -> None:
    (tmp_path / "order.json").write_text("{}")
    files = {"order.json": "{}", "data/a.json": ""}

    def base(changed: list[str], **given: Any) -> bool:
        made = replace(
            bench("jsonschema", {**files, **given.pop("files", {})}, changed=changed, **given), base_tree=tmp_path
        )
        return "base.json" in ADAPTER.prepare(made).inputs

    assert base(["order.json"])
    assert not base(["data/a.json"])
    assert not base(["order.json"], compatibility="none")
    assert not base(["order.json"], tree_name=TreeName.BASE)
    assert base(["part.yaml"], files={"order.json": '{"$ref": "part.yaml"}'})
    assert not base(["data/a.json"], files={"order.json": '{"$ref": "part.yaml"}'})
