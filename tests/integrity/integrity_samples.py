"""Changes as two sets of files, and what the comparison finds in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from lineclear.battery.integrity.program import compare
from lineclear.battery.integrity.trees import Trees

__all__ = ["Files", "Sample", "found"]

Files = Mapping[str, str | bytes]


@dataclass(frozen=True)
class Sample:
    """A change. ``same`` are files that it leaves alone; ``finds`` is one line a finding: level, rule, path."""

    base: Files
    head: Files
    same: Files | None = None
    finds: tuple[str, ...] = ()


def found(sample: Sample, folder: Path) -> list[str]:
    """Return what the comparison finds in a change, sorted."""
    for name, files in (("base", sample.base), ("head", sample.head)):
        (folder / name).mkdir()
        for path, content in {**(sample.same or {}), **files}.items():
            place = folder / name / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(dedent(content).encode() if isinstance(content, str) else content)
    report = compare(Trees.of(folder / "base", folder / "head"))
    assert report["unread"] == []
    return sorted(f"{item['level']} {item['rule']} {item['path']}" for item in report["findings"])
