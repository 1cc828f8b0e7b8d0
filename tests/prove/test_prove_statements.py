"""Statements: what is said of a run and of a verdict is what the evidence and the verdict say, and no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prove_bundle import (
    LOCK,
    MERGE_COMMIT,
    MERGE_TREE,
    judge_small,
    make_bundle,
    make_change,
    make_contract,
    make_evidence,
    make_finding,
    make_plan,
    write,
)

from lineclear.errors import BundleError
from lineclear.model.base import sha256
from lineclear.model.bundle import (
    CHANGE,
    CONTRACT,
    DECISIONS,
    MANIFEST,
    PLAN,
    VERDICT,
    VERDICT_STATEMENT,
    evidence_folder,
    evidence_statement,
)
from lineclear.model.evidence import Evidence
from lineclear.model.verdict import EvidenceRef, Reason, Verdict
from lineclear.model.words import Level, Outcome, TreeName
from lineclear.prove.decisions import decisions
from lineclear.prove.dsse import open_envelope, statement
from lineclear.prove.keys import load_signer, new_key
from lineclear.prove.prove import prove
from lineclear.prove.statements import (
    CHECK_RUN,
    LOCAL_KEY,
    UNSIGNED,
    VERDICT_EXTENSION,
    run_statement,
    statement_path,
)

DIGESTS = {CONTRACT: "2" * 64, PLAN: "3" * 64, "evidence/bandit/merged/evidence.json": "4" * 64}


def read(bundle: Path, path: str) -> Any:
    return statement(open_envelope((bundle / path).read_bytes(), where=path), where=path)


def state(evidence: Evidence) -> Any:
    return run_statement(evidence, "evidence/bandit/merged/evidence.json", DIGESTS)


@given(st.none() | st.lists(st.sampled_from(Level)))
def test_the_result_is_the_tools_and_never_better_than_its_findings(levels: list[Level] | None) -> None:
    findings = None if levels is None else [make_finding(level) for level in levels]
    result = state(make_evidence("bandit", TreeName.MERGED, findings=findings))["predicate"]["result"]
    if levels is None or Level.ERROR in levels:
        assert result == "FAILED"
    else:
        assert result == ("WARNED" if levels else "PASSED")


def test_a_run_statement_names_tree_commit_evidence_and_configuration() -> None:
    value = state(make_evidence("bandit", TreeName.MERGED, findings=[]))
    assert value["_type"] == "https://in-toto.io/Statement/v1"
    assert value["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert value["subject"] == [
        {"name": "merged tree", "digest": {"gitTree": MERGE_TREE}},
        {"name": "merged commit", "digest": {"gitCommit": MERGE_COMMIT}},
        {"name": "evidence/bandit/merged/evidence.json", "digest": {"sha256": "4" * 64}},
    ]
    assert value["predicate"]["configuration"] == [
        {"name": CONTRACT, "digest": {"sha256": "2" * 64}},
        {"name": PLAN, "digest": {"sha256": "3" * 64}},
        {"name": "bandit lock", "digest": {"sha256": LOCK}},
    ]


def test_a_tool_without_a_lock_is_not_given_one() -> None:
    evidence = make_evidence("bandit", TreeName.MERGED, findings=[])
    bare = evidence.model_copy(update={"tool": evidence.tool.model_copy(update={"lock_digest": None})})
    assert len(state(bare)["predicate"]["configuration"]) == 2


def test_a_check_run_says_how_it_ended_and_names_the_environment_without_values() -> None:
    run = state(make_evidence("bandit", TreeName.MERGED, findings=None))["predicate"][CHECK_RUN]
    assert run["environment"] == ["HOME", "PATH"]
    assert (run["ended"], run["signal"], run["exitCode"]) == ("timeout", 9, None)
    assert run["problem"]["what"] == "It took too long"
    assert run["materials"] == {"status": "notObserved"}
    assert set(run["permissions"].values()) == {"notEnforced"}
    expected = {"check", "tree", "tool", "argv", "startedAt", "finishedAt", "trust", "scope", "outputs"}
    assert expected <= run.keys()
    assert "findings" not in run


@pytest.mark.parametrize("tree", list(TreeName))
def test_statements_are_where_the_bundle_says(tree: TreeName) -> None:
    assert statement_path(f"evidence/bandit/{tree.value}/evidence.json") == evidence_statement("bandit", tree)


@pytest.mark.parametrize(
    ("level", "partial", "result"),
    [(None, False, "PASSED"), (None, True, "FAILED"), (Level.ERROR, False, "FAILED"), (Level.ERROR, True, "FAILED")],
)
def test_a_summary_is_passed_only_for_a_whole_verdict_that_passed(
    tmp_path: Path, level: Level | None, partial: bool, result: str
) -> None:
    bundle = make_bundle(tmp_path, findings=[make_finding(level)] if level else [], partial=partial)
    prove(bundle, None)
    predicate = read(bundle, VERDICT_STATEMENT)["predicate"]
    assert predicate["verificationResult"] == result
    assert predicate["verifiedLevels"] == ([] if result == "PASSED" else ["FAILED"])
    assert predicate[VERDICT_EXTENSION]["partial"] is partial


@pytest.mark.parametrize("asked", [Outcome.REVIEW, Outcome.FAIL, Outcome.ERROR])
def test_a_pass_beside_something_in_report_mode_that_did_not_is_not_passed(tmp_path: Path, asked: Outcome) -> None:
    bundle = make_bundle(tmp_path)
    verdict = Verdict.model_validate_json((bundle / VERDICT).read_bytes())
    reason = Reason(outcome=asked, source="check bandit", text="No.", todo="Yes.")
    shown = verdict.model_copy(update={"reported": [reason], "reported_outcome": asked})
    write(bundle, VERDICT, shown)
    prove(bundle, None)
    predicate = read(bundle, VERDICT_STATEMENT)["predicate"]
    assert predicate["verificationResult"] == "FAILED"
    said = predicate[VERDICT_EXTENSION]
    assert (said["outcome"], said["reportedOutcome"]) == ("pass", asked.value)
    entries = decisions(make_change(), make_contract(), make_plan(), shown)
    assert [entry.decided for entry in entries if entry.kind == "reported"] == [asked.value]


def test_a_run_again_has_its_evidence_and_its_statement_beside_the_first(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path)
    verdict = Verdict.model_validate_json((bundle / VERDICT).read_bytes())
    piece = make_evidence("pytest", TreeName.MERGED, findings=[]).model_copy(update={"again": 2})
    path = f"{evidence_folder('pytest', TreeName.MERGED, 2)}/evidence.json"
    write(bundle, path, piece)
    ref = EvidenceRef(path=path, digest=digest(bundle, path))
    checks = [
        check.model_copy(update={"evidence": [*check.evidence, ref]}) if check.id == "pytest" else check
        for check in verdict.checks
    ]
    write(bundle, VERDICT, verdict.model_copy(update={"checks": checks}))
    prove(bundle, None)
    predicate = read(bundle, "statements/pytest.merged.again-2.dsse.json")["predicate"]
    assert predicate[CHECK_RUN]["again"] == 2
    write(bundle, path, piece.model_copy(update={"again": 1}))
    with pytest.raises(BundleError, match="not its place"):
        prove(bundle, None)


def test_the_verdicts_statement_names_everything_that_the_verdict_rests_on(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path)
    (bundle / "inputs/agent.json").write_text("{}\n")
    prove(bundle, None)
    value = read(bundle, VERDICT_STATEMENT)
    assert value["predicateType"] == "https://slsa.dev/verification_summary/v1"
    assert value["subject"] == [
        {"name": "tree", "digest": {"gitTree": MERGE_TREE}},
        {"name": "commit", "digest": {"gitCommit": MERGE_COMMIT}},
        {"name": CHANGE, "digest": {"sha256": digest(bundle, CHANGE)}},
    ]
    predicate = value["predicate"]
    assert predicate["resourceUri"] == "git+https://example.org/orders.git@main"
    assert predicate["timeVerified"] == "2026-01-02T03:04:05Z"
    assert [item["uri"] for item in predicate["inputAttestations"]] == [
        "statements/bandit.base.dsse.json",
        "statements/bandit.merged.dsse.json",
        "statements/pytest.merged.dsse.json",
    ]
    for item in predicate["inputAttestations"]:
        assert item["digest"] == {"sha256": digest(bundle, item["uri"])}
    extension = predicate[VERDICT_EXTENSION]
    assert extension["verdict"] == {"name": VERDICT, "digest": {"sha256": digest(bundle, VERDICT)}}
    assert extension["plane"] == "single-plane"
    assert extension["decisionLog"]["digest"] == {"sha256": digest(bundle, DECISIONS)}
    assert extension["decisionLog"]["treeSize"] == (bundle / DECISIONS).read_bytes().count(b"\n")
    inputs = {f"inputs/{file.relative_to(bundle / 'inputs')}" for file in (bundle / "inputs").rglob("*")}
    assert {item["name"] for item in extension["inputs"]} == inputs - {"inputs/contract-sources"}


def test_a_conflict_is_stated_about_the_head(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path, conflict=True)
    prove(bundle, None)
    value = read(bundle, VERDICT_STATEMENT)
    assert value["subject"][0] == {"name": "commit", "digest": {"gitCommit": "d" * 40}}
    assert "gitTree" not in json.dumps(value["subject"])
    assert value["predicate"]["inputAttestations"] == []


def test_the_verifier_is_another_for_each_trust_mode(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "bundle")
    new_key(tmp_path / "key")
    prove(bundle, None)
    assert read(bundle, VERDICT_STATEMENT)["predicate"]["verifier"]["id"] == UNSIGNED
    prove(bundle, load_signer(tmp_path / "key"))
    assert read(bundle, VERDICT_STATEMENT)["predicate"]["verifier"]["id"] == LOCAL_KEY


def test_proving_writes_the_same_bytes_again(tmp_path: Path) -> None:
    new_key(tmp_path / "key")
    one, two = make_bundle(tmp_path / "one"), make_bundle(tmp_path / "two")
    for bundle in (one, two, two):
        prove(bundle, load_signer(tmp_path / "key"))
    for file in (path for path in one.rglob("*") if path.is_file()):
        assert file.read_bytes() == (two / file.relative_to(one)).read_bytes()


def test_proving_removes_an_old_manifest(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path)
    (bundle / MANIFEST).write_text("{}")
    prove(bundle, None)
    assert not (bundle / MANIFEST).exists()


def test_what_was_not_judged_is_not_proven(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path)
    (bundle / VERDICT).unlink()
    with pytest.raises(BundleError, match=r"is missing\n.*verdict\.json"):
        prove(bundle, None)


def test_other_evidence_than_the_judged_is_not_proven(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path)
    path = bundle / "evidence/pytest/merged/evidence.json"
    path.write_bytes(make_evidence("pytest", TreeName.MERGED, findings=None).canonical())
    with pytest.raises(BundleError, match="is not the evidence that was judged"):
        prove(bundle, None)
    (bundle / VERDICT).write_bytes(judge_small(bundle).canonical())
    prove(bundle, None)


def test_a_statement_about_nothing_stops_proving(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path)
    (bundle / "statements").mkdir()
    (bundle / "statements/mypy.merged.dsse.json").write_text("{}")
    with pytest.raises(BundleError, match="about nothing"):
        prove(bundle, None)


def test_proving_never_writes_through_a_link(tmp_path: Path) -> None:
    bundle, outside = make_bundle(tmp_path / "bundle"), tmp_path / "outside"
    outside.mkdir()
    (bundle / "statements").symlink_to(outside)
    with pytest.raises(BundleError, match="link"):
        prove(bundle, None)
    assert list(outside.iterdir()) == []


def test_a_verdict_of_fail_is_stated_too(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path, findings=[make_finding(Level.ERROR)])
    prove(bundle, None)
    assert read(bundle, VERDICT_STATEMENT)["predicate"][VERDICT_EXTENSION]["outcome"] == Outcome.FAIL.value


def digest(bundle: Path, path: str) -> str:
    """Return the SHA-256 of a file of the bundle."""
    return sha256((bundle / path).read_bytes())
