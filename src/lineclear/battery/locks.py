"""Reads the hash-locked requirements that a tool is installed from."""

from __future__ import annotations

import re
from pathlib import Path

from lineclear import __version__
from lineclear.errors import EngineError
from lineclear.model.base import sha256
from lineclear.model.definition import CheckDefinition
from lineclear.model.evidence import Tool

__all__ = ["locked_tool", "tool_of_lock"]


def locked_tool(definition: CheckDefinition, checks: Path) -> Tool:
    """Return the tool of a check as its lock pins it.

    A tool from the project's environment or from the runner has no version and no lock of ours; Lineclear itself has
    its version.
    The version comes from the lock, because asking a tool can take longer than running it.
    """
    if definition.tool.environment == "lineclear":
        return Tool(name=definition.tool.name, version=__version__, lock_digest=None)
    if definition.tool.environment == "project" or definition.tool.requirements is None:
        return Tool(name=definition.tool.name, version=None, lock_digest=None)
    path = checks / definition.tool.requirements
    try:
        text = path.read_bytes()
    except OSError as exc:
        raise EngineError(
            f"the locked requirements of {definition.tool.name} cannot be read: {exc.strerror}",
            where=f"checks/{definition.tool.requirements}",
            todo="Install Lineclear again; its check definitions are not complete.",
        ) from exc
    return tool_of_lock(definition.tool.name, text)


def tool_of_lock(name: str, lock: bytes) -> Tool:
    """Return a tool as the text of a lock pins it."""
    found = re.search(rf"^{re.escape(name)}==(\S+)", lock.decode("utf-8", "replace"), re.MULTILINE)
    return Tool(name=name, version=found.group(1) if found is not None else None, lock_digest=sha256(lock))
