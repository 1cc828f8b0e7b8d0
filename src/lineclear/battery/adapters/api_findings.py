"""What schemathesis finds, as findings about operations: each with the line that shows it by hand."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from lineclear.battery.adapter import Workbench
from lineclear.battery.adapters.api_service import document_of, service_words
from lineclear.battery.fingerprints import item_key
from lineclear.battery.readers.curl import PORT
from lineclear.battery.readers.schemathesis_report import ApiFailure
from lineclear.battery.selection import rerun
from lineclear.model.finding import RawFinding
from lineclear.model.words import Level

__all__ = [
    "NOT_TESTED",
    "broken_finding",
    "document_key",
    "failure_finding",
    "failure_key",
    "removed_finding",
    "untested_finding",
]

NOT_TESTED = "not-tested"
_SHOWN = 3


def failure_finding(key: str, failure: ApiFailure, bench: Workbench) -> RawFinding:
    """Return a failure as a finding; two of one kind differ in their key by what they fail at."""
    return RawFinding(
        rule=failure.check,
        level=Level.ERROR,
        message=f"{failure.operation}: {_said(failure)}",
        path=document_of(bench),
        key=key,
        remedy="Make the service answer as the document says, or change the document if the answer is right.",
        reproduce=_reproduce(bench, failure),
    )


def broken_finding(key: str, operation: str, failures: Sequence[ApiFailure], bench: Workbench) -> RawFinding:
    """Return the one finding of an operation that answers otherwise than the base's document says."""
    shown = " ".join(_said(failure) for failure in failures[:_SHOWN])
    more = f" And {len(failures) - _SHOWN} more." if len(failures) > _SHOWN else ""
    return RawFinding(
        rule="base-document",
        level=Level.ERROR,
        message=f"{operation} breaks the base's document, which clients were given: {shown}{more}",
        path=document_of(bench),
        key=key,
        remedy=(
            "Keep answering as the base's document says, for example with the new field optional. "
            "Where the break is meant, say so by a waiver, or by `compatibility: none` at the base."
        ),
        reproduce=_reproduce(bench, failures[0]),
    )


def removed_finding(operation: str, requests: int, bench: Workbench) -> RawFinding:
    """Return the one finding of an operation that is neither documented nor served any more."""
    many = "the request" if requests == 1 else f"all {requests} requests"
    return RawFinding(
        rule="operation-removed",
        level=Level.ERROR,
        message=(
            f"{operation} was removed: it is in the base's document and not in the change's, and the service "
            f"refused {many} that the base's document allows."
        ),
        path=document_of(bench),
        key=item_key("schemathesis", "operation-removed", operation),
        remedy=(
            "Keep the operation until its clients are gone. Where the removal is meant, say so by a waiver, "
            "or by `compatibility: none` at the base."
        ),
        reproduce=rerun(bench.check),
    )


def untested_finding(bench: Workbench, run: str, operation: str) -> RawFinding:
    """Return the finding of an operation that had no turn in a run that was stopped at its time limit."""
    of_base = "" if run == "run" else " against the base's document"
    return RawFinding(
        rule=NOT_TESTED,
        level=Level.ERROR,
        message=f"{operation} was not tested{of_base} within {bench.settings.get('maxSeconds')} seconds.",
        path=document_of(bench),
        key=item_key("schemathesis", NOT_TESTED, run, operation),
        remedy="Raise maxSeconds, or lower examples, or test the operations in checks of their own.",
        reproduce=rerun(bench.check),
    )


def _said(failure: ApiFailure) -> str:
    answered = f" answered {failure.status}" if failure.status is not None else ""
    detail = f" {failure.detail}" if failure.detail else ""
    return f"{failure.title}. {failure.request}{answered}.{detail}"


def failure_key(failure: ApiFailure) -> str:
    """Return the key of a failure: messages and values are no part of it."""
    return item_key("schemathesis", failure.check, failure.code, failure.operation, failure.title, failure.signature)


def _reproduce(bench: Workbench, failure: ApiFailure) -> str:
    """Return one line that starts the service and sends the request; what needs more than one is run again."""
    if not failure.command:
        return rerun(bench.check)
    root = bench.root.relative_to(bench.tree).as_posix()
    ready = shlex.quote(f"http://127.0.0.1:{PORT}{bench.settings['ready']}")
    serve = f"PORT={PORT} {shlex.join(service_words(bench, 'uvicorn', PORT))}"
    wait = f"until curl -so /dev/null {ready}; do kill -0 $! || break; sleep 1; done"
    line = f"{serve} & {wait}; {failure.command}; kill $!"
    return line if root == "." else f"cd {shlex.quote(root)} && {{ {line}; }}"


def document_key(operation: str) -> str:
    """Return the key of the one finding that says all that an operation breaks of the base's document."""
    return item_key("schemathesis", "base-document", operation)
