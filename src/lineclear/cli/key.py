"""``lineclear key new``: makes a key pair to sign verdicts with."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from lineclear.prove.keys import new_key, public_path

__all__ = ["register"]


def register(commands: Any) -> None:
    """Add the command to the parser's commands."""
    actions = commands.add_parser("key", help="keys that sign verdicts").add_subparsers(
        dest="action", required=True, metavar="ACTION"
    )
    command = actions.add_parser("new", help="make a key pair (ed25519); never overwrites one")
    command.add_argument("path", metavar="FILE", type=Path, help="the private key; the public one gets .pub")
    command.set_defaults(run=_new)


def _new(arguments: argparse.Namespace) -> int:
    keyid = new_key(arguments.path)
    print(f"private key: {arguments.path}  (keep it out of the repository and out of the tests' reach)")
    print(f"public key:  {public_path(arguments.path)}")
    print(f"key id:      {keyid}")
    return 0
