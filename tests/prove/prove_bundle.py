"""A small judged bundle, made from the models, and a small judge of it that is pure over inputs and evidence."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from lineclear import __version__
from lineclear.model.base import Model, sha256
from lineclear.model.bundle import CHANGE, CONTRACT, CONTRACT_SOURCES, PLAN, VERDICT, evidence_folder
from lineclear.model.change import Author, Change, ChangedFile, Conflict, Revision
from lineclear.model.contract import Budget, EffectiveCheck, EffectiveContract, Inherited, Invariant, Project, Waiver
from lineclear.model.evidence import Evidence, FileDigest, Problem, Scope, Subject, Tool
from lineclear.model.finding import Finding, RawFinding
from lineclear.model.plan import Plan, PlannedCheck, PlannedRun
from lineclear.model.verdict import (
    BudgetResult,
    CheckResult,
    EvidenceRef,
    FindingCounts,
    InvariantEntry,
    Reason,
    Verdict,
    VerdictChange,
    VerdictContract,
    WaiverEntry,
)
from lineclear.model.words import (
    AuthorKind,
    CheckStatus,
    ContractSource,
    Effect,
    Ended,
    Enforcement,
    FindingState,
    InvariantResult,
    Level,
    Outcome,
    PathKind,
    ScopeKind,
    TreeName,
    Trust,
)

SOURCE = b"version: 1\nextends: [lineclear:agent-pr]\n"
PARENT = b"version: 1\nchecks: {bandit: {}, pytest: {}, semgrep: {}}\n"
LOCK = "1" * 64
MEASURES = {"pytest": {"testsCollected": 3, "testsPassed": 2, "testsFailed": 0, "testsSkipped": 1}}
BASE = Revision(ref="main", commit="b" * 40, tree="c" * 40)
HEAD = Revision(ref="topic", commit="d" * 40, tree="e" * 40)
MERGE_COMMIT, MERGE_TREE = "a" * 40, "f" * 40


def make_change(*, conflict: bool = False) -> Change:
    """Return a change of one file, or one whose two sides conflict."""
    file = ChangedFile(
        path="app.py", status="modified", kind=PathKind.SOURCE, added=3, deleted=1, mode="100644", old_mode="100644"
    )
    return Change(
        repository="https://example.org/orders.git",
        base=BASE,
        head=HEAD,
        merge_base=BASE.commit,
        merge_commit=None if conflict else MERGE_COMMIT,
        merge_tree=None if conflict else MERGE_TREE,
        uncommitted=False,
        commits=2,
        author=Author(login="robo", kind=AuthorKind.AGENT, agent="robo", signals=["trailer", "login"]),
        files=None if conflict else [file],
        conflicts=[Conflict(path="app.py")] if conflict else [],
        git_version="2.43.0",
    )


def make_contract() -> EffectiveContract:
    """Return a contract with one parent, one invariant, one budget and one waiver."""
    return EffectiveContract(
        source=ContractSource.BASE,
        uri="lineclear.yaml",
        digest=sha256(SOURCE),
        extends=[Inherited(uri="lineclear:agent-pr", digest=sha256(PARENT))],
        enforcement=Enforcement.ENFORCE,
        project=Project(),
        checks=[
            EffectiveCheck(
                id=check,
                use=check,
                settings={},
                when=None,
                required=True,
                enforcement=Enforcement.ENFORCE,
                seconds=60,
            )
            for check in ("bandit", "pytest", "semgrep")
        ],
        invariants=[
            Invariant(id="small", require="change.lines < 9", otherwise=Effect.FAIL, message="Big.", remedy="Split it.")
        ],
        budgets=[Budget(id="size", of="change.lines", warn=400, fail=800)],
        waivers=[Waiver(fingerprint="7" * 64, reason="Old.", owner="@team", expires=dt.date(2030, 1, 1))],
    )


def make_plan(*, conflict: bool = False, partial: bool = False) -> Plan:
    """Return a plan that runs bandit and pytest; semgrep does not apply, or is left out when partial."""
    runs = {"bandit": PlannedRun(merged=ScopeKind.ALL, base=ScopeKind.CHANGED)}
    runs["pytest"] = PlannedRun(merged=ScopeKind.ALL, base=None)
    reasons = {"semgrep": "Left out by --only." if partial else "The change touches no path that it covers."}
    return Plan(
        now="2026-01-02T03:04:05Z",
        lineclear=__version__,
        python="3.12.1",
        platform="linux",
        partial=partial,
        checks=[
            PlannedCheck(
                id=check,
                use=check,
                adapter=check,
                title=check.title(),
                covers="the code",
                tool=Tool(name=check, version="1.0", lock_digest=LOCK),
                trust=Trust.OBSERVED,
                suite=check == "pytest",
                required=True,
                enforcement=Enforcement.ENFORCE,
                settings={},
                seconds=60,
                selected=not (partial and check == "semgrep"),
                applicable=partial or check != "semgrep",
                reason=reasons.get(check),
                run=None if conflict else runs.get(check),
            )
            for check in ("bandit", "pytest", "semgrep")
        ],
    )


def make_finding(level: Level) -> RawFinding:
    """Return a finding of a level in app.py."""
    return RawFinding(
        rule="B102",
        level=level,
        message="Use of exec.",
        path="app.py",
        line=7,
        key="5" * 64,
        context="6" * 64,
        remedy="Do not.",
        reproduce="bandit app.py",
    )


def make_evidence(
    check: str, tree: TreeName, *, findings: list[RawFinding] | None, outputs: list[FileDigest] | None = None
) -> Evidence:
    """Return evidence of a run that completed with ``findings``, or that timed out when there are none at all."""
    revision = Subject(tree=MERGE_TREE, commit=MERGE_COMMIT)
    if tree is TreeName.BASE:
        revision = Subject(tree=BASE.tree, commit=BASE.commit)
    done = findings is not None
    return Evidence(
        check=check,
        tree=tree,
        subject=revision,
        ended=Ended.COMPLETED if done else Ended.TIMEOUT,
        problem=None if done else Problem(what="It took too long", where=check, todo="Raise `seconds`."),
        tool=Tool(name=check, version="1.0", lock_digest=LOCK),
        argv=[check, "-f", "json", "{tree}"],
        environment=["HOME=/nowhere", "PATH"],
        started_at="2026-01-02T03:04:06Z",
        finished_at="2026-01-02T03:04:07Z",
        exit_code=(1 if findings else 0) if done else None,
        signal=None if done else 9,
        trust=Trust.OBSERVED,
        scope=Scope(kind=ScopeKind.ALL),
        findings=findings,
        measures=dict(MEASURES.get(check, {"files": 1})) if done else None,
        examined=["app.py"] if done else None,
        unexamined=[] if done else None,
        outputs=outputs or [],
    )


def make_bundle(
    bundle: Path, *, findings: list[RawFinding] | None = None, conflict: bool = False, partial: bool = False
) -> Path:
    """Write inputs, three pieces of evidence with raw output, and the verdict; ``findings`` are bandit's."""
    write(bundle, CHANGE, make_change(conflict=conflict))
    write(bundle, CONTRACT, make_contract())
    write(bundle, PLAN, make_plan(conflict=conflict, partial=partial))
    for source in (SOURCE, PARENT):
        put(bundle, f"{CONTRACT_SOURCES}/{sha256(source)}", source)
    if not conflict:
        for check, tree in (
            ("bandit", TreeName.BASE),
            ("bandit", TreeName.MERGED),
            ("pytest", TreeName.MERGED),
        ):
            raw = f"{check} on {tree.value} says so\n".encode()
            put(bundle, f"{evidence_folder(check, tree)}/raw/report.json", raw)
            output = FileDigest(path="raw/report.json", size=len(raw), sha256=sha256(raw))
            found = (findings or []) if (check, tree) == ("bandit", TreeName.MERGED) else []
            piece = make_evidence(check, tree, findings=found, outputs=[output])
            write(bundle, f"{evidence_folder(check, tree)}/evidence.json", piece)
    write(bundle, VERDICT, judge_small(bundle))
    return bundle


def judge_small(bundle: Path) -> Verdict:
    """Judge such a bundle: error-level findings fail. Pure over inputs and evidence, as the real one is."""
    change = Change.model_validate_json((bundle / CHANGE).read_bytes())
    contract = EffectiveContract.model_validate_json((bundle / CONTRACT).read_bytes())
    plan = Plan.model_validate_json((bundle / PLAN).read_bytes())
    refs: dict[str, list[EvidenceRef]] = {check.id: [] for check in plan.checks}
    findings: list[Finding] = []
    for file in sorted(bundle.glob("evidence/*/*/evidence.json")):
        piece = Evidence.model_validate_json(file.read_bytes())
        path = f"{evidence_folder(piece.check, piece.tree)}/evidence.json"
        refs[piece.check].append(EvidenceRef(path=path, digest=sha256(file.read_bytes())))
        findings += [_state(piece.check, raw) for raw in piece.findings or []]
    bad = {finding.check for finding in findings if finding.level is Level.ERROR}
    conflict = change.merge_tree is None
    outcome = Outcome.FAIL if bad or conflict else Outcome.PASS
    reasons = [Reason(outcome=Outcome.FAIL, source=check, text="New errors.", todo="Fix.") for check in sorted(bad)]
    return Verdict(
        outcome=outcome,
        reported_outcome=outcome,
        enforcement=contract.enforcement,
        partial=plan.partial,
        summary=f"The outcome is {outcome.value}.",
        reasons=reasons,
        warnings=[],
        change=VerdictChange(
            repository=change.repository,
            pull_request=None,
            base=change.base,
            head=change.head,
            merge_tree=change.merge_tree,
            uncommitted=change.uncommitted,
            author=change.author,
        ),
        contract=VerdictContract(
            source=contract.source, uri=contract.uri, digest=contract.digest, extends=contract.extends
        ),
        checks=[
            CheckResult(
                id=check.id,
                title=check.title,
                required=True,
                enforcement=check.enforcement,
                status=_status(check, failed=check.id in bad),
                reason=check.reason or ("It has new errors." if check.id in bad else None),
                trust=check.trust,
                controls=None,
                findings=FindingCounts(new=None, existing=None, fixed=None),
                measures=None,
                cached=False,
                evidence=refs[check.id],
            )
            for check in plan.checks
        ],
        invariants=[
            InvariantEntry(
                id=entry.id,
                effect=entry.otherwise,
                result=InvariantResult.HELD,
                expression=entry.require,
                reason=None,
                remedy=entry.remedy,
            )
            for entry in contract.invariants
        ],
        findings=findings,
        budgets=[
            BudgetResult(
                id=budget.id,
                of=budget.of,
                used=None if conflict else 4,
                warn=budget.warn,
                review=budget.review,
                fail=budget.fail,
                exceeded=None,
                error="Base and head conflict." if conflict else None,
            )
            for budget in contract.budgets
        ],
        waivers=[
            WaiverEntry(
                fingerprint=waiver.fingerprint,
                invariant=waiver.invariant,
                reason=waiver.reason,
                owner=waiver.owner,
                expires=waiver.expires.isoformat(),
                state="unused",
            )
            for waiver in contract.waivers
        ],
        moved=None if conflict else [],
        established=["bandit looked at the code."],
        not_established=["Nothing looked at the rest."],
    )


def write(bundle: Path, path: str, model: Model) -> None:
    """Write a model at its place."""
    put(bundle, path, model.canonical())


def put(bundle: Path, path: str, data: bytes) -> None:
    """Write bytes at their place."""
    target = bundle / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)


def _state(check: str, raw: RawFinding) -> Finding:
    return Finding(
        check=check,
        rule=raw.rule,
        level=raw.level,
        message=raw.message,
        path=raw.path,
        line=raw.line,
        state=FindingState.NEW,
        fingerprint=raw.key,
        remedy=raw.remedy,
        reproduce=raw.reproduce,
    )


def _status(check: PlannedCheck, *, failed: bool) -> CheckStatus:
    if not check.applicable:
        return CheckStatus.NOT_APPLICABLE
    if not check.selected or check.run is None:
        return CheckStatus.SKIPPED
    return CheckStatus.FAILED if failed else CheckStatus.PASSED
