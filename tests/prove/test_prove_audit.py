"""The audit: a sound bundle is told so with its limits, and no way of tampering goes unnoticed."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from prove_bundle import judge_small, make_bundle, make_evidence, make_finding, put

from lineclear.errors import BundleError, UsageError
from lineclear.judge.bundle import judge_bundle
from lineclear.model.bundle import DECISIONS, MANIFEST, VERDICT, VERDICT_STATEMENT
from lineclear.model.verdict import Verdict
from lineclear.model.words import Level, Outcome, TreeName
from lineclear.prove.audit import AuditReport, Step, audit
from lineclear.prove.keys import load_signer, load_verifier, new_key, public_path
from lineclear.prove.prove import prove, seal

EVIDENCE_FILE = "evidence/bandit/merged/evidence.json"
STATEMENT_FILE = "statements/bandit.merged.dsse.json"
EACH_KIND = [
    "inputs/change.json",
    "inputs/contract.json",
    "inputs/plan.json",
    "inputs/contract-sources/*",
    EVIDENCE_FILE,
    "evidence/bandit/merged/raw/report.json",
    STATEMENT_FILE,
    VERDICT_STATEMENT,
    VERDICT,
    DECISIONS,
    MANIFEST,
    "summary.md",
]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "signing.pem"
    new_key(path)
    return path


@pytest.fixture
def unsigned(tmp_path: Path) -> Path:
    return complete(make_bundle(tmp_path / "bundle", findings=[make_finding(Level.WARNING)]), None)


@pytest.fixture
def signed(tmp_path: Path, key: Path) -> Path:
    return complete(make_bundle(tmp_path / "signed", findings=[make_finding(Level.ERROR)]), key)


def complete(bundle: Path, key: Path | None) -> Path:
    """Prove, report and seal a judged bundle."""
    prove(bundle, None if key is None else load_signer(key))
    put(bundle, "summary.md", b"# Summary\n")
    seal(bundle)
    return bundle


def examine(bundle: Path, key: Path | None = None) -> AuditReport:
    """Audit with the small judge; ``key`` is a private key's path."""
    return audit(bundle, key=None if key is None else public_path(key), judge=judge_small)


def steps(report: AuditReport) -> set[Step]:
    return {problem.step for problem in report.problems}


def said(report: AuditReport, step: Step, path: str) -> str:
    """Return what one step says of one file, and fail when it says nothing."""
    told = [problem.what for problem in report.problems if (problem.step, problem.path) == (step, path)]
    assert told, report.text()
    return "; ".join(told)


def test_a_sound_unsigned_bundle_is_ok_and_nobody_vouches_for_it(unsigned: Path) -> None:
    report = examine(unsigned)
    assert (report.ok, report.exit_code, report.signatures, report.outcome) == (True, 0, "unsigned", Outcome.PASS)
    assert "Nobody vouches for this bundle: it is unsigned." in report.text()
    assert "What the tools read: notObserved." in report.text()
    assert "network notEnforced" in report.text()
    assert "by no statement: summary.md." in report.text()


def test_a_signed_bundle_is_vouched_for_by_its_key(signed: Path, key: Path) -> None:
    report = examine(signed, key)
    assert (report.ok, report.exit_code, report.signatures, report.outcome) == (True, 0, "verified", Outcome.FAIL)
    assert "The key that was given vouches for every statement" in report.text()


def test_a_signature_that_was_not_checked_is_said_so(signed: Path, key: Path) -> None:
    report = examine(signed)
    assert (report.ok, report.signatures) == (True, "unchecked")
    keyid = load_verifier(public_path(key)).keyid
    assert f"Signed by keyid {keyid}, not checked: no --key given." in report.sentences


def test_an_unsigned_bundle_is_refused_when_a_key_is_asked_for(unsigned: Path, key: Path) -> None:
    report = examine(unsigned, key)
    assert (report.ok, report.exit_code, report.signatures) == (False, 1, "refused")
    assert steps(report) == {Step.SIGNATURES}
    assert report.text().startswith("Refused: the bundle holds together, and does not carry the signature")


def test_another_key_is_refused(signed: Path, tmp_path: Path) -> None:
    new_key(tmp_path / "other.pem")
    report = examine(signed, tmp_path / "other.pem")
    assert (report.ok, report.exit_code, steps(report)) == (False, 1, {Step.SIGNATURES})


def test_a_bundle_signed_again_with_another_key_is_refused(signed: Path, key: Path, tmp_path: Path) -> None:
    new_key(tmp_path / "other.pem")
    prove(signed, load_signer(tmp_path / "other.pem"))
    seal(signed)
    assert (examine(signed).ok, examine(signed, tmp_path / "other.pem").ok) == (True, True)
    report = examine(signed, key)
    assert (report.exit_code, steps(report), len(report.problems)) == (1, {Step.SIGNATURES}, 4)


def test_the_bundle_can_be_copied_anywhere(signed: Path, key: Path, tmp_path: Path) -> None:
    shutil.copytree(signed, tmp_path / "far" / "away")
    assert examine(tmp_path / "far" / "away", key).ok


def test_a_merge_conflict_can_be_audited(tmp_path: Path) -> None:
    assert examine(complete(make_bundle(tmp_path, conflict=True), None)).ok


@pytest.mark.parametrize("path", EACH_KIND)
@pytest.mark.parametrize("place", [0.0, 0.5, 0.99])
def test_a_flipped_byte_in_any_file_is_found(signed: Path, key: Path, path: str, place: float) -> None:
    file = next(signed.glob(path))
    flip(file, place)
    report = examine(signed, key)
    assert not report.ok
    assert Step.FILES in steps(report)
    assert report.exit_code == BundleError.exit_code


@pytest.mark.parametrize("path", [item for item in EACH_KIND if item not in (MANIFEST, "summary.md")])
@pytest.mark.parametrize("place", [0.0, 0.5, 0.99])
def test_a_flipped_byte_is_found_even_when_the_manifest_is_made_again(
    signed: Path, key: Path, path: str, place: float
) -> None:
    file = next(signed.glob(path))
    flip(file, place)
    seal(signed)
    report = examine(signed, key)
    assert not report.ok
    assert Step.FILES not in steps(report)


@pytest.mark.parametrize("path", EACH_KIND)
def test_a_missing_file_is_found(signed: Path, path: str) -> None:
    file = next(signed.glob(path))
    file.unlink()
    assert said(examine(signed), Step.FILES, str(file.relative_to(signed)))


def test_every_problem_is_listed(unsigned: Path) -> None:
    (unsigned / "inputs/plan.json").unlink()
    (unsigned / "inputs/change.json").unlink()
    flip(unsigned / "evidence/bandit/merged/raw/report.json", 0.5)
    put(unsigned, "statements/more.dsse.json", b"{}")
    report = examine(unsigned)
    assert {Step.FILES, Step.MODELS, Step.EVIDENCE, Step.STATEMENTS} <= steps(report)
    for path in ("inputs/plan.json", "inputs/change.json"):
        assert said(report, Step.MODELS, path) == "A file of the bundle is missing"
    assert "nothing was compared" in report.text()


def test_a_dropped_statement_is_found(signed: Path, key: Path) -> None:
    (signed / STATEMENT_FILE).unlink()
    seal(signed)
    report = examine(signed, key)
    assert said(report, Step.STATEMENTS, STATEMENT_FILE) == "is missing"
    assert "inputAttestations" in said(report, Step.STATEMENTS, VERDICT_STATEMENT)


def test_a_dropped_verdict_statement_is_found(signed: Path, key: Path) -> None:
    (signed / VERDICT_STATEMENT).unlink()
    report = examine(signed, key)
    assert said(report, Step.STATEMENTS, VERDICT_STATEMENT) == "is missing"


def test_a_statement_about_nothing_is_found(signed: Path) -> None:
    shutil.copy(signed / STATEMENT_FILE, signed / "statements/other.merged.dsse.json")
    seal(signed)
    assert "states nothing" in said(examine(signed), Step.STATEMENTS, "statements/other.merged.dsse.json")


@pytest.mark.parametrize(
    ("path", "step"),
    [
        ("evidence/bandit/merged/raw/more.json", Step.EVIDENCE),
        ("evidence/loose.json", Step.EVIDENCE),
        (f"inputs/contract-sources/{'0' * 64}", Step.CONTRACT),
        ("inputs/agent.json", Step.STATEMENTS),
    ],
)
def test_an_added_file_is_found(signed: Path, path: str, step: Step) -> None:
    put(signed, path, b"{}")
    assert "not named by the manifest" in said(examine(signed), Step.FILES, path)
    seal(signed)
    assert step in steps(examine(signed))


def test_added_evidence_is_found(signed: Path) -> None:
    path = "evidence/semgrep/merged/evidence.json"
    put(signed, path, make_evidence("semgrep", TreeName.MERGED, findings=[]).canonical())
    seal(signed)
    assert "the verdict does not name" in said(examine(signed), Step.EVIDENCE, path)


def test_evidence_in_anothers_place_is_found(signed: Path) -> None:
    put(signed, EVIDENCE_FILE, make_evidence("pytest", TreeName.MERGED, findings=[]).canonical())
    assert "not its place" in said(examine(signed), Step.MODELS, EVIDENCE_FILE)


def test_removed_evidence_is_found(signed: Path) -> None:
    shutil.rmtree(signed / "evidence/pytest")
    (signed / "statements/pytest.merged.dsse.json").unlink()
    seal(signed)
    report = examine(signed)
    assert "missing" in said(report, Step.EVIDENCE, "evidence/pytest/merged/evidence.json")


def test_raw_output_outside_of_its_folder_is_not_opened(unsigned: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    evidence = json.loads((unsigned / EVIDENCE_FILE).read_text())
    evidence["outputs"][0]["path"] = "../../../../secret"
    put(unsigned, EVIDENCE_FILE, json.dumps(evidence).encode())
    report = examine(unsigned)
    assert "missing" in said(report, Step.EVIDENCE, "evidence/bandit/merged/../../../../secret")


@pytest.mark.parametrize("path", [VERDICT, EVIDENCE_FILE, STATEMENT_FILE, MANIFEST, "inputs/change.json"])
def test_a_link_with_the_right_content_is_found(signed: Path, tmp_path: Path, path: str) -> None:
    shutil.move(signed / path, tmp_path / "moved")
    (signed / path).symlink_to(tmp_path / "moved")
    report = examine(signed)
    assert "is a link" in said(report, Step.FILES, path)
    assert Step.MODELS in steps(report) or "was not derived again" in said(report, Step.JUDGEMENT, VERDICT)


def test_a_linked_folder_is_found_and_not_entered(signed: Path, tmp_path: Path) -> None:
    shutil.move(signed / "evidence", tmp_path / "moved")
    (signed / "evidence").symlink_to(tmp_path / "moved")
    assert "is a link" in said(examine(signed), Step.FILES, "evidence")


def test_a_pipe_is_found_and_does_not_hang(signed: Path) -> None:
    os.mkfifo(signed / "evidence/bandit/merged/pipe")
    assert "no regular file" in said(examine(signed), Step.FILES, "evidence/bandit/merged/pipe")


def test_a_cut_log_is_found(signed: Path, key: Path) -> None:
    lines = (signed / DECISIONS).read_bytes().splitlines(keepends=True)
    put(signed, DECISIONS, b"".join(lines[:-5]))
    seal(signed)
    report = examine(signed, key)
    count = len(lines)
    expected = f"line {count - 4} is not the decision that follows; {count - 5} lines, {count} expected"
    assert said(report, Step.LOG, DECISIONS) == expected


def test_a_verdict_edited_consistently_is_found_by_judging_again(signed: Path) -> None:
    verdict = Verdict.model_validate_json((signed / VERDICT).read_bytes())
    put(signed, VERDICT, verdict.model_copy(update={"outcome": Outcome.PASS, "reasons": []}).canonical())
    complete(signed, None)
    report = examine(signed)
    assert steps(report) == {Step.JUDGEMENT}
    assert 'outcome is "pass"; it should be "fail"' in said(report, Step.JUDGEMENT, VERDICT)
    assert report.exit_code == BundleError.exit_code


def test_a_verdict_in_another_form_is_found(unsigned: Path) -> None:
    put(unsigned, VERDICT, json.dumps(json.loads((unsigned / VERDICT).read_text())).encode())
    complete(unsigned, None)
    assert said(examine(unsigned), Step.JUDGEMENT, VERDICT) == "is written in another form"


@pytest.mark.parametrize(
    ("error", "told"), [(BundleError("No", where="x", todo="Stop."), "No"), (KeyError("x"), "KeyError: 'x'")]
)
def test_a_judge_that_refuses_or_breaks_is_a_problem(unsigned: Path, error: Exception, told: str) -> None:
    def refuse(bundle: Path) -> Verdict:
        raise error

    report = audit(unsigned, key=None, judge=refuse)
    assert said(report, Step.JUDGEMENT, VERDICT) == f"could not be derived again: {told}"


def test_stripped_signatures_are_found_without_a_key(signed: Path) -> None:
    for file in (signed / "statements").iterdir():
        strip(file)
    seal(signed)
    report = examine(signed)
    assert report.signatures == "unsigned"
    assert "predicate.verifier.id" in said(report, Step.STATEMENTS, VERDICT_STATEMENT)


def test_one_stripped_signature_is_found_without_a_key(signed: Path, key: Path) -> None:
    strip(signed / STATEMENT_FILE)
    seal(signed)
    assert "not signed by the same keys" in said(examine(signed), Step.SIGNATURES, STATEMENT_FILE)
    assert said(examine(signed, key), Step.SIGNATURES, STATEMENT_FILE) == "is unsigned"


def test_a_run_statement_that_says_more_than_its_evidence_is_found(signed: Path) -> None:
    def better(value: dict[str, object]) -> None:
        predicate = value["predicate"]
        assert isinstance(predicate, dict)
        predicate["result"] = "PASSED"

    edit_payload(signed / STATEMENT_FILE, better)
    told = said(examine(signed), Step.STATEMENTS, STATEMENT_FILE)
    assert told == 'predicate.result is "PASSED"; it should be "FAILED"'


def test_a_bundle_without_a_manifest_is_incomplete(unsigned: Path) -> None:
    (unsigned / MANIFEST).unlink()
    assert "is missing" in said(examine(unsigned), Step.FILES, MANIFEST)


def test_a_wrong_key_file_is_a_usage_error(unsigned: Path, key: Path) -> None:
    with pytest.raises(UsageError, match="private key"):
        audit(unsigned, key=key, judge=judge_small)


def test_an_empty_folder_and_no_folder_are_told_apart(tmp_path: Path, key: Path) -> None:
    report = examine(_empty(tmp_path), key)
    assert (report.ok, report.outcome, report.exit_code) == (False, None, BundleError.exit_code)
    with pytest.raises(BundleError, match="no bundle here"):
        examine(tmp_path / "none")


def test_nothing_in_a_bundle_steers_the_terminal(unsigned: Path) -> None:
    (unsigned / "\x1b[2J").write_text("")
    text = examine(unsigned).text()
    assert "\x1b" not in text
    assert r"\x1b[2J" in text


def test_what_the_judge_says_of_itself_is_sound(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path, findings=[make_finding(Level.ERROR)])
    put(bundle, VERDICT, judge_bundle(bundle).canonical())
    report = audit(complete(bundle, None), key=None)
    assert (report.problems, report.outcome) == ([], Outcome.FAIL)


def test_a_report_is_data(unsigned: Path) -> None:
    report = examine(unsigned)
    assert AuditReport.model_validate_json(report.canonical()) == report


def flip(file: Path, place: float) -> None:
    """Flip the lowest bit of one byte."""
    data = bytearray(file.read_bytes())
    data[int(len(data) * place)] ^= 1
    file.write_bytes(data)


def strip(file: Path) -> None:
    """Take the signatures off an envelope."""
    file.write_text(json.dumps(json.loads(file.read_text()) | {"signatures": []}))


def edit_payload(file: Path, edit: Callable[[dict[str, object]], None]) -> None:
    """Edit the statement in an envelope."""
    stored = json.loads(file.read_text())
    value = json.loads(base64.b64decode(stored["payload"]))
    edit(value)
    stored["payload"] = base64.b64encode(json.dumps(value).encode()).decode()
    file.write_text(json.dumps(stored))


def _empty(folder: Path) -> Path:
    made = folder / "empty"
    made.mkdir()
    return made
