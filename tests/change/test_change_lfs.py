"""What is a pointer of Git LFS, and what stands for its content."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from lineclear.change.lfs import Pointer, find_content, read_pointer

OID = hashlib.sha256(b"content").hexdigest()
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 7\n".encode()


@pytest.mark.parametrize(
    "content", [POINTER, POINTER.removesuffix(b"\n"), POINTER.replace(b"oid", b"ext-0-a sha256:00\noid")]
)
def test_a_pointer_is_read(content: bytes) -> None:
    assert read_pointer(content) == Pointer(oid=OID, size=7)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x" + POINTER,
        POINTER + b"more\n",
        POINTER.replace(b"v1", b"v9"),
        POINTER.replace(b"size 7", b"size -7"),
        POINTER.replace(OID[:2].encode(), b"zz", 1),
        POINTER.replace(b"oid", b"ext-0 " + b"a" * 2_000 + b"\noid"),
    ],
)
def test_what_only_looks_like_one_is_a_file(content: bytes) -> None:
    assert read_pointer(content) is None


def test_only_content_of_the_digest_counts(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    places = [store / "objects" / OID[:2] / OID[2:4] / OID for store in (first, second)]
    for place in places:
        place.parent.mkdir(parents=True)
    pointer = Pointer(oid=OID, size=7)
    assert find_content(pointer, [first, second]) is None
    places[0].write_bytes(b"CONTENT")
    assert find_content(pointer, [first, second]) is None
    places[1].write_bytes(b"content")
    assert find_content(pointer, [first, second]) == places[1]
    assert find_content(Pointer(oid=OID, size=8), [first, second]) is None
