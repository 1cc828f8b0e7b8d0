"""Which files are Python, and which of them cannot be parsed: scanners call an unparsable file scanned."""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterable

from lineclear.battery.adapter import Source
from lineclear.battery.fingerprints import item_key
from lineclear.model.evidence import Unexamined
from lineclear.model.finding import RawFinding
from lineclear.model.words import Level

__all__ = ["UNPARSABLE", "parse_failures", "python_files", "unparsable"]

UNPARSABLE = "unparsable"


def python_files(files: Iterable[str]) -> list[str]:
    """Return the Python source files among some paths, in their order."""
    return [path for path in files if path.endswith((".py", ".pyi"))]


def parse_failures(files: Iterable[str], source: Source) -> dict[str, tuple[int | None, str]]:
    """Return line and reason for every file that this interpreter cannot parse."""
    failures: dict[str, tuple[int | None, str]] = {}
    for path in files:
        content = source(path)
        if content is None:
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ast.parse(content)
        except SyntaxError as exc:
            failures[path] = (exc.lineno or None, exc.msg)
        except (ValueError, RecursionError, MemoryError) as exc:
            failures[path] = (None, str(exc) or type(exc).__name__)
    return failures


def unparsable(
    tool: str, failures: dict[str, tuple[int | None, str]], reproduce: str
) -> tuple[list[RawFinding], list[Unexamined]]:
    """Return one finding per file that cannot be parsed, and the same files as not examined."""
    version = ".".join(map(str, sys.version_info[:2]))
    findings = [
        RawFinding(
            rule=UNPARSABLE,
            level=Level.ERROR,
            message=f"Not valid Python {version}, so {tool} cannot examine the file: {reason}.",
            path=path,
            line=line,
            key=item_key(tool, UNPARSABLE),
            remedy=f"Mend the syntax. If it is newer than Python {version}, run Lineclear under that Python.",
            reproduce=reproduce,
        )
        for path, (line, reason) in sorted(failures.items())
    ]
    return findings, [Unexamined(path=path, reason=UNPARSABLE) for path in sorted(failures)]
