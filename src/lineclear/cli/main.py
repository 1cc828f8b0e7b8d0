"""The command line: parses the arguments, runs one command, and turns its end into words and an exit code."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from typing import NoReturn

from lineclear.cli import audit, contract, judge, key, verify
from lineclear.errors import LineclearError

__all__ = ["main"]

_COMMANDS = (verify, judge, audit, contract, key)


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 pass, 1 fail, 2 wrong usage or contract, 3 review, 4 no verdict."""
    sys.exit(_run(sys.argv[1:] if argv is None else argv))


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    root = argparse.ArgumentParser(
        prog="lineclear",
        description="One verdict, with provenance, for a change.",
        epilog="Exit codes: 0 pass, 1 fail, 2 wrong usage or invalid contract, 3 review, 4 no verdict.",
    )
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in _COMMANDS:
        module.register(commands)
    return root


def _run(argv: Sequence[str]) -> int:
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except LineclearError as exc:
        _say(f"error: {exc}")
        return exc.exit_code
    except (KeyboardInterrupt, asyncio.CancelledError):
        _say("error: interrupted, so no verdict was established\n  to do: run the command again")
        return 4
    except BrokenPipeError:
        sys.stderr.close()
        return 4
    except Exception as exc:  # noqa: BLE001 - the outermost function: whatever goes wrong here is no verdict
        _say(f"error: Lineclear met an error of its own: {type(exc).__name__}: {exc}\n  to do: report it")
        return 4


def _say(text: str) -> None:
    from lineclear.report.escape import for_terminal

    print("\n".join(for_terminal(line, 2_000) for line in text.splitlines()), file=sys.stderr)


if __name__ == "__main__":
    main()
