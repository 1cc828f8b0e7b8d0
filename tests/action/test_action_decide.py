"""The exit code and the log of the verification can make the answer worse or clearer, and never better."""

from __future__ import annotations

import io
import os
import shutil
from pathlib import Path

import pytest
from act_runs import ROOT

from lineclear.errors import UsageError
from lineclear.github.decide import decide
from lineclear.github.log import read_refusal

_SNAPSHOTS = ROOT / "tests" / "report" / "snapshots"
_REFUSAL = [
    "error: 2 problems in the contract",
    "- unknown check 'bandti'",
    "    where: lineclear.yaml:4:3 checks.bandti",
    "    to do: did you mean bandit?",
    "  where: lineclear.yaml",
    "  to do: mend each of them",
]


def _decide(tmp_path: Path, *options: str, verdict: str | None = None) -> tuple[int, dict[str, str], str, str]:
    bundle = tmp_path / "bundle"
    if verdict is not None:
        bundle.mkdir()
        shutil.copy(_SNAPSHOTS / verdict / "verdict.json", bundle)
    env = {"GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "page")}
    out = io.StringIO()
    code = decide([str(bundle), *options], env, out)
    outputs = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
    return code, outputs, (tmp_path / "page").read_text(), out.getvalue()


@pytest.mark.parametrize(
    ("verdict", "ended"), [("pass", "0"), ("fail", "1"), ("error", "4"), ("report-mode", "0"), ("conflict", "1")]
)
def test_a_verdict_that_its_verification_ended_with_counts(tmp_path: Path, verdict: str, ended: str) -> None:
    code, outputs, _, _ = _decide(tmp_path, "--ended", ended, verdict=verdict)
    assert str(code) == outputs["exit-code"] == ended


@pytest.mark.parametrize("ended", ["1", "2", "4", "137", "247", "", "00", "0x0", " 0"])
def test_a_pass_with_any_other_end_is_an_error(tmp_path: Path, ended: str) -> None:
    code, outputs, page, printed = _decide(tmp_path, "--ended", ended, verdict="pass")
    assert code in (2, 4)
    assert outputs["outcome"] == "error"
    assert outputs["exit-code"] == str(code)
    assert page.startswith("# Lineclear: ERROR\n")
    assert printed.startswith("::error title=Lineclear%3A error::No verdict could be established: the verification ")


def test_no_end_makes_a_missing_verdict_a_pass(tmp_path: Path) -> None:
    code, outputs, _, _ = _decide(tmp_path, "--ended", "0")
    assert (code, outputs["outcome"]) == (4, "error")


def test_a_refusal_is_shown_as_the_verification_said_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("\n".join(["nox > Running", "error: an older one", "  to do: x", *_REFUSAL, "nox > Failed", ""]))
    code, outputs, page, printed = _decide(tmp_path, "--ended", "2", "--log", str(log))
    assert (code, outputs["exit-code"]) == (2, "2")
    assert "\n".join(f"    {line}" for line in _REFUSAL) in page
    assert "older" not in page
    assert printed.count("\n") == 1
    assert "did you mean bandit?" in printed


def test_what_a_log_holds_is_shown_and_does_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("error: \x1b[31m<img src=x>\u202e @everyone\n\n# Lineclear: PASS\n  to do: ::set-output name=x::y\n")
    _, _, page, printed = _decide(tmp_path, "--ended", "4", "--log", str(log))
    shown = page.partition("ended with:\n\n")[2]
    assert all(line.startswith("    ") or not line for line in shown.splitlines())
    assert not any(char in page for char in "\x1b\u202e")
    assert [line.split("::")[1].split(" ")[0] for line in printed.splitlines()] == ["error"]


def test_an_argument_error_is_a_refusal_too(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("usage: lineclear verify [-h]\nlineclear verify: error: argument --jobs: 'x' is no number\n")
    assert read_refusal(log) == ["lineclear verify: error: argument --jobs: 'x' is no number"]


def test_a_log_that_is_no_regular_file_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "real").write_text("error: x\n")
    (tmp_path / "link").symlink_to("real")
    for name in ("pipe", "link", "absent", "."):
        assert read_refusal(tmp_path / name) == []


def test_a_folder_in_the_place_of_the_verdict_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "bundle" / "verdict.json").mkdir(parents=True)
    assert _decide(tmp_path)[0] == 4


@pytest.mark.parametrize(
    "arguments", [["b", "--ended"], ["b", "--other", "x"], ["b", "--log", "x", "--log", "y"], ["-"]]
)
def test_wrong_arguments_are_refused(arguments: list[str]) -> None:
    with pytest.raises(UsageError):
        decide(arguments, {}, io.StringIO())
