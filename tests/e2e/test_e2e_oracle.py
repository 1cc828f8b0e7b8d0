"""The base's tests on the change's code: attacks that turn a suite green are stopped or shown, honest changes are not.

Each project of the repository has product code, and tests that the change edits; several cases share one where nothing
that they change reaches beyond their own folder.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from e2e_support import Run, changed_repo, verify
from support import lineclear

pytestmark = pytest.mark.tools

PROJECTS = ("attacks", "honest", "hooked", "ignored", "marked", "renamed", "bent", "still", "untested")
"""The first two have many cases each, the others one: what they change reaches all tests of their project."""
CONTRACT = "version: 1\nchecks:\n" + "".join(
    f"  {name}: {{use: oracle, with: {{root: {name}}}}}\n" for name in PROJECTS
)

ADD = "def add(a, b):\n    return a + b\n"
BROKEN = "def add(a, b):\n    return a + b + 1\n"


def text(name: str, body: str = "assert add(2, 2) == 4", head: str = "", function: str = "test_add") -> str:
    return f"import pytest\nfrom {name}_code import *\n\n\n{head}def {function}():\n    {body}\n"


# What each case has on the base, and what the change makes of it (None: it is deleted). Paths are below its project.
ATTACKS: dict[str, tuple[dict[str, str], dict[str, str | None]]] = {
    "weakened": ({}, {"test_weakened.py": text("weakened", "assert add(2, 2)")}),
    "deleted": ({}, {"test_deleted.py": text("deleted", "assert True", function="test_other")}),
    "gone": ({}, {"test_gone.py": None}),
    "skipped": ({}, {"test_skipped.py": text("skipped", head='@pytest.mark.skip(reason="flaky")\n')}),
    "xfailed": ({}, {"test_xfailed.py": text("xfailed", head="@pytest.mark.xfail\n")}),
    "fixture": (
        {"fixture/test_fixture.py": text("fixture"), "fixture/conftest.py": ""},
        {
            "fixture/conftest.py": (
                "import pytest\nimport fixture_code\n\n\n@pytest.fixture(autouse=True)\ndef patched(request):\n"
                "    request.module.add = lambda a, b: a + b\n"
            )
        },
    ),
    "helper": (
        {
            "tests/helper_checks.py": "def same(a, b):\n    assert a == b\n",
            "tests/test_helper.py": (
                "from helper_checks import same\nfrom helper_code import add\n\n\n"
                "def test_add():\n    same(add(2, 2), 4)\n"
            ),
        },
        {"tests/helper_checks.py": "def same(a, b):\n    assert a\n"},
    ),
    "raised": ({}, {"raised_code.py": "import unittest\n\n\ndef add(a, b):\n    raise unittest.SkipTest\n"}),
    "loaded": (
        {"test_loaded.py": text("loaded"), "test_loaded_too.py": "def test_rest():\n    assert True\n"},
        {"loaded_code.py": "import unittest\n\nraise unittest.SkipTest\n"},
    ),
    "parameter": (
        {
            "test_parameter.py": text(
                "parameter", "assert add(n, n) == 2 * n", '@pytest.mark.parametrize("n", [1, 2])\n'
            ).replace("test_add()", "test_add(n)")
        },
        {
            "parameter_code.py": "def add(a, b):\n    return a + b if a != 2 else 5\n",
            "test_parameter.py": text(
                "parameter", "assert add(n, n) == 2 * n", '@pytest.mark.parametrize("n", [1])\n'
            ).replace("test_add()", "test_add(n)"),
        },
    ),
}
GOLDEN = (
    "from pathlib import Path\nfrom golden_code import add\n\n\ndef test_add():\n"
    "    assert str(add(2, 2)) == (Path(__file__).parent / 'golden.txt').read_text().strip()\n"
)
HONEST: dict[str, tuple[dict[str, str], dict[str, str | None]]] = {
    "behaviour": ({}, {"test_behaviour.py": text("behaviour", "assert add(2, 2) == 5")}),
    "parametrised": (
        {},
        {
            "test_parametrised.py": text(
                "parametrised", "assert add(n, n) == 2 * n + 1", '@pytest.mark.parametrize("n", [1, 2])\n'
            ).replace("test_add()", "test_add(n)")
        },
    ),
    "retitled": ({}, {"test_retitled.py": text("retitled", "assert add(2, 2) == 5", function="test_adds_one")}),
    "moved": ({}, {"moved_code.py": ADD, "test_moved.py": None, "tests/test_was_moved.py": text("moved")}),
    "removed": (
        {
            "removed_code.py": ADD + "\n\ndef double(a):\n    return 2 * a\n",
            "test_double.py": "import removed_code\n\n\ndef test_double():\n    assert removed_code.double(1) == 2\n",
        },
        {"removed_code.py": ADD, "test_double.py": None},
    ),
    "refactored": (
        {
            "refactored_code.py": ADD + "\n\nOFFSET = 0\n",
            "test_refactored.py": "from refactored_code import OFFSET, add\n\n\n"
            "def test_add():\n    assert add(2, 2) == 4 + OFFSET\n",
        },
        {"refactored_code.py": ADD, "test_refactored.py": text("refactored")},
    ),
    "imported": (
        {},
        {
            "imported_code.py": None,
            "plus.py": BROKEN,
            "test_imported.py": "from plus import add\n\n\ndef test_add():\n    assert add(2, 2) == 5\n",
        },
    ),
    "golden": ({"tests/golden.txt": "4\n", "tests/test_golden.py": GOLDEN}, {"tests/golden.txt": "5\n"}),
    "red": ({"test_red.py": text("red", "assert add(2, 2) == 0")}, {}),
    "given": (
        {},
        {
            "given_code.py": ADD,
            "tests/conftest.py": "import pytest\n\n\n@pytest.fixture\ndef two():\n    return 2\n",
            "tests/test_given.py": (
                "from given_code import add\n\n\ndef test_two(two):\n    assert add(two, two) == 4\n"
            ),
        },
    ),
}
HOOK = (
    "import pytest\n\n\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n"
    "    outcome = yield\n    report = outcome.get_result()\n    if report.when == 'call':\n"
    "        report.outcome = 'passed'\n"
)
STRICT = "[tool.pytest.ini_options]\naddopts = ['--strict-markers']\nmarkers = [{markers}]\n"


def written() -> tuple[dict[str, str], dict[str, str | None]]:
    """Return the base, and the change with the files that it deletes."""
    base: dict[str, str] = {"lineclear.yaml": CONTRACT}
    change: dict[str, str | None] = {}
    for folder, cases in (("attacks", ATTACKS), ("honest", HONEST)):
        for name, (before, after) in cases.items():
            own = f"test_{name}.py" in {path.rpartition("/")[2] for path in before}
            files = {f"{name}_code.py": ADD, **({} if own else {f"test_{name}.py": text(name)}), **before}
            base |= {f"{folder}/{path}": content for path, content in files.items()}
            change |= {f"{folder}/{path}": content for path, content in {f"{name}_code.py": BROKEN, **after}.items()}
    for name in PROJECTS[2:]:
        base |= {f"{name}/{name}_code.py": ADD, f"{name}/test_{name}.py": text(name)}
    for name in ("hooked", "ignored"):
        change[f"{name}/{name}_code.py"] = BROKEN
    change["hooked/conftest.py"] = HOOK
    base["ignored/test_rest.py"] = "def test_rest():\n    assert True\n"
    change["ignored/pytest.ini"] = "[pytest]\naddopts = -k rest\n"
    base["marked/pyproject.toml"] = STRICT.format(markers="")
    change["marked/pyproject.toml"] = STRICT.format(markers="'slow'")
    change["marked/test_marked.py"] = text("marked", head="@pytest.mark.slow\n")
    imports = "from {0} import add\n\n\ndef pytest_report_header():\n    return str(add(1, 1))\n"
    base["renamed/conftest.py"] = imports.format("renamed_code")
    change |= {"renamed/renamed_code.py": None, "renamed/sums.py": ADD, "renamed/conftest.py": imports.format("sums")}
    change["renamed/test_renamed.py"] = text("renamed").replace("renamed_code", "sums")
    base["bent/conftest.py"] = "import bent_code\n"
    change["bent/bent_code.py"] = (
        "import sys\n" + ADD + "if 'old' in open(__file__[:-12] + 'conftest.py').read(): 1 / 0\n"
    )
    base["bent/conftest.py"] += "# the old one\n"
    change["bent/conftest.py"] = "import bent_code\n"
    change["still/still_code.py"] = BROKEN
    del base["untested/test_untested.py"]
    change["untested/test_untested.py"] = text("untested")
    return base, change


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    base, change = written()
    repo = changed_repo(tmp_path_factory.mktemp("oracle") / "project", base=base, change={})
    for name in (path for path, content in change.items() if content is None):
        (repo.root / name).unlink()
    repo.commit("the change", {path: content for path, content in change.items() if content is not None})
    return verify(repo)


def told(run: Run, check: str) -> dict[str, tuple[str, str]]:
    return {f["item"] or "": (f["rule"], f["level"]) for f in run.findings(check)}


def test_what_makes_a_suite_green_over_broken_code_is_stopped(run: Run) -> None:
    assert run.code == 1
    assert run.check("attacks")["status"] == "failed"
    assert told(run, "attacks") == {
        "test_weakened.py::test_add": ("old-test-fails", "error"),
        "test_deleted.py::test_add": ("old-test-vanished", "error"),
        "test_gone.py::test_add": ("old-test-vanished", "error"),
        "test_skipped.py::test_add": ("old-test-skipped", "error"),
        "test_xfailed.py::test_add": ("old-test-skipped", "error"),
        "fixture/test_fixture.py::test_add": ("old-test-fails", "error"),
        "tests/test_helper.py::test_add": ("old-test-fails", "error"),
        "test_raised.py::test_add": ("old-test-skipped", "error"),
        "test_loaded.py": ("old-test-skipped", "error"),
        "test_parameter.py::test_add[2]": ("old-test-fails", "error"),
    }
    assert told(run, "hooked") == {"test_hooked.py::test_add": ("old-test-fails", "error")}
    assert told(run, "ignored") == {"test_ignored.py::test_add": ("old-test-vanished", "error")}


def test_a_declared_change_of_behaviour_is_listed_and_stops_nothing(run: Run) -> None:
    assert (run.check("honest")["status"], run.check("honest")["reason"]) == ("passed", None)
    assert told(run, "honest") == {
        "test_behaviour.py::test_add": ("changed-behaviour", "note"),
        "test_parametrised.py::test_add": ("changed-behaviour", "note"),
        "test_double.py::test_double": ("removed-with-code", "warning"),
        "tests/test_golden.py::test_add": ("changed-expectation", "warning"),
        "test_retitled.py::test_add": ("test-replaced", "warning"),
        "test_refactored.py": ("changed-interface", "warning"),
        "test_imported.py": ("changed-interface", "warning"),
    }
    assert run.findings("marked") == []
    assert run.check("marked")["status"] == "passed"


def test_what_fails_on_the_base_too_excuses_the_change_and_is_said(run: Run) -> None:
    said = "honest says nothing of tests of the base that fail on the base too: test_red.py::test_add."
    assert said in run.verdict["notEstablished"]
    assert run.evidence("honest", "base")["scope"]["items"] == sorted({*told(run, "honest"), "test_red.py::test_add"})


def test_tests_that_cannot_be_loaded_any_more_are_explained_by_what_is_gone(run: Run) -> None:
    assert told(run, "renamed") == {"": ("old-tests-cannot-run", "warning")}
    assert run.check("renamed")["status"] == "passed"
    assert told(run, "bent") == {"": ("old-tests-cannot-run", "error")}
    assert run.check("bent")["status"] == "failed"


def test_it_does_not_apply_without_a_difference_or_without_tests_on_the_base(run: Run) -> None:
    still, untested = run.check("still"), run.check("untested")
    assert (still["status"], untested["status"]) == ("notApplicable", "notApplicable")
    assert still["reason"] == "The change touches no file of the tests, their data or their configuration."
    assert untested["reason"] == "The base has no test."


def test_evidence_names_the_composed_trees(run: Run) -> None:
    plan = {check["id"]: check for check in json.loads(run.text("inputs/plan.json"))["checks"]}
    overlay = plan["hooked"]["overlay"]
    assert overlay["differs"] == overlay["steering"] == ["hooked/conftest.py"]
    assert run.evidence("hooked", "oldTests")["subject"] == overlay["oldTests"]
    assert run.evidence("hooked", "newTests")["subject"] == overlay["newTests"]
    assert run.statement("hooked.oldTests")["subject"][0]["digest"] == {"gitTree": overlay["oldTests"]["tree"]}
    assert plan["still"]["overlay"] is None
    assert [ref["path"] for ref in run.check("marked")["evidence"]] == ["evidence/marked/oldTests/evidence.json"]


def test_judge_and_audit_derive_the_same_bytes(run: Run, tmp_path: Path) -> None:
    done = lineclear("judge", str(run.bundle), "--format=json", cwd=tmp_path)
    assert done.stdout.encode() == (run.bundle / "verdict.json").read_bytes()
    audited = lineclear("audit", str(run.bundle), cwd=tmp_path)
    assert audited.returncode == 0, audited.stdout


@pytest.mark.parametrize(
    ("file", "key", "value", "said"),
    [
        ("oldTests", None, None, "It left no evidence for the base's tests."),
        ("base", None, None, "It left no evidence for the base."),
        ("base/again-1", None, None, "It left no evidence for the base, again."),
        ("newTests", None, None, "It left no evidence for the base with the merge result's tests."),
        ("oldTests", "subject", {"tree": "0" * 40, "commit": "0" * 40}, "is about another tree, 000000000000"),
        ("newTests", "scope", {"kind": "selected", "items": []}, "is of other tests than those that were to be run"),
        ("merged", "scope", {"kind": "all"}, "is of other tests than those that were to be run"),
        ("oldTests", "findings", [], "There is evidence, and no reason, that it was run on"),
    ],
)
def test_evidence_that_is_missing_or_foreign_is_no_pass(
    run: Run, tmp_path: Path, file: str, key: str | None, value: object, said: str
) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(run.bundle, bundle)
    path = bundle / f"evidence/hooked/{file}/evidence.json"
    if key is None:
        path.unlink()
    else:
        path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), key: value}), "utf-8")
    verdict = json.loads(lineclear("judge", str(bundle), "--format=json", cwd=tmp_path).stdout)
    (check,) = (check for check in verdict["checks"] if check["id"] == "hooked")
    assert check["status"] in ("error", "missing")
    assert said in check["reason"]
    assert verdict["outcome"] == "error"


def test_a_conflict_leaves_nothing_to_run_the_tests_on(tmp_path: Path) -> None:
    base = {"lineclear.yaml": "version: 1\nchecks: {oracle: {}}\n", "a.py": "x = 1\n", "test_a.py": "y = 1\n"}
    repo = changed_repo(tmp_path / "project", base=base, change={"a.py": "x = 2\n", "test_a.py": "y = 2\n"})
    repo.git("switch", "--quiet", "main")
    repo.commit("other", {"a.py": "x = 3\n"})
    repo.git("switch", "--quiet", "feature")
    done = verify(repo)
    assert (done.code, done.check("oracle")["status"]) == (1, "skipped")
    refused = lineclear("verify", "--only=oracle", "--select=test_a.py", cwd=repo.root)
    assert refused.returncode == 2
    assert "cannot run in part" in refused.stderr
