"""Validates instances against one JSON Schema and writes a JSON report. Runs in the tool's own environment.

Started as ``python -I validate_instances.py SCHEMA INSTANCE_LIST REPORT`` in the tree. INSTANCE_LIST is a JSON file
with pairs: the name of an instance in the report, and its relative path. Needs jsonschema, its format checkers, and
PyYAML. Nothing is fetched: a reference that leaves the schema file is refused.

The report: ``{"schemaError": {…} | null, "instances": [{"path", "unreadable", "errors": [{…}], "count"}]}``. Every
missing and every surplus property is an error of its own, so that one cannot hide behind another.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

_MAX_ERRORS = 500


class _Refused(Exception):
    """A document that cannot be read as JSON, YAML or TOML."""


def main(argv: list[str]) -> int:
    """Write the report; the exit code is 0 whenever it is whole."""
    schema_path, list_path, report_path = argv
    report = _validate(schema_path, json.loads(Path(list_path).read_text("utf-8")))
    Path(report_path).write_text(json.dumps(report), "utf-8")
    return 0


def _validate(schema_path: str, instances: list[tuple[str, str]]) -> dict[str, Any]:
    try:
        schema, _ = _load(schema_path, schema_path)
        cls: Any = validator_for(schema, default=Draft202012Validator)
        cls.check_schema(schema, format_checker=cls.FORMAT_CHECKER)
        validator = cls(schema, format_checker=cls.FORMAT_CHECKER, registry=Registry())
    except _Refused as exc:
        return {"schemaError": {"pointer": "", "message": str(exc)}, "instances": []}
    except SchemaError as exc:
        return {"schemaError": {"pointer": _pointer(exc.absolute_path), "message": exc.message[:400]}, "instances": []}
    results = []
    for name, path in instances:
        try:
            results.append(_instance(validator, name, path))
        except Unresolvable as exc:
            message = f"the reference {exc.ref!r} leaves the schema file, and nothing is fetched"
            return {"schemaError": {"pointer": "", "message": message}, "instances": []}
    return {"schemaError": None, "instances": results}


def _instance(validator: Any, name: str, path: str) -> dict[str, Any]:
    try:
        document, lines = _load(path, name)
    except _Refused as exc:
        return {"path": name, "unreadable": str(exc), "errors": [], "count": 0}
    found = [place for error in validator.iter_errors(document) for place in _places(error)]
    found.sort(key=lambda place: (place[0], place[1], place[2]))
    return {
        "path": name,
        "unreadable": None,
        "errors": [
            {
                "pointer": pointer,
                "keyword": keyword,
                "message": message[:400],
                "line": _line(lines, place),
            }
            for pointer, keyword, message, place in found[:_MAX_ERRORS]
        ],
        "count": len(found),
    }


def _places(error: ValidationError) -> Iterator[tuple[str, str, str, list[Any]]]:
    """Yield pointer, keyword, message and path; a message about several properties is told apart by property."""
    path, keyword = list(error.absolute_path), str(error.validator)
    if keyword == "required" and isinstance(error.validator_value, list):
        # jsonschema gives one error for each missing property, and names it in the message only
        missing = [name for name in error.validator_value if error.message.startswith(f"{name!r} is ")]
        yield _pointer([*path, *missing[:1]]), keyword, error.message, path
    elif keyword == "additionalProperties" and error.validator_value is False:
        for name in _surplus(error):
            yield _pointer([*path, name]), keyword, f"{name!r} is not allowed here", [*path, name]
    else:
        yield _pointer(path), keyword, error.message, path


def _surplus(error: ValidationError) -> list[str]:
    schema: Any = error.schema
    instance: Any = error.instance
    patterns = schema.get("patternProperties", {})
    known = schema.get("properties", {})
    return [
        name
        for name in sorted(instance)
        if name not in known and not any(re.search(pattern, name) for pattern in patterns)
    ]


def _load(path: str, name: str) -> tuple[Any, yaml.Node | None]:
    """Return the document, and its YAML nodes for line numbers where the format has them (JSON is read as YAML)."""
    try:
        text = Path(path).read_bytes().decode("utf-8")
        if path.endswith(".toml"):
            return _plain(tomllib.loads(text)), None
        if path.endswith((".yaml", ".yml")):
            return _plain(yaml.safe_load(text)), yaml.compose(text, Loader=yaml.SafeLoader)
        document = json.loads(text, parse_constant=_no_constant)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as exc:
        raise _Refused(f"{name} cannot be read: {' '.join(str(exc).split())[:300]}") from exc
    try:
        return document, yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        return document, None  # JSON that is no YAML, such as one indented with tabs: only the line is lost


def _plain(value: Any) -> Any:
    """Turn the dates of YAML and TOML into the strings that a JSON Schema can speak of."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _pointer(path: Iterable[Any]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _line(node: yaml.Node | None, path: list[Any]) -> int | None:
    for part in path:
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == str(part)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            return None
    return None if node is None else int(node.start_mark.line) + 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
