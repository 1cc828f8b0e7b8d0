"""The manifest: every file of a bundle with size and digest, written last."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from lineclear.errors import BundleError
from lineclear.model.base import Model
from lineclear.model.bundle import DECISIONS, MANIFEST, VERDICT, VERDICT_STATEMENT
from lineclear.model.evidence import FileDigest
from lineclear.prove.files import Listing, list_files, parse_model, read_bytes, write_bytes

__all__ = ["Manifest", "compare", "read_manifest", "write_manifest"]


class Manifest(Model):
    """Every file of the bundle but the manifest itself, in order of path."""

    schema_version: Literal[1] = 1
    files: list[FileDigest]


def write_manifest(bundle: Path) -> Manifest:
    """Write the manifest of a bundle whose every other file is written.

    Raises BundleError when the bundle is not proven yet, or holds anything but regular files.
    """
    listing = list_files(bundle)
    if listing.strangers:
        first = listing.strangers[0]
        raise BundleError(
            f"{first.path} {first.what}; a bundle holds regular files only",
            where=str(bundle),
            todo="Remove it, and find out what put it there.",
        )
    missing = [path for path in (VERDICT, DECISIONS, VERDICT_STATEMENT) if path not in listing.files]
    if missing:
        raise BundleError(f"{missing[0]} is missing", where=str(bundle), todo="Judge and prove before sealing.")
    manifest = Manifest(files=[file for path, file in listing.files.items() if path != MANIFEST])
    write_bytes(bundle, MANIFEST, manifest.canonical())
    return manifest


def read_manifest(bundle: Path) -> Manifest:
    """Read the manifest. Raises BundleError: a bundle without one is incomplete by definition."""
    data = read_bytes(bundle, MANIFEST)
    return parse_model(Manifest, data, where=MANIFEST)


def compare(manifest: Manifest, listing: Listing) -> list[tuple[str, str]]:
    """Return each path on which manifest and bundle differ, with how; empty when the manifest holds."""
    stated = {file.path: file for file in manifest.files}
    found = {path: file for path, file in listing.files.items() if path != MANIFEST}
    differences = [(path, "is named by the manifest and missing") for path in stated.keys() - found.keys()]
    differences += [(path, "is not named by the manifest") for path in found.keys() - stated.keys()]
    for path in stated.keys() & found.keys():
        if stated[path].size != found[path].size:
            differences.append((path, f"has {found[path].size} bytes; the manifest says {stated[path].size}"))
        elif stated[path].sha256 != found[path].sha256:
            differences.append((path, "was altered: its digest is not the manifest's"))
    if [file.path for file in manifest.files] != sorted(stated):
        differences.append((MANIFEST, "is not in order, or names a file twice"))
    return sorted(differences)
