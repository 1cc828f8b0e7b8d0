"""Git LFS: a tree holds a pointer, and the content is beside the repository, or was never fetched.

No filter is run. Content counts only where it has the digest that the pointer gives, so that nothing in the store of
the repository can stand for something else.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["LARGEST_POINTER", "SMALLEST_POINTER", "Pointer", "find_content", "read_pointer"]

# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: a pointer has less than 1024 bytes.
SMALLEST_POINTER, LARGEST_POINTER = 100, 1024
_POINTER = re.compile(
    rb"version https://(?:git-lfs\.github\.com|hawser\.github\.com)/spec/v1\n"
    rb"(?:[a-z0-9.-]+ [^\n]+\n)*?oid sha256:(?P<oid>[0-9a-f]{64})\nsize (?P<size>[0-9]{1,18})\n?"
)


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """What stands in the tree for a file."""

    oid: str
    size: int


def read_pointer(content: bytes) -> Pointer | None:
    """Return the pointer that a file's bytes are, or None."""
    found = _POINTER.fullmatch(content) if SMALLEST_POINTER <= len(content) <= LARGEST_POINTER else None
    return None if found is None else Pointer(oid=found["oid"].decode(), size=int(found["size"]))


def find_content(pointer: Pointer, stores: Iterable[Path]) -> Path | None:
    """Return the file that holds a pointer's content, or None where none has its size and digest."""
    for store in stores:
        path = store / "objects" / pointer.oid[:2] / pointer.oid[2:4] / pointer.oid
        try:
            if path.stat().st_size != pointer.size or not path.is_file():
                continue
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == pointer.oid:
                    return path
        except OSError:
            continue
    return None
