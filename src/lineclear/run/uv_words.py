"""What ``uv`` says when it fails, without credentials, and what to do about it."""

from __future__ import annotations

import os
import re

from lineclear.run.process import Finished

__all__ = ["what_to_do", "what_uv_said"]


def what_uv_said(finished: Finished) -> str:
    """Return why ``uv`` failed: its last lines that mean something, without credentials."""
    if finished.problem is not None:
        return f"uv has no result: {finished.problem}"
    lines = [line.rstrip() for line in finished.stderr.decode(errors="replace").splitlines() if line.strip()]
    first = next((n for n, line in enumerate(lines) if re.match(r"\s*(error\b|\u00d7)", line)), max(len(lines) - 12, 0))
    lines = lines[first:]
    kept = lines if len(lines) <= 14 else [*lines[:3], "…", *lines[-10:]]
    text = re.sub(r"(?<=://)[^/@\s]+@", "***@", "\n".join(kept))
    for name, secret in os.environ.items():
        if re.fullmatch(r"UV_INDEX_.+_(USERNAME|PASSWORD)", name) and secret:
            text = text.replace(secret, "***")
    return text or f"uv ended with {finished.exit_code} and no message"


_CAUSES = (
    (r"No interpreter found|Python interpreter not found|No virtual environment or system Python"
     r"|python-build-standalone|Failed to download `\S+/(cpython|pypy)",
     "Install that Python on the runner, let uv fetch it (UV_PYTHON_DOWNLOADS=automatic), or name another."),
    (r"[Hh]ash mismatch|--require-hashes",
     "The lock and the index disagree, or the lock has no hashes: lock again, and find out who changed what."),
    (r"network was disabled|[Nn]etwork connectivity is disabled|error sending request|dns error|tcp connect error"
     r"|Could not connect|timed out|Network is unreachable|Connection refused",
     "The package index could not be reached: check the network, proxy and UV_INDEX settings, and run again."),
    (r"401 Unauthorized|403 Forbidden|[Ff]ailed to fetch|credentials",
     "The package index refused: check UV_INDEX and UV_INDEX_<NAME>_USERNAME and _PASSWORD in the workflow."),
    (r"[Ff]ailed to build|build backend|Failed to download and build",
     "A package could not be built: the lines above are its own message. Try `uv pip install` of it in a fresh clone."),
    (r"No solution found|unsatisfiable|not found in the package registry",
     "The requirements contradict each other, or ask for what the index does not have: correct them."),
)  # fmt: skip


def what_to_do(finished: Finished) -> str:
    """Return what to do about it, by the cause that uv's words show."""
    text = finished.stderr.decode(errors="replace")
    if finished.ended == "timeout":
        return "Run again; when it stays slow, look at the network or allow more time."
    fallback = "Run the same `uv` command by hand to see more; correct project.install if it names what is not there."
    return next((todo for pattern, todo in _CAUSES if re.search(pattern, text)), fallback)
