"""Write the reports of a verdict into its bundle."""

from __future__ import annotations

from pathlib import Path

from lineclear.model.bundle import REPAIR, SARIF, SUMMARY
from lineclear.model.verdict import Verdict
from lineclear.report.markdown import summary
from lineclear.report.repair import repair
from lineclear.report.sarif import sarif

__all__ = ["write_reports"]


def write_reports(bundle: Path, verdict: Verdict) -> None:
    """Write ``verdict.sarif``, ``summary.md`` and ``repair.md``; what stood there before is replaced."""
    reports = {SARIF: sarif(verdict), SUMMARY: summary(verdict).encode(), REPAIR: repair(verdict).encode()}
    for name, content in reports.items():
        # The folder may lie in the work tree of the change: a link that it planted is removed, never followed.
        (bundle / name).unlink(missing_ok=True)
        with (bundle / name).open("xb") as file:
            file.write(content)
