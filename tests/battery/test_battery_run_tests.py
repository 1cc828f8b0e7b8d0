"""The program that runs pytest in the project's environment, against real runs of pytest."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from battery_factory import bench
from support import scrubbed_environment

from lineclear.battery import programs
from lineclear.battery.adapter import Raw, Reading, RunProblem
from lineclear.battery.adapters import ADAPTERS
from lineclear.battery.readers.suite_report import Suite, read_suite
from lineclear.model.words import Ended, TreeName

PROGRAM = Path(programs.__file__).parent / "run_tests.py"
ADAPTER = ADAPTERS["pytest"]


@dataclass(frozen=True, kw_only=True)
class Project:
    """A folder with tests, and the program to run them as the adapter says."""

    root: Path
    items: list[str] | None = None
    asked: bool = False

    def run(self, *args: str, plugins: bool = False) -> Raw:
        """Run the suite to its end."""
        workbench = bench("pytest", self.files(), tree=self.root, items=self.items, args=list(args))
        invocation = ADAPTER.prepare(dataclasses.replace(workbench, asked=self.asked))
        argv = list(invocation.argv)
        argv[argv.index("/project/bin/python")] = sys.executable
        argv[argv.index("/outputs/tests.jsonl")] = str(self.root.parent / "tests.jsonl")
        argv = [argument.replace("/outputs/", f"{self.root.parent}/") for argument in argv]
        if self.items is not None:
            argv[argv.index("/inputs/selection.json")] = str(self.root.parent / "selection.json")
            (self.root.parent / "selection.json").write_bytes(invocation.inputs["selection.json"])
        done = subprocess.run(
            argv,
            cwd=self.root,
            env=scrubbed_environment({} if plugins else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
            capture_output=True,
            timeout=60,
            check=False,
        )
        report = self.root.parent / "tests.jsonl"
        reports = {"tests.jsonl": report.read_bytes()} if report.exists() else {}
        report.unlink(missing_ok=True)
        return Raw(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr, reports=reports)

    def read(self, raw: Raw, *, tree_name: TreeName = TreeName.MERGED) -> Reading:
        """Read what a run left, as the adapter does."""
        workbench = bench("pytest", self.files(), tree=self.root, items=self.items, tree_name=tree_name)
        return ADAPTER.read(raw, dataclasses.replace(workbench, asked=self.asked))

    def files(self) -> dict[str, str]:
        return {
            path.relative_to(self.root).as_posix(): path.read_text("utf-8")
            for path in self.root.rglob("*.py")
            if "__pycache__" not in path.parts
        }


def project(tmp_path: Path, files: dict[str, str], items: list[str] | None = None) -> Project:
    root = tmp_path / "tree"
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, "utf-8")
    return Project(root=root, items=items)


def suite(raw: Raw) -> Suite:
    return read_suite(raw.reports["tests.jsonl"], "tests.jsonl")


def ended(project: Project, raw: Raw) -> tuple[Ended, str]:
    """Return how a run ended that is no result."""
    with pytest.raises(RunProblem) as caught:
        project.read(raw)
    return caught.value.ended, caught.value.problem.what


OUTCOMES = """
import unittest

import pytest


def test_passes(): pass


def test_fails():
    assert [1] == [2]


@pytest.fixture
def broken(): raise OSError("no")


def test_set_up_fails(broken): pass


@pytest.fixture
def leaky():
    yield
    raise OSError("late")


def test_tear_down_fails(leaky): pass


@pytest.mark.xfail
def test_expected_and_its_tear_down_fails(leaky): assert 0


@pytest.mark.skip
def test_skipped(): assert 0


def test_skips_itself(): pytest.skip("not here")


def test_skips_itself_and_its_tear_down_fails(leaky): pytest.skip("not here")


@pytest.mark.xfail
def test_expected_to_fail(): assert 0


@pytest.mark.xfail(strict=False)
def test_passes_unexpectedly(): pass


@pytest.mark.xfail(strict=True)
def test_passes_unexpectedly_and_strictly(): pass


@pytest.mark.parametrize("x", ["a/b::c[d]", "é\\n\\0", "", "a,b;c", 'quote"s', "--flag"])
def test_odd(x): assert x != "a,b;c"


def test_says_what_is_no_text(): raise ValueError("half \\udcff a character\\u2028")


def test_subtests_fail(subtests):
    for number in range(3):
        with subtests.test(number=number):
            assert number != 1


def test_subtests_pass(subtests):
    with subtests.test("one"): pass
    with subtests.test("two"): pytest.skip("not this one")


class TestClass:
    def test_method(self): assert 0


class Unit(unittest.TestCase):
    def test_passes(self): pass

    def test_fails(self): self.assertEqual(1, 2)

    def test_skipped(self): self.skipTest("no")

    @unittest.expectedFailure
    def test_expected(self): self.fail()

    @unittest.expectedFailure
    def test_unexpected(self): pass

    def test_subtests(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertNotEqual(number, 1)
"""

EXPECTED = {
    "test_passes": "passed",
    "test_fails": "failed",
    "test_set_up_fails": "failed",
    "test_tear_down_fails": "failed",
    "test_expected_and_its_tear_down_fails": "xfailed",
    "test_skipped": "skipped",
    "test_skips_itself": "skipped",
    "test_skips_itself_and_its_tear_down_fails": "failed",
    "test_expected_to_fail": "xfailed",
    "test_passes_unexpectedly": "xpassed",
    "test_passes_unexpectedly_and_strictly": "failed",
    "test_odd[a/b::c[d]]": "passed",
    "test_odd[\\xe9\\n\\x00]": "passed",
    "test_odd[]": "passed",
    "test_odd[a,b;c]": "failed",
    'test_odd[quote"s]': "passed",
    "test_odd[--flag]": "passed",
    "test_says_what_is_no_text": "failed",
    "test_subtests_fail": "failed",
    "test_subtests_pass": "passed",
    "TestClass::test_method": "failed",
    "Unit::test_passes": "passed",
    "Unit::test_fails": "failed",
    "Unit::test_skipped": "skipped",
    "Unit::test_expected": "xfailed",
    "Unit::test_unexpected": "failed",
    "Unit::test_subtests": "failed",
}


def test_every_outcome_has_its_word(tmp_path: Path) -> None:
    made = project(tmp_path, {"tests/test_it.py": OUTCOMES})
    raw = made.run()
    seen = {test.id.removeprefix("tests/test_it.py::"): test.outcome for test in suite(raw).tests.values()}
    assert seen == EXPECTED
    assert (raw.exit_code, suite(raw).exit) == (1, 1)

    reading = made.read(raw)
    words = list(EXPECTED.values())
    assert reading.measures == {
        "testsCollected": len(words),
        "testsPassed": words.count("passed") + words.count("xpassed"),
        "testsFailed": words.count("failed"),
        "testsSkipped": words.count("skipped") + words.count("xfailed"),
    }
    failed = {f"tests/test_it.py::{name}" for name, word in EXPECTED.items() if word == "failed"}
    assert set(reading.retry_on_base) == failed
    again = "lineclear verify --only pytest --select "
    assert {finding.reproduce.removeprefix(again).strip("'") for finding in reading.findings} == failed
    assert reading.examined == {"tests/test_it.py"}
    messages = {finding.message for finding in reading.findings}
    assert "tests/test_it.py::test_fails failed: assert [1] == [2]" in messages
    assert len({finding.key for finding in reading.findings}) == len(failed)
    assert all(finding.line is not None for finding in reading.findings)


def test_what_cannot_be_collected_is_a_finding_and_the_rest_runs(tmp_path: Path) -> None:
    files = {"test_a.py": "def test_a(): pass\n", "test_b.py": "import nothing_like_it\n", "test_c.py": "def (:\n"}
    made = project(tmp_path, files)
    reading = made.read(made.run())
    assert [(finding.rule, finding.path) for finding in reading.findings] == [
        ("collection-error", "test_b.py"),
        ("collection-error", "test_c.py"),
    ]
    assert reading.measures == {"testsCollected": 1, "testsPassed": 1, "testsFailed": 2, "testsSkipped": 0}
    assert reading.retry_on_base == ("test_b.py", "test_c.py")


NOTHING = {
    "no test": ({"test_a.py": "X = 1\n"}, "pytest collected no test"),
    "all deselected": (
        {"test_a.py": "def test_a(): pass\n", "pytest.ini": "[pytest]\naddopts = -k nothing\n"},
        "pytest collected no test",
    ),
    "a skipped module": (
        {"test_a.py": "import pytest\npytest.skip('no', allow_module_level=True)\n"},
        "pytest collected no test",
    ),
    "all skipped": (
        {
            "conftest.py": "import pytest\n\ndef pytest_runtest_setup(): pytest.skip('no')\n",
            "test_a.py": "def test_a(): pass\n",
        },
        "every test was skipped, 1 of 1",
    ),
}


@pytest.mark.parametrize("name", NOTHING)
def test_a_run_that_executed_no_test_is_no_result(name: str, tmp_path: Path) -> None:
    files, what = NOTHING[name]
    made = project(tmp_path, files)
    assert ended(made, made.run()) == (Ended.NOTHING_EXAMINED, what)


TWO = "def test_a(): assert 0\n\ndef test_b(): assert 0\n"


def test_options_that_end_the_run_at_the_first_failure_are_undone(tmp_path: Path) -> None:
    made = project(tmp_path, {"test_a.py": TWO, "pytest.ini": "[pytest]\naddopts = -x\n"})
    assert made.read(made.run("--maxfail=1")).measures["testsFailed"] == 2


CUT = {
    "os._exit in a test": "import os\n\ndef test_a(): os._exit(0)\n\ndef test_b(): pass\n",
    "os._exit at the end": "import atexit, os\natexit.register(os._exit, 0)\n\ndef test_a(): assert 0\n",
    "a signal": "import os, signal\n\ndef test_a(): os.kill(os.getpid(), signal.SIGKILL)\n",
    "pytest.exit with 0": "import pytest\n\ndef test_a(): pytest.exit('enough', returncode=0)\n\ndef test_b(): pass\n",
    "pytest.exit with 0 in the last": "import pytest\n\ndef test_a(): pytest.exit('enough', returncode=0)\n",
    "sys.exit at import": "import sys\nsys.exit(0)\n",
}


@pytest.mark.parametrize("name", CUT)
def test_a_run_that_was_ended_early_is_no_result(name: str, tmp_path: Path) -> None:
    made = project(tmp_path, {"test_it.py": CUT[name]})
    raw = made.run()
    if raw.reports:
        assert ended(made, raw)[0] in (Ended.BAD_REPORT, Ended.CRASHED, Ended.NOTHING_EXAMINED)


HOOKS = {
    "tests that a hook leaves out": "def pytest_runtestloop(session): return True\n",
    "tests that a hook runs without a word": (
        "def pytest_runtest_protocol(item, nextitem):\n"
        "    from _pytest.runner import runtestprotocol\n"
        "    for report in runtestprotocol(item, log=False):\n"
        "        if report.when != 'call': item.ihook.pytest_runtest_logreport(report=report)\n"
        "    return True\n"
    ),
    "a code of its own": "def pytest_sessionfinish(session): session.exitstatus = 77\n",
    "the code for no tests": "def pytest_sessionfinish(session): session.exitstatus = 5\n",
    "a hook that breaks": "def pytest_collection_modifyitems(items): 1 / 0\n",
}


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_that_changes_what_a_run_says_makes_it_no_result(name: str, tmp_path: Path) -> None:
    made = project(tmp_path, {"test_a.py": "def test_a(): pass\n", "conftest.py": HOOKS[name]})
    raw = made.run()
    assert ended(made, raw)[0] in (Ended.BAD_REPORT, Ended.CRASHED)


def test_a_hook_that_calls_a_failing_run_a_success_changes_nothing(tmp_path: Path) -> None:
    hook = "def pytest_sessionfinish(session): session.exitstatus = 0\n"
    made = project(tmp_path, {"test_a.py": TWO, "conftest.py": hook})
    assert len(made.read(made.run()).findings) == 2


def test_a_run_that_a_plugin_refuses_is_a_finding(tmp_path: Path) -> None:
    hook = "def pytest_sessionfinish(session): session.exitstatus = 1\n"
    made = project(tmp_path, {"test_a.py": "def test_a(): pass\n", "conftest.py": hook})
    assert [finding.rule for finding in made.read(made.run()).findings] == ["suite-refused"]


def test_a_test_that_is_run_again_counts_as_it_ended(tmp_path: Path) -> None:
    """As pytest-rerunfailures does it: the attempts before have an outcome of its own, even in their tear-down."""
    rerun = (
        "from _pytest.runner import runtestprotocol\n\n"
        "def pytest_runtest_protocol(item, nextitem):\n"
        "    for attempt in range(2):\n"
        "        for report in runtestprotocol(item, nextitem=nextitem, log=False):\n"
        "            if attempt == 0 and report.failed: report.outcome = 'rerun'\n"
        "            item.ihook.pytest_runtest_logreport(report=report)\n"
        "            if report.outcome == 'rerun': break\n"
        "    return True\n"
    )
    test = (
        "import pytest\n\n@pytest.fixture\ndef flaky(count=[]):\n    yield\n    count.append(1)\n"
        "    assert len(count) > 1\n\n\ndef test_a(flaky): pass\n"
    )
    made = project(tmp_path, {"conftest.py": rerun, "test_a.py": test})
    assert made.read(made.run()).measures == {
        "testsCollected": 1,
        "testsPassed": 1,
        "testsFailed": 0,
        "testsSkipped": 0,
    }


def test_a_selection_runs_what_it_names_and_leaves_out_the_rest(tmp_path: Path) -> None:
    files = {"test_a.py": TWO, "test_b.py": "import os\nos._exit(3)\n", "sub/test_c.py": "def test_c(): pass\n"}
    made = project(tmp_path, files, items=["test_a.py::test_b", "sub/test_c.py::test_c", "test_gone.py::test_x"])
    reading = made.read(made.run(), tree_name=TreeName.BASE)
    assert reading.measures == {"testsCollected": 2, "testsPassed": 1, "testsFailed": 1, "testsSkipped": 0}
    assert [finding.reproduce for finding in reading.findings] == [
        "lineclear verify --only pytest --select test_a.py::test_b"
    ]


def test_a_selection_of_which_nothing_is_left_is_an_empty_result(tmp_path: Path) -> None:
    made = project(tmp_path, {"test_a.py": TWO}, items=["test_gone.py::test_x"])
    reading = made.read(made.run(), tree_name=TreeName.BASE)
    assert (reading.findings, reading.measures["testsCollected"]) == ([], 0)


SHAPES = """\
import pytest

@pytest.mark.parametrize("x", ["a", "b[c", "d::e"])
def test_x(x): assert x == "a"

class TestIt:
    def test_y(self): pass
    class TestIn:
        def test_z(self): pass

def test_xx(): pass
"""


@pytest.mark.parametrize(
    ("asked", "ran"),
    [
        (["test_a.py"], 6),
        (["test_a.py::test_x"], 3),
        (["test_a.py::test_x[b[c]"], 1),
        (["test_a.py::test_x[d::e]", "test_a.py::test_xx"], 2),
        (["test_a.py::TestIt"], 2),
        (["test_a.py::TestIt::TestIn", "test_a.py::TestIt::TestIn::test_z"], 1),
    ],
)
def test_what_is_asked_for_may_be_a_file_a_class_or_a_test_with_or_without_parameters(
    asked: list[str], ran: int, tmp_path: Path
) -> None:
    made = project(tmp_path, {"test_a.py": SHAPES, "test_b.py": TWO}, items=asked)
    made = dataclasses.replace(made, asked=True)
    reading = made.read(made.run())
    assert reading.measures["testsCollected"] == ran


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        (["test_a.py::test_xx", "test_a.py::tset_x"], "'test_a.py::test_x'"),
        (["test_a.py::test_x[A]"], "'test_a.py::test_x[a]'"),
        (["helpers.py"], "no test that is collected is 'helpers.py'"),
    ],
)
def test_what_is_asked_for_and_is_not_there_is_no_result(asked: list[str], near: str, tmp_path: Path) -> None:
    made = project(tmp_path, {"test_a.py": SHAPES, "helpers.py": "a = 1\n"}, items=asked)
    made = dataclasses.replace(made, asked=True)
    with pytest.raises(RunProblem) as caught:
        made.read(made.run())
    assert caught.value.ended is Ended.NOTHING_EXAMINED
    assert near in caught.value.problem.what


def test_what_is_asked_for_in_a_file_that_cannot_be_collected_is_that_finding(tmp_path: Path) -> None:
    made = project(tmp_path, {"test_a.py": "import nowhere_to_be_found\n"}, items=["test_a.py::test_x"])
    made = dataclasses.replace(made, asked=True)
    assert [finding.rule for finding in made.read(made.run()).findings] == ["collection-error"]


@pytest.mark.parametrize("options", ["-n 2", "-p no:xdist"])
def test_tests_run_in_one_process_whatever_xdist_is_told(options: str, tmp_path: Path) -> None:
    test = "import os\n\ndef test_a(): assert 'PYTEST_XDIST_WORKER' not in os.environ\n"
    made = project(tmp_path, {"test_a.py": test, "pytest.ini": f"[pytest]\naddopts = {options}\n"})
    assert made.read(made.run(plugins=True)).findings == []


def test_a_project_that_is_not_installed_is_found_and_our_folder_is_not(tmp_path: Path) -> None:
    files = {
        "shop.py": "PRICE = 3\n",
        "tests/test_shop.py": (
            "import shop\n\n\ndef test_price(): assert shop.PRICE == 3\n\n\n"
            "def test_path():\n    import sys\n    assert not any('battery' in entry for entry in sys.path)\n"
        ),
    }
    made = project(tmp_path, files)
    assert made.read(made.run()).findings == []


def test_inherited_tests_belong_to_the_file_that_ran_them(tmp_path: Path) -> None:
    mixin = "class Mixin:\n    good = True\n\n    def test_it(self): assert self.good\n"
    use = "from mixin import Mixin\n\n\nclass TestIt(Mixin):\n    good = False\n"
    made = project(tmp_path, {"mixin.py": mixin, "test_a.py": use, "test_b.py": use})
    findings = made.read(made.run()).findings
    assert [(finding.path, finding.line) for finding in findings] == [("test_a.py", None), ("test_b.py", None)]


def test_a_report_that_is_there_already_is_never_written_over(tmp_path: Path) -> None:
    made = project(tmp_path, {"test_a.py": "def test_a(): pass\n"})
    (tmp_path / "tests.jsonl").write_text("planted")
    raw = made.run()
    assert raw.exit_code != 0
    assert raw.reports == {"tests.jsonl": b"planted"}
