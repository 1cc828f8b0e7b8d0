"""For a user's own noxfile: ``from lineclear.nox import verify`` adds the session ``verify``."""

from __future__ import annotations

import subprocess
import sys

import nox

__all__ = ["verify"]


@nox.session(python=False)
def verify(session: nox.Session) -> None:
    """Verify the change in this repository; arguments after ``--`` go to ``lineclear verify``."""
    command = [sys.executable, "-I", "-m", "lineclear.cli.main", "verify", *session.posargs]
    # session.run turns every code into 1; ours say more.
    code = subprocess.run(command, cwd=session.invoked_from, check=False).returncode
    if code:
        sys.exit(code)
