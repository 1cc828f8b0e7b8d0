"""Reads, out of files that configure much else, what configures the test runner and coverage."""

from __future__ import annotations

import configparser
import tomllib

__all__ = ["configures_alike", "runner_configuration"]

_PYTEST = ("pytest", "tool:pytest")
_COVERAGE = ("coverage", "coverage:")


def configures_alike(name: str, one: bytes | None, other: bytes | None, *, coverage: bool = True) -> bool:
    """Say whether two versions of a file configure the runner alike; one that is not there configures nothing.

    Where one cannot be parsed, only equal bytes are alike. ``coverage`` says whether what is said of it counts.
    """
    if one == other:
        return True
    try:
        one_says, other_says = (runner_configuration(name, content, coverage=coverage) for content in (one, other))
        return one_says == other_says
    except (ValueError, configparser.Error, RecursionError):
        return False


def runner_configuration(name: str, content: bytes | None, *, coverage: bool = True) -> object:
    """Return what a file says of pytest and coverage, as plain values; nothing where it says nothing.

    Raises ValueError (or configparser.Error) for a file that is no TOML, or no INI.
    """
    wanted = (*_PYTEST, *_COVERAGE) if coverage else _PYTEST
    text = (content or b"").decode("utf-8-sig")
    if name.endswith(".toml"):
        tool = tomllib.loads(text).get("tool", {})
        tables = tool if isinstance(tool, dict) else {}
        return {key: tables[key] for key in wanted if key in tables}
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # letter case counts in pytest's names
    parser.read_string(text)
    kept = [section for section in parser.sections() if section.startswith(wanted)]
    return {section: dict(parser.items(section)) for section in kept}
