"""Makes a git repository of orders-service and verifies three changes to it, as their author would.

Run by ``nox -s demo``. Ends with an error when a verdict is not the one that the change deserves.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent / "orders-service"
CHANGES = (
    ("honest", 0, "a filter that an agent added, with its tests, document and data"),
    ("defects", 1, "a feature with one defect in the reach of each check"),
    ("contract-break", 1, "a status code changed in code and tests, not in the API document"),
)


def main() -> int:
    """Verify every change and return 0 when each got the exit code that it deserves."""
    with tempfile.TemporaryDirectory(prefix="lineclear-demo-") as folder:
        repository = Path(folder) / "orders-service"
        shutil.copytree(EXAMPLE, repository, ignore=shutil.ignore_patterns("changes", ".lineclear", "__pycache__"))
        _git(repository, "init", "--quiet", "--initial-branch=main")
        _commit(repository, "The service as it is")
        results = [_verify(repository, name, wanted, about) for name, wanted, about in CHANGES]
    print("All three verdicts are as they should be." if all(results) else "A verdict is not as it should be.")
    return 0 if all(results) else 1


def _verify(repository: Path, name: str, wanted: int, about: str) -> bool:
    print(f"\n=== {name}: {about}\n$ git switch -c {name} && git apply {name}.patch && git commit && lineclear verify")
    sys.stdout.flush()
    _git(repository, "switch", "--quiet", "--create", name, "main")
    _git(repository, "apply", str(EXAMPLE / "changes" / f"{name}.patch"))
    _commit(repository, about)
    command = [sys.executable, "-I", "-m", "lineclear.cli.main", "verify"]
    code = subprocess.run(command, cwd=repository, stderr=subprocess.DEVNULL, check=False).returncode
    print(f"exit code {code}")
    return code == wanted


def _commit(repository: Path, message: str) -> None:
    _git(repository, "add", "--all")
    _git(repository, "-c", "user.name=Demo", "-c", "user.email=demo@example.org", "commit", "--quiet", "-m", message)


def _git(repository: Path, *arguments: str) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", "-C", repository, *arguments], env=clean, check=True)


if __name__ == "__main__":
    sys.exit(main())
