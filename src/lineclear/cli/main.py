"""The command line: parses the arguments, runs one command, and turns its end into words and an exit code."""

from __future__ import annotations

import argparse
import errno
import importlib
import re
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from lineclear.cli.streams import complain, give_up_on, prepare_streams, settle_streams
from lineclear.errors import LineclearError
from lineclear.report.escape import for_terminal

__all__ = ["main"]

# A command's own help says the same. Only the module of the command that is asked for is imported: it takes a while.
_COMMANDS = {
    "verify": "verify a change and write its bundle",
    "judge": "derive the verdict of a bundle again",
    "audit": "check a bundle and judge it again, offline",
    "contract": "check the contract",
    "key": "keys that sign verdicts",
}

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 pass, 1 fail, 2 wrong usage or contract, 3 review, 4 no verdict."""
    prepare_streams()
    code = _run(sys.argv[1:] if argv is None else argv)
    settle_streams()
    sys.exit(code)


def parser(argv: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """Return the parser of all commands, or one that knows those of the others by name that ``argv`` does not ask for.

    The first word is the command: there is no option before it that takes a value.
    """
    asked = next((word for word in argv or () if not word.startswith("-")), None)
    root = argparse.ArgumentParser(
        prog="lineclear",
        description="One verdict, with provenance, for a change.",
        epilog="Exit codes: 0 pass, 1 fail, 2 wrong usage or invalid contract, 3 review, 4 no verdict.",
    )
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in _COMMANDS.items():
        if argv is None or name == asked:
            importlib.import_module(f"lineclear.cli.{name}").register(commands)
        else:
            commands.add_parser(name, help=summary)
    return root


def _run(argv: Sequence[str]) -> int:
    arguments = parser(argv).parse_args(argv)
    try:
        code = int(arguments.run(arguments))
        sys.stdout.flush()
        return code
    except LineclearError as exc:
        _say(f"error: {exc}")
        return exc.exit_code
    except KeyboardInterrupt:
        _say(
            "error: interrupted, so no verdict was established\n"
            "  where: this command; the bundle that it began has no manifest\n"
            "  to do: run the command again"
        )
        return 4
    except BrokenPipeError:
        give_up_on(1, 2)
        return 4
    except Exception as exc:  # noqa: BLE001 - the outermost function: whatever goes wrong here is no verdict
        _say(_own_error(exc))
        return 4


def _own_error(error: BaseException) -> str:
    """Return the words for the first error of a group of errors; a full disk is no defect of ours."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(last.filename).name}, line {last.lineno}"
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return (
            f"error: nothing could be written, so no verdict was established: {error.strerror}\n"
            f"  where: {error.filename or f'the bundle, the temporary folder or the output ({where})'}\n"
            "  to do: free space where the bundle and $TMPDIR are, or name others with --out and TMPDIR"
        )
    what = f"Lineclear met an error of its own: {type(error).__name__}: {error}"
    return f"error: {what}\n  where: {where}\n  to do: report it"


def _say(text: str) -> None:
    complain("\n".join(map(_harmless, text.splitlines())))


def _harmless(line: str) -> str:
    """Escape a line for a terminal, and keep its spaces: a caret stands under the place that it means."""
    parts = re.split(r"(^[ \t]+|[ \t]{2,}|\t)", line)
    return "".join(part if number % 2 else for_terminal(part, 2_000) for number, part in enumerate(parts))


if __name__ == "__main__":
    main()
