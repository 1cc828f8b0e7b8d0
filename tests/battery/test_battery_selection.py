"""What may be selected, and the command that shows a finding again: safe to paste whatever a name holds."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineclear.battery.selection import objection, rerun
from lineclear.report.escape import plain

HOSTILE = [
    "tests/a b.py",
    "tests/$(touch pwned).py",
    "tests/`touch pwned`.py::test[x]",
    "tests/it's.py",
    'tests/".py::test["; touch pwned; "]',
    "tests/a.py::test[&& touch pwned]",
    "tests/!!.py",
    "tests/ü.py::test[日本]",
    "tests/~.py",
    "tests/*.py",
]


@pytest.mark.parametrize("item", HOSTILE)
def test_a_shell_takes_a_name_as_one_word(item: str) -> None:
    command = rerun("pytest", item)
    shown = subprocess.run(["bash", "-c", f"printf '%s\\n' {command}"], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines() == ["lineclear", "verify", "--only", "pytest", "--select", item]


@pytest.mark.parametrize(
    ("item", "selected"),
    [
        ("a.py::test[x\ny]", "a.py"),
        ("a.py::test[\x1b[2J]", "a.py"),
        ("a.py::test[two  spaces]", "a.py"),
        (f"a.py::test[{'x' * 2000}]", "a.py"),
        ("a\n.py::test", None),
        ("-x.py::test", None),
        ("@x.py", None),
        ("../a.py::test", None),
        ("/a.py", None),
        (" a.py", None),
        ("", None),
    ],
)
def test_a_name_that_cannot_be_pasted_as_shown_gives_way_to_its_file_or_to_the_check(
    item: str, selected: str | None
) -> None:
    assert rerun("pytest", item) == "lineclear verify --only pytest" + (f" --select {selected}" if selected else "")


@given(st.text(max_size=60))
def test_every_command_stays_what_it_is_when_it_is_shown(item: str) -> None:
    command = rerun("pytest", item)
    assert plain(command, 2_000) == command
    words = shlex.split(command)
    assert words[:4] == ["lineclear", "verify", "--only", "pytest"]
    assert words[4:] in ([], ["--select", item], ["--select", item.partition("::")[0]])
    assert all(objection(word) is None for word in words[5:])
