"""``--format json``: the verdict and nothing else on standard output, whatever becomes of standard error."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from e2e_support import assert_refused, changed_repo
from support import Repo, lineclear, scrubbed_environment

CONTRACT = "version: 1\nchecks: {data: {use: jsonschema, with: {schema: s.json, instances: 'd.json'}}}\n"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    base = {"lineclear.yaml": CONTRACT, "s.json": '{"type": "object"}', "d.json": "{}"}
    return changed_repo(tmp_path / "project", base=base, change={"d.json": "[]"})


def shell(repo: Repo, redirection: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a shell does, with one of its redirections."""
    command = [sys.executable, "-I", "-m", "lineclear.cli.main", "verify", "--format=json", *arguments]
    return subprocess.run(
        ["bash", "-c", f"{shlex.join(command)} {redirection}"],
        cwd=repo.root,
        env=scrubbed_environment(),
        capture_output=True,
        timeout=120,
        check=False,
    )


@pytest.mark.tools
@pytest.mark.parametrize("redirection", ["", "2>/dev/null", "2>/dev/full", "2>&-", "<&- 2>&-"])
def test_the_verdict_is_all_of_standard_output(repo: Repo, redirection: str) -> None:
    done = shell(repo, redirection)
    assert done.returncode == 1, done.stderr
    assert done.stdout == (repo.root / ".lineclear" / "verdict.json").read_bytes()


@pytest.mark.parametrize("redirection", ["", "2>/dev/full", "2>&-"])
def test_an_error_leaves_standard_output_empty_and_keeps_its_exit_code(repo: Repo, redirection: str) -> None:
    done = shell(repo, redirection, "--base=nonsense")
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--base=nonsense",), "nonsense"),
        (("--only=nothing",), "'nothing'"),
        (("--contract=missing.yaml",), "missing.yaml"),
        (("--key=missing.pem",), "missing.pem"),
    ],
)
def test_every_refusal_has_its_three_parts_on_standard_error(repo: Repo, arguments: tuple[str, ...], word: str) -> None:
    assert_refused(lineclear("verify", "--format=json", *arguments, cwd=repo.root), 2, word)


def test_an_invalid_contract_is_said_on_standard_error(tmp_path: Path) -> None:
    broken = changed_repo(tmp_path / "project", base={"lineclear.yaml": "version: 1\nchekcs: {}\n"}, change={})
    assert_refused(lineclear("verify", "--format=json", cwd=broken.root), 2, "chekcs")


@pytest.mark.tools
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_verdict_that_cannot_be_printed_is_none(repo: Repo, form: str) -> None:
    done = shell(repo, ">/dev/full", f"--format={form}")
    assert done.returncode == 4
    assert b"No space left on device" in done.stderr
