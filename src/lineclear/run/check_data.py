"""The folder of a check's own data: the installation's, or written from the base's for each run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lineclear.battery.own import OwnCheck, write_files
from lineclear.run.workspaces import Workspaces

__all__ = ["CheckData"]


@dataclass(frozen=True, kw_only=True)
class CheckData:
    """``shipped`` is the folder of the definitions that come with Lineclear, ``own`` the checks of the repository.

    No two runs share what is written: a run that executes the change's code could alter it for the next one.
    """

    shipped: Path
    own: Mapping[str, OwnCheck]
    workspaces: Workspaces

    def folder(self, use: str, name: str) -> Path:
        """Return the data of a check for one run; ``name`` is new for each."""
        if use not in self.own:
            return self.shipped / use
        folder = self.workspaces.empty(name) / use
        write_files(self.own[use].files, folder)
        return folder

    def file(self, use: str, path: str, name: str) -> Path:
        """Return a file that a definition names relative to itself."""
        return self.shipped / path if use not in self.own else self.folder(use, name).parent / path
