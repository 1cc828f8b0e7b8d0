"""Says where the programs of a check come from, as its definition and the contract's settings have it together."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Literal

from pydantic import JsonValue

from lineclear.model.definition import CheckDefinition
from lineclear.model.evidence import Tool

__all__ = ["named", "origin", "words"]

Settings = Mapping[str, JsonValue]


def origin(definition: CheckDefinition, settings: Settings) -> Literal["own", "project", "runner", "lineclear"]:
    """Return where the tool comes from; instead of the runner, the setting ``environment`` may name the project."""
    source = definition.tool.environment
    return "project" if source == "runner" and settings.get("environment") == "project" else source


def named(definition: CheckDefinition, settings: Settings, tool: Tool) -> Tool:
    """Return the tool under the name of the program that the contract states, where the definition leaves it open."""
    if definition.tool.environment != "runner" or tool.lock_digest is not None or settings.get("from"):
        return tool
    try:
        argv = words(settings.get("run"))
    except ValueError:
        argv = ()
    name = PurePosixPath(argv[0]).name if argv else ""
    return tool.model_copy(update={"name": name}) if name else tool


def words(run: JsonValue) -> tuple[str, ...]:
    """Return a command's words: one text is split as a shell would, without being a shell; a list is taken as it is.

    Raises ValueError where a quote is not closed.
    """
    listed = [str(word) for word in run] if isinstance(run, list) else [] if run is None else [str(run)]
    return tuple(shlex.split(listed[0])) if len(listed) == 1 else tuple(listed)
