"""What a repository's own check is: ``lineclear-checks/<id>.toml``, and ``<id>/`` beside it for what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lineclear.battery.locks import tool_of_lock
from lineclear.model.base import sha256
from lineclear.model.definition import CheckDefinition
from lineclear.model.evidence import Tool
from lineclear.model.plan import CheckSource

__all__ = ["DATA", "OWN_FOLDER", "OwnCheck", "OwnFile", "below", "write_files"]

#: Where a repository has the definitions of its own checks.
OWN_FOLDER = "lineclear-checks"
#: Stands in a command for the check's own folder, as the base has it.
DATA = "{data}"


@dataclass(frozen=True, kw_only=True)
class OwnFile:
    """One file of a check's folder."""

    content: bytes
    executable: bool = False


@dataclass(frozen=True, kw_only=True)
class OwnCheck:
    """A definition with its text, and the files of the check's folder by their path in it."""

    definition: CheckDefinition
    text: bytes
    files: Mapping[str, OwnFile]

    @property
    def path(self) -> str:
        """Where the definition is in the repository."""
        return f"{OWN_FOLDER}/{self.definition.id}.toml"

    @property
    def source(self) -> CheckSource:
        """What the plan says of it."""
        files = {name: sha256(file.content) for name, file in sorted(self.files.items())}
        return CheckSource(path=self.path, digest=sha256(self.text), files=files)

    @property
    def tool(self) -> Tool:
        """Its tool, as its own lock pins it; a tool of the runner or the project has no lock of its own."""
        lock = self.definition.tool.requirements
        if lock is None:
            return Tool(name=self.definition.tool.name, version=None, lock_digest=None)
        return tool_of_lock(self.definition.tool.name, self.files[lock.partition("/")[2]].content)


def below(files: Mapping[str, OwnFile], folder: str) -> dict[str, OwnFile]:
    """Return the files of a folder, by their path in it."""
    prefix = f"{folder.rstrip('/')}/"
    return {path.removeprefix(prefix): file for path, file in files.items() if path.startswith(prefix)}


def write_files(files: Mapping[str, OwnFile], folder: Path) -> None:
    """Write files below a folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, file in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)
        target.chmod(0o755 if file.executable else 0o644)
