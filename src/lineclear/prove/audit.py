"""Audit a bundle: whether it holds together, whether its verdict can be derived again, and who vouches for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from securesystemslib.dsse import Envelope

from lineclear import __version__
from lineclear.errors import BundleError, VerificationRefused
from lineclear.judge.bundle import judge_bundle
from lineclear.model.base import Model
from lineclear.model.bundle import DECISIONS, EVIDENCE, MANIFEST, STATEMENTS, VERDICT
from lineclear.model.verdict import Verdict
from lineclear.model.words import Outcome
from lineclear.prove.contents import Contents, read_contents, read_evidence
from lineclear.prove.definitions import examine_definitions
from lineclear.prove.dsse import LARGEST_ENVELOPE, keyids, open_envelope
from lineclear.prove.examine import (
    AuditProblem,
    Step,
    examine_contract,
    examine_evidence,
    examine_judgement,
    examine_log,
    examine_manifest,
    examine_signatures,
    examine_statements,
    problem_of,
)
from lineclear.prove.files import Listing, list_files, read_bytes
from lineclear.prove.keys import load_verifier
from lineclear.prove.statements import INPUTS

__all__ = ["AuditProblem", "AuditReport", "Signatures", "Step", "audit"]

Signatures = Literal["unsigned", "unchecked", "verified", "refused"]

# What a signature on the verdict's statement reaches, by digests. The manifest and the reports are not among it.
_STATED = (f"{INPUTS}/", f"{EVIDENCE}/", f"{STATEMENTS}/")


class AuditReport(Model):
    """What an audit found. ``ok``: the bundle holds together, and carries the signature that was asked for.

    ``signatures`` is ``unsigned``, ``unchecked`` (signed, and no key was given), ``verified`` (all by the key given)
    or ``refused``. ``sentences`` say in words what the audit established and what it did not.
    """

    bundle: str
    ok: bool
    signatures: Signatures
    keyids: list[str]
    outcome: Outcome | None
    problems: list[AuditProblem]
    sentences: list[str]

    @property
    def exit_code(self) -> int:
        """0; or that of VerificationRefused where only signatures are wrong, else that of BundleError."""
        if self.ok:
            return 0
        refused = all(problem.step is Step.SIGNATURES for problem in self.problems)
        return VerificationRefused.exit_code if refused else BundleError.exit_code

    def text(self) -> str:
        """Return the report for a person: the answer, every problem, then what was established and what was not."""
        lines = [f"{problem.step.value}: {problem.path}: {problem.what}" for problem in self.problems]
        # Names and values come from the bundle: nothing of it may steer a terminal.
        return "\n".join(_printable(line) for line in [_answer(self), *lines, *self.sentences])


def audit(bundle: Path, *, key: Path | None, judge: Callable[[Path], Verdict] = judge_bundle) -> AuditReport:
    """Check everything in a bundle, offline, and list every problem instead of stopping at the first.

    ``key`` is a public key that must have signed every statement; without one, signatures are reported and not
    checked. Raises UsageError for a key that cannot be used, BundleError when ``bundle`` is no folder.
    """
    verifier = None if key is None else load_verifier(key)
    listing = list_files(bundle)
    problems = examine_manifest(bundle, listing)
    evidence, broken_evidence = read_evidence(bundle, listing)
    contents, broken_models = read_contents(bundle, listing, evidence)
    problems += [problem_of(Step.MODELS, error) for error in [*broken_models, *broken_evidence]]
    envelopes, broken_envelopes = _open_envelopes(bundle, listing)
    problems += broken_envelopes
    problems += examine_evidence(listing, evidence)
    if contents is not None:
        problems += [AuditProblem(step=Step.EVIDENCE, path=path, what=what) for path, what in contents.evidence_gaps()]
        problems += examine_statements(contents, envelopes)
        problems += examine_contract(contents)
        problems += examine_definitions(bundle, contents)
        problems += examine_judgement(bundle, listing, judge)
        problems += examine_log(bundle, listing, contents)
    problems += examine_signatures(envelopes, verifier)
    signers = sorted({keyid for envelope in envelopes.values() for keyid in keyids(envelope)})
    signatures = _signatures(signers, problems, asked=verifier is not None)
    return AuditReport(
        bundle=str(bundle),
        ok=not problems,
        signatures=signatures,
        keyids=signers,
        outcome=None if contents is None else contents.verdict.outcome,
        problems=problems,
        sentences=[*_vouching(signatures, signers, sound=not problems), *_limits(listing, contents)],
    )


def _open_envelopes(bundle: Path, listing: Listing) -> tuple[dict[str, Envelope], list[AuditProblem]]:
    envelopes: dict[str, Envelope] = {}
    problems: list[AuditProblem] = []
    for path in listing.files:
        if not path.startswith(f"{STATEMENTS}/"):
            continue
        try:
            envelopes[path] = open_envelope(read_bytes(bundle, path, limit=LARGEST_ENVELOPE), where=path)
        except BundleError as exc:
            problems.append(problem_of(Step.STATEMENTS, exc))
    return envelopes, problems


def _signatures(signers: list[str], problems: list[AuditProblem], *, asked: bool) -> Signatures:
    if asked:
        return "refused" if any(problem.step is Step.SIGNATURES for problem in problems) else "verified"
    return "unchecked" if signers else "unsigned"


def _answer(report: AuditReport) -> str:
    if report.exit_code == VerificationRefused.exit_code:
        return "Refused: the bundle holds together, and does not carry the signature that was asked for."
    if not report.ok:
        count = len(report.problems)
        return f"This bundle does not hold together: {count} {'problem' if count == 1 else 'problems'}."
    word = report.outcome.value if report.outcome is not None else "unknown"
    return f"This bundle holds together: judging it again gave the same verdict, {word}."


def _vouching(signatures: Signatures, signers: list[str], *, sound: bool) -> list[str]:
    if signatures == "unsigned":
        return ["Nobody vouches for this bundle: it is unsigned. Whoever wrote it could have written anything."]
    if signatures == "unchecked":
        return [f"Signed by keyid {keyid}, not checked: no --key given." for keyid in signers]
    if signatures == "refused":
        return ["The key that was given does not vouch for this bundle."]
    if not sound:
        return ["The key that was given signed the statements; the files beside them are not what it vouches for."]
    return ["The key that was given vouches for every statement in this bundle."]


def _limits(listing: Listing, contents: Contents | None) -> list[str]:
    sentences = []
    loose = [path for path in listing.files if not path.startswith(_STATED) and path not in _STATED_FILES]
    if loose:
        sentences.append(f"Covered by the manifest only, and by no statement: {', '.join(loose)}.")
    if contents is None:
        return [*sentences, "Inputs or verdict could not be read, so nothing was compared with them."]
    runs = list(contents.evidence.values())
    materials = sorted({run.materials.status for run in runs})
    permissions = sorted({f"{name} {word}" for run in runs for name, word in run.permissions.model_dump().items()})
    if runs:
        sentences.append(f"What the tools read: {', '.join(materials)}. Permissions: {', '.join(permissions)}.")
    if contents.plan.lineclear != __version__:
        sentences.append(f"Made by Lineclear {contents.plan.lineclear}; audited by {__version__}.")
    return sentences


_STATED_FILES = frozenset({VERDICT, DECISIONS, MANIFEST})


def _printable(line: str) -> str:
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in line)
