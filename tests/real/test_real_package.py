"""A real package, end to end: its newer release as a change to the older, and that release's fix taken back.

What is right was found by reading both releases and the output of each tool run by hand.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import uv
from real_package import NEWER, OLDER, REQUIREMENTS, files_of, release_repository, unpack
from support import Repo, lineclear, scrubbed_environment, verdict_of

pytestmark = [pytest.mark.network, pytest.mark.tools, pytest.mark.slow]

_FIX = "src/jinja2/filters.py"
_SHOWS_IT = "tests/test_security.py::TestStringFormatMap::test_attr_filter"


def test_a_release_passes_as_a_change_to_the_one_before_it(tmp_path: Path, tool_bin: Callable[[str], Path]) -> None:
    older, newer = unpack(OLDER, tmp_path), unpack(NEWER, tmp_path)
    repo = release_repository(tmp_path / "jinja2", files_of(older), files_of(newer))
    bundle = _verified(repo, expected=0)
    verdict = verdict_of(bundle)

    assert (verdict["outcome"], verdict["reasons"], verdict["warnings"]) == ("pass", [], [])
    assert {check["id"]: check["status"] for check in verdict["checks"]} == {
        "bandit": "passed",
        "pytest": "passed",
        "semgrep": "passed",
    }
    assert {item["result"] for item in verdict["invariants"]} == {"held"}
    assert {finding["state"] for finding in verdict["findings"]} == {"existing"}
    assert {check["id"]: check["findings"]["fixed"] for check in verdict["checks"]} == {
        "bandit": 0,
        "pytest": None,
        "semgrep": 0,
    }

    # gc.collect() in an `except BaseException: pass` of the loader's tests: rightly found, and there before.
    assert ("exception-swallowed", "tests/test_loader.py", 275) in _located(verdict, "semgrep")
    assert _located(verdict, "bandit") == _bandit_by_hand(tool_bin("bandit"), newer)
    _assert_every_python_file_was_examined(bundle, newer)
    _assert_the_tests_are_those_of_plain_pytest(bundle, newer, tmp_path)
    _assert_it_is_rederived(bundle)


def test_a_security_fix_taken_back_fails_with_the_one_test_that_shows_it(tmp_path: Path) -> None:
    older, newer = files_of(unpack(OLDER, tmp_path)), files_of(unpack(NEWER, tmp_path))
    repo = release_repository(tmp_path / "jinja2", newer, {**newer, _FIX: older[_FIX]})
    bundle = _verified(repo, expected=1)
    verdict = verdict_of(bundle)

    assert verdict["outcome"] == "fail"
    (reason,) = verdict["reasons"]
    assert (reason["outcome"], reason["source"]) == ("fail", "check pytest")
    (new,) = [finding for finding in verdict["findings"] if finding["state"] == "new"]
    assert (new["check"], new["rule"], new["path"]) == ("pytest", "test-failed", _SHOWS_IT.partition("::")[0])
    assert new["reproduce"] == f"lineclear verify --only pytest --select {_SHOWS_IT}"
    base = _evidence(bundle, "pytest", "base")
    assert base["scope"] == {"kind": "selected", "items": [_SHOWS_IT], "edited": None}
    assert base["measures"] == {"testsCollected": 1, "testsPassed": 1, "testsFailed": 0, "testsSkipped": 0}
    _assert_it_is_rederived(bundle)


def _verified(repo: Repo, *, expected: int) -> Path:
    bundle = repo.root.with_name("bundle")
    done = lineclear("verify", "--base", "main", "--head", "upgrade", "--out", str(bundle), cwd=repo.root)
    assert done.returncode == expected, done.stdout + done.stderr
    return bundle


def _assert_every_python_file_was_examined(bundle: Path, tree: Path) -> None:
    python = {path for path in files_of(tree) if path.endswith((".py", ".pyi"))}
    for check in ("bandit", "semgrep"):
        evidence = _evidence(bundle, check, "merged")
        assert evidence["measures"] == {"filesExpected": len(python), "filesExamined": len(python)}
        assert evidence["unexamined"] == []
    opened = json.loads((bundle / "evidence/bandit/merged/report.json").read_text())["metrics"]
    assert {path.removeprefix("./") for path in opened} - {"_totals"} == python
    scanned = json.loads((bundle / "evidence/semgrep/merged/report.json").read_text())["paths"]["scanned"]
    assert python <= {path.removeprefix("./") for path in scanned}


def _assert_the_tests_are_those_of_plain_pytest(bundle: Path, tree: Path, folder: Path) -> None:
    environment = folder / "environment"
    _run(uv.find_uv_bin(), "venv", "--quiet", "--no-project", str(environment), cwd=tree)
    python = ("--python", str(environment / "bin" / "python"))
    _run(uv.find_uv_bin(), "pip", "install", "--quiet", *python, "-r", REQUIREMENTS, ".", cwd=tree)
    plain = (str(environment / "bin" / "pytest"), "-q", "-p", "no:cacheprovider")
    listed = [line for line in _run(*plain, "--collect-only", cwd=tree).splitlines() if "::" in line]
    (passed,) = re.findall(r"^(\d+) passed in ", _run(*plain, cwd=tree), flags=re.MULTILINE)

    report = (bundle / "evidence/pytest/merged/tests.jsonl").read_text().splitlines()
    (collected,) = [line["collected"] for line in map(json.loads, report) if "collected" in line]
    assert Counter(collected) == Counter(listed)
    assert _evidence(bundle, "pytest", "merged")["measures"] == {
        "testsCollected": len(listed),
        "testsPassed": int(passed),
        "testsFailed": 0,
        "testsSkipped": 0,
    }


def _assert_it_is_rederived(bundle: Path) -> None:
    verdict = (bundle / "verdict.json").read_text("utf-8")
    code = {"pass": 0, "fail": 1}[json.loads(verdict)["outcome"]]
    judged = lineclear("judge", str(bundle), "--format", "json", cwd=bundle.parent)
    assert (judged.returncode, judged.stdout) == (code, verdict)
    audited = lineclear("audit", str(bundle), cwd=bundle.parent)
    assert audited.returncode == 0, audited.stdout + audited.stderr


def _bandit_by_hand(bandit: Path, tree: Path) -> Counter[tuple[str, str, int]]:
    argv = (str(bandit), "--quiet", "-r", ".", "--severity-level", "medium", "-f", "json")
    report = json.loads(_run(*argv, cwd=tree, codes=(1,)))
    return Counter((r["test_id"], r["filename"].removeprefix("./"), r["line_number"]) for r in report["results"])


def _located(verdict: dict[str, Any], check: str) -> Counter[tuple[str, str, int]]:
    return Counter((f["rule"], f["path"], f["line"]) for f in verdict["findings"] if f["check"] == check)


def _evidence(bundle: Path, check: str, tree: str) -> dict[str, Any]:
    evidence = json.loads((bundle / "evidence" / check / tree / "evidence.json").read_text("utf-8"))
    assert isinstance(evidence, dict)
    assert evidence["ended"] == "completed", evidence["problem"]
    return evidence


def _run(*argv: str, cwd: Path, codes: tuple[int, ...] = (0,)) -> str:
    """Run a program and return what it printed."""
    env = scrubbed_environment({"PYTHONDONTWRITEBYTECODE": "1"})
    done = subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode in codes, done.stdout + done.stderr
    return done.stdout
