"""Python files that are too large for a scanner: they are kept from it, and each that the change touches is said.

semgrep and bandit need hundreds of megabytes of memory and up to twenty seconds for a megabyte of Python, and the whole
run falls with one file. What is that large is mostly data. As it may be code, it never counts as examined, and each
change to it is a finding of its own: what was large at the base says nothing about what is in it now.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable

from lineclear.battery.adapter import Workbench
from lineclear.battery.fingerprints import item_key
from lineclear.battery.selection import rerun
from lineclear.model.evidence import Unexamined
from lineclear.model.finding import RawFinding
from lineclear.model.words import Level

__all__ = ["TOO_LARGE", "large_files", "mask", "too_large"]

TOO_LARGE = "too-large"

_PLAIN = re.compile(r"[^\w./-]")


def large_files(bench: Workbench, python: Iterable[str]) -> dict[str, int]:
    """Return the size of each of these files that is larger than the check's setting ``maxFileBytes``."""
    sizes = {path: _size(bench, path) for path in python if path not in bench.absent}
    return {path: size for path, size in sizes.items() if size > _limit(bench)}


def too_large(bench: Workbench, tool: str, large: dict[str, int]) -> tuple[list[RawFinding], list[Unexamined]]:
    """Return one finding per large file that the change touches, and all large files as not examined."""
    findings = [
        RawFinding(
            rule=TOO_LARGE,
            level=Level.ERROR,
            message=f"The file has {_more_than(bench, size)}, so {tool} does not examine it.",
            path=path,
            line=None,
            key=item_key(tool, TOO_LARGE, hashlib.sha256(bench.source(path) or b"").hexdigest()),
            remedy="Split the file, keep its data in a data file, or make it when the package is built. "
            f"If it is to stay as it is, raise maxFileBytes of {bench.check} in the contract at the base.",
            reproduce=rerun(bench.check, path),
        )
        for path, size in sorted(large.items())
        if path in bench.changed
    ]
    unexamined = [
        Unexamined(path=path, reason=TOO_LARGE if path in bench.changed else f"it has {_more_than(bench, size)}")
        for path, size in sorted(large.items())
    ]
    return findings, unexamined


def mask(bench: Workbench, path: str) -> str:
    """Return a pattern for a file of the tree: its name on disk, with ``?`` for what may be special in a pattern."""
    return _PLAIN.sub("?", os.fsdecode(bench.odd_names.get(path, path)))


def _more_than(bench: Workbench, size: int) -> str:
    return f"{size:,} bytes, more than the {_limit(bench):,} of maxFileBytes"


def _limit(bench: Workbench) -> int:
    limit = bench.settings["maxFileBytes"]
    assert isinstance(limit, int)  # noqa: S101 - the definition's type, checked when the contract was loaded
    return limit


def _size(bench: Workbench, path: str) -> int:
    try:
        return (bench.tree / os.fsdecode(bench.odd_names.get(path, path))).lstat().st_size
    except FileNotFoundError:
        return 0  # the tool does not find it either, which its account of files shows
