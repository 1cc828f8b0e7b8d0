"""``lineclear audit BUNDLE``: checks every digest, statement and signature of a bundle, and judges it again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from lineclear.prove.audit import audit

__all__ = ["register"]


def register(commands: Any) -> None:
    """Add the command to the parser's commands."""
    command = commands.add_parser("audit", help="check a bundle and judge it again, offline")
    command.add_argument("bundle", metavar="BUNDLE", type=Path)
    command.add_argument("--key", metavar="FILE", type=Path, help="the public key that must have signed it")
    command.add_argument("--format", choices=("text", "json"), default="text")
    command.set_defaults(run=_audit)


def _audit(arguments: argparse.Namespace) -> int:
    report = audit(arguments.bundle, key=arguments.key)
    if arguments.format == "json":
        sys.stdout.buffer.write(report.canonical())
    else:
        print(report.text())
    return report.exit_code
