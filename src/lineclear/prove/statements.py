"""in-toto statements about a verification: one for each run of a check, and one for the verdict."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import JsonValue

from lineclear.model.bundle import CHANGE, CONTRACT, DECISIONS, PLAN, STATEMENTS, VERDICT
from lineclear.model.change import Change
from lineclear.model.contract import EffectiveContract
from lineclear.model.evidence import Evidence
from lineclear.model.plan import Plan
from lineclear.model.verdict import Verdict
from lineclear.model.words import Ended, Level, Outcome
from lineclear.prove.decisions import Log

__all__ = [
    "CHECK_RUN",
    "LOCAL_KEY",
    "STATEMENT",
    "TEST_RESULT",
    "UNSIGNED",
    "VERDICT_EXTENSION",
    "VERIFICATION_SUMMARY",
    "VerdictParts",
    "run_statement",
    "statement_path",
    "verdict_statement",
]

STATEMENT = "https://in-toto.io/Statement/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
VERIFICATION_SUMMARY = "https://slsa.dev/verification_summary/v1"

# Names only: the in-toto parsing rules ask that extension fields and verifiers are named by URIs.
CHECK_RUN = "https://lineclear.dev/attestation/checkRun/v0.1"
VERDICT_EXTENSION = "https://lineclear.dev/attestation/verdict/v0.1"
LOCAL_KEY = "https://lineclear.dev/verifier/local-key"
UNSIGNED = "https://lineclear.dev/verifier/unsigned"

INPUTS = "inputs"
SLSA_VERSION = "1.1"
PLANE = "single-plane"

Json = dict[str, JsonValue]


@dataclass(frozen=True, kw_only=True)
class VerdictParts:
    """What the statement about a verdict names.

    ``digests`` is path → SHA-256 of all inputs, the verdict and all evidence statements. ``signed`` says whether a
    key is going to vouch for the statement.
    """

    change: Change
    contract: EffectiveContract
    plan: Plan
    verdict: Verdict
    digests: dict[str, str]
    log: Log
    signed: bool


def statement_path(evidence_path: str) -> str:
    """Return where the statement about ``evidence/<check>/<tree>/evidence.json`` is; runs again have their number."""
    return f"{STATEMENTS}/{'.'.join(evidence_path.split('/')[1:-1])}.dsse.json"


def run_statement(evidence: Evidence, path: str, digests: dict[str, str]) -> Json:
    """State one run of a check. ``digests`` is path → SHA-256 of the inputs and of the evidence at ``path``.

    https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md. Its ``result`` is required and
    is the tool's: whether it completed and what it reported, on this one tree. Whether that is new, waived or
    acceptable is the verdict's matter.
    """
    configuration = [_file(CONTRACT, digests), _file(PLAN, digests)]
    if evidence.tool.lock_digest is not None:
        configuration.append(_resource(f"{evidence.tool.name} lock", "sha256", evidence.tool.lock_digest))
    return _statement(
        subjects=[
            _resource(f"{evidence.tree.value} tree", "gitTree", evidence.subject.tree),
            _resource(f"{evidence.tree.value} commit", "gitCommit", evidence.subject.commit),
            _file(path, digests),
        ],
        kind=TEST_RESULT,
        predicate={"result": _result(evidence), "configuration": [*configuration], CHECK_RUN: _check_run(evidence)},
    )


def verdict_statement(parts: VerdictParts) -> Json:
    """State the verdict as a SLSA verification summary: https://slsa.dev/spec/v1.1/verification_summary.

    It is PASSED only for a whole verdict that passed, what is in report mode included. The resource names the target
    branch, so that a summary for one branch is none for another. Where base and head conflict the subject is the head.
    """
    change, verdict = parts.change, parts.verdict
    passed = verdict.outcome is verdict.reported_outcome is Outcome.PASS and not verdict.partial
    commit = change.merge_commit or change.head.commit
    subjects = [_resource("commit", "gitCommit", commit), _file(CHANGE, parts.digests)]
    if change.merge_tree is not None:
        subjects.insert(0, _resource("tree", "gitTree", change.merge_tree))
    inputs = sorted(path for path in parts.digests if path.startswith(f"{INPUTS}/"))
    statements = sorted(path for path in parts.digests if path.startswith(f"{STATEMENTS}/"))
    predicate: Json = {
        "verifier": {
            "id": LOCAL_KEY if parts.signed else UNSIGNED,
            "version": {"lineclear": parts.plan.lineclear},
        },
        "timeVerified": parts.plan.now,
        "resourceUri": f"git+{change.repository}@{change.base.ref}",
        "policy": {"uri": parts.contract.uri, "digest": {"sha256": parts.contract.digest}},
        "inputAttestations": [{"uri": path, "digest": {"sha256": parts.digests[path]}} for path in statements],
        "verificationResult": "PASSED" if passed else "FAILED",
        # No level of SLSA was verified; the word for a policy that did not hold is the specification's.
        "verifiedLevels": [] if passed else ["FAILED"],
        "slsaVersion": SLSA_VERSION,
        VERDICT_EXTENSION: {
            "outcome": verdict.outcome.value,
            "reportedOutcome": verdict.reported_outcome.value,
            "partial": verdict.partial,
            "enforcement": verdict.enforcement.value,
            "verdict": _file(VERDICT, parts.digests),
            "inputs": [_file(path, parts.digests) for path in inputs],
            "decisionLog": {
                "name": DECISIONS,
                "digest": {"sha256": parts.log.sha256},
                "merkleRoot": parts.log.merkle_root,
                "treeSize": parts.log.tree_size,
            },
            "plane": PLANE,
        },
    }
    return _statement(subjects=subjects, kind=VERIFICATION_SUMMARY, predicate=predicate)


def _result(evidence: Evidence) -> str:
    if evidence.ended is not Ended.COMPLETED or evidence.findings is None:
        return "FAILED"
    if any(finding.level is Level.ERROR for finding in evidence.findings):
        return "FAILED"
    return "WARNED" if evidence.findings else "PASSED"


def _check_run(evidence: Evidence) -> Json:
    """Return the evidence without what its digest is enough for. Of the environment only names are stated."""
    run: Json = evidence.model_dump(
        mode="json",
        by_alias=True,
        exclude={"schema_version", "subject", "findings", "examined", "unexamined", "passed"},
    )
    run["environment"] = [entry.partition("=")[0] for entry in evidence.environment]
    return run


def _statement(*, subjects: list[Json], kind: str, predicate: Json) -> Json:
    return {"_type": STATEMENT, "subject": [*subjects], "predicateType": kind, "predicate": predicate}


def _file(path: str, digests: dict[str, str]) -> Json:
    return _resource(path, "sha256", digests[path])


def _resource(name: str, algorithm: str, digest: str) -> Json:
    """Return a ResourceDescriptor with one digest."""
    return {"name": name, "digest": {algorithm: digest}}
