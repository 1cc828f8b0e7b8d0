"""The command line: parses the arguments, runs one command, and turns its end into words and an exit code."""

from __future__ import annotations

import errno
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from lineclear.cli.streams import complain, give_up_on, prepare_streams, settle_streams
from lineclear.errors import EngineError, LineclearError, UsageError
from lineclear.report.escape import line_for_terminal

__all__ = ["main"]

_WINDOWS = EngineError(
    "native Windows is not supported",
    where=f"this machine ({sys.platform})",
    todo="Run Lineclear in WSL2 (`wsl --install`), with the repository on its Linux file system.",
)

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit: 0 pass, 1 fail, 2 wrong usage or contract, 3 review, 4 no verdict."""
    prepare_streams()
    code = _run(sys.argv[1:] if argv is None else argv)
    settle_streams()
    sys.exit(code)


def _run(argv: Sequence[str]) -> int:
    if sys.platform == "win32":
        _say(f"error: {_WINDOWS}")
        return _WINDOWS.exit_code
    from lineclear.cli.commands import FIRST_HELP, parser  # what the commands import is not there on Windows

    try:
        if not argv:
            print(FIRST_HELP)
            return UsageError.exit_code
        arguments = parser(argv).parse_args(argv)
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
    complain("\n".join(map(line_for_terminal, text.splitlines())))


if __name__ == "__main__":
    main()
