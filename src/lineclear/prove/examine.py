"""The steps of an audit. Each returns every problem that it finds, and none stops another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from itertools import islice
from pathlib import Path

from pydantic import JsonValue
from securesystemslib.dsse import Envelope

from lineclear.errors import BundleError, LineclearError
from lineclear.model.base import Model
from lineclear.model.bundle import CONTRACT_SOURCES, DECISIONS, EVIDENCE, MANIFEST, VERDICT, VERDICT_STATEMENT
from lineclear.model.evidence import Evidence
from lineclear.model.verdict import Verdict
from lineclear.prove.contents import Contents
from lineclear.prove.differences import differences
from lineclear.prove.dsse import is_signed_by, keyids, statement
from lineclear.prove.files import Listing, parse_json, read_bytes
from lineclear.prove.keys import Key
from lineclear.prove.manifest import compare, read_manifest
from lineclear.prove.statements import Json

__all__ = [
    "AuditProblem",
    "Step",
    "examine_contract",
    "examine_evidence",
    "examine_judgement",
    "examine_log",
    "examine_manifest",
    "examine_signatures",
    "examine_statements",
    "problem_of",
]

_SHOWN = 5
"""How many differences of one file are listed."""


class Step(StrEnum):
    """The steps of an audit, in order."""

    FILES = "files"
    MODELS = "models"
    EVIDENCE = "evidence"
    STATEMENTS = "statements"
    CONTRACT = "contract"
    JUDGEMENT = "judgement"
    LOG = "log"
    SIGNATURES = "signatures"


class AuditProblem(Model):
    """One thing that is wrong with a bundle: which step found it, in which file, and what it is."""

    step: Step
    path: str
    what: str


def problem_of(step: Step, error: BundleError) -> AuditProblem:
    """Return an error about one file as a problem of one step."""
    return AuditProblem(step=step, path=error.where, what=error.what)


def examine_manifest(bundle: Path, listing: Listing) -> list[AuditProblem]:
    """Hold the files to the manifest: none missing, none added, none altered, nothing but regular files."""
    found = [(stranger.path, stranger.what) for stranger in listing.strangers]
    try:
        found += compare(read_manifest(bundle), listing)
    except BundleError as exc:
        found.append((MANIFEST, exc.what))
    return _problems(Step.FILES, found)


def examine_evidence(listing: Listing, evidence: dict[str, Evidence]) -> list[AuditProblem]:
    """Hold the raw output of each run to what its evidence says of it."""
    named = set(evidence)
    found: list[tuple[str, str]] = []
    for path, piece in evidence.items():
        folder = path.rpartition("/")[0]
        for output in piece.outputs:
            # A path out of the folder is in no listing: it is missing, and never opened.
            place = f"{folder}/{output.path}"
            named.add(place)
            file = listing.files.get(place)
            if file is None:
                found.append((place, "is raw output that the evidence names and that is missing"))
            elif (file.size, file.sha256) != (output.size, output.sha256):
                found.append((place, "is not the raw output that the evidence names"))
    for path in listing.files:
        if path.startswith(f"{EVIDENCE}/") and path not in named:
            found.append((path, "is named by no valid evidence"))
    return _problems(Step.EVIDENCE, found)


def examine_statements(contents: Contents, envelopes: dict[str, Envelope]) -> list[AuditProblem]:
    """Derive each statement again and hold the stored ones to it: exactly one for each run, and the verdict's."""
    expected = contents.run_statements()
    strange = envelopes.keys() - expected.keys() - {VERDICT_STATEMENT}
    found = [(path, "states nothing that is in the bundle") for path in strange]
    digests = {path: contents.digests[path] for path in expected if path in contents.digests}
    signed = VERDICT_STATEMENT in envelopes and bool(envelopes[VERDICT_STATEMENT].signatures)
    expected[VERDICT_STATEMENT] = contents.verdict_statement(digests, signed=signed)
    for path, value in expected.items():
        if path in envelopes:
            found += [(path, what) for what in _statement_differences(value, envelopes[path], path)]
        elif path not in contents.digests:
            found.append((path, "is missing"))
    return _problems(Step.STATEMENTS, found)


def examine_contract(contents: Contents) -> list[AuditProblem]:
    """Hold the contract's sources to their names, and their names to the effective contract."""
    contract = contents.contract
    named = {contract.digest, *(parent.digest for parent in contract.extends)}
    sources = {path: digest for path, digest in contents.digests.items() if path.startswith(f"{CONTRACT_SOURCES}/")}
    found = [
        (path, "is not what its name says: its digest is another")
        for path, digest in sources.items()
        if path != f"{CONTRACT_SOURCES}/{digest}"
    ]
    for digest in sorted(named):
        if f"{CONTRACT_SOURCES}/{digest}" not in sources:
            found.append((f"{CONTRACT_SOURCES}/{digest}", "is a source of the contract and missing"))
    found += [
        (path, "is no source of the effective contract")
        for path in sources
        if path.removeprefix(f"{CONTRACT_SOURCES}/") not in named
    ]
    return _problems(Step.CONTRACT, found)


def examine_judgement(bundle: Path, listing: Listing, judge: Callable[[Path], Verdict]) -> list[AuditProblem]:
    """Judge again, and compare byte for byte."""
    if listing.strangers:
        what = "was not derived again: the bundle holds more than regular files"
        return _problems(Step.JUDGEMENT, [(VERDICT, what)])
    try:
        again = judge(bundle).canonical()
    except Exception as exc:  # noqa: BLE001 - a bundle made to break the judge is a finding, and ends no audit
        what = exc.what if isinstance(exc, LineclearError) else f"{type(exc).__name__}: {exc}"
        return _problems(Step.JUDGEMENT, [(VERDICT, f"could not be derived again: {what}")])
    stored = read_bytes(bundle, VERDICT)
    if again == stored:
        return []
    told = list(islice(differences(parse_json(again, where=VERDICT), parse_json(stored, where=VERDICT)), _SHOWN))
    told = [f"judging again gives another verdict: {what}" for what in told]
    return _problems(Step.JUDGEMENT, [(VERDICT, what) for what in told or ["is written in another form"]])


def examine_log(bundle: Path, listing: Listing, contents: Contents) -> list[AuditProblem]:
    """Derive the decision log again, and compare line for line."""
    if DECISIONS not in listing.files:
        return _problems(Step.LOG, [(DECISIONS, "is missing")])
    expected = contents.log().data.split(b"\n")
    stored = read_bytes(bundle, DECISIONS).split(b"\n")
    if stored == expected:
        return []
    same = sum(1 for _ in _common(expected, stored))
    what = f"line {same + 1} is not the decision that follows; {len(stored) - 1} lines, {len(expected) - 1} expected"
    return _problems(Step.LOG, [(DECISIONS, what)])


def examine_signatures(envelopes: dict[str, Envelope], key: Key | None) -> list[AuditProblem]:
    """Verify each envelope with ``key``. Without one, hold only that all are signed alike."""
    if key is None:
        return _problems(Step.SIGNATURES, _unlike(envelopes))
    if not envelopes:
        return _problems(Step.SIGNATURES, [(VERDICT_STATEMENT, "there is nothing that a key could vouch for")])
    found = []
    for path, envelope in envelopes.items():
        claimed = keyids(envelope)
        if not claimed:
            found.append((path, "is unsigned"))
        elif not is_signed_by(envelope, key):
            found.append((path, f"is not signed by keyid {key.keyid}; its signature says {', '.join(claimed)}"))
    return _problems(Step.SIGNATURES, found)


def _statement_differences(expected: Json, envelope: Envelope, path: str) -> list[str]:
    try:
        stored: JsonValue = statement(envelope, where=path)
    except BundleError as exc:
        return [exc.what]
    return list(islice(differences(expected, stored), _SHOWN))


def _unlike(envelopes: dict[str, Envelope]) -> Iterator[tuple[str, str]]:
    if VERDICT_STATEMENT not in envelopes:
        return
    expected = keyids(envelopes[VERDICT_STATEMENT])
    for path, envelope in envelopes.items():
        if keyids(envelope) != expected:
            yield path, "is not signed by the same keys as the verdict's statement"


def _common(left: list[bytes], right: list[bytes]) -> Iterator[bytes]:
    for one, other in zip(left, right, strict=False):
        if one != other:
            return
        yield one


def _problems(step: Step, found: Iterable[tuple[str, str]]) -> list[AuditProblem]:
    return [AuditProblem(step=step, path=path, what=what) for path, what in sorted(found)]
