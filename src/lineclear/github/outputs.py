"""Write a step's outputs and its part of the job summary, as the GitHub runner reads them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from lineclear.errors import EngineError

__all__ = ["SUMMARY_LIMIT", "append_summary", "write_outputs"]

SUMMARY_LIMIT = 1024 * 1024
"""What a step may write to the job summary, in bytes; past it GitHub drops all of it."""

_CUT = "\n\n*The rest was cut: GitHub shows at most 1 MiB. The whole page is `summary.md` in the bundle.*\n"


def write_outputs(outputs: Mapping[str, str], env: Mapping[str, str]) -> None:
    """Append ``key=value`` lines to the file that ``GITHUB_OUTPUT`` names; without it, do nothing.

    Raises EngineError before anything is written when a key or a value could be read as more than one line.
    """
    for key, value in outputs.items():
        # Any control character is refused, the newlines among them: they would start a key of their own.
        if not re.fullmatch(r"[a-z][a-z0-9-]*", key) or any(
            ord(char) < 32 or char in "\x7f\x85\u2028\u2029" for char in value
        ):
            raise EngineError(
                f"the output {key!r} has a value that is not one plain line: {value!r}",
                where="GITHUB_OUTPUT",
                todo="Use a bundle folder whose path has no control characters.",
            )
    path = env.get("GITHUB_OUTPUT")
    if path:
        _append(Path(path), "".join(f"{key}={value}\n" for key, value in outputs.items()).encode())


def append_summary(markdown: str, env: Mapping[str, str]) -> None:
    """Append a page to the job summary, cut to what GitHub accepts; without ``GITHUB_STEP_SUMMARY``, do nothing."""
    path = env.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    target = Path(path)
    room = SUMMARY_LIMIT - (target.stat().st_size if target.exists() else 0)
    page = markdown.encode()
    if len(page) > room:
        room -= len(_CUT.encode())
        # Cut after a whole line, so that no span or table row is left open.
        page = page[: page.rfind(b"\n", 0, room) + 1] + _CUT.encode() if room > 0 else b""
    _append(target, page)


def _append(path: Path, content: bytes) -> None:
    """Append in one write. The file is the runner's own: a link in its place is somebody else's."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    except OSError as exc:
        raise EngineError(
            f"the runner's file cannot be written: {exc.strerror}", where=str(path), todo="Run the step again."
        ) from exc
    with os.fdopen(descriptor, "ab") as file:
        file.write(content)
