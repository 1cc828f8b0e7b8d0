"""Real flaky suites: tests that count their runs in a file outside every tree, and tests that depend on their order."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from e2e_support import Run, changed_repo, verify
from support import lineclear

pytestmark = pytest.mark.tools

CONTRACT = "version: 1\nchecks: {pytest: {}}\n"
COUNTING = """\
from pathlib import Path


def turn(name):
    '''Return the how manieth time this is called, on whichever tree.'''
    file = Path({folder!r}) / name
    with file.open("a") as stream:
        stream.write("x")
    return file.stat().st_size
"""
FLAKY = "from counting import turn\n\n\ndef test_flaky():\n    assert turn('flaky') > 1\n"
ORDER = """\
SEEN = []


def test_first():
    SEEN.append(1)


def test_second():
    assert not SEEN
"""


def project(tmp_path_factory: pytest.TempPathFactory, name: str) -> tuple[Path, dict[str, str]]:
    folder = tmp_path_factory.mktemp(name)
    counts = folder / "counts"
    counts.mkdir()
    return folder / "project", {"lineclear.yaml": CONTRACT, "counting.py": COUNTING.format(folder=str(counts))}


@pytest.fixture(scope="module")
def flaky(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A change of a product whose suite, which it does not touch, fails once and then passes."""
    folder, base = project(tmp_path_factory, "flaky")
    base |= {"test_flaky.py": FLAKY, "test_order.py": ORDER, "product.py": "a = 1\n"}
    return verify(changed_repo(folder, base=base, change={"product.py": "a = 2\n"}))


def test_a_test_that_fails_and_then_passes_asks_for_a_person(flaky: Run) -> None:
    assert (flaky.code, flaky.verdict["outcome"]) == (3, "review")
    found = {f["item"]: (f["rule"], f["level"], f["state"]) for f in flaky.findings("pytest")}
    assert found == {
        "test_flaky.py::test_flaky": ("flaky-test", "warning", "new"),
        "test_order.py::test_second": ("flaky-test", "warning", "new"),
    }
    (message,) = (f["message"] for f in flaky.findings("pytest") if f["item"] == "test_flaky.py::test_flaky")
    assert "failed in the suite and passed when it was run again alone (2 of 2 times)" in message
    assert "AssertionError: assert 1 > 1" in message
    (reason,) = flaky.verdict["reasons"]
    assert (reason["outcome"], reason["source"]) == ("review", "check pytest")
    assert "2 flaky tests, test_flaky.py::test_flaky, test_order.py::test_second" in reason["text"]


def test_it_is_said_everywhere(flaky: Run) -> None:
    assert flaky.stdout.startswith("REVIEW A person must look: pytest has 2 flaky tests.")
    for page in (flaky.stdout, flaky.summary, flaky.repair):
        assert "pytest/flaky-test" in page
        assert "passed when run again alone" in page
    assert "pytest/flaky-test" in flaky.text("verdict.sarif")
    assert flaky.check("pytest")["reason"] == "2 flaky tests."


def test_the_runs_again_have_evidence_and_statements_of_their_own(flaky: Run) -> None:
    items = ["test_flaky.py::test_flaky", "test_order.py::test_second"]
    for number in (1, 2):
        again = flaky.evidence("pytest", f"merged/again-{number}")
        assert (again["again"], again["ended"]) == (number, "completed")
        assert again["scope"] == {"kind": "selected", "items": items, "edited": []}
        assert again["passed"] == items
        assert again["subject"] == flaky.evidence("pytest")["subject"]
        assert again["tool"] == flaky.evidence("pytest")["tool"]
        assert flaky.statement(f"pytest.merged.again-{number}")["predicate"]["result"] == "PASSED"
    assert [ref["path"] for ref in flaky.check("pytest")["evidence"]] == [
        "evidence/pytest/base/evidence.json",
        "evidence/pytest/merged/evidence.json",
        "evidence/pytest/merged/again-1/evidence.json",
        "evidence/pytest/merged/again-2/evidence.json",
    ]


def test_judge_and_audit_derive_the_same_bytes(flaky: Run, tmp_path: Path) -> None:
    done = lineclear("judge", str(flaky.bundle), "--format=json", cwd=tmp_path)
    assert done.stdout.encode() == (flaky.bundle / "verdict.json").read_bytes()
    audited = lineclear("audit", str(flaky.bundle), cwd=tmp_path)
    assert audited.returncode == 0, audited.stdout


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (None, None, "There is no evidence that it was run again on the merge result (2 of 2)."),
        ("subject", {"tree": "0" * 40, "commit": "0" * 40}, "is about another tree, 000000000000"),
        ("tool", {"name": "pytest", "version": "9", "lockDigest": "0" * 64}, "that is not the one that was planned"),
        ("scope", {"kind": "selected", "items": [], "edited": []}, "is of other tests than those that failed"),
        ("passed", ["test_order.py::test_first"], "speaks of tests that it was not to run"),
    ],
)
def test_evidence_that_is_missing_or_foreign_is_an_error(
    flaky: Run, tmp_path: Path, key: str | None, value: object, said: str
) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(flaky.bundle, bundle)
    file = bundle / "evidence/pytest/merged/again-2/evidence.json"
    if key is None:
        file.unlink()
    else:
        file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), key: value}), "utf-8")
    done = lineclear("judge", str(bundle), cwd=tmp_path)
    assert done.returncode == 4
    told = lineclear("judge", str(bundle), "--format=json", cwd=tmp_path)
    (check,) = json.loads(told.stdout)["checks"]
    assert check["status"] == "error"
    assert said in check["reason"]
    assert "flaky" not in check["reason"]
    assert lineclear("audit", str(bundle), cwd=tmp_path).returncode == 4


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A change that brings a flaky test, edits one, breaks one, and breaks one that is flaky at the base."""
    folder, base = project(tmp_path_factory, "own")
    old = "def test_old():\n    assert False\n"
    base |= {
        "lineclear.yaml": CONTRACT
        + "quarantine:\n  - {test: 'test_edited.py::test_edited', reason: Slow., owner: '@qa', expires: 2999-12-31}\n",
        "product.py": "def one():\n    return 1\n",
        "test_edited.py": "from counting import turn\n\n\ndef test_edited():\n    assert turn('edited') > 1, 'was'\n",
        "test_broken.py": "import product\n\n\ndef test_broken():\n    assert product.one() == 1\n",
        "test_hidden.py": (
            "import product\nfrom counting import turn\n\n\ndef test_hidden():\n"
            "    assert turn('hidden') != 2 and product.one() == 1\n"
        ),
        "test_old.py": old,
    }
    change = {
        "product.py": "def one():\n    return 2\n",
        "test_new.py": "from counting import turn\n\n\ndef test_new():\n    assert turn('new') != 1\n",
        "test_edited.py": "from counting import turn\n\n\ndef test_edited():\n    assert turn('edited') > 1, 'is'\n",
        "test_old.py": "# moved\n" + old,
    }
    return verify(changed_repo(folder, base=base, change=change))


def test_a_flaky_test_of_the_change_s_own_fails_it(own: Run) -> None:
    found = {f["item"]: (f["rule"], f["level"], f["state"]) for f in own.findings("pytest")}
    assert found["test_new.py::test_new"] == ("flaky-test", "error", "new")
    assert found["test_edited.py::test_edited"] == ("flaky-test", "error", "new"), "quarantine does not cover an edit"
    assert (own.code, own.verdict["outcome"]) == (1, "fail")
    assert own.check("pytest")["reason"] == ("4 new error-level findings, 2 of them flaky tests of the change's own.")


def test_what_fails_each_time_is_a_failure(own: Run) -> None:
    found = {f["item"]: (f["rule"], f["state"]) for f in own.findings("pytest")}
    assert found["test_broken.py::test_broken"] == ("test-failed", "new")
    assert found["test_old.py::test_old"] == ("test-failed", "existing")
    assert own.evidence("pytest", "merged/again-1")["passed"] == [
        "test_edited.py::test_edited",
        "test_new.py::test_new",
    ]


def test_a_failure_is_not_excused_by_one_chance_failure_on_the_base(own: Run) -> None:
    found = {f["item"]: (f["rule"], f["state"]) for f in own.findings("pytest")}
    assert found["test_hidden.py::test_hidden"] == ("test-failed", "new")
    again = own.evidence("pytest", "base/again-1")
    assert again["scope"]["items"] == ["test_hidden.py::test_hidden", "test_old.py::test_old"]
    assert again["passed"] == ["test_hidden.py::test_hidden"]
    assert any("test_hidden.py::test_hidden failed on the base and passed" in s for s in own.verdict["notEstablished"])


@pytest.fixture(scope="module")
def quarantined(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A change beside a flaky test that the base has in quarantine, with all of its parameters."""
    folder, base = project(tmp_path_factory, "quarantined")
    entry = "{test: 'test_flaky.py::test_flaky', reason: Clock., owner: '@qa', expires: 2999-12-31}"
    base |= {
        "lineclear.yaml": f"{CONTRACT}quarantine:\n  - {entry}\n",
        "product.py": "a = 1\n",
        "test_flaky.py": (
            "import pytest\nfrom counting import turn\n\n\n@pytest.mark.parametrize('n', ['a::b'])\n"
            "def test_flaky(n):\n    assert turn('flaky') > 1\n"
        ),
    }
    return verify(changed_repo(folder, base=base, change={"product.py": "a = 2\n"}))


def test_a_quarantined_test_warns(quarantined: Run) -> None:
    assert (quarantined.code, quarantined.verdict["outcome"]) == (0, "pass")
    (finding,) = quarantined.findings("pytest")
    assert (finding["item"], finding["rule"], finding["level"]) == (
        "test_flaky.py::test_flaky[a::b]",
        "flaky-test",
        "note",
    )
    (warning,) = quarantined.verdict["warnings"]
    assert "in quarantine" in warning["text"]
    assert [entry["state"] for entry in quarantined.verdict["quarantine"]] == ["used"]
    for page in (quarantined.stdout, quarantined.summary, quarantined.repair):
        assert "flaky" in page
    assert "## Quarantine" in quarantined.summary


@pytest.fixture(scope="module")
def misbehaving(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A flaky test that ends the process when it is run again the first time, and is skipped the second time."""
    folder, base = project(tmp_path_factory, "misbehaving")
    base |= {
        "product.py": "a = 1\n",
        "test_wild.py": (
            "import os\nimport pytest\nfrom counting import turn\n\n\ndef test_wild():\n    now = turn('wild')\n"
            "    if now == 3:\n        os._exit(0)\n    if now == 4:\n        pytest.skip('not now')\n"
            "    assert now == 2\n"
        ),
    }
    return verify(changed_repo(folder, base=base, change={"product.py": "a = 2\n"}))


def test_a_crash_and_a_skip_are_no_pass(misbehaving: Run) -> None:
    assert misbehaving.evidence("pytest", "merged/again-1")["ended"] == "badReport"
    assert misbehaving.evidence("pytest", "merged/again-2")["passed"] == []
    (finding,) = misbehaving.findings("pytest")
    assert (finding["rule"], finding["state"]) == ("test-failed", "new")
    assert misbehaving.code == 1
    assert any("counts as no pass" in line for line in misbehaving.verdict["notEstablished"])


def test_too_many_failures_are_not_run_again(tmp_path: Path) -> None:
    suite = (
        "import product\nimport pytest\n\n\n@pytest.mark.parametrize('n', range(51))\n"
        "def test_one(n):\n    assert product.one() == 1\n"
    )
    base = {"lineclear.yaml": CONTRACT, "product.py": "def one():\n    return 1\n", "test_many.py": suite}
    change = {"product.py": "def one():\n    return 2\n"}
    run = verify(changed_repo(tmp_path / "project", base=base, change=change))
    assert (run.code, run.check("pytest")["findings"]["new"]) == (1, 51)
    assert not list(run.bundle.glob("evidence/pytest/*/again-*"))
    assert (
        "51 tests of pytest fail on the merge result, more than are run again (50), so which of them are flaky is not "
        "known."
    ) in run.verdict["notEstablished"]
