"""Where two JSON values differ, in words."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from lineclear.model.base import compact_json

__all__ = ["differences"]

_SHOWN = 80


def differences(expected: JsonValue, found: JsonValue, at: str = "") -> Iterator[str]:
    """Yield each place where ``found`` is not ``expected``, with both values; nothing when they are the same JSON."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in sorted(expected.keys() | found.keys()):
            place = f"{at}.{key}" if at else key
            if key not in found:
                yield f"{place} is missing; it should be {_short(expected[key])}"
            elif key not in expected:
                yield f"{place} should not be there; it is {_short(found[key])}"
            else:
                yield from differences(expected[key], found[key], place)
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for number, (left, right) in enumerate(zip(expected, found, strict=True)):
            yield from differences(left, right, f"{at}[{number}]")
    elif compact_json(expected) != compact_json(found):
        yield f"{at or 'the whole'} is {_short(found)}; it should be {_short(expected)}"


def _short(value: JsonValue) -> str:
    text = compact_json(value).decode()
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
