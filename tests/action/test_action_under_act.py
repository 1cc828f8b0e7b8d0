"""The action as a user has it: ``uses: OWNER/lineclear@v1``, with another repository as the workspace."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from act_runs import ROOT, ActRun, copy_checkout, pull_request, run_job
from support import Repo, lineclear, scrubbed_environment

pytestmark = [pytest.mark.slow, pytest.mark.tools]

_PASSING_VERDICT = ROOT / "tests" / "report" / "snapshots" / "pass" / "verdict.json"
_TRAPS = ("pip", "nox", "venv", "shlex", "json", "lineclear", "sitecustomize", "usercustomize", "conftest")
_VERIFY = """\
      - uses: actions/checkout@v4
      - id: lineclear
        uses: OWNER/lineclear@v1
"""
_PROJECT = {
    "pyproject.toml": "[project]\nname = 'shop'\nversion = '1'\n",
    "lineclear.yaml": "version: 1\nproject: {install: []}\nchecks:\n  pytest: {}\n  bandit: {}\n",
    "shop.py": "def total(prices: list[int]) -> int:\n    return sum(prices)\n",
    "test_shop.py": "import shop\n\n\ndef test_total() -> None:\n    assert shop.total([1, 2]) == 3\n",
}
_AVERAGE = {
    "shop.py": _PROJECT["shop.py"] + "\n\ndef mean(prices: list[int]) -> float:\n    return sum(prices) / 2\n",
    "test_mean.py": "import shop\n\n\ndef test_mean() -> None:\n    assert shop.mean([1, 3]) == 2\n",
}


@pytest.fixture(scope="session")
def action(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_checkout(tmp_path_factory.mktemp("action"))


def _verify(
    tmp_path: Path, action: Path, change: dict[str, str], *, base: dict[str, str] | None = None, steps: str = _VERIFY
) -> ActRun:
    repo = Repo.create(tmp_path / "workspace", {**_PROJECT, **(base or {})})
    start = repo.git("rev-parse", "HEAD")
    repo.branch("feature")
    end = repo.commit("A change", change)
    return run_job(repo, steps, pull_request(start, end), action=action, folder=tmp_path / "act")


def test_an_honest_change_passes(tmp_path: Path, action: Path) -> None:
    done = _verify(tmp_path, action, _AVERAGE)
    outputs = done.outputs()
    assert Path(outputs.pop("bundle")).is_absolute()
    assert len(outputs.pop("tools")) == 16
    assert outputs == {
        "outcome": "pass",
        "reported-outcome": "pass",
        "enforcement": "enforce",
        "exit-code": "0",
        "new-findings": "0",
        "partial": "false",
    }
    assert done.steps["lineclear"]["conclusion"] == "success"
    assert done.succeeded
    assert done.summary.startswith("# Lineclear: PASS\n")
    audited = lineclear("audit", str(done.report / "bundle"), cwd=tmp_path)
    assert audited.returncode == 0, audited.stdout


def test_a_new_finding_fails_the_job(tmp_path: Path, action: Path) -> None:
    done = _verify(tmp_path, action, {"shop.py": _PROJECT["shop.py"] + "\n\nassert eval('total([]) == 0')\n"})
    outputs = done.outputs()
    assert {key: outputs[key] for key in ("outcome", "exit-code", "new-findings")} == {
        "outcome": "fail",
        "exit-code": "1",
        "new-findings": "1",
    }
    assert done.steps["lineclear"]["conclusion"] == "failure"
    assert not done.succeeded
    assert done.summary.startswith("# Lineclear: FAIL\n")
    assert "B307" in done.summary
    assert any("file=shop.py,line=5,title=bandit/B307::" in line for line in done.annotations)


def test_nothing_of_the_change_runs_in_a_process_that_decides(tmp_path: Path, action: Path) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    trap = (
        "import os, sys, uuid\n"
        f"with open({str(marks)!r} + f'/{{uuid.uuid4()}}', 'w') as file:\n"
        "    print(__name__, sys.prefix, *sys.argv, sep='\\n', file=file)\n"
    )
    change = {
        **{f"{name}.py": trap for name in _TRAPS},
        "test_broken.py": "def test_broken() -> None:\n    assert 1 == 2\n",
        ".lineclear/verdict.json": _PASSING_VERDICT.read_text("utf-8"),
        ".lineclear/.gitignore": "# Written anew by each verification.\n*\n",
    }
    repo = Repo.create(tmp_path / "workspace", _PROJECT)
    start = repo.git("rev-parse", "HEAD")
    repo.branch("feature")
    repo.write(change)
    repo.git("add", "--force", ".lineclear")
    end = repo.commit("Traps, and a verdict of its own")

    done = run_job(repo, _VERIFY, pull_request(start, end), action=action, folder=tmp_path / "act")

    assert done.outputs()["outcome"] == "fail"
    assert done.outputs()["exit-code"] == "1"
    assert not done.succeeded
    fired = [mark.read_text().splitlines() for mark in marks.iterdir()]
    assert "conftest" in {name for name, *_ in fired}, "where no trap fired, nothing is shown"
    deciding = [mark for mark in fired if "project-" not in mark[1]]
    assert deciding == []


def test_the_traps_catch_a_python_that_is_not_isolated(tmp_path: Path) -> None:
    (tmp_path / "pip.py").write_text(f"open({str(tmp_path / 'mark')!r}, 'w').close()\n")
    subprocess.run([sys.executable, "-m", "pip"], cwd=tmp_path, env=scrubbed_environment(), check=True)
    assert (tmp_path / "mark").exists()


def test_a_verdict_planted_by_what_kills_the_verification_does_not_count(tmp_path: Path, action: Path) -> None:
    shutil.copy(_PASSING_VERDICT, tmp_path / "planted.json")
    killer = f"""\
import os, pathlib, shutil, signal

def test_plant() -> None:
    number = os.getpid()
    while number > 1:
        folder = pathlib.Path("/proc", str(number))
        words = folder.joinpath("cmdline").read_bytes().decode().split("\\0")
        out = next((word.removeprefix("--out=") for word in words if word.startswith("--out=")), None)
        if out is not None and any(word.endswith("/lineclear") for word in words):
            shutil.copy({str(tmp_path / "planted.json")!r}, out + "/verdict.json")
            os.kill(number, signal.SIGKILL)
            return
        number = int(folder.joinpath("stat").read_text().rpartition(")")[2].split()[1])
    raise AssertionError("the verification was not found")
"""
    if not Path("/proc/self/stat").exists():
        pytest.skip("no /proc to find the verification in")
    done = _verify(tmp_path, action, {"test_plant.py": killer})
    planted = json.loads((done.report / "bundle" / "verdict.json").read_text())
    assert planted["outcome"] == "pass", "the plant has to be there for this to show anything"
    assert done.outputs()["outcome"] == "error"
    assert done.outputs()["exit-code"] == "4"
    assert not done.succeeded
    assert "the verdict that is there asks for 0" in done.summary


def test_a_broken_contract_is_an_error_that_says_what_to_do(tmp_path: Path, action: Path) -> None:
    broken = _PROJECT["lineclear.yaml"].replace("bandit", "bandti")
    done = _verify(tmp_path, action, _AVERAGE, base={"lineclear.yaml": broken})
    assert done.outputs()["outcome"] == "error"
    assert done.outputs()["exit-code"] == "2"
    assert not done.succeeded
    for text in (done.log, done.summary):
        assert "error: " in text
        assert "bandti" in text
        assert "where: lineclear.yaml:5" in text
        assert "to do: " in text
    assert done.summary.startswith("# Lineclear: ERROR\n")


def test_what_cannot_be_used_is_refused_before_anything_is_installed(tmp_path: Path, action: Path) -> None:
    old = tmp_path / "python2"
    old.write_text("#!/bin/sh\necho Python 2.7.18\nexit 1\n")
    old.chmod(0o755)
    cases = {
        "missing": "python: no-such-python",
        "old": f"python: {old}",
        "elsewhere": "working-directory: no-such-folder",
        "contract": "contract: lineclear.yaml",
        "bundle": "bundle: shop.py",
    }
    steps = "      - uses: actions/checkout@v4\n" + "".join(
        f"      - id: {name}\n        uses: OWNER/lineclear@v1\n        continue-on-error: true\n"
        f"        with:\n          {given}\n"
        for name, given in cases.items()
    )
    done = _verify(tmp_path, action, _AVERAGE, steps=steps)
    for name in cases:
        assert done.steps[name]["outcome"] == "failure", name
        assert done.outputs(name)["outcome"] == "error", name
        assert done.outputs(name)["exit-code"] == "4", name
    assert done.summary.count("# Lineclear: ERROR\n") == len(cases)
    for said in ("no-such-python", "Python 2.7.18", "no-such-folder", "could edit it", "is there already"):
        assert said in done.summary
    # Counted in the summary: act now and then drops the last line of a step that ends at once.
    assert [done.summary.count(part) for part in ("Where: ", "To do: ")] == [len(cases)] * 2, done.summary
