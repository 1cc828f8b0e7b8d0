"""The comparison as a check: what is started, its report, and what is no result."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from battery_factory import bench, finished

from lineclear.battery.adapter import Reading, RunProblem
from lineclear.battery.adapters import ADAPTERS
from lineclear.battery.integrity.program import main
from lineclear.model.words import Ended, Level

ADAPTER = ADAPTERS["integrity"]
FILES = {"a.py": "x = 1\n", "b.txt": "b\n"}
FOUND = {"rule": "test-removed", "level": "warning", "path": "t.py", "line": None, "subject": "s"}
REPORT: dict[str, Any] = {
    "findings": [{**FOUND, "message": "It is gone.", "remedy": "Put it back."}],
    "read": ["a.py"],
    "unread": [],
    "tests": 2,
}


def read(report: dict[str, Any] | bytes, exit_code: int = 0) -> Reading:
    return ADAPTER.read(finished(exit_code, integrity_json=report), bench("integrity", FILES))


def test_a_report_is_read() -> None:
    reading = read(REPORT)
    (finding,) = reading.findings
    assert (finding.rule, finding.level, finding.path, finding.line) == ("test-removed", Level.WARNING, "t.py", None)
    assert reading.measures == {"filesExpected": 1, "filesExamined": 1, "testsCompared": 2}
    assert (reading.examined, reading.unexamined) == (frozenset({"a.py"}), [])


def test_the_key_is_free_of_lines_and_holds_the_subject() -> None:
    def key(**other: object) -> str:
        return read({**REPORT, "findings": [{**REPORT["findings"][0], **other}]}).findings[0].key

    assert key() == key(line=7)
    assert len({key(), key(subject="t"), key(rule="r"), key(path="u.py")}) == 4


def test_a_changed_file_that_cannot_be_parsed_is_a_finding_and_unexamined() -> None:
    reading = read({**REPORT, "findings": [], "read": [], "unread": [{"path": "a.py", "line": 1, "reason": "no"}]})
    assert [(finding.rule, finding.level, finding.path) for finding in reading.findings] == [
        ("unparsable", Level.ERROR, "a.py")
    ]
    assert [item.path for item in reading.unexamined] == ["a.py"]
    assert reading.examined == frozenset()


@pytest.mark.parametrize(
    ("report", "exit_code", "ended"),
    [
        (REPORT, 1, Ended.CRASHED),
        (b'{"findings": [', 0, Ended.BAD_REPORT),
        (b"[]", 0, Ended.BAD_REPORT),
        ({**REPORT, "read": []}, 0, Ended.BAD_REPORT),
        ({**REPORT, "findings": [FOUND]}, 0, Ended.BAD_REPORT),
        ({**REPORT, "findings": [{**REPORT["findings"][0], "level": "fatal"}]}, 0, Ended.BAD_REPORT),
    ],
)
def test_what_is_no_result(report: dict[str, Any] | bytes, exit_code: int, ended: Ended) -> None:
    with pytest.raises(RunProblem) as caught:
        read(report, exit_code)
    assert caught.value.ended is ended


def test_the_command_is_our_own_interpreter_isolated() -> None:
    made = ADAPTER.prepare(bench("integrity", FILES))
    assert made.argv[:4] == (sys.executable, "-I", "-m", "lineclear.battery.integrity.program")
    assert made.cwd == Path("/outputs")
    assert json.loads(made.inputs["changed.json"]) == ["a.py", "b.txt"]


@pytest.mark.parametrize(
    "content",
    [
        "x = " + "-" * 60_000 + "1\n",
        "x = " + "(" * 500 + ")" * 500 + "\n",
        "x = " + " + ".join(["1"] * 50_000) + "\n",
        "x = a" + ".b" * 50_000 + "\n",
        "if x:\n  pass\n" + "elif x:\n  pass\n" * 50_000,
        "x = '\0'\n",
        "# coding: none-such\nx = 1\n",
        b"x = '\xff'\n",
    ],
)
@pytest.mark.parametrize("name", ["test_a.py", "a.py"])
def test_a_hostile_file_is_never_clean(content: str | bytes, name: str, tmp_path: Path) -> None:
    for tree in ("base", "head"):
        (tmp_path / tree).mkdir()
    (tmp_path / "head" / name).write_bytes(content.encode() if isinstance(content, str) else content)
    (tmp_path / "changed.json").write_text("[]")
    command = [sys.executable, "-I", "-m", "lineclear.battery.integrity.program"]
    folders = [str(tmp_path / part) for part in ("base", "head", "changed.json", "report.json")]
    done = subprocess.run([*command, *folders], capture_output=True, timeout=120, check=False)
    if done.returncode == 0:
        report = json.loads((tmp_path / "report.json").read_text())
        assert [item["path"] for item in report["unread"]] == [name]
        assert report["read"] == []


def test_the_program_reports_every_changed_python_file(tmp_path: Path) -> None:
    for tree, text in (("base", "x = 1\n"), ("head", "x = 2\n")):
        (tmp_path / tree).mkdir()
        (tmp_path / tree / "same.py").write_text("")
        (tmp_path / tree / "a.py").write_text(text)
        (tmp_path / tree / "link.py").symlink_to("a.py")
    (tmp_path / "changed.json").write_text('["same.py"]')
    arguments = [str(tmp_path / part) for part in ("base", "head", "changed.json", "report.json")]
    assert main(arguments) == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert report == {"findings": [], "read": ["a.py", "same.py"], "unread": [], "tests": 0}
