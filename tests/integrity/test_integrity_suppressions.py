"""Suppressing comments: found where a change adds them, not where it moves or edits their lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from integrity_samples import Sample, found

CODE = "import os\n\ndef run(line):\n    return os.system(line)\n"


def marked(comment: str) -> str:
    return CODE.replace("(line)\n", f"(line)  {comment}\n").replace(f"run(line)  {comment}", "run(line)")


def edit(before: str, after: str, *finds: str, to: str = "a.py") -> Sample:
    return Sample({"a.py": before}, {to: after}, None, finds)


WARNED, NOTED = "warning suppression-added a.py", "note suppression-added a.py"

ATTACKS = {
    "nosec": edit(CODE, marked("# nosec"), WARNED),
    "nosec with a rule": edit(CODE, marked("# nosec B605"), WARNED),
    "nosemgrep": edit(CODE, marked("# nosemgrep: shell"), WARNED),
    "after another": edit(CODE, marked("# noqa: S605 # nosec"), WARNED, NOTED),
    "capitals": edit(CODE, marked("#NOSEC"), WARNED),
    "no cover": edit(CODE, marked("# pragma: no cover"), NOTED),
    "type": edit(CODE, marked("# type:ignore[arg-type]"), NOTED),
    "noqa": edit(CODE, marked("# noqa"), NOTED),
    "whole file": edit(CODE, "# ruff: noqa\n" + CODE, WARNED),
    "whole file for mypy": edit(CODE, "# mypy: ignore-errors\n" + CODE, WARNED),
    "in a new file": Sample({}, {"b.py": marked("# nosec")}, {"a.py": CODE}, ("warning suppression-added b.py",)),
    "one more": edit(marked("# nosec"), marked("# nosec") + "\nos.system('ls')  # nosec\n", WARNED),
}

HONEST = {
    "its line is edited": edit(marked("# nosec"), marked("# nosec").replace("system(line)", "system(line.strip())")),
    "its file is renamed": edit(marked("# nosec"), marked("# nosec"), to="b.py"),
    "its line moves": edit(marked("# noqa"), "\n\nx = 1\n" + marked("# noqa")),
    "its function moves to another file": Sample(
        {"a.py": marked("# nosec"), "b.py": "x = 1\n"}, {"a.py": "y = 1\n", "b.py": marked("# nosec") + "x = 1\n"}
    ),
    "it is taken out": edit(marked("# nosec"), CODE),
    "it names its rule now": edit(marked("# noqa"), marked("# noqa: S605")),
    "a text that speaks of it": edit(CODE, CODE + "\nHELP = 'write # nosec beside it'\n"),
    "a comment that speaks of it": edit(CODE, CODE + "\n# a nosec would not help here; noqa neither\n"),
    "a longer word": edit(CODE, CODE + "\n# noqalifications\n"),
}


@pytest.mark.parametrize("name", [*ATTACKS, *HONEST])
def test_sample(name: str, tmp_path: Path) -> None:
    sample = {**ATTACKS, **HONEST}[name]
    assert found(sample, tmp_path) == sorted(sample.finds)
    assert bool(sample.finds) == (name in ATTACKS)
