"""What the end-to-end tests share: the command in a process of its own, and the laws that hold for every run."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import Repo, lineclear, scrubbed_environment, verdict_of

__all__ = [
    "Run",
    "assert_no_result",
    "assert_refused",
    "changed_repo",
    "contents",
    "processes_with",
    "start",
    "verify",
    "wait_for",
]

_THREE_PARTS = re.compile(r"^error: \S.*\n(?:.*\n)*? {2}where: \S.*\n(?:.*\n)*? {2}to do: \S", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of the command: how it ended, what it printed, and where its bundle is."""

    code: int
    stdout: str
    stderr: str
    bundle: Path

    @property
    def verdict(self) -> dict[str, Any]:
        return verdict_of(self.bundle)

    @property
    def summary(self) -> str:
        return self.text("summary.md")

    @property
    def repair(self) -> str:
        return self.text("repair.md")

    def text(self, name: str) -> str:
        return (self.bundle / name).read_text("utf-8")

    def check(self, name: str) -> dict[str, Any]:
        """Return the verdict's entry of a check."""
        (found,) = (check for check in self.verdict["checks"] if check["id"] == name)
        assert isinstance(found, dict)
        return found

    def findings(self, check: str) -> list[dict[str, Any]]:
        """Return the verdict's findings of a check."""
        return [finding for finding in self.verdict["findings"] if finding["check"] == check]

    def states(self, check: str) -> dict[str, str | None]:
        """Return the state of each finding of a check by ``path:line``."""
        return {f"{f['path']}:{f['line']}": f["state"] for f in self.findings(check)}

    def evidence(self, check: str, tree: str = "merged") -> dict[str, Any]:
        """Return the evidence of one run."""
        evidence = json.loads(self.text(f"evidence/{check}/{tree}/evidence.json"))
        assert isinstance(evidence, dict)
        return evidence

    def statement(self, name: str = "verdict") -> dict[str, Any]:
        """Return a statement out of its envelope."""
        envelope = json.loads(self.text(f"statements/{name}.dsse.json"))
        statement = json.loads(base64.b64decode(envelope["payload"]))
        assert isinstance(statement, dict)
        return statement


def changed_repo(folder: Path, *, base: Mapping[str, str | bytes], change: Mapping[str, str | bytes]) -> Repo:
    """Make a repository whose branch ``feature`` adds one commit to ``main``."""
    repo = Repo.create(folder, base)
    repo.branch("feature")
    repo.commit("change", change)
    return repo


def verify(
    repo: Repo, *arguments: str, out: Path | None = None, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> Run:
    """Run ``lineclear verify`` to its end; hold it to leaving nothing in the temporary folder, and no traceback."""
    bundle = out if out is not None else repo.root.parent / "bundle"
    temporary = Path(tempfile.mkdtemp(prefix="tmp-", dir=repo.root.parent))
    done = lineclear(
        "verify",
        *arguments,
        f"--out={bundle}",
        cwd=cwd or repo.root,
        env={"TMPDIR": str(temporary), **(env or {})},
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert list(temporary.iterdir()) == [], "something was left behind"
    return Run(code=done.returncode, stdout=done.stdout, stderr=done.stderr, bundle=bundle)


def assert_refused(done: Run | subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """Hold an error to its three parts on standard error, to its exit code, and to what it must name."""
    assert (done.code if isinstance(done, Run) else done.returncode) == code, done.stderr
    assert _THREE_PARTS.search(done.stderr), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    for word in words:
        assert word in done.stderr


def assert_no_result(run: Run, check: str, ended: str, status: str = "error") -> None:
    """Hold a check without a result to reading so everywhere: evidence, verdict, console, summary, repair list."""
    evidence = run.evidence(check)
    assert evidence["ended"] == ended, evidence["problem"]
    assert all(evidence["problem"][part] for part in ("what", "where", "todo"))
    assert [evidence[name] for name in ("findings", "measures", "examined", "unexamined")] == [None] * 4

    entry = run.check(check)
    assert entry["status"] == status
    assert entry["findings"] == {"new": None, "existing": None, "fixed": None}
    assert entry["measures"] is None
    assert evidence["problem"]["what"] in entry["reason"]
    assert run.verdict["outcome"] == "error"
    assert run.findings(check) == []
    assert [reason["outcome"] for reason in run.verdict["reasons"] if reason["source"] == f"check {check}"] == ["error"]
    assert not any(line.startswith(f"{check} ") for line in run.verdict["established"])
    told = re.compile(rf"[^:]*\b{re.escape(check)}\b[^:]*: {status}\.")  # checks with one reason share a sentence
    assert any(map(told.match, run.verdict["notEstablished"]))

    word = "timed out" if status == "timeout" else status
    shown = re.search(rf"^  {check} +{word} +findings not known( |$)", run.stdout, re.MULTILINE)
    counted = re.search(rf"^  and [0-9]+ more: .*[0-9] {word}\b", run.stdout, re.MULTILINE)
    assert shown or counted, run.stdout
    assert f"| `{check}` | **{word}** | not known | not known | not known |" in run.summary
    assert f"{check} gave no result" in run.repair
    assert run.statement()["predicate"]["verificationResult"] == "FAILED"
    assert run.code == 4


def contents(folder: Path, *, without: str | None = None) -> dict[str, tuple[int, int, str]]:
    """Return mode, modification time and digest of everything below a folder, ``.git`` and all of it included.

    Times of folders are left out, and those of git's objects: git renews them when it meets an object again.
    """
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if without is not None and (name == without or name.startswith(f"{without}/")):
            continue
        state = path.lstat()
        if path.is_symlink():
            data = bytes(path.readlink())
        elif path.is_file():
            data = path.read_bytes()
        else:
            data = b""
        timeless = (path.is_dir() and not path.is_symlink()) or "objects" in path.parts
        when = 0 if timeless else state.st_mtime_ns
        found[name] = (state.st_mode, when, hashlib.sha256(data).hexdigest())
    return found


def start(repo: Repo, *arguments: str, env: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start ``lineclear verify`` in a process group of its own, as a shell does for the foreground."""
    return subprocess.Popen(
        [sys.executable, "-I", "-m", "lineclear.cli.main", "verify", *arguments],
        cwd=repo.root,
        env=scrubbed_environment(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )


def processes_with(text: str) -> list[str]:
    """Return the command lines of all living processes that have a text in their arguments or environment."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            command = (folder / "cmdline").read_bytes()
            known = command + b"\0" + (folder / "environ").read_bytes()
        except OSError:
            continue
        if text.encode() in known:
            found.append(command.replace(b"\0", b" ").decode("utf-8", "replace"))
    return found


def wait_for(happened: Callable[[], object], seconds: float = 60) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
