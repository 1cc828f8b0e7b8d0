"""Verify the newer release of each real package as a change to the older one, and hold it to what reading it showed.

``python -I tests/real/realworld.py [PACKAGE…]``: prints a line per package; exits 1 when a finding is new
that nobody has looked at, when one that was looked at is gone, or when a check has no result.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Started with -I, so its own folder is not on the search path.
sys.path.extend(str(folder) for folder in Path(__file__).resolve().parents[:2])

from real_package import Release, files_of, release_repository, unpack
from support import lineclear, verdict_of

_PACKAGES = Path(__file__).with_name("packages.toml")
_NO_RESULT = frozenset({"error", "missing", "timeout", "blind"})

Key = tuple[str, str, str | None]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What the verification of one package gave."""

    package: dict[str, Any]
    verdict: dict[str, Any]
    seconds: float

    @property
    def new(self) -> list[Key]:
        """Check, rule and path of each finding that is new."""
        found = (f for f in self.verdict["findings"] if f["state"] == "new")
        return sorted((f["check"], f["rule"], f["path"]) for f in found)

    @property
    def looked(self) -> list[Key]:
        """The same of each finding that was looked at."""
        looked = self.package.get("looked", ())
        return sorted((item["check"], item["rule"], item["path"]) for item in looked for _ in range(item["times"]))

    def problems(self) -> list[str]:
        """Return what is not as it should be."""
        new, looked = Counter(self.new), Counter(self.looked)
        said = [f"not looked at: {' '.join(map(str, key))}" for key in (new - looked).elements()]
        said += [f"does not come any more: {' '.join(map(str, key))}" for key in (looked - new).elements()]
        return said + [
            f"{check['id']} has no result: {check['reason']}"
            for check in self.verdict["checks"]
            if check["status"] in _NO_RESULT
        ]

    def line(self) -> str:
        """Return the row of the table."""
        checks = {check["id"]: check for check in self.verdict["checks"]}
        tests = (checks["pytest"]["measures"] or {}).get("testsCollected", checks["pytest"]["status"])
        counts = [_counted(checks[name]["findings"]) for name in ("bandit", "semgrep", "pytest")]
        versions = f"{self.package['older']['version']} → {self.package['newer']['version']}"
        cells = [self.package["name"], versions, self.package["shape"], tests, *counts, self.verdict["outcome"]]
        return " | ".join(map(str, cells))


def main() -> int:
    """Verify the packages that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", metavar="PACKAGE")
    parser.add_argument("--keep", type=Path, help="leave the repositories and bundles in this folder")
    arguments = parser.parse_args()
    listed = tomllib.loads(_PACKAGES.read_text("utf-8"))["packages"]
    chosen = [package for package in listed if package["name"] in arguments.packages or not arguments.packages]
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        for package in chosen:
            result = _verify(package, (arguments.keep or Path(scratch)) / package["name"])
            print(f"| {result.line()} |", flush=True)
            for problem in result.problems():
                wrong += 1
                print(f"  {problem}", flush=True)
    return 1 if wrong or not chosen else 0


def _verify(package: dict[str, Any], folder: Path) -> Result:
    folder.mkdir(parents=True)
    releases = [Release(package=package["name"], **package[which]) for which in ("older", "newer")]
    older, newer = (files_of(unpack(release, folder)) for release in releases)
    repo = release_repository(folder / "repository", older, newer)
    begun = time.monotonic()
    bundle = folder / "bundle"
    done = lineclear("verify", "--base=main", "--head=upgrade", f"--out={bundle}", cwd=repo.root, seconds=900)
    (folder / "said.txt").write_text(done.stdout + done.stderr)
    return Result(package=package, verdict=verdict_of(bundle), seconds=time.monotonic() - begun)


def _counted(findings: dict[str, Any]) -> str:
    return " / ".join(
        "?" if findings[state] is None else str(findings[state]) for state in ("new", "existing", "fixed")
    )


if __name__ == "__main__":
    sys.exit(main())
