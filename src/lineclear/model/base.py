"""What every model shares: strict fields, camelCase keys, and one canonical form in bytes."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

__all__ = ["Model", "canonical_json", "compact_json", "sha256"]


class Model(BaseModel):
    """A frozen value with camelCase keys; unknown keys are an error, never ignored."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )

    def canonical(self) -> bytes:
        """Return the bytes that files in a bundle hold: sorted, indented, UTF-8, one newline at the end."""
        return canonical_json(self.model_dump(mode="json", by_alias=True))


def canonical_json(value: Any) -> bytes:
    """Serialise a JSON value for a file that people open: sorted keys, two spaces, newline at the end."""
    return (json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def compact_json(value: Any) -> bytes:
    """Serialise a JSON value for signing and hashing: sorted keys, no white space."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
