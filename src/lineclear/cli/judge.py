"""``lineclear judge DIR``: derives the verdict of a bundle again, and writes nothing into it."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from lineclear.judge.bundle import judge_bundle
from lineclear.judge.outcome import exit_code
from lineclear.report.console import console
from lineclear.report.terminal import is_colourful

__all__ = ["register"]


def register(commands: Any) -> None:
    """Add the command to the parser's commands."""
    command = commands.add_parser("judge", help="derive the verdict of a bundle again")
    command.add_argument("bundle", metavar="DIR", type=Path)
    command.add_argument("--format", choices=("text", "json"), default="text", help="json: byte for byte verdict.json")
    command.set_defaults(run=_judge)


def _judge(arguments: argparse.Namespace) -> int:
    verdict = judge_bundle(arguments.bundle)
    if arguments.format == "json":
        sys.stdout.buffer.write(verdict.canonical())
    else:
        print(console(verdict, colour=is_colourful(sys.stdout, os.environ)))
    return exit_code(verdict.outcome, verdict.enforcement)
