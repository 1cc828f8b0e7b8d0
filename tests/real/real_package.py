"""Real packages in two consecutive releases, pinned by hash, as repositories in which the newer one is a change."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from support import Repo, scrubbed_environment

from lineclear.run.cachedirs import cache_folders

__all__ = ["NEWER", "OLDER", "REQUIREMENTS", "Release", "files_of", "release_repository", "unpack"]


@dataclass(frozen=True, kw_only=True)
class Release:
    """One source distribution. It holds the package's tests, and what says what these need."""

    package: str
    version: str
    sha256: str

    @property
    def name(self) -> str:
        """Folder in the archive, and the archive's name without its suffix."""
        return f"{self.package.replace('-', '_')}-{self.version}"


#: Jinja2 3.1.6 closes a hole in the sandbox: ``src/jinja2/filters.py``, and one test that shows it.
OLDER = Release(
    package="jinja2", version="3.1.5", sha256="8fefff8dc3034e27bb80d67c671eb8a9bc424c0ef4c0826edbff304cceff43bb"
)
NEWER = Release(
    package="jinja2", version="3.1.6", sha256="0137fb05990d35f1275a587e9aee6d56da821fc83491a0fb838183be43f66d6d"
)
#: What the tests need, pinned by the package itself.
REQUIREMENTS = "requirements/tests.txt"


def unpack(release: Release, folder: Path) -> Path:
    """Unpack a release below a folder and return its root. It is downloaded at the first call, then cached."""
    with tarfile.open(_archive(release)) as archive:
        archive.extractall(folder, filter="data")
    return folder / release.name


def files_of(root: Path) -> dict[str, bytes]:
    """Return the files below a folder, by their path in it."""
    found = sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def release_repository(root: Path, base: dict[str, bytes], head: dict[str, bytes]) -> Repo:
    """Make a repository whose ``main`` has the files of the base, and the branch ``upgrade`` those of the head."""
    repo = Repo.create(root)
    repo.commit("base", base)
    repo.branch("upgrade")
    repo.git("rm", "--quiet", "-r", ".")
    repo.commit("head", head)
    return repo


def _archive(release: Release) -> Path:
    folder = cache_folders().root / "sdists"
    folder.mkdir(mode=0o700, exist_ok=True)
    kept = folder / f"{release.name}.tar.gz"
    if not (kept.is_file() and _sha256(kept) == release.sha256):
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            _download(release, Path(scratch))
            (Path(scratch) / kept.name).replace(kept)
    assert _sha256(kept) == release.sha256
    return kept


def _download(release: Release, folder: Path) -> None:
    """Let pip fetch the archive, from the index that this machine is set to. It runs the backend for the metadata."""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{release.package}=={release.version} --hash=sha256:{release.sha256}\n")
    _run(sys.executable, "-I", "-m", "venv", str(folder / "venv"))
    pip = (str(folder / "venv" / "bin" / "python"), "-I", "-m", "pip", "--quiet", "download", "--require-hashes")
    _run(*pip, "--no-deps", "--no-binary", release.package, "--dest", str(folder), "--requirement", str(wanted))


def _run(*argv: str) -> None:
    done = subprocess.run(argv, env=scrubbed_environment(), capture_output=True, text=True, check=False, cwd=os.sep)
    assert done.returncode == 0, done.stderr


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
