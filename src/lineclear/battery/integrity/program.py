"""Compares two checked-out trees and writes a JSON report.

Started as ``python -I -m lineclear.battery.integrity.program BASE_TREE TREE CHANGED REPORT``. CHANGED is a JSON list of
the files of TREE that git calls changed. The report: ``{"findings": [{…}], "read": [path], "unread": [{"path", "line",
"reason"}], "tests": number}``; ``read`` and ``unread`` are the changed Python files of TREE.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lineclear.battery.integrity.disguise import disguised_files, disguised_names
from lineclear.battery.integrity.found import Found
from lineclear.battery.integrity.loosened import loosened_assertions, removed_cases
from lineclear.battery.integrity.outcomes import changed_outcomes
from lineclear.battery.integrity.project import Project
from lineclear.battery.integrity.removed import removed_tests
from lineclear.battery.integrity.skipped import (
    emptied_tests,
    kept_as_functions,
    skipped_tests,
    uncollected_tests,
)
from lineclear.battery.integrity.startup import startup_files
from lineclear.battery.integrity.suppressions import added_suppressions
from lineclear.battery.integrity.trees import Trees
from lineclear.battery.integrity.under_test import questions_about_tests

__all__ = ["compare", "main"]


def main(argv: list[str]) -> int:
    """Write the report; the exit code is 0 whenever it is whole."""
    base, head, changed, report = map(Path, argv)
    given = json.loads(changed.read_text("utf-8"))
    report.write_text(json.dumps(compare(Trees.of(base, head, given))), "utf-8")
    return 0


def compare(trees: Trees) -> dict[str, Any]:
    """Return the report."""
    project = Project.of(trees)
    found = sorted(_rules(project), key=lambda item: (item.path, item.line or 0, item.rule, item.subject))
    return {
        "findings": [asdict(item) for item in found],
        "read": list(project.head),
        "unread": [{"path": path, "line": exc.line, "reason": exc.reason} for path, exc in project.unread.items()],
        "tests": len(project.pairs) + len(project.unmatched),
    }


def _rules(project: Project) -> Iterator[Found]:
    kept = kept_as_functions(project)
    yield from removed_tests(project, frozenset(kept))
    yield from uncollected_tests(project, kept)
    yield from skipped_tests(project)
    yield from emptied_tests(project)
    yield from loosened_assertions(project)
    yield from removed_cases(project)
    yield from added_suppressions(project)
    yield from questions_about_tests(project)
    yield from changed_outcomes(project)
    yield from startup_files(project.trees)
    yield from disguised_files(project.trees)
    yield from disguised_names(project)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
