"""The published JSON Schemas, generated from the models so that they cannot say anything else."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from lineclear.model.base import Model, canonical_json
from lineclear.model.change import Change
from lineclear.model.contract import ContractFile, EffectiveContract
from lineclear.model.definition import CheckDefinition
from lineclear.model.evidence import Evidence
from lineclear.model.explanation import ExplainedContract
from lineclear.model.machine import MachineReport
from lineclear.model.plan import Plan
from lineclear.model.verdict import Verdict

__all__ = ["SCHEMAS", "schema", "write_schemas"]

#: The published schemas: name, model, and whether people write such files or Lineclear does.
SCHEMAS: dict[str, tuple[type[Model], Literal["validation", "serialization"]]] = {
    "change": (Change, "serialization"),
    "check-definition": (CheckDefinition, "validation"),
    "contract": (ContractFile, "validation"),
    "effective-contract": (EffectiveContract, "serialization"),
    "evidence": (Evidence, "serialization"),
    "explained-contract": (ExplainedContract, "serialization"),
    "machine-report": (MachineReport, "serialization"),
    "plan": (Plan, "serialization"),
    "verdict": (Verdict, "serialization"),
}

_VERSION = 1


def schema(name: str) -> dict[str, Any]:
    """Return one published schema, of JSON Schema 2020-12. In files that Lineclear writes, every key is there."""
    model, mode = SCHEMAS[name]
    body = model.model_json_schema(by_alias=True, mode=mode)
    for part in (body, *body.get("$defs", {}).values()):
        if mode == "serialization" and "properties" in part:
            part["required"] = sorted(part["properties"])
        for value in part.get("properties", {}).values():
            if "patternProperties" in value:
                value["additionalProperties"] = False  # the model refuses a key of another form, so the schema must
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:lineclear:{name}:{_VERSION}",
        **body,
    }


def write_schemas(folder: Path) -> list[Path]:
    """Write every schema into a folder as ``<name>.schema.json``, and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in SCHEMAS:
        path = folder / f"{name}.schema.json"
        path.write_bytes(canonical_json(schema(name)))
        written.append(path)
    return written
