"""Reports that a command leaves in its copy of the tree, or in a folder of any names: removed before, read after."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lineclear.battery.adapter import Invocation, RunProblem, Workbench
from lineclear.model.words import Ended
from lineclear.run.outputs import OutputFolder, OutputMissing, OutputRefused, OutputTooLarge

__all__ = ["TreeReports", "kept_as", "tree_reports"]

_KEPT = "reports/"
_MOST = 2_000
_LONGEST_NAME = 200


class TreeReports:
    """The reports of one run; the tree is held open from before the run, whatever is put in its place."""

    def __init__(self, invocation: Invocation, bench: Workbench, tree: OutputFolder) -> None:
        self._invocation = invocation
        self._bench = bench
        self._tree = tree

    def clear(self) -> None:
        """Remove what stands where a report is to be: the change may have brought one."""
        with self._refused():
            for pattern in self._invocation.tree_reports:
                for path in self._tree.find(pattern):
                    self._tree.remove(path)

    def read(self, outputs: OutputFolder, limit: int) -> dict[str, bytes]:
        """Return the reports by path; all of them together may have ``limit`` bytes."""
        reports: dict[str, bytes] = {}
        with self._refused():
            for pattern in self._invocation.tree_reports:
                paths = self._tree.find(pattern)
                if not paths:
                    raise OutputMissing(
                        f"the run left no file that matches {pattern!r}",
                        where=f"check {self._bench.check}, setting report",
                        todo="Look at its output beside the evidence: it ended before its report, or put it elsewhere.",
                    )
                for path in paths:
                    reports[path] = self._tree.read(_plain(path), limit - sum(map(len, reports.values())))
            folder = self._invocation.folder
            for path in outputs.find(f"{folder}/**/*") if folder is not None else ():
                reports[path] = outputs.read(_plain(path), limit - sum(map(len, reports.values())))
            if len(reports) > _MOST:
                raise OutputTooLarge(
                    f"the run left {len(reports)} reports",
                    where=f"check {self._bench.check}",
                    todo=f"Let it write at most {_MOST}.",
                )
        return reports

    @contextmanager
    def _refused(self) -> Iterator[None]:
        where = f"check {self._bench.check}, {self._bench.tree_name.value} tree"
        try:
            yield
        except OutputMissing as exc:
            raise RunProblem(Ended.NO_REPORT, exc.what, where=where, todo=exc.todo) from exc
        except (OutputRefused, OutputTooLarge) as exc:
            raise RunProblem(Ended.BAD_REPORT, exc.what, where=where, todo=exc.todo) from exc


@contextmanager
def tree_reports(invocation: Invocation, bench: Workbench) -> Iterator[TreeReports]:
    """Hold the tree open for the reports of one run, and clear their places."""
    with OutputFolder(Path(bench.tree), where="the tree") as tree:
        reports = TreeReports(invocation, bench, tree)
        reports.clear()
        yield reports


def kept_as(name: str) -> str:
    """Return where a report is kept beside its evidence: in a folder, because the run chose its name."""
    return name if name.startswith(_KEPT) else _KEPT + name


def _plain(path: str) -> str:
    """Refuse a name that neither a bundle nor a terminal should have to hold."""
    if not path.isprintable() or len(path.encode("utf-8", "replace")) > _LONGEST_NAME:
        raise OutputRefused(
            f"a report has a name that is not kept: {path[:_LONGEST_NAME]!r}",
            where="the tree",
            todo=f"Use printable names of at most {_LONGEST_NAME} bytes.",
        )
    return path
