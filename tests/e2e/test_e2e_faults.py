"""Whatever goes wrong, however late: the exit code, what is printed and what is on disk agree."""

from __future__ import annotations

import ctypes
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from e2e_support import assert_refused, changed_repo, verify
from support import Repo, lineclear, scrubbed_environment

BROKEN = {
    "lineclear.yaml": "version: 1\ninvariants:\n"
    "  - {id: none, require: size(change.files) == 0, otherwise: fail, message: m, remedy: r}\n"
}
COMMAND = [sys.executable, "-I", "-m", "lineclear.cli.main", "verify"]


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A change of one file that an invariant refuses, under a contract without checks."""
    return changed_repo(tmp_path / "project", base={**BROKEN, "a.py": "a = 1\n"}, change={"a.py": "a = 2\n"})


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Make file systems of a few kilobytes; only root can."""
    libc, made = ctypes.CDLL(None, use_errno=True), []

    def make(kilobytes: int) -> Path:
        folder = tmp_path / f"disk{kilobytes}"
        folder.mkdir()
        options = f"size={kilobytes}k".encode()
        if libc.mount(b"none", os.fsencode(folder), b"tmpfs", 0, options) != 0:
            pytest.skip("only root can make a small file system")
        made.append(folder)
        return folder

    yield make
    for folder in made:
        libc.umount2(os.fsencode(folder), 2)


def run(repo: Repo, bundle: Path, redirections: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command from a shell, with its streams somewhere else."""
    script = f'"$@" {redirections}'
    return subprocess.run(
        ["bash", "-c", script, "bash", *COMMAND, f"--out={bundle}", *options],
        cwd=repo.root,
        env=scrubbed_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("kilobytes", [8, 20, 28, 36, 44])
def test_a_disk_that_fills_up_leaves_no_verdict(repo: Repo, small_disk: Callable[[int], Path], kilobytes: int) -> None:
    """At some of the sizes the manifest, at others a report or the first input is what does not fit."""
    bundle = small_disk(kilobytes) / "bundle"
    done = lineclear("verify", f"--out={bundle}", cwd=repo.root)
    if done.returncode == 1:
        assert lineclear("audit", str(bundle), cwd=repo.root).returncode == 0
        return
    assert_refused(done, 4, "o space", "ree space")
    assert not {"verdict.json", "manifest.json"} & {path.name for path in bundle.glob("*")}


@pytest.mark.parametrize("kilobytes", [4, 60])
def test_a_full_temporary_folder_is_an_error(
    repo: Repo, tmp_path: Path, small_disk: Callable[[int], Path], kilobytes: int
) -> None:
    repo.write({"big.bin": os.urandom(200_000)})
    done = lineclear(
        "verify", f"--out={tmp_path / 'bundle'}", cwd=repo.root, env={"TMPDIR": str(small_disk(kilobytes))}
    )
    assert_refused(done, 4, "o space", "ree space", "TMPDIR")
    assert not (tmp_path / "bundle").exists()


@pytest.mark.parametrize("redirections", ["| true", "| head -1", ">&-", "2>&-", "2>/dev/full", "<&- >&- 2>&-"])
def test_a_reader_that_went_away_changes_no_answer(repo: Repo, tmp_path: Path, redirections: str) -> None:
    bundle = tmp_path / "bundle"
    done = run(repo, bundle, f"{redirections}; exit ${{PIPESTATUS[0]}}")
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "error" not in done.stderr
    assert lineclear("audit", str(bundle), cwd=repo.root).returncode == 0


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_answer_that_cannot_be_written_down_is_an_error_and_no_verdict_is_left(
    repo: Repo, tmp_path: Path, form: str
) -> None:
    bundle = tmp_path / "bundle"
    done = run(repo, bundle, "> /dev/full", f"--format={form}")
    assert_refused(done, 4, "nothing could be written", "No space left on device")
    assert not {"verdict.json", "manifest.json"} & {path.name for path in bundle.iterdir()}


def test_what_is_printed_for_machines_stays_alone_without_a_standard_error(repo: Repo, tmp_path: Path) -> None:
    done = run(repo, tmp_path / "bundle", "2>&-", "--format=json")
    assert json.loads(done.stdout)["outcome"] == "fail"


def test_an_error_that_nobody_can_be_told_has_its_exit_code(repo: Repo, tmp_path: Path) -> None:
    for redirections in ("2>/dev/full", "2>&-", ">&- 2>&-"):
        done = run(repo, tmp_path / "bundle", redirections, "--base=nosuch")
        assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


@pytest.mark.parametrize("home", [None, "/proc", "/dev/null/home", "relative", ""])
def test_a_home_that_is_missing_or_cannot_be_written_is_no_obstacle(
    repo: Repo, tmp_path: Path, home: str | None
) -> None:
    environment = {
        name: value for name, value in scrubbed_environment().items() if name not in ("HOME", "XDG_CACHE_HOME")
    }
    done = subprocess.run(
        [*COMMAND, f"--out={tmp_path / 'bundle'}"],
        cwd=repo.root,
        env=environment | ({} if home is None else {"HOME": home}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")


def test_two_verifications_at_once_are_both_right(repo: Repo, tmp_path: Path) -> None:
    outs = [tmp_path / "first", tmp_path / "second"]
    started = [
        subprocess.Popen([*COMMAND, f"--out={out}"], cwd=repo.root, env=scrubbed_environment(), stdout=subprocess.PIPE)
        for out in outs
    ]
    assert [process.communicate(timeout=120)[0][:4] for process in started] == [b"FAIL"] * 2
    assert [process.returncode for process in started] == [1, 1]
    first, second = ((out / "verdict.json").read_bytes() for out in outs)
    assert first == second


def test_a_shallow_clone_is_named_before_a_near_name(repo: Repo) -> None:
    folder = repo.root.parent / "clone"
    repo.git("branch", "feat", "feature")
    repo.git("clone", "--quiet", "--depth=1", "--branch=feat", repo.root.as_uri(), str(folder))
    done = verify(Repo(root=folder), "--base=origin/main")
    assert_refused(done, 2, "is not here; this is a shallow clone", "fetch-depth: 0", "Or did you mean origin/feat?")
    fetched = subprocess.run(
        ["git", "fetch", "--quiet", "--unshallow", "origin", "+refs/heads/*:refs/remotes/origin/*"],
        cwd=folder,
        check=True,
    )
    assert fetched.returncode == 0
    assert verify(Repo(root=folder), "--base=origin/main").code == 1


@pytest.mark.parametrize("name", ["two words", 'it\'s "quoted"', "line\nbreak", "-option", "$(HOME) *", "umlaut-ä"])
def test_the_repository_s_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    change = {f"{name}.py": "a = 2\n", f"{name}/{name}.txt": "words\n"}
    repo = changed_repo(tmp_path / name / "project", base={**BROKEN, "a.py": "a = 1\n"}, change=change)
    done = verify(repo, out=tmp_path / name / "bundle")
    assert done.code == 1, done.stderr
    paths = {file["path"] for file in json.loads(done.text("inputs/change.json"))["files"]}
    assert paths == {f"{name}.py", f"{name}/{name}.txt"}
    assert lineclear("audit", str(done.bundle), cwd=tmp_path).returncode == 0


FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


@pytest.mark.tools
@pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed")
def test_a_clock_that_is_set_back_during_a_run_changes_nothing(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("+0")
    suite = f"import pathlib\n\n\ndef test_it():\n    pathlib.Path({str(clock)!r}).write_text('-3d')\n"
    base = {"lineclear.yaml": "version: 1\nchecks: {pytest: {}}\n", "tests/test_it.py": suite}
    repo = changed_repo(tmp_path / "project", base=base, change={"a.py": "a = 1\n"})
    steered = {
        "LD_PRELOAD": str(FAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    done = verify(repo, env=steered)
    assert done.code == 0, done.stdout + done.stderr
    evidence = done.evidence("pytest")
    assert evidence["finishedAt"] < evidence["startedAt"], "the clock was not set back"
    assert "-" not in re.findall(r"\((\S+) s\)", done.stderr)[0]
    assert lineclear("audit", str(done.bundle), cwd=tmp_path).returncode == 0
