"""The Merkle tree hash of RFC 6962 §2.1: one digest and a size that hold a log, its order and its end."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

__all__ = ["merkle_root"]


def merkle_root(leaves: Sequence[bytes]) -> str:
    """Return the tree hash over ``leaves`` as 64 hexadecimal digits; over none it is the SHA-256 of nothing."""
    if not leaves:
        return hashlib.sha256(b"").hexdigest()
    # Whole subtrees from left to right, each with its number of leaves; a new one merges with its equals.
    whole: list[tuple[int, bytes]] = []
    for leaf in leaves:
        whole.append((1, hashlib.sha256(b"\x00" + leaf).digest()))
        while len(whole) > 1 and whole[-1][0] == whole[-2][0]:
            _join(whole)
    while len(whole) > 1:
        _join(whole)
    return whole[0][1].hex()


def _join(whole: list[tuple[int, bytes]]) -> None:
    right_size, right = whole.pop()
    left_size, left = whole.pop()
    whole.append((left_size + right_size, hashlib.sha256(b"\x01" + left + right).digest()))
