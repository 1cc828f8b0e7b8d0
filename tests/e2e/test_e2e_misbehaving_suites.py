"""Test suites that crash, hang, flood, end the process, or tamper with their own report: never a result, never clean.

All of it is done for real by the code under review, in the process that pytest runs in. Each case is a check of its
own over one folder, so that one verification serves them all.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

import pytest
from e2e_support import Run, assert_no_result, changed_repo, processes_with, verify
from support import lineclear

pytestmark = pytest.mark.tools

MARK = f"left-behind-{uuid.uuid4().hex}"
TWO = "def test_before():\n    pass\n\n\ndef test_it():\n    {}\n\n\ndef test_after():\n    pass\n"
REPORT = "import os, sys\n\nREPORT = sys.argv[1]\n\n\ndef pytest_unconfigure(config):\n    {}\n"

DAEMON = f"""\
import os, subprocess, sys


def test_it():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for descriptor in range(3):
                os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
            program = "import signal, time; [signal.signal(n, signal.SIG_IGN) for n in (1, 2, 15)]; time.sleep(600)"
            os.execv(sys.executable, [sys.executable, "-c", program, "{MARK}-daemon"])
        os._exit(0)
    os.wait()
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "{MARK}-child"])
"""


def suites(tests: Mapping[str, str], hooks: Mapping[str, str]) -> dict[str, str]:
    """Return one folder of tests for each case; ``hooks`` are their conftest modules."""
    files = {f"{name}/test_{name}.py": text for name, text in tests.items()}
    plain = TWO.format("pass")
    for name, text in hooks.items():
        files |= {f"{name}/conftest.py": text}
        files.setdefault(f"{name}/test_{name}.py", plain)
    return files


def contract(checks: Mapping[str, str]) -> str:
    """Return a contract with one check for each case; the values are further keys of the entry."""
    entries = (f"  {name}: {{use: pytest, with: {{paths: [{name}]{keys}}}\n" for name, keys in checks.items())
    return f"version: 1\nchecks:\n{''.join(entries)}"


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Suites that end their process, or do not end at all."""
    tests = {
        "killed": TWO.format("import os, signal; os.kill(os.getpid(), signal.SIGKILL)"),
        "segfault": TWO.format("import ctypes; ctypes.string_at(0)"),
        "half": TWO.format("import os; os._exit(0)"),
        "atimport": "raise SystemExit(0)\n",
        "hangs": TWO.format("import time; time.sleep(600)"),
        "floods": TWO.format("import os\n    while True: os.write(1, b'x' * 65536)"),
        "parent": TWO.format("import os, signal; os.kill(os.getppid(), signal.SIGKILL); os.kill(os.getpid(), 19)"),
        "stops": TWO.format("import pytest; pytest.exit('enough', returncode=0)"),
        "daemon": DAEMON,
    }
    checks = dict.fromkeys(tests, "}") | {"hangs": "}, seconds: 4", "floods": ", args: [-s]}"}
    base = {"lineclear.yaml": contract(checks), "a.py": ""}
    repo = changed_repo(tmp_path_factory.mktemp("ended") / "project", base=base, change=suites(tests, {}))
    return verify(repo)


@pytest.fixture(scope="module")
def tampered(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Suites that put something else in the place of their report."""
    hooks = {
        "deletes": REPORT.format("os.unlink(REPORT)"),
        "truncates": REPORT.format("os.truncate(REPORT, 0)"),
        "cuts": REPORT.format("os.truncate(REPORT, os.path.getsize(REPORT) - 20)"),
        "link": REPORT.format("os.unlink(REPORT); os.symlink('/etc/passwd', REPORT)"),
        "fifo": REPORT.format("os.unlink(REPORT); os.mkfifo(REPORT)"),
        "folder": REPORT.format("os.unlink(REPORT); os.mkdir(REPORT)"),
        "hardlink": REPORT.format("os.link(REPORT, REPORT + '.copy')"),
        "appends": REPORT.format("open(REPORT, 'a').write('{\"exit\": 0, \"ran\": 3}\\n' * 9)"),
        "atexit": "import atexit, os\n\natexit.register(os._exit, 0)\n",
    }
    tests = {"atexit": TWO.format("assert False")}
    base = {"lineclear.yaml": contract(dict.fromkeys(hooks, "}")), "a.py": ""}
    repo = changed_repo(tmp_path_factory.mktemp("tampered") / "project", base=base, change=suites(tests, hooks))
    return verify(repo)


ENDS = {
    "killed": ("crashed", "killed by SIGKILL"),
    "segfault": ("crashed", "killed by SIGSEGV"),
    "half": ("badReport", "the test report ends before the run did"),
    "atimport": ("crashed", "pytest met an internal error (exit code 3): SystemExit: 0"),
    "floods": ("outputLimit", "more than 32000000 bytes of output"),
    "parent": ("interrupted", "its launcher was killed"),
    "stops": ("badReport", "the test report counts 2 tests and lists 1"),
}


@pytest.mark.parametrize("check", ENDS)
def test_a_suite_that_ends_its_process_has_no_result(ended: Run, check: str) -> None:
    how, words = ENDS[check]
    assert_no_result(ended, check, how)
    assert words in ended.evidence(check)["problem"]["what"]


def test_a_killed_suite_s_evidence_names_the_signal(ended: Run) -> None:
    assert (ended.evidence("killed")["exitCode"], ended.evidence("killed")["signal"]) == (None, 9)


def test_a_suite_that_hangs_is_timed_out(ended: Run) -> None:
    assert_no_result(ended, "hangs", "timeout", status="timeout")
    assert "still running after 4 seconds" in ended.evidence("hangs")["problem"]["what"]


def test_what_a_suite_printed_before_its_end_is_beside_its_evidence(ended: Run) -> None:
    outputs = {output["path"]: output["size"] for output in ended.evidence("floods")["outputs"]}
    assert outputs["stdout"] == 32_000_000


def test_daemons_and_children_that_a_suite_leaves_are_ended(ended: Run) -> None:
    assert ended.check("daemon")["status"] == "passed"
    assert ended.check("daemon")["measures"]["testsPassed"] == 1
    assert processes_with(MARK) == []


def test_one_suite_s_end_is_not_another_s(ended: Run) -> None:
    assert {check["id"]: check["status"] for check in ended.verdict["checks"]} == {
        **dict.fromkeys(ENDS, "error"),
        "daemon": "passed",
        "hangs": "timeout",
    }
    assert ended.verdict["outcome"] == "error"


TAMPERED = {
    "deletes": ("noReport", "left no tests.jsonl"),
    "truncates": ("badReport", "not whole"),
    "cuts": ("badReport", "not whole"),
    "link": ("badReport", "is a symbolic link"),
    "fifo": ("badReport", "is a FIFO"),
    "folder": ("badReport", "is a folder"),
    "hardlink": ("badReport", "is one of 2 hard links"),
    "appends": ("badReport", "an end in its middle"),
    "atexit": ("badReport", "pytest said exit code 1 and its process ended with 0"),
}


@pytest.mark.parametrize("check", TAMPERED)
def test_a_suite_that_tampers_with_its_report_has_no_result(tampered: Run, check: str) -> None:
    how, words = TAMPERED[check]
    assert_no_result(tampered, check, how)
    assert words in tampered.evidence(check)["problem"]["what"]


def test_what_a_planted_link_shows_is_in_no_file_of_the_bundle(tampered: Run) -> None:
    for path in tampered.bundle.rglob("*"):
        assert not path.is_symlink()
        assert not path.is_file() or b"root:x:0:0" not in path.read_bytes()


@pytest.mark.parametrize("which", ["ended", "tampered"])
def test_the_verdict_can_be_derived_again(request: pytest.FixtureRequest, which: str) -> None:
    run: Run = request.getfixturevalue(which)
    judged = lineclear("judge", str(run.bundle), "--format=json", cwd=run.bundle.parent)
    assert judged.returncode == 4
    assert judged.stdout == run.text("verdict.json")
