"""Prove a judged bundle: state each run, log each decision, state the verdict; then seal it."""

from __future__ import annotations

from pathlib import Path

from lineclear.errors import BundleError
from lineclear.model.base import sha256
from lineclear.model.bundle import DECISIONS, MANIFEST, STATEMENTS, VERDICT_STATEMENT
from lineclear.prove.contents import Contents, read_contents, read_evidence
from lineclear.prove.dsse import seal_statement
from lineclear.prove.files import Listing, list_files, write_bytes
from lineclear.prove.keys import Signer
from lineclear.prove.manifest import write_manifest

__all__ = ["prove", "seal"]


def prove(bundle: Path, signer: Signer | None) -> None:
    """Write the statements and the decision log of a judged bundle, signed by ``signer`` or plainly unsigned.

    The order is that of docs/architecture.md, so that each digest is of something written before. A manifest from
    an earlier time is removed first: until ``seal`` the bundle is incomplete. Proving again replaces what stood there.
    Raises BundleError when the bundle is not judged, or holds other evidence than the verdict names.
    """
    listing = list_files(bundle)
    contents = _read(bundle, listing)
    (bundle / MANIFEST).unlink(missing_ok=True)
    statements: dict[str, str] = {}
    for path, value in contents.run_statements().items():
        data = seal_statement(value, signer)
        write_bytes(bundle, path, data)
        statements[path] = sha256(data)
    write_bytes(bundle, DECISIONS, contents.log().data)
    value = contents.verdict_statement(statements, signed=signer is not None)
    write_bytes(bundle, VERDICT_STATEMENT, seal_statement(value, signer))


def seal(bundle: Path) -> None:
    """Write the manifest: the last file of a bundle, after statements and reports. Raises BundleError."""
    write_manifest(bundle)


def _read(bundle: Path, listing: Listing) -> Contents:
    for stranger in listing.strangers:
        what = f"{stranger.path} {stranger.what}; a bundle holds regular files only"
        raise BundleError(what, where=str(bundle), todo="Remove it, and find out what put it there.")
    evidence, broken_evidence = read_evidence(bundle, listing)
    contents, broken = read_contents(bundle, listing, evidence)
    if contents is None or broken_evidence:
        raise [*broken, *broken_evidence][0]
    for path, what in contents.evidence_gaps():
        raise BundleError(f"{path} {what}", where=str(bundle), todo="Judge the bundle again.")
    ours = {*contents.statement_paths(), VERDICT_STATEMENT}
    for path in listing.files:
        if path.startswith(f"{STATEMENTS}/") and path not in ours:
            raise BundleError(f"{path} is about nothing here", where=str(bundle), todo="Remove it, then prove again.")
    return contents
