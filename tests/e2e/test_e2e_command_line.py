"""The command line itself: what is said to no arguments, to wrong ones, and on a system that is not supported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from e2e_support import assert_refused
from support import lineclear, scrubbed_environment

import lineclear as package

AS_WINDOWS = """
import argparse, asyncio, io, json, traceback, pathlib, subprocess, sys
sys.modules["fcntl"] = None
sys.platform = "win32"
from lineclear.cli.main import main
main(sys.argv[1:])
"""


def test_without_arguments_the_three_commands_for_a_start_are_shown(tmp_path: Path) -> None:
    done = lineclear(cwd=tmp_path)
    assert done.returncode == 2
    assert [line.split()[1] for line in done.stdout.splitlines() if line.startswith("  lineclear ")] == [
        "init",
        "verify",
        "doctor",
    ]


def test_the_version_is_said(tmp_path: Path) -> None:
    done = lineclear("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"lineclear {package.__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "word", "near"),
    [
        (("verfy",), "command 'verfy'", "'verify'"),
        (("contract", "chek"), "action 'chek'", "'check'"),
        (("verify", "--format=jsno"), "--format 'jsno'", "'json'"),
    ],
)
def test_an_unknown_word_is_refused_with_the_near_one(
    tmp_path: Path, arguments: tuple[str, ...], word: str, near: str
) -> None:
    done = lineclear(*arguments, cwd=tmp_path)
    assert_refused(done, 2, f"{word} is not known; did you mean {near}?", "choose among", "--help")


@pytest.mark.parametrize("arguments", [("verify", "--bse=x"), ("judge",), ("init", "x"), ("\x1b[31m",)])
def test_other_wrong_arguments_are_refused_in_three_parts(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = lineclear(*arguments, cwd=tmp_path)
    assert_refused(done, 2, "--help")
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize("command", ["verify", "doctor", "init"])
def test_on_windows_every_command_is_refused_before_anything_else(tmp_path: Path, command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", AS_WINDOWS, command],
        cwd=tmp_path,
        env=scrubbed_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert_refused(done, 4, "native Windows is not supported", "WSL2")
    assert list(tmp_path.iterdir()) == []
