"""jsonschema: the program that validates, its report, and what is no reading."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
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
from lineclear.model.words import Ended

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
    assert how({"schemaError": {"pointer": "/type", "message": "no"}, "instances": []}) is Ended.CRASHED
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
        "tabs.json": [("/id", "type", None)],
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
        {"$ref": "other.json"},
        {"$ref": "#/$defs/none"},
        {"type": 7},
        [],
    ],
)
def test_a_schema_that_is_none_or_leaves_its_file_is_refused(schema: object, validate: Validate) -> None:
    found = validate(schema, {"a.json": "{}", "other.json": "{}"})
    assert found["schemaError"]["message"]
    assert found["instances"] == []


def test_the_list_of_errors_has_an_end_and_the_count_has_none(validate: Validate) -> None:
    many = json.dumps([0] * 700)
    (item,) = validate({"items": {"type": "string"}}, {"a.json": many})["instances"]
    assert (len(item["errors"]), item["count"]) == (500, 700)
