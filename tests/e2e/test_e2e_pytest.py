"""Real test suites: what failed before, what moved, what could not be collected, and runs that would end too early."""

from __future__ import annotations

import pytest
from e2e_support import Run, assert_no_result, changed_repo, verify

pytestmark = pytest.mark.tools

CONTRACT = "version: 1\nchecks: {pytest: {}}\n"
EAGER = "[pytest]\naddopts = -x --maxfail=1 --exitfirst --tb=no\n"
OLD = "def test_old():\n    assert 1 == 2\n\n\ndef test_good():\n    pass\n"
MOVED = "import pytest\n\n\n@pytest.mark.parametrize('n', [1, 2])\ndef test_moved(n):\n    assert n == 2\n"


@pytest.fixture(scope="module")
def existing(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A change to a suite that fails already: one failing file stays, one is renamed and edited, one test is mended."""
    base = {
        "lineclear.yaml": CONTRACT,
        "pytest.ini": EAGER,
        "tests/test_a_old.py": OLD,
        "tests/test_b_moved.py": MOVED,
        "tests/test_c_mended.py": "def test_mended():\n    assert False\n",
        "tests/test_z_last.py": "import shutil\n\n\ndef test_last():\n    assert shutil.which('git')\n",
    }
    change = {"tests/test_c_mended.py": "def test_mended():\n    assert True\n", "a.py": "a = 1\n"}
    repo = changed_repo(tmp_path_factory.mktemp("existing") / "project", base=base, change=change)
    (repo.root / "tests/unit").mkdir()
    repo.git("mv", "tests/test_b_moved.py", "tests/unit/test_b_new_name.py")
    repo.write({"tests/unit/test_b_new_name.py": "# moved\n" + MOVED})
    repo.commit("move")
    return verify(repo)


def test_a_test_that_failed_before_is_existing_and_the_change_passes(existing: Run) -> None:
    assert existing.states("pytest")["tests/test_a_old.py:1"] == "existing"
    assert existing.check("pytest")["status"] == "passed"
    assert existing.check("pytest")["findings"] == {"new": 0, "existing": 2, "fixed": None}
    assert (existing.code, existing.verdict["outcome"]) == (0, "pass")


def test_an_old_failure_in_a_renamed_file_is_existing(existing: Run) -> None:
    (moved,) = (f for f in existing.findings("pytest") if f["path"] == "tests/unit/test_b_new_name.py")
    assert moved["state"] == "existing"
    assert "test_moved[1]" in moved["message"]


def test_options_that_end_a_run_early_end_nothing(existing: Run) -> None:
    measures = existing.check("pytest")["measures"]
    assert measures == {"testsCollected": 6, "testsPassed": 4, "testsFailed": 2, "testsSkipped": 0}


def test_the_base_is_run_for_what_failed_alone(existing: Run) -> None:
    scope = existing.evidence("pytest", "base")["scope"]
    assert scope == {
        "kind": "selected",
        "items": ["tests/test_a_old.py::test_old", "tests/test_b_moved.py::test_moved[1]"],
        "edited": None,
    }


def test_a_suite_finds_the_runner_s_programs(existing: Run) -> None:
    assert "test_last" not in existing.text("verdict.json")


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A change that breaks an import of one test file, fails a test, and leaves an old failure as it was."""
    base = {
        "lineclear.yaml": CONTRACT,
        "pytest.ini": EAGER,
        "code.txt": "",
        "product.py": "def double(n):\n    return 2 * n\n\n\nLIMIT = 3\n",
        "test_a_old.py": OLD,
        "test_b_import.py": "from product import LIMIT\n\n\ndef test_limit():\n    assert LIMIT == 3\n",
        "test_c_double.py": "import product\n\n\ndef test_double():\n    assert product.double(2) == 4\n",
        "test_d_last.py": "def test_last():\n    pass\n",
        "test_e_syntax.py": "def test_syntax():\n    pass\n",
        "test_f_before.py": "import no_such_module\n",
    }
    change = {
        "product.py": "def double(n):\n    return 2 + n + 1\n",
        "test_e_syntax.py": "def test_syntax(:\n    pass\n",
    }
    return verify(changed_repo(tmp_path_factory.mktemp("broken") / "project", base=base, change=change))


def test_a_file_that_cannot_be_collected_any_more_is_a_new_finding(broken: Run) -> None:
    found = {f["path"]: (f["rule"], f["state"]) for f in broken.findings("pytest")}
    assert found["test_b_import.py"] == ("collection-error", "new")
    assert found["test_e_syntax.py"] == ("collection-error", "new")
    assert any("cannot import name 'LIMIT'" in f["message"] for f in broken.findings("pytest"))


def test_a_file_that_could_not_be_collected_before_is_existing(broken: Run) -> None:
    found = {f["path"]: f["state"] for f in broken.findings("pytest")}
    assert found["test_f_before.py"] == "existing"


def test_a_test_that_fails_now_is_new_and_one_that_failed_before_is_not(broken: Run) -> None:
    found = {f["path"]: (f["rule"], f["state"]) for f in broken.findings("pytest")}
    assert found["test_c_double.py"] == ("test-failed", "new")
    assert found["test_a_old.py"] == ("test-failed", "existing")


def test_the_tests_beside_a_broken_file_still_run(broken: Run) -> None:
    measures = broken.check("pytest")["measures"]
    assert measures["testsPassed"] == 2
    assert broken.check("pytest")["findings"]["new"] == 3
    assert broken.code == 1


@pytest.fixture(scope="module")
def vanished(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A change after which no test is collected, for several reasons: each is a check of its own."""
    checks = {
        "ignored": "paths: [ignored]",
        "deselected": "paths: [deselected]",
        "renamed": "paths: [renamed]",
        "filtered": "paths: [filtered]",
        "narrowed": "args: [-k, nothing_like_it]",
    }
    entries = "".join(f"  {name}: {{use: pytest, with: {{{settings}}}}}\n" for name, settings in checks.items())
    suites = {f"{name}/test_{name}.py": OLD for name in checks}
    change = {
        "ignored/conftest.py": "collect_ignore_glob = ['*']\n",
        "deselected/conftest.py": "def pytest_collection_modifyitems(items):\n    items.clear()\n",
        "renamed/test_renamed.py": OLD.replace("test_", "check_"),
        "filtered/conftest.py": "def pytest_pycollect_makeitem(collector, name, obj):\n    return []\n",
    }
    base = {"lineclear.yaml": f"version: 1\nchecks:\n{entries}", **suites}
    return verify(changed_repo(tmp_path_factory.mktemp("vanished") / "project", base=base, change=change))


@pytest.mark.parametrize("check", ["ignored", "deselected", "renamed", "filtered", "narrowed"])
def test_a_suite_that_collects_nothing_has_no_result(vanished: Run, check: str) -> None:
    assert_no_result(vanished, check, "nothingExamined")
    assert vanished.evidence(check)["problem"]["what"] == "pytest collected no test"


@pytest.fixture(scope="module")
def removed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A change that removes the only test file."""
    base = {"lineclear.yaml": CONTRACT, "test_it.py": OLD, "a.py": "a = 1\n"}
    repo = changed_repo(tmp_path_factory.mktemp("removed") / "project", base=base, change={})
    repo.git("rm", "--quiet", "test_it.py")
    repo.commit("remove")
    return verify(repo)


def test_removing_every_test_is_no_way_out(removed: Run) -> None:
    assert_no_result(removed, "pytest", "nothingExamined")


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A change that breaks pytest's configuration, and one whose requirements cannot be had."""
    base = {"lineclear.yaml": CONTRACT, "test_it.py": OLD}
    change = {"pytest.ini": "[pytest]\naddopts = --no-such-option\n"}
    return verify(changed_repo(tmp_path_factory.mktemp("refused") / "project", base=base, change=change))


def test_a_configuration_that_pytest_refuses_has_no_result(refused: Run) -> None:
    assert_no_result(refused, "pytest", "crashed")
    what = refused.evidence("pytest")["problem"]["what"]
    assert "refused its command line or configuration (exit code 4)" in what


def test_requirements_that_are_nowhere_have_no_result(tmp_path_factory: pytest.TempPathFactory) -> None:
    base = {
        "lineclear.yaml": "version: 1\nproject: {install: ['./nowhere']}\nchecks: {pytest: {}}\n",
        "test_it.py": OLD,
    }
    run = verify(changed_repo(tmp_path_factory.mktemp("nowhere") / "project", base=base, change={"a.py": ""}))
    assert_no_result(run, "pytest", "noEnvironment")
    assert "nowhere" in run.evidence("pytest")["problem"]["what"]


def test_a_root_that_is_not_there_has_no_result(tmp_path_factory: pytest.TempPathFactory) -> None:
    base = {
        "lineclear.yaml": "version: 1\nproject: {root: lib}\nchecks: {pytest: {}}\n",
        "test_it.py": OLD,
    }
    run = verify(changed_repo(tmp_path_factory.mktemp("root") / "project", base=base, change={"a.py": ""}))
    assert run.check("pytest")["status"] == "error"
    assert run.check("pytest")["findings"] == {"new": None, "existing": None, "fixed": None}
    assert run.code == 4
