"""The step's answer comes from a valid verdict.json and from nothing else."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import verdict_of

from lineclear.errors import UsageError
from lineclear.github.decide import decide, read_verdict

_SNAPSHOTS = Path(__file__).parents[1] / "report" / "snapshots"


def _bundle(tmp_path: Path, name: str) -> Path:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    shutil.copy(_SNAPSHOTS / name / "verdict.json", bundle)
    return bundle


def _decide(bundle: Path, tmp_path: Path) -> tuple[int, dict[str, str], str, str]:
    env = {"GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "page")}
    out = io.StringIO()
    code = decide([str(bundle)], env, out)
    lines = (tmp_path / "output").read_text(encoding="utf-8").splitlines()
    return (
        code,
        dict(line.split("=", 1) for line in lines),
        (tmp_path / "page").read_text(encoding="utf-8"),
        out.getvalue(),
    )


@pytest.mark.parametrize(
    ("name", "code", "outputs"),
    [
        ("pass", 0, {"outcome": "pass", "enforcement": "enforce", "new-findings": "0", "partial": "false"}),
        ("fail", 1, {"outcome": "fail", "enforcement": "enforce", "new-findings": "38", "partial": "false"}),
        ("error", 4, {"outcome": "error", "enforcement": "enforce", "new-findings": "unknown", "partial": "false"}),
        ("conflict", 1, {"outcome": "fail", "enforcement": "enforce", "new-findings": "1", "partial": "false"}),
        ("partial", 0, {"outcome": "pass", "enforcement": "enforce", "new-findings": "0", "partial": "true"}),
        ("report-mode", 0, {"outcome": "review", "enforcement": "report", "new-findings": "0", "partial": "false"}),
        ("unsteady", 3, {"outcome": "review", "enforcement": "enforce", "new-findings": "3", "partial": "false"}),
        ("hostile", 1, {"outcome": "fail", "enforcement": "enforce", "new-findings": "1", "partial": "false"}),
    ],
)
def test_outputs_and_exit_code_follow_the_verdict(
    tmp_path: Path, name: str, code: int, outputs: dict[str, str]
) -> None:
    bundle = _bundle(tmp_path, name)
    answered, written, page, _ = _decide(bundle, tmp_path)
    assert answered == code
    assert written.pop("reported-outcome") == verdict_of(bundle)["reportedOutcome"]
    assert written == {**outputs, "exit-code": str(code), "bundle": str(bundle)}
    assert page == (_SNAPSHOTS / name / "summary.md").read_text(encoding="utf-8")


def test_the_page_is_made_from_the_verdict_and_not_read_from_the_bundle(tmp_path: Path) -> None:
    bundle = _bundle(tmp_path, "fail")
    (bundle / "summary.md").write_text("# Lineclear: PASS\n", encoding="utf-8")
    assert "PASS" not in _decide(bundle, tmp_path)[2]


def _nothing(bundle: Path) -> None:
    (bundle / "verdict.json").unlink()


def _no_folder(bundle: Path) -> None:
    shutil.rmtree(bundle)


def _linked_file(bundle: Path) -> None:
    (bundle / "verdict.json").rename(bundle / "real.json")
    (bundle / "verdict.json").symlink_to("real.json")


def _linked_folder(bundle: Path) -> None:
    bundle.rename(bundle.with_name("real"))
    bundle.symlink_to("real")


def _pipe(bundle: Path) -> None:
    (bundle / "verdict.json").unlink()
    os.mkfifo(bundle / "verdict.json")


def _not_json(bundle: Path) -> None:
    (bundle / "verdict.json").write_text("{", encoding="utf-8")


def _edit(change: dict[str, Any]) -> Callable[[Path], None]:
    def edit(bundle: Path) -> None:
        path = bundle / "verdict.json"
        path.write_text(json.dumps({**json.loads(path.read_bytes()), **change}), encoding="utf-8")

    return edit


@pytest.mark.parametrize(
    "break_it",
    [
        _nothing,
        _no_folder,
        _linked_file,
        _linked_folder,
        _pipe,
        _not_json,
        _edit({"outcome": "passed"}),
        _edit({"partial": 0}),
        _edit({"schemaVersion": 2}),
        _edit({"unknownKey": 1}),
    ],
)
def test_whatever_is_not_a_valid_verdict_is_an_error(tmp_path: Path, break_it: Callable[[Path], None]) -> None:
    bundle = _bundle(tmp_path, "pass")
    break_it(bundle)
    code, written, page, printed = _decide(bundle, tmp_path)
    assert code == 4
    assert written["outcome"] == "error"
    assert written["exit-code"] == "4"
    assert {written[key] for key in ("enforcement", "new-findings", "partial")} == {"unknown"}
    assert page.startswith("# Lineclear: ERROR\n")
    assert printed.startswith("::error title=Lineclear%3A error::No verdict could be established: ")


def test_a_verdict_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineclear.github.decide._SIZE", 100)
    assert _decide(_bundle(tmp_path, "pass"), tmp_path)[0] == 4


def test_a_sound_verdict_is_read_back_as_it_was(tmp_path: Path) -> None:
    bundle = _bundle(tmp_path, "fail")
    assert read_verdict(bundle).canonical() == (bundle / "verdict.json").read_bytes()


@pytest.mark.parametrize("arguments", [[], ["a", "b"]])
def test_one_bundle_is_named(arguments: list[str]) -> None:
    with pytest.raises(UsageError):
        decide(arguments, {}, io.StringIO())


def test_it_runs_isolated_and_exits_with_the_code(tmp_path: Path) -> None:
    bundle = _bundle(tmp_path, "fail")
    (tmp_path / "json.py").write_text("raise SystemExit(0)\n", encoding="utf-8")
    command = [sys.executable, "-I", "-m", "lineclear.github.decide", str(bundle)]
    env = {"PATH": os.environ["PATH"]}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=env, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("::error title=Lineclear%3A fail::")
    usage = subprocess.run(command[:-1], capture_output=True, text=True, cwd=tmp_path, env=env, check=False, timeout=60)
    assert usage.returncode == 2
    assert "to do:" in usage.stderr
