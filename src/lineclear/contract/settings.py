"""The settings of checks: their values with defaults, their types, and which of two values is the stricter one."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from lineclear.contract.near import advise
from lineclear.model.definition import CheckDefinition, Setting

__all__ = ["at_least_as_strict", "mistake", "resolve", "stricter_advice"]

_TYPES = {
    "string": "a text",
    "strings": "a list of texts",
    "integer": "a whole number",
    "integers": "a list of whole numbers",
    "boolean": "true or false",
    "choice": "a text",
}


def resolve(stated: Mapping[str, JsonValue], definition: CheckDefinition) -> dict[str, JsonValue]:
    """Return the value of every setting that a definition has: what is stated, else its default, in order of name."""
    return {
        name: _plain(setting, stated[name] if stated.get(name) is not None else setting.default)
        for name, setting in sorted(definition.settings.items())
    }


def _plain(setting: Setting, value: JsonValue) -> JsonValue:
    """One value is as good as a list of one, where a list is meant."""
    one = {"strings": str, "integers": int}.get(setting.type)
    return [value] if one is not None and isinstance(value, one) and not isinstance(value, bool) else value


def mistake(setting: Setting, value: JsonValue) -> tuple[str, str] | None:
    """Return what is wrong with a value, and what to do about it. Null is right: it stands for unstated."""
    match setting.type, value:
        case _, None:
            return None
        case "choice", str():
            if value in setting.choices:
                return None
            return f"{value!r} is not one of the choices", advise(value, setting.choices, label="choices")
        case ("string", str()) | ("boolean", bool()):
            return None
        case "integer", int() if not isinstance(value, bool):
            return None
        case "strings", list() if all(isinstance(item, str) for item in value):
            return None
        case "integers", list() if all(isinstance(item, int) and not isinstance(item, bool) for item in value):
            return None
    return f"{value!r} is not {_TYPES[setting.type]}", f"write {_TYPES[setting.type]}: {setting.help}"


def at_least_as_strict(setting: Setting, before: JsonValue, after: JsonValue) -> bool:
    """Say whether a value may stand where an enforced one stood. Null is a value left open: any may stand there."""
    if setting.direction == "free" or before is None or before == after:
        return True
    if after is None or setting.direction == "fixed":
        return False
    if setting.direction in ("grow", "shrink"):
        if not isinstance(before, list) or not isinstance(after, list):
            return False
        small, large = (before, after) if setting.direction == "grow" else (after, before)
        return all(item in large for item in small)
    lower, higher = (after, before) if setting.direction == "lower" else (before, after)
    return _rank(setting, lower) <= _rank(setting, higher)


def _rank(setting: Setting, value: JsonValue) -> int:
    """Return the place of a value in the order of its type: numbers, false before true, choices as they are listed."""
    if setting.type == "choice":
        return setting.choices.index(str(value))
    if isinstance(value, int):
        return int(value)
    raise ValueError(f"{value!r} has no order")


def stricter_advice(setting: Setting, before: JsonValue) -> str:
    """Return what a value has to be, to stand where an enforced one stood."""
    match setting.direction:
        case "grow":
            return f"keep all of {before!r}; entries may be added"
        case "shrink":
            return f"keep to {before!r}; entries may be removed"
        case "lower" | "higher" as direction:
            return f"write {before!r}, or what is {direction}"
        case _:
            return f"write {before!r}"
