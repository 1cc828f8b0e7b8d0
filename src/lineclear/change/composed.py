"""Makes the two trees that the oracle runs on: the code of one side of a change with the tests of the other.

They are made of git objects in the scratch repository: no file is written, so no link can lead anywhere, and each has
an id that evidence can name.
"""

from __future__ import annotations

from lineclear.change.definitions import defined_names, hooks, module_name
from lineclear.change.history import write_commit
from lineclear.change.overlay import (
    OWN_CONFIGURATION,
    SHARED_CONFIGURATION,
    Exchange,
    Overlay,
    exchange,
    find_overlay,
)
from lineclear.change.runner_configuration import configures_alike
from lineclear.change.trees import Scratch
from lineclear.model.change import Change
from lineclear.model.evidence import Subject
from lineclear.model.overlay import PlannedOverlay

__all__ = ["compose", "compose_overlays"]

_NO_MODE = "0"


def compose_overlays(scratch: Scratch, change: Change, root: str) -> PlannedOverlay | None:
    """Return the trees with exchanged overlays of the project in ``root``; None where no file of it differs.

    There must be a merge result.
    """
    base, merged = change.base.commit, change.merge_commit
    assert merged is not None  # noqa: S101 - the caller asks on no conflict
    before, after = scratch.entries(base), scratch.entries(merged)
    overlay = find_overlay((entry.path for entry in before), root)

    def same(path: str) -> bool:
        return configures_alike(path, scratch.read(base, path), scratch.read(merged, path))

    restored = exchange(after, before, overlay, same)
    if not restored.paths:
        return None
    ahead = exchange(before, after, overlay, same)
    return PlannedOverlay(
        old_tests=compose(scratch, merged, restored, "The merge result with the base's tests"),
        new_tests=compose(scratch, base, ahead, "The base with the merge result's tests"),
        differs=restored.paths,
        steering=[path for path in restored.paths if _steers(scratch, base, merged, path)],
        gone=_gone(scratch, change, overlay),
    )


def compose(scratch: Scratch, commit: str, done: Exchange, message: str) -> Subject:
    """Return a commit's tree with entries exchanged, as a commit on top of it: history and tags are still there."""
    index = scratch.folder / "composed-index"
    git = scratch.git.having(GIT_INDEX_FILE=str(index))
    try:
        git.run("read-tree", commit)
        null = "0" * len(commit)
        lines = [f"{_NO_MODE} {null}\t".encode() + entry.raw for entry in done.remove]
        lines += [f"{entry.mode} {entry.blob}\t".encode() + entry.raw for entry in done.write]
        git.run("update-index", "-z", "--index-info", stdin=b"".join(line + b"\0" for line in lines))
        tree = git.run("write-tree").text()
    finally:
        index.unlink(missing_ok=True)
    return Subject(tree=tree, commit=write_commit(scratch, tree=tree, parents=[commit], message=message))


def _steers(scratch: Scratch, base: str, merged: str, path: str) -> bool:
    """Say whether what differs in a file of the overlay could decide the outcome of any test."""
    name = path.rpartition("/")[2]
    before, after = scratch.read(base, path), scratch.read(merged, path)
    if name in SHARED_CONFIGURATION:
        return not configures_alike(name, before, after, coverage=False)
    if name.endswith(".py"):
        then, now = hooks(before), hooks(after)
        return then is None or now is None or then != now
    return name in OWN_CONFIGURATION and name != ".coveragerc"


def _gone(scratch: Scratch, change: Change, overlay: Overlay) -> list[str]:
    """Return the names that a changed file of the product defined on the base, and does not define any more."""
    assert change.merge_commit is not None  # noqa: S101 - held by the caller
    gone: set[str] = set()
    for file in change.files or []:
        before = file.old_path or file.path
        if file.status == "added" or not before.endswith(".py") or overlay.has(before):
            continue
        kept = set() if file.status == "deleted" else _defined(file.path, scratch.read(change.merge_commit, file.path))
        gone |= _defined(before, scratch.read(change.base.commit, before)) - kept
    return sorted(gone)


def _defined(path: str, source: bytes | None) -> set[str]:
    return {module_name(path), *defined_names(source or b"")}
