"""The command line as a whole: its help, and what it imports for it."""

from __future__ import annotations

import argparse
import subprocess
import sys

import pytest

from lineclear.cli.commands import parser


def commands(argv: list[str] | None) -> argparse._SubParsersAction[argparse.ArgumentParser]:
    root = parser(argv)
    (found,) = (action for action in root._actions if isinstance(action, argparse._SubParsersAction))
    return found


def test_a_command_reads_the_same_in_the_list_of_all_and_by_itself() -> None:
    assert parser([]).format_help() == parser().format_help()


@pytest.mark.parametrize("name", list(commands(None).choices))
def test_the_command_that_is_asked_for_is_the_whole_one(name: str) -> None:
    asked = commands([name, "--help"]).choices[name]
    assert asked.format_help() == commands(None).choices[name].format_help()


@pytest.mark.parametrize(
    ("arguments", "spared"),
    [
        (["--help"], ["pydantic", "asyncio", "cel_expr_python", "rich", "securesystemslib", "importlib.metadata"]),
        (["contract", "check", "--help"], ["securesystemslib", "asyncio", "rich", "nox", "uv"]),
        (["verify", "--help"], ["rich", "securesystemslib", "cryptography"]),
    ],
)
def test_a_command_imports_only_what_it_needs(arguments: list[str], spared: list[str]) -> None:
    program = (
        "import sys\n"
        "from lineclear.cli.main import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit:\n    print('\\n' + ' '.join(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.startswith("usage: lineclear")
    assert not set(done.stderr.split()).intersection(spared)
