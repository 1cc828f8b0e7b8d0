"""Real git repositories for the tests of the change room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lineclear.change.repository import open_repository
from lineclear.change.resolve import PullRequest, Resolved, resolve_change

Content = str | bytes | None


def environment() -> dict[str, str]:
    """Return an environment in which git knows no configuration of this machine."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    return kept | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.com",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.com",
        "GIT_AUTHOR_DATE": "@1700000000 +0100",
        "GIT_COMMITTER_DATE": "@1700000000 +0100",
        "HOME": "/nonexistent",
    }


@dataclass(frozen=True, kw_only=True)
class Project:
    """A repository under test, and the folder beside it for scratch."""

    root: Path
    beside: Path

    def git(self, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *arguments],
            cwd=self.root,
            env=environment() | dict(env or {}),
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return os.fsdecode(done.stdout).strip()

    def write(self, files: Mapping[str, Content]) -> None:
        for name, content in files.items():
            path = self.root / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, Content], message: str = "a change", date: int = 1700000000) -> str:
        self.write(files)
        self.git("add", "--all")
        when = f"@{date} +0000"
        dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        self.git("commit", "--quiet", "--allow-empty", "-m", message, env=dates)
        return self.git("rev-parse", "HEAD")

    def resolve(
        self,
        base: str | None = None,
        head: str | None = None,
        event: PullRequest | None = None,
        leave_out: list[Path] | None = None,
    ) -> Resolved:
        repository = open_repository(self.root)
        scratch = self.beside / f"scratch{len(list(self.beside.glob('scratch*')))}"
        return resolve_change(repository, base=base, head=head, scratch=scratch, event=event, leave_out=leave_out or [])


def empty_project(tmp_path: Path, name: str = "project") -> Project:
    """Return a repository without a commit."""
    root = tmp_path / name
    root.mkdir()
    project = Project(root=root, beside=tmp_path)
    project.git("init", "--quiet", "--template=", "-b", "main")
    return project


def project_with(tmp_path: Path, files: Mapping[str, Content], name: str = "project") -> Project:
    """Return a repository whose branch main has one commit with these files."""
    project = empty_project(tmp_path, name)
    project.commit(files, "first")
    return project


def cloned(project: Project, name: str, *options: str) -> Project:
    """Return a clone of a project, as over a network."""
    url = project.root.resolve().as_uri()
    project.git("clone", "--quiet", *options, url, str(project.beside / name))
    return Project(root=project.beside / name, beside=project.beside)


def git_files(project: Project) -> dict[str, bytes]:
    """Return every file below ``.git`` with its bytes."""
    folder = project.root / ".git"
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def pull_request(
    *,
    base_sha: str | None = None,
    login: str | None = "ada",
    login_type: str | None = "User",
    head_ref: str | None = "fix/totals",
    repository: str | None = "acme/shop",
) -> PullRequest:
    return PullRequest(
        number=7, base_sha=base_sha, login=login, login_type=login_type, head_ref=head_ref, repository=repository
    )
