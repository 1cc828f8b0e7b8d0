"""All commands, and the parser that has them."""

from __future__ import annotations

import argparse
import importlib
import re
from collections.abc import Sequence
from typing import NoReturn

from lineclear.contract.near import near
from lineclear.errors import UsageError

__all__ = ["FIRST_HELP", "parser"]

# A command's own help says the same. Only the module of the command that is asked for is imported: it takes a while.
_COMMANDS = {
    "init": "write a first contract, a workflow and a nox session",
    "verify": "verify a change and write its bundle",
    "doctor": "say what is missing on this machine, and how to mend it",
    "contract": "check the contract, or show what follows from it",
    "check": "write a check of your own, or prove checks",
    "judge": "derive the verdict of a bundle again",
    "audit": "check a bundle and judge it again, offline",
    "key": "keys that sign verdicts",
}

#: What is said to a call without any argument.
FIRST_HELP = """\
Lineclear gives one verdict, with provenance, for a change in a git repository.

  lineclear init      look at this repository; write a first contract, a workflow and a nox session
  lineclear verify    verify the change: this branch with its uncommitted work
  lineclear doctor    say what is missing on this machine, and how to mend it

lineclear --help lists all commands."""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors have three parts and name the word that was meant."""

    def error(self, message: str) -> NoReturn:
        """Raise :class:`UsageError` in place of printing and exiting."""
        todo = f"`{self.prog} --help` says how it is used"
        chosen = re.fullmatch(r"argument (\S+): invalid choice: '(.*)' \(choose from (.*)\)", message, re.DOTALL)
        if chosen is None:
            raise UsageError(message, where=self.prog, todo=todo)
        kind, word, names = chosen[1], chosen[2], re.findall(r"[\w-]+", chosen[3])
        meant = near(word, names)
        listed = f"choose among {', '.join(names)}"
        raise UsageError(
            f"{kind.lower()} {word!r} is not known" + (f"; did you mean {meant!r}?" if meant else ""),
            where=self.prog,
            todo=f"{listed}; {todo}",
        )


class _Version(argparse.Action):
    """Shows the version, which takes a while to find out."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        """Print and exit."""
        from lineclear import __version__

        print(f"{parser.prog} {__version__}")
        parser.exit()


def parser(argv: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """Return the parser of all commands, or one that knows those of the others by name that ``argv`` does not ask for.

    The first word is the command: there is no option before it that takes a value. What cannot be parsed raises
    :class:`UsageError`.
    """
    asked = next((word for word in argv or () if not word.startswith("-")), None)
    root = _Parser(
        prog="lineclear",
        description="One verdict, with provenance, for a change.",
        epilog="Exit codes: 0 pass, 1 fail, 2 wrong usage or invalid contract, 3 review, 4 no verdict.",
    )
    root.add_argument("--version", action=_Version, nargs=0, help="show the version, and exit")
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in _COMMANDS.items():
        if argv is None or name == asked:
            importlib.import_module(f"lineclear.cli.{name}").register(commands)
        else:
            commands.add_parser(name, help=summary)
    return root
