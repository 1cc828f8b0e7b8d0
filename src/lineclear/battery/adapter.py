"""What an adapter is: it says what to start for one run, and reads what that left behind.

An adapter starts nothing itself. Timeouts, output caps, collection and the end of the process tree belong to the
engine (``lineclear.run``), so that they hold for every tool alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydantic import JsonValue

from lineclear.model.evidence import Problem, Unexamined
from lineclear.model.finding import RawFinding
from lineclear.model.words import Ended, TreeName

__all__ = [
    "FETCH_LFS",
    "Adapter",
    "Invocation",
    "Raw",
    "Reading",
    "RunProblem",
    "ServiceSpec",
    "Source",
    "Workbench",
]

FETCH_LFS = "Run `git lfs pull` (for the base `git lfs fetch --all`); with actions/checkout set `lfs: true`."

Source = Callable[[str], bytes | None]
"""Gives a regular file of the tree as git has it, or None; never follows a link, never reads the work tree."""


class RunProblem(Exception):
    """A run ended without a result that may be judged."""

    def __init__(self, ended: Ended, what: str, *, where: str, todo: str) -> None:
        super().__init__(what)
        self.ended = ended
        self.problem = Problem(what=what, where=where, todo=todo)


@dataclass(frozen=True, kw_only=True)
class Workbench:
    """What one run has to work with. All folders are absolute and outside the user's work tree.

    ``tree`` is the checked-out tree; ``root`` the project's root in it; ``base_tree`` the base's, for rule packs;
    ``inputs`` a folder for files made for the tool; ``outputs`` the one it may write to; ``data`` the check's own
    folder in ``checks/``; ``bin`` holds the console scripts of the tool, ``project_bin`` those of the project.
    ``files`` are the regular files of the tree in scope, sorted, ``changed`` those that the change touches;
    ``items`` the test ids in scope, None for all; ``asked`` says that ``--select`` named them: each must match.
    ``port`` is a free loopback port. ``absent`` are files that Git LFS keeps and whose content is not here: the tree
    has a pointer in their place, which is never what they hold. ``odd_names`` are the names on disk of files whose
    names are no UTF-8. ``writable`` says whether the tree is this run's own; others share one that no run may write to.
    ``handed_on`` is what the reading of the merge result gave for the run on the base. ``own`` says that the check is
    the repository's own: ``{data}`` in its command is ``data``, which is written anew for the run.
    """

    check: str
    tree_name: TreeName
    tree: Path
    root: Path
    base_tree: Path
    inputs: Path
    outputs: Path
    data: Path
    bin: Path
    project_bin: Path
    settings: Mapping[str, JsonValue]
    files: Sequence[str]
    changed: frozenset[str]
    items: Sequence[str] | None
    port: int
    source: Source
    asked: bool = False
    absent: frozenset[str] = frozenset()
    odd_names: Mapping[str, bytes] = field(default_factory=dict)
    writable: bool = True
    handed_on: Mapping[str, bytes] = field(default_factory=dict)
    own: bool = False

    def require_content(self, paths: Iterable[str]) -> None:
        """Raise :class:`RunProblem` where the content of one of these files is not here."""
        lost = sorted(self.absent.intersection(paths))
        if lost:
            more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
            raise RunProblem(
                Ended.NO_ENVIRONMENT,
                f"{lost[0]}{more} is a Git LFS pointer, and its content is not here",
                where=f"check {self.check}, {self.tree_name.value} tree",
                todo=FETCH_LFS,
            )


@dataclass(frozen=True, kw_only=True)
class ServiceSpec:
    """A service that must answer at ``http://127.0.0.1:port`` + ``ready`` before the tool starts."""

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    port: int
    ready: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """The command of one run.

    ``reports`` are the files that it must leave in the outputs folder. ``tree_reports`` are patterns, relative to the
    tree, for reports that it leaves there: what matches is removed before the run and read after it, and each pattern
    must match. ``folder`` names one in the outputs folder whose files are all read, none if there is none. What they
    match is in ``Raw.reports`` by its path, relative to the tree or to the outputs folder.
    ``stdout_report`` is the name under which its standard output is a report too.
    ``secrets`` are values that must not be in anything that is kept: they are masked in every output of the run.
    """

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, bytes] = field(default_factory=dict)
    reports: tuple[str, ...] = ()
    stdout_report: str | None = None
    tree_reports: tuple[str, ...] = ()
    folder: str | None = None
    service: ServiceSpec | None = None
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Raw:
    """What a command left that ended by itself."""

    exit_code: int
    stdout: bytes
    stderr: bytes
    reports: Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a reader took from it.

    ``examined`` are the files that the tool looked into one by one; ``retry_on_base`` the items to run on the base,
    where the check does that; ``hand_on`` what that run is given of this one. ``passed`` are the items that were seen
    to pass, None where none were selected.
    """

    findings: list[RawFinding]
    measures: dict[str, int]
    examined: frozenset[str]
    unexamined: list[Unexamined] = field(default_factory=list)
    retry_on_base: tuple[str, ...] = ()
    hand_on: Mapping[str, bytes] = field(default_factory=dict)
    passed: tuple[str, ...] | None = None


class Adapter(Protocol):
    """One family of tools."""

    def prepare(self, bench: Workbench) -> Invocation:
        """Return the command of one run; raises :class:`RunProblem` where none can be made."""

    def read(self, raw: Raw, bench: Workbench) -> Reading:
        """Read what the command left; raises :class:`RunProblem` where that is no result. Touches nothing."""
