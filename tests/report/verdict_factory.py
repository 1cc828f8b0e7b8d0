"""Verdicts to report on: one for each situation that a report must get right."""

from __future__ import annotations

from collections.abc import Callable

from lineclear.model.base import sha256
from lineclear.model.change import Author, Revision
from lineclear.model.contract import Inherited
from lineclear.model.finding import Finding
from lineclear.model.verdict import (
    CheckResult,
    Controls,
    EvidenceRef,
    FindingCounts,
    InvariantEntry,
    Moved,
    QuarantineEntry,
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
    Enforcement,
    FindingState,
    InvariantResult,
    Level,
    Outcome,
    PathKind,
    Trust,
)

__all__ = ["HOSTILE", "VERDICTS", "finding"]

HOSTILE = (
    "\x1b[31mred\x1b[0m \u202etxt.exe\u202c [click](http://evil.example/) ![x](http://evil.example/p.png) "
    "<img src=x onerror=alert(1)> @octocat #1 | cell |\n# Heading\n```sh\nrm -rf /\n```\n::error::injected\n"
    "##[add-mask]x www.evil.example a@evil.example **bold** _it_ ~~gone~~ $x$ &lt; `tick` :smile: \\"
)

_COMMIT = {name: sha256(name.encode())[:40] for name in ("base", "base-tree", "head", "head-tree", "merge-tree")}


def finding(
    check: str,
    rule: str,
    message: str,
    path: str | None,
    line: int | None,
    *,
    state: FindingState | None = FindingState.NEW,
    level: Level = Level.ERROR,
    remedy: str = "Change the code.",
    reproduce: str | None = None,
) -> Finding:
    """Return a finding with a fingerprint of its own."""
    return Finding(
        check=check,
        rule=rule,
        level=level,
        message=message,
        path=path,
        line=line,
        state=state,
        fingerprint=f"{sha256(f'{check} {rule} {path} {line} {message}'.encode())[:32]}-0",
        remedy=remedy,
        reproduce=reproduce or f"lineclear run {check}",
    )


def _check(
    name: str,
    status: CheckStatus,
    counts: tuple[int | None, int | None, int | None],
    *,
    title: str,
    reason: str | None = None,
    trust: Trust = Trust.OBSERVED,
    caught: tuple[int, int] | None = None,
) -> CheckResult:
    return CheckResult(
        id=name,
        title=title,
        required=True,
        enforcement=Enforcement.ENFORCE,
        status=status,
        reason=reason,
        trust=trust,
        controls=Controls(caught=caught[0], planted=caught[1]) if caught else None,
        findings=FindingCounts(new=counts[0], existing=counts[1], fixed=counts[2]),
        measures=None if counts[0] is None else {"filesExamined": 12},
        cached=False,
        evidence=[EvidenceRef(path=f"evidence/{name}/merged/evidence.json", digest=sha256(name.encode()))],
    )


def _invariant(name: str, result: InvariantResult, reason: str | None) -> InvariantEntry:
    return InvariantEntry(
        id=name,
        effect=Effect.FAIL,
        result=result,
        expression='!findings.exists(f, f.state == "new" && f.level == "error")',
        reason=reason,
        remedy="Fix them; a waiver needs an owner and an expiry date at the base.",
    )


def _verdict(
    outcome: Outcome,
    summary: str,
    checks: list[CheckResult],
    *,
    reasons: list[Reason] | None = None,
    findings: list[Finding] | None = None,
    invariants: list[InvariantEntry] | None = None,
    established: list[str],
    not_established: list[str],
) -> Verdict:
    return Verdict(
        outcome=outcome,
        reported_outcome=outcome,
        enforcement=Enforcement.ENFORCE,
        partial=False,
        summary=summary,
        reasons=reasons or [],
        warnings=[],
        change=VerdictChange(
            repository="git.example/acme/orders",
            pull_request=42,
            base=Revision(ref="main", commit=_COMMIT["base"], tree=_COMMIT["base-tree"]),
            head=Revision(ref="agent/discounts", commit=_COMMIT["head"], tree=_COMMIT["head-tree"]),
            merge_tree=_COMMIT["merge-tree"],
            uncommitted=False,
            author=Author(login="orders-agent[bot]", kind=AuthorKind.AGENT, agent="orders-agent", signals=["login"]),
        ),
        contract=VerdictContract(
            source=ContractSource.BASE,
            uri="lineclear.yaml",
            digest=sha256(b"contract"),
            extends=[Inherited(uri="lineclear:agent-pr", digest=sha256(b"agent-pr"))],
        ),
        checks=checks,
        invariants=invariants or [_invariant("no-new-errors", InvariantResult.HELD, None)],
        findings=findings or [],
        budgets=[],
        waivers=[],
        moved=[
            Moved(kind=PathKind.SOURCE, files=3, paths=["orders/app.py", "orders/db.py", "orders/prices.py"]),
            Moved(kind=PathKind.TEST, files=1, paths=["tests/test_prices.py"]),
            Moved(kind=PathKind.API_DOCUMENT, files=1, paths=["openapi.json"]),
        ],
        established=established,
        not_established=not_established,
    )


def passing() -> Verdict:
    """Return a pass: five checks, nothing new, one old finding fixed."""
    return _verdict(
        Outcome.PASS,
        "All 5 checks passed and the invariant held.",
        [
            _check("bandit", CheckStatus.PASSED, (0, 2, 1), title="Bandit", caught=(2, 2)),
            _check("jsonschema", CheckStatus.PASSED, (0, 0, 0), title="JSON Schema", caught=(1, 1)),
            _check("pytest", CheckStatus.PASSED, (0, 0, None), title="Tests", trust=Trust.REPORTED, caught=(1, 1)),
            _check("schemathesis", CheckStatus.PASSED, (0, 0, 0), title="API contract", trust=Trust.REPORTED),
            _check("semgrep", CheckStatus.PASSED, (0, 1, 0), title="Semgrep", caught=(3, 3)),
        ],
        established=[
            "bandit found nothing new in 12 changed Python files.",
            "pytest: 214 tests passed on the merge result, and the base's own tests passed on its code.",
        ],
        not_established=["No check examines openapi.json for breaking changes."],
    )


def failing() -> Verdict:
    """Return a fail with findings of five checks, new, existing and fixed, some with the same cause."""
    found = [
        finding(
            "semgrep",
            "lineclear.python.sql-built-from-text",
            "SQL is built from text; a caller can change the statement.",
            "orders/db.py",
            14 + number,
            remedy="Pass the values as parameters.",
        )
        for number in range(30)
    ]
    found += [
        finding(
            "pytest",
            "test-failed",
            f"AssertionError: assert {number} == {number + 1}",
            "tests/test_prices.py",
            20 + number,
            remedy="Make the test pass; do not weaken it.",
            reproduce=f"pytest 'tests/test_prices.py::test_discount[{number}]'",
        )
        for number in range(5)
    ]
    found += [
        finding("bandit", "B602", "subprocess call with shell=True", "orders/app.py", 7, remedy="Pass a list."),
        finding("jsonschema", "required", "'currency' is a required property", "data/orders/7.json", None),
        finding("schemathesis", "not_a_server_error", "GET /orders/{id} answered 500", None, None),
        finding("bandit", "B101", "assert used", "orders/app.py", 3, state=FindingState.EXISTING, level=Level.NOTE),
        finding("bandit", "B105", "hardcoded password", "orders/old.py", 9, state=FindingState.FIXED),
    ]
    return _verdict(
        Outcome.FAIL,
        "38 new findings: bandit, jsonschema, pytest, schemathesis, semgrep and 1 more ask to stop this change.",
        [
            _check("bandit", CheckStatus.FAILED, (1, 1, 1), title="Bandit", reason="1 new finding.", caught=(2, 2)),
            _check("jsonschema", CheckStatus.FAILED, (1, 0, 0), title="JSON Schema", reason="1 new finding."),
            _check("pytest", CheckStatus.FAILED, (5, 0, None), title="Tests", reason="5 tests fail.", caught=(1, 1)),
            _check("schemathesis", CheckStatus.FAILED, (1, 0, 0), title="API contract", reason="1 new finding."),
            _check("semgrep", CheckStatus.FAILED, (30, 0, 0), title="Semgrep", reason="30 new findings."),
        ],
        reasons=[
            *(
                Reason(
                    outcome=Outcome.FAIL,
                    source=f"check {name}",
                    text=f"{name}: {text}",
                    todo=f"Mend what it found, then run `lineclear verify --only {name}`.",
                )
                for name, text in (
                    ("bandit", "1 new finding."),
                    ("jsonschema", "1 new finding."),
                    ("pytest", "5 tests fail."),
                    ("schemathesis", "1 new finding."),
                    ("semgrep", "30 new findings."),
                )
            ),
            Reason(
                outcome=Outcome.FAIL,
                source="invariant no-new-errors",
                text="no-new-errors: New error-level findings.",
                todo="Fix them; a waiver needs an owner and an expiry date at the base.",
            ),
        ],
        findings=found,
        invariants=[_invariant("no-new-errors", InvariantResult.BROKEN, "New error-level findings.")],
        established=["jsonschema examined 40 documents."],
        not_established=["The tests do not pass, so nothing is proven of orders/prices.py."],
    )


def aborted() -> Verdict:
    """Return an error: one check crashed, one timed out, one is blind; nothing of theirs is known."""
    nothing = (None, None, None)
    return _verdict(
        Outcome.ERROR,
        "No verdict could be established: pytest, schemathesis, semgrep gave no result.",
        [
            _check("bandit", CheckStatus.PASSED, (0, None, None), title="Bandit", caught=(2, 2)),
            _check("pytest", CheckStatus.TIMEOUT, nothing, title="Tests", reason="Ended after 600 seconds."),
            _check("schemathesis", CheckStatus.ERROR, nothing, title="API contract", reason="The app did not start."),
            _check(
                "semgrep", CheckStatus.BLIND, nothing, title="Semgrep", reason="Missed 1 of 3 controls.", caught=(2, 3)
            ),
            _check("web", CheckStatus.NOT_APPLICABLE, nothing, title="Web", reason="No file under web/ changed."),
        ],
        reasons=[
            Reason(
                outcome=Outcome.ERROR,
                source=f"check {name}",
                text=f"{name} gave no result: {text}",
                todo=todo,
            )
            for name, text, todo in (
                ("pytest", "Ended after 600 seconds.", "Run `pytest` by hand and see which test hangs."),
                ("schemathesis", "The app did not start.", "Start service.app:app by hand."),
                ("semgrep", "Missed 1 of 3 controls.", "Look at the rules at the base."),
            )
        ],
        findings=[finding("bandit", "B101", "assert used", "orders/app.py", 3, state=None, level=Level.NOTE)],
        established=["bandit found nothing new in 12 changed Python files."],
        not_established=["pytest, schemathesis and semgrep gave no answer."],
    )


def conflict() -> Verdict:
    """Return a fail on a merge conflict: no merge result, so no check ran."""
    clean = passing()
    skipped = [
        check.model_copy(
            update={
                "status": CheckStatus.SKIPPED,
                "reason": "There is no merge result.",
                "findings": FindingCounts(new=None, existing=None, fixed=None),
                "controls": None,
                "measures": None,
                "evidence": [],
            }
        )
        for check in clean.checks
    ]
    return clean.model_copy(
        update={
            "outcome": Outcome.FAIL,
            "summary": "The change conflicts with its base in 1 file.",
            "reasons": [
                Reason(
                    outcome=Outcome.FAIL,
                    source="change",
                    text="orders/db.py cannot be merged.",
                    todo="Merge main into the branch.",
                )
            ],
            "change": clean.change.model_copy(update={"merge_tree": None}),
            "checks": skipped,
            "findings": [
                finding("change", "merge-conflict", "Base and head both changed this file.", "orders/db.py", None)
            ],
            "moved": None,
            "established": [],
            "not_established": ["Nothing was run: there is no merge result."],
        }
    )


def partial() -> Verdict:
    """Return a pass of one selected check, the others skipped."""
    whole = passing()
    nothing = FindingCounts(new=None, existing=None, fixed=None)
    left_out = {"status": CheckStatus.SKIPPED, "reason": "Not selected.", "findings": nothing, "controls": None}
    checks = [check if check.id == "bandit" else check.model_copy(update=left_out) for check in whole.checks]
    return whole.model_copy(
        update={"partial": True, "checks": checks, "summary": "1 of 5 checks was selected, and it passed."}
    )


def report_mode() -> Verdict:
    """Return a review in report mode, with a warning and waivers."""
    warning = Reason(
        outcome=Outcome.PASS, source="budget size", text="size: 412 lines, warned from 400.", todo="Split it."
    )
    asks = Reason(
        outcome=Outcome.REVIEW,
        source="invariant control-plane",
        text="control-plane: The change touches .github/workflows/ci.yml.",
        todo="Have an owner of the control plane look at it.",
    )
    waiver = WaiverEntry(
        fingerprint=None,
        invariant="small",
        reason="Generated client.",
        owner="@team",
        expires="2026-12-31",
        state="used",
    )
    moved = [Moved(kind=PathKind.CONTROL_PLANE, files=1, paths=[".github/workflows/ci.yml"])]
    return passing().model_copy(
        update={
            "outcome": Outcome.REVIEW,
            "reported_outcome": Outcome.REVIEW,
            "enforcement": Enforcement.REPORT,
            "summary": "A person has to look: the change touches the control plane.",
            "reasons": [asks],
            "warnings": [warning],
            "waivers": [waiver],
            "moved": moved,
        }
    )


def unsteady() -> Verdict:
    """Return a review for a flaky test, beside a quarantined one, and a check and an invariant in report mode."""
    base = passing()
    once = "failed in the suite and passed when it was run again alone (2 of 2 times)"
    later = {"enforcement": Enforcement.REPORT, "enforce_from": "2027-01-01"}
    updates = {
        "pytest": {"findings": FindingCounts(new=2, existing=0, fixed=None), "reason": "2 flaky tests."},
        "bandit": {
            **later,
            "status": CheckStatus.FAILED,
            "reason": "1 new error-level finding.",
            "findings": FindingCounts(new=1, existing=0, fixed=0),
        },
    }
    checks = [check.model_copy(update=updates.get(check.id, {})) for check in base.checks]
    flaky = [
        finding("pytest", "flaky-test", f"{name} is flaky: it {once}.", "tests/test_a.py", 3, level=level)
        for name, level in (("tests/test_a.py::test_one", Level.WARNING), ("tests/test_a.py::test_two", Level.NOTE))
    ]
    asks = Reason(
        outcome=Outcome.REVIEW,
        source="check pytest",
        text="pytest: the flaky test tests/test_a.py::test_one failed in the suite and passed when run again alone.",
        todo="Find out whether the change makes it flaky; if not, mend it, or quarantine it at the base.",
    )
    in_report = [
        Reason(
            outcome=outcome, source=source, text=f"{text} (in report mode, enforced from 2027-01-01 on).", todo="Mend."
        )
        for outcome, source, text in (
            (Outcome.FAIL, "check bandit", "bandit: 1 new error-level finding"),
            (Outcome.REVIEW, "invariant small", "small: The change is large"),
        )
    ]
    small = _invariant("small", InvariantResult.BROKEN, "The change is large.").model_copy(update=later)
    return base.model_copy(
        update={
            "outcome": Outcome.REVIEW,
            "reported_outcome": Outcome.FAIL,
            "summary": "A person must look: pytest has 1 flaky test. In report mode, bandit would make it fail.",
            "checks": checks,
            "reasons": [asks],
            "reported": in_report,
            "invariants": [*base.invariants, small],
            "findings": [finding("bandit", "B102", "Use of exec.", "app.py", 7), *flaky],
            "quarantine": [
                QuarantineEntry(
                    test="tests/test_a.py::test_two", reason="Clock.", owner="@qa", expires="2027-02-01", state="used"
                )
            ],
        }
    )


def hostile() -> Verdict:
    """Return a fail in which every text that a change can choose attacks the reader."""
    base = failing()
    attack = finding("pytest", HOSTILE[:60], HOSTILE, HOSTILE, 1, remedy=HOSTILE, reproduce=HOSTILE)
    checks = [check.model_copy(update={"reason": HOSTILE}) for check in base.checks]
    return base.model_copy(
        update={
            "summary": HOSTILE,
            "reasons": [Reason(outcome=Outcome.FAIL, source=HOSTILE, text=HOSTILE, todo=HOSTILE)],
            "warnings": [Reason(outcome=Outcome.PASS, source=HOSTILE, text=HOSTILE, todo=HOSTILE)],
            "reported": [Reason(outcome=Outcome.REVIEW, source=HOSTILE, text=HOSTILE, todo=HOSTILE)],
            "quarantine": [
                QuarantineEntry(test=HOSTILE, reason=HOSTILE, owner=HOSTILE, expires="2026-12-31", state="used")
            ],
            "change": base.change.model_copy(
                update={
                    "repository": HOSTILE,
                    "head": base.change.head.model_copy(update={"ref": HOSTILE}),
                    "author": Author(login=HOSTILE, kind=AuthorKind.UNKNOWN, agent=HOSTILE),
                }
            ),
            "checks": checks,
            "findings": [attack],
            "moved": [Moved(kind=PathKind.TEST, files=1, paths=[HOSTILE])],
            "established": [HOSTILE],
            "not_established": [HOSTILE],
        }
    )


VERDICTS: dict[str, Callable[[], Verdict]] = {
    "pass": passing,
    "fail": failing,
    "error": aborted,
    "conflict": conflict,
    "partial": partial,
    "report-mode": report_mode,
    "unsteady": unsteady,
    "hostile": hostile,
}
