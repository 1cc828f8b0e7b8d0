"""Masks secret values in what a run left, before any of it is kept or read."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

__all__ = ["MASKED", "Mask"]

MASKED = "[masked]"


class Mask:
    """Replaces values, also as they are written in JSON, in an address, or within base64."""

    def __init__(self, values: Iterable[str]) -> None:
        forms = sorted(
            {form for value in values if value for form in _forms(value)}, key=lambda form: (-len(form), form)
        )
        self._pattern = re.compile(b"|".join(map(re.escape, forms))) if forms else None

    def data(self, data: bytes) -> bytes:
        """Return bytes without the values."""
        return data if self._pattern is None else self._pattern.sub(MASKED.encode(), data)

    def text(self, text: str) -> str:
        """Return a text without the values."""
        if self._pattern is None:
            return text
        return self.data(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")


def _forms(value: str) -> Iterator[bytes]:
    raw = value.encode("utf-8", "surrogateescape")
    yield raw
    yield json.dumps(value)[1:-1].encode()
    yield json.dumps(value, ensure_ascii=False)[1:-1].encode("utf-8", "surrogateescape")
    yield quote(raw, safe="").encode()
    yield quote(raw).encode()
    yield quote_plus(raw).encode()
    for shift in range(3):
        # Base64 of a longer text: the digits at the edges depend on its neighbours, those between on the value alone.
        encoded = base64.b64encode(b"\0" * shift + raw)
        first, last = (0, 2, 3)[shift], (shift + len(raw)) * 8 // 6
        if last - first >= 6:
            yield encoded[first:last]
            yield encoded[first:last].replace(b"+", b"-").replace(b"/", b"_")
