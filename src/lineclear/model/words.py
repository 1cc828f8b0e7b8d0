"""The closed vocabularies: every word that a verdict, evidence or contract may use for a state."""

from __future__ import annotations

from enum import StrEnum

__all__ = [
    "AuthorKind",
    "CheckStatus",
    "ContractSource",
    "Effect",
    "Ended",
    "Enforcement",
    "FindingState",
    "InvariantResult",
    "Level",
    "Outcome",
    "PathKind",
    "ScopeKind",
    "TreeName",
    "Trust",
]


class Outcome(StrEnum):
    """The answer of a verdict, most severe last: see :data:`lineclear.judge.outcome.PRECEDENCE`."""

    PASS = "pass"  # noqa: S105 - an outcome, no password
    REVIEW = "review"
    FAIL = "fail"
    ERROR = "error"


class Enforcement(StrEnum):
    """Whether an outcome decides the exit code, or is judged and shown only."""

    ENFORCE = "enforce"
    REPORT = "report"


class Effect(StrEnum):
    """What follows when an invariant does not hold or a budget is exceeded."""

    WARN = "warn"
    REVIEW = "review"
    FAIL = "fail"


class Level(StrEnum):
    """How severe a finding is; the words of SARIF 2.1.0 §3.27.10."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


class FindingState(StrEnum):
    """Where a finding stands against the base."""

    NEW = "new"
    EXISTING = "existing"
    FIXED = "fixed"


class CheckStatus(StrEnum):
    """What the judge says of one check."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    MISSING = "missing"
    TIMEOUT = "timeout"
    BLIND = "blind"
    WITHHELD = "withheld"
    NOT_APPLICABLE = "notApplicable"


class InvariantResult(StrEnum):
    """What the judge says of one invariant."""

    HELD = "held"
    BROKEN = "broken"
    ERROR = "error"
    WAIVED = "waived"


class Ended(StrEnum):
    """How a run ended. Only ``completed`` carries findings that may be judged."""

    COMPLETED = "completed"
    CRASHED = "crashed"
    TIMEOUT = "timeout"
    NO_REPORT = "noReport"
    BAD_REPORT = "badReport"
    OUTPUT_LIMIT = "outputLimit"
    NO_ENVIRONMENT = "noEnvironment"
    NOTHING_EXAMINED = "nothingExamined"
    INTERRUPTED = "interrupted"


class TreeName(StrEnum):
    """The two trees of a change that checks run on, and the two that the oracle makes of them.

    ``oldTests`` is the merge result with the base's tests, ``newTests`` the base with the merge result's.
    """

    BASE = "base"
    MERGED = "merged"
    OLD_TESTS = "oldTests"
    NEW_TESTS = "newTests"


class ScopeKind(StrEnum):
    """How much of its tree a run examined: all of it, the changed files, or named items."""

    ALL = "all"
    CHANGED = "changed"
    SELECTED = "selected"


class Trust(StrEnum):
    """How far a piece of evidence can be trusted, weakest first.

    ``claimed``: the author says so. ``reported``: by a process that also ran the change's code, or by another
    job. ``observed``: measured from outside the change's code.
    """

    CLAIMED = "claimed"
    REPORTED = "reported"
    OBSERVED = "observed"


class AuthorKind(StrEnum):
    """Who wrote a change. Markers can be forged or stripped, so detection only ever tightens."""

    AGENT = "agent"
    HUMAN = "human"
    UNKNOWN = "unknown"


class ContractSource(StrEnum):
    """Where the contract came from: the base of the change, the built-in default, or ``--contract``."""

    BASE = "base"
    BUILTIN = "builtin"
    GIVEN = "given"


class PathKind(StrEnum):
    """What a changed file is to the system, for the system-level section of a report."""

    SOURCE = "source"
    TEST = "test"
    DEPENDENCY = "dependency"
    API_DOCUMENT = "apiDocument"
    CONFIGURATION = "configuration"
    CONTROL_PLANE = "controlPlane"
    DATA = "data"
    DOCUMENTATION = "documentation"
    OTHER = "other"
