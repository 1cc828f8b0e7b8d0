"""The samples that prove a check: trees that it must let pass or must fail, and a control that it must catch."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lineclear.battery.own import OWN_FOLDER, OwnCheck, OwnFile, below
from lineclear.change.git import Git, isolated_git
from lineclear.model.definition import CheckDefinition

__all__ = ["EXPECTED", "Samples", "make_repository", "own_samples", "shipped_samples"]

EXPECTED = "expected.txt"

#: So that a first commit has a file.
_NOTHING: Mapping[str, OwnFile] = {".lineclear-nothing": OwnFile(content=b"")}


@dataclass(frozen=True, kw_only=True)
class Samples:
    """The samples of one check; a tree that is not there is empty.

    ``place`` is the folder that they are in, for people. ``expected``: the findings on the sample that must fail, None
    where any error-level one will do. ``whole``: a sample to pass and one to fail belong here, beside the control.
    """

    definition: CheckDefinition
    place: str
    passing: Mapping[str, OwnFile]
    failing: Mapping[str, OwnFile]
    control: Mapping[str, OwnFile]
    expected: tuple[str, ...] | None
    whole: bool


def own_samples(check: OwnCheck) -> Samples:
    """Return the samples of a repository's own check."""
    expected = check.files.get(EXPECTED)
    return Samples(
        definition=check.definition,
        place=f"{OWN_FOLDER}/{check.definition.id}",
        passing=below(check.files, "pass"),
        failing=below(check.files, "fail"),
        control=_control(check.definition, check.files),
        expected=None if expected is None else _lines(expected.content),
        whole=True,
    )


def shipped_samples(definition: CheckDefinition, checks: Path) -> Samples:
    """Return those of a check that comes with Lineclear: its control. Trees to pass and to fail are in its tests."""
    folder = checks / definition.id
    files = {
        path.relative_to(folder).as_posix(): OwnFile(content=path.read_bytes(), executable=os.access(path, os.X_OK))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and definition.control is not None
    }
    control = _control(definition, files)
    return Samples(
        definition=definition,
        place=f"checks/{definition.id}",
        passing={},
        failing={},
        control=control,
        expected=None,
        whole=False,
    )


def make_repository(folder: Path, before: Mapping[str, OwnFile], after: Mapping[str, OwnFile]) -> tuple[str, str]:
    """Make a git repository of two commits and return them: a base, and a change to what is on it."""
    folder.mkdir()
    git = isolated_git(folder / ".git", work_tree=folder).setting(
        "user.name=Lineclear", "user.email=lineclear@localhost", "core.autocrlf=false", "commit.gpgSign=false"
    )
    git.run("init", "--quiet", "--template=", "--initial-branch=main")
    commits = []
    for files in (before, after):
        index = b"".join(_entry(git, path, file) for path, file in (files or _NOTHING).items())
        git.run("read-tree", "--empty")
        git.run("update-index", "-z", "--index-info", stdin=index)
        git.run("commit", "--quiet", "--allow-empty", "--message=sample")
        commits.append(git.run("rev-parse", "HEAD").text())
    return commits[0], commits[1]


def _entry(git: Git, path: str, file: OwnFile) -> bytes:
    blob = git.run("hash-object", "-w", "--stdin", stdin=file.content).text()
    return f"{'100755' if file.executable else '100644'} {blob}\t{path}\0".encode()


def _control(definition: CheckDefinition, files: Mapping[str, OwnFile]) -> dict[str, OwnFile]:
    control = definition.control
    return {} if control is None else below(files, control.files.partition("/")[2])


def _lines(text: bytes) -> tuple[str, ...]:
    return tuple(sorted(line.strip() for line in text.decode("utf-8", "replace").splitlines() if line.strip()))
