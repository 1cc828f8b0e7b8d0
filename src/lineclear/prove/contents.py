"""What a judged bundle holds, as values: the material of its statements and of its audit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lineclear.errors import BundleError
from lineclear.model.base import sha256
from lineclear.model.bundle import CHANGE, CONTRACT, EVIDENCE, PLAN, VERDICT
from lineclear.model.change import Change
from lineclear.model.contract import EffectiveContract
from lineclear.model.evidence import Evidence
from lineclear.model.plan import Plan
from lineclear.model.verdict import Verdict
from lineclear.prove.decisions import Log, decisions, write_log
from lineclear.prove.files import AnyModel, Listing, parse_model, read_bytes
from lineclear.prove.statements import INPUTS, Json, VerdictParts, run_statement, statement_path, verdict_statement

__all__ = ["Contents", "read_contents", "read_evidence"]

_EVIDENCE_FILE = re.compile(rf"{EVIDENCE}/(?P<check>[^/]+)/(?P<tree>[^/]+)(?:/again-(?P<again>[1-9]))?/evidence\.json")


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Inputs, evidence and verdict of one bundle; ``digests`` is path → SHA-256 of every file in it."""

    change: Change
    contract: EffectiveContract
    plan: Plan
    verdict: Verdict
    evidence: dict[str, Evidence]
    digests: dict[str, str]

    def statement_paths(self) -> list[str]:
        """Return where the statements about the runs are, in order of path."""
        return sorted(statement_path(path) for path in self.evidence)

    def run_statements(self) -> dict[str, Json]:
        """Return the statement about each run, by the path where it belongs."""
        return {
            statement_path(path): run_statement(evidence, path, self.digests)
            for path, evidence in sorted(self.evidence.items())
        }

    def log(self) -> Log:
        """Return the decision log that follows from the inputs and the verdict."""
        return write_log(decisions(self.change, self.contract, self.plan, self.verdict))

    def verdict_statement(self, statements: dict[str, str], *, signed: bool) -> Json:
        """Return the statement about the verdict. ``statements`` is path → SHA-256 of the runs' envelopes."""
        inputs = {path: digest for path, digest in self.digests.items() if path.startswith(f"{INPUTS}/")}
        return verdict_statement(
            VerdictParts(
                change=self.change,
                contract=self.contract,
                plan=self.plan,
                verdict=self.verdict,
                digests={**inputs, VERDICT: self.digests[VERDICT], **statements},
                log=self.log(),
                signed=signed,
            )
        )

    def evidence_gaps(self) -> Iterator[tuple[str, str]]:
        """Yield each path on which the verdict and the evidence in the bundle disagree, with how."""
        named: dict[str, str] = {}
        for ref in (ref for check in self.verdict.checks for ref in check.evidence):
            if ref.path in named:
                yield ref.path, "is named twice by the verdict"
            named[ref.path] = ref.digest
        for path in sorted(named.keys() | self.evidence.keys()):
            if path not in named:
                yield path, "is evidence that the verdict does not name"
            elif path not in self.digests:
                yield path, "is named by the verdict and missing"
            elif named[path] != self.digests[path]:
                yield path, "is not the evidence that was judged: its digest is not the verdict's"


def read_contents(
    bundle: Path, listing: Listing, evidence: dict[str, Evidence]
) -> tuple[Contents | None, list[BundleError]]:
    """Return the inputs and the verdict of a bundle with its evidence, or None and what is missing or not valid."""
    errors: list[BundleError] = []

    def read(path: str, kind: type[AnyModel]) -> AnyModel | None:
        try:
            return _read_checked(bundle, listing, path, kind)
        except BundleError as exc:
            errors.append(exc)
            return None

    change, contract = read(CHANGE, Change), read(CONTRACT, EffectiveContract)
    plan, verdict = read(PLAN, Plan), read(VERDICT, Verdict)
    if change is None or contract is None or plan is None or verdict is None:
        return None, errors
    digests = {path: file.sha256 for path, file in listing.files.items()}
    contents = Contents(
        change=change, contract=contract, plan=plan, verdict=verdict, evidence=evidence, digests=digests
    )
    return contents, errors


def read_evidence(bundle: Path, listing: Listing) -> tuple[dict[str, Evidence], list[BundleError]]:
    """Return the valid evidence of a bundle by path, and what is wrong with the rest."""
    evidence: dict[str, Evidence] = {}
    errors: list[BundleError] = []
    for path in listing.files:
        match = _EVIDENCE_FILE.fullmatch(path)
        if match is None:
            continue
        try:
            piece = _read_checked(bundle, listing, path, Evidence)
        except BundleError as exc:
            errors.append(exc)
            continue
        again = None if match["again"] is None else int(match["again"])
        if (piece.check, piece.tree.value, piece.again) == (match["check"], match["tree"], again):
            evidence[path] = piece
        else:
            number = "" if piece.again is None else f" ({piece.again})"
            what = f"It says that it is about {piece.check} on {piece.tree.value}{number}, which is not its place"
            errors.append(BundleError(what, where=path, todo="Run the check again."))
    return evidence, errors


def _read_checked(bundle: Path, listing: Listing, path: str, kind: type[AnyModel]) -> AnyModel:
    """Read one model, and hold its bytes to the digest of the listing. Raises BundleError."""
    data = read_bytes(bundle, path)
    if path not in listing.files or listing.files[path].sha256 != sha256(data):
        raise BundleError("It changed while it was read", where=path, todo="Let nothing else write into the bundle.")
    return parse_model(kind, data, where=path)
