"""Inputs to judge: a change of three files, a contract, its plan, and evidence, each made with few words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from lineclear.judge.inputs import Inputs, Item
from lineclear.model.base import sha256
from lineclear.model.bundle import evidence_folder
from lineclear.model.change import Author, Change, ChangedFile, Conflict, Revision
from lineclear.model.contract import Budget, EffectiveCheck, EffectiveContract, Invariant, Project, Quarantine, Waiver
from lineclear.model.definition import Reruns
from lineclear.model.evidence import Evidence, Problem, Scope, Subject, Tool, Unexamined
from lineclear.model.finding import RawFinding
from lineclear.model.plan import Plan, PlannedCheck, PlannedRun
from lineclear.model.verdict import CheckResult, EvidenceRef, Verdict
from lineclear.model.words import (
    AuthorKind,
    ContractSource,
    Effect,
    Ended,
    Enforcement,
    Level,
    PathKind,
    ScopeKind,
    TreeName,
    Trust,
)

__all__ = [
    "ALL",
    "BASE",
    "CHANGED",
    "MERGED",
    "SELECTED",
    "SUITE",
    "budget",
    "changed_file",
    "check_of",
    "ended",
    "evidence",
    "invariant",
    "make_change",
    "make_inputs",
    "planned",
    "raw",
    "run",
    "waiver",
]

BASE, MERGED = TreeName.BASE, TreeName.MERGED
ALL, CHANGED, SELECTED = ScopeKind.ALL, ScopeKind.CHANGED, ScopeKind.SELECTED
SUITE = {"testsCollected": 3, "testsPassed": 2, "testsFailed": 0, "testsSkipped": 1}

_TREES = {BASE: sha256(b"base tree")[:40], MERGED: sha256(b"merged tree")[:40]}
_COMMITS = {BASE: sha256(b"base commit")[:40], MERGED: sha256(b"merged commit")[:40]}
_LOCK = sha256(b"lock")


def changed_file(path: str, *, old: str | None = None, lines: int | None = 4) -> ChangedFile:
    """Return a file that the change modifies, or renames."""
    return ChangedFile(
        path=path,
        old_path=old,
        status="modified" if old is None else "renamed",
        kind=PathKind.SOURCE,
        added=lines,
        deleted=0 if lines is not None else None,
        mode="100644",
        old_mode="100644",
    )


def make_change(
    files: Sequence[ChangedFile] | None = None,
    *,
    conflicts: Sequence[str] | None = None,
    kind: AuthorKind = AuthorKind.AGENT,
) -> Change:
    """Return a change that touches a.py, b.py and c.py, or the given files; with conflicts it has no merge result."""
    merged = conflicts is None
    touched = [changed_file(path) for path in ("a.py", "b.py", "c.py")] if files is None else list(files)
    return Change(
        repository="git.example/acme/orders",
        base=Revision(ref="main", commit=_COMMITS[BASE], tree=_TREES[BASE]),
        head=Revision(ref="topic", commit=sha256(b"head")[:40], tree=sha256(b"head tree")[:40]),
        merge_base=_COMMITS[BASE],
        merge_commit=_COMMITS[MERGED] if merged else None,
        merge_tree=(_TREES[MERGED] if touched else _TREES[BASE]) if merged else None,
        uncommitted=False,
        commits=1,
        author=Author(login="robo", kind=kind, agent="robo", signals=["login"]),
        files=touched if merged else None,
        conflicts=[Conflict(path=path) for path in conflicts or ()],
        git_version="2.43.0",
    )


def raw(
    path: str | None = "a.py",
    line: int | None = 1,
    *,
    key: str = "key",
    context: str | None = "context",
    level: Level = Level.ERROR,
    rule: str = "rule",
    message: str = "It is wrong.",
    item: str | None = None,
) -> RawFinding:
    """Return a finding; ``key`` and ``context`` are any words."""
    return RawFinding(
        rule=rule,
        level=level,
        message=message,
        path=path,
        line=line,
        key=sha256(key.encode()),
        context=None if context is None else sha256(context.encode()),
        item=item,
        remedy="Make it right.",
        reproduce="look",
    )


def planned(
    name: str,
    *,
    base: ScopeKind | None = None,
    adapter: str | None = None,
    suite: bool = False,
    required: bool = True,
    enforcement: Enforcement = Enforcement.ENFORCE,
    enforce_from: str | None = None,
    reruns: Reruns | None = None,
    selected: bool = True,
    selection: list[str] | None = None,
    applicable: bool = True,
    trust: Trust = Trust.OBSERVED,
    controlled: bool = False,
) -> PlannedCheck:
    """Return a check of the plan. ``base``: what of the base is run always, None where only what was found is."""
    runs = selected and applicable
    return PlannedCheck(
        id=name,
        use=name,
        adapter=adapter or name,
        title=name.title(),
        covers="the code",
        tool=Tool(name=name, version="1.0", lock_digest=_LOCK),
        trust=trust,
        suite=suite,
        required=required,
        enforcement=enforcement,
        enforce_from=None if enforce_from is None else dt.date.fromisoformat(enforce_from),
        settings={},
        seconds=60,
        reruns=reruns,
        selected=selected,
        selection=selection,
        applicable=applicable,
        reason=None
        if runs
        else ("It was left out by --only." if not selected else "The change touches no file of it."),
        run=PlannedRun(merged=ALL if selection is None else SELECTED, base=base) if runs else None,
        controlled=controlled,
    )


def evidence(
    name: str,
    tree: TreeName,
    findings: Iterable[RawFinding] = (),
    *,
    scope: ScopeKind = ALL,
    measures: Mapping[str, int] | None = None,
    examined: Sequence[str] = ("a.py", "b.py", "c.py"),
    unexamined: Sequence[Unexamined] = (),
    trust: Trust = Trust.OBSERVED,
) -> Evidence:
    """Return what a run left that completed."""
    found = list(findings)
    return Evidence(
        check=name,
        tree=tree,
        subject=Subject(tree=_TREES[tree], commit=_COMMITS[tree]),
        ended=Ended.COMPLETED,
        problem=None,
        tool=Tool(name=name, version="1.0", lock_digest=_LOCK),
        argv=[name],
        environment=["PATH"],
        started_at="2026-01-02T03:04:06Z",
        finished_at="2026-01-02T03:04:07Z",
        exit_code=1 if found else 0,
        signal=None,
        trust=trust,
        scope=Scope(kind=scope, items=None if scope is ALL else ["a.py"]),
        findings=found,
        measures=dict(measures if measures is not None else {"filesExpected": 3, "filesExamined": 3}),
        examined=list(examined),
        unexamined=list(unexamined),
    )


def ended(name: str, tree: TreeName, how: Ended = Ended.CRASHED) -> Evidence:
    """Return what a run left that did not complete."""
    nothing = dict.fromkeys(("findings", "measures", "examined", "unexamined", "exit_code"))
    problem = Problem(what="it fell over", where=f"check {name}", todo="Pick it up.")
    return Evidence.model_validate(
        {**evidence(name, tree).model_dump(by_alias=False), "ended": how, "problem": problem, **nothing}
    )


def run(name: str, merged: Iterable[RawFinding] = (), base: Iterable[RawFinding] | None = ()) -> list[Evidence]:
    """Return the evidence of a check that ran on all of both trees; no base where it is None."""
    pieces = [evidence(name, MERGED, merged)]
    return pieces if base is None else [*pieces, evidence(name, BASE, base)]


def invariant(
    require: str,
    *,
    name: str = "must-hold",
    otherwise: Effect = Effect.FAIL,
    applies: str | None = None,
    enforcement: Enforcement = Enforcement.ENFORCE,
    enforce_from: str | None = None,
) -> Invariant:
    """Return an invariant."""
    return Invariant(
        id=name,
        applies=applies,
        require=require,
        otherwise=otherwise,
        message="It does not.",
        remedy="Make it hold.",
        enforcement=enforcement,
        enforce_from=None if enforce_from is None else dt.date.fromisoformat(enforce_from),
    )


def budget(
    of: str, *, warn: int | None = None, review: int | None = None, fail: int | None = None, name: str = "size"
) -> Budget:
    """Return a budget."""
    return Budget(id=name, of=of, warn=warn, review=review, fail=fail)


def waiver(*, fingerprint: str | None = None, invariant: str | None = None, expires: str = "2026-12-31") -> Waiver:
    """Return a waiver."""
    return Waiver(
        fingerprint=fingerprint,
        invariant=invariant,
        reason="Known.",
        owner="@team",
        expires=dt.date.fromisoformat(expires),
    )


def make_inputs(
    checks: Sequence[PlannedCheck] = (),
    pieces: Iterable[Evidence] = (),
    *,
    change: Change | None = None,
    invariants: Sequence[Invariant] = (),
    budgets: Sequence[Budget] = (),
    waivers: Sequence[Waiver] = (),
    quarantine: Sequence[Quarantine] = (),
    source: ContractSource = ContractSource.BASE,
    enforcement: Enforcement = Enforcement.ENFORCE,
    enforce_from: str | None = None,
    now: str = "2026-01-02T03:04:05Z",
) -> Inputs:
    """Return inputs; the contract has the checks that the plan has. Evidence with a number is of a run again."""
    left = list(pieces)
    return Inputs(
        change=change if change is not None else make_change(),
        contract=EffectiveContract(
            source=source,
            uri="lineclear.yaml",
            digest=sha256(b"contract"),
            extends=[],
            enforcement=enforcement,
            enforce_from=None if enforce_from is None else dt.date.fromisoformat(enforce_from),
            project=Project(),
            checks=[
                EffectiveCheck(
                    id=check.id,
                    use=check.use,
                    settings=check.settings,
                    when=None,
                    required=check.required,
                    enforcement=check.enforcement,
                    enforce_from=check.enforce_from,
                    seconds=check.seconds,
                )
                for check in checks
            ],
            invariants=list(invariants),
            budgets=list(budgets),
            waivers=list(waivers),
            quarantine=list(quarantine),
        ),
        plan=Plan(
            now=now,
            lineclear="0.1.0",
            python="3.12.1",
            platform="linux",
            partial=any(not check.selected for check in checks),
            checks=list(checks),
        ),
        evidence={(piece.check, piece.tree): _item(piece) for piece in left if piece.again is None},
        again={(piece.check, piece.tree, piece.again): _item(piece) for piece in left if piece.again is not None},
    )


def _item(piece: Evidence) -> Item:
    path = f"{evidence_folder(piece.check, piece.tree, piece.again)}/evidence.json"
    return Item(evidence=piece, ref=EvidenceRef(path=path, digest=sha256(piece.canonical())))


def check_of(verdict: Verdict, name: str) -> CheckResult:
    """Return one check's part of a verdict."""
    return next(check for check in verdict.checks if check.id == name)
