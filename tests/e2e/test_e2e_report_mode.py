"""Report mode with real tools: everything is judged and shown, and the exit code is that of what is enforced."""

from __future__ import annotations

from pathlib import Path

import pytest
from e2e_support import Run, changed_repo, verify
from support import lineclear

pytestmark = pytest.mark.tools

SCHEMA = '{"type": "object", "required": ["id"]}\n'
CHECK = "{{use: jsonschema, with: {{schema: schema.json, instances: '{0}/*.json'}}{1}}}"
LAW = "{id: no-data, require: '!change.paths.exists(p, p.endsWith(\".json\"))', otherwise: review, message: Data., "
LAW += "remedy: Leave it., enforceFrom: 2999-01-01}"
NO_NEW = '{id: no-new, require: \'!findings.exists(f, f.state == "new" && f.level == "error")\', otherwise: fail, '
NO_NEW += "message: New errors., remedy: Mend them.}"


def contract(**checks: str) -> str:
    lines = [f"  {name}: {CHECK.format(name, more)}" for name, more in checks.items()]
    return "\n".join(["version: 1", "checks:", *lines, f"invariants:\n  - {LAW}\n  - {NO_NEW}", ""])


def changed(folder: Path, text: str) -> Run:
    base = {"lineclear.yaml": text, "schema.json": SCHEMA, "old/a.json": '{"id": 1}\n', "fresh/a.json": '{"id": 1}\n'}
    return verify(changed_repo(folder / "project", base=base, change={"fresh/b.json": "{}\n"}))


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A check that fails and an invariant that is broken, both in report mode, beside a check that passes."""
    text = contract(old="", fresh=", enforceFrom: 2999-01-01")
    return changed(tmp_path_factory.mktemp("reported"), text)


def test_what_is_in_report_mode_is_shown_and_does_not_block(reported: Run) -> None:
    verdict = reported.verdict
    assert (reported.code, verdict["outcome"], verdict["reportedOutcome"]) == (0, "pass", "fail")
    assert [(r["outcome"], r["source"]) for r in verdict["reported"]] == [
        ("fail", "check fresh"),
        ("review", "invariant no-data"),
    ]
    assert verdict["reasons"] == []
    assert {entry["id"]: entry["result"] for entry in verdict["invariants"]} == {"no-data": "broken", "no-new": "held"}
    for page in (reported.stdout, reported.summary, reported.repair):
        assert "enforced from 2999-01-01 on" in page
    assert "In report mode, fresh and no-data would make it fail." in reported.stdout


def test_no_statement_says_passed(reported: Run) -> None:
    predicate = reported.statement()["predicate"]
    assert predicate["verificationResult"] == "FAILED"


def test_it_is_derived_again(reported: Run, tmp_path: Path) -> None:
    done = lineclear("judge", str(reported.bundle), "--format=json", cwd=tmp_path)
    assert done.stdout.encode() == (reported.bundle / "verdict.json").read_bytes()
    assert done.returncode == 0
    assert lineclear("audit", str(reported.bundle), cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("start", "code", "outcome"), [("2999-01-01", 0, "fail"), ("2020-01-01", 1, "fail")], ids=["before", "after"]
)
def test_a_whole_contract_blocks_from_its_day_on(tmp_path: Path, start: str, code: int, outcome: str) -> None:
    text = contract(old="", fresh="").replace("version: 1", f"version: 1\nenforceFrom: {start}")
    run = changed(tmp_path, text)
    assert (run.code, run.verdict["outcome"]) == (code, outcome)
    assert run.verdict["enforcement"] == ("enforce" if code else "report")
    assert ("Report mode until 2999-01-01, from that day on enforced" in run.stdout) == (code == 0)


def test_a_broken_check_in_report_mode_blocks_nothing_and_is_shown(tmp_path: Path) -> None:
    instances = "instances: 'fresh"
    text = contract(old="", fresh=", enforcement: report")
    text = text.replace(f"schema: schema.json, {instances}", f"schema: no.json, {instances}")
    run = changed(tmp_path, text)
    assert (run.code, run.verdict["outcome"], run.verdict["reportedOutcome"]) == (0, "pass", "error")
    assert run.check("fresh")["status"] == "error"
    assert any(line.startswith("fresh: error.") for line in run.verdict["notEstablished"])
    assert "fresh gave no result" in run.stdout


def test_contract_check_says_what_is_enforced_and_since_when(tmp_path: Path) -> None:
    (tmp_path / "lineclear.yaml").write_text(contract(old=", enforcement: report", fresh=""), "utf-8")
    done = lineclear("contract", "check", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "enforced:   yes, but old in report mode, no-data from 2999-01-01 on" in done.stdout
