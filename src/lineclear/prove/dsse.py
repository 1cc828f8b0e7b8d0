"""DSSE envelopes around in-toto statements, signed or plainly unsigned."""

from __future__ import annotations

import base64
import binascii
from typing import Literal

from pydantic import Field, JsonValue
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import UnverifiedSignatureError

from lineclear.errors import BundleError
from lineclear.model.base import Model, canonical_json, compact_json
from lineclear.prove.files import parse_json, parse_model
from lineclear.prove.keys import Key, Signature, Signer

__all__ = ["LARGEST_ENVELOPE", "PAYLOAD_TYPE", "is_signed_by", "keyids", "open_envelope", "seal_statement", "statement"]

PAYLOAD_TYPE = "application/vnd.in-toto+json"
LARGEST_ENVELOPE = 32 * 1024 * 1024


class _SignatureFile(Model):
    """One signature of an envelope. ``keyid`` is a hint that the DSSE protocol leaves optional."""

    keyid: str = ""
    sig: str = Field(min_length=1)


class _EnvelopeFile(Model):
    """An envelope as it is stored; https://github.com/secure-systems-lab/dsse/blob/v1.0.2/envelope.md"""

    payload: str
    payload_type: Literal["application/vnd.in-toto+json"]
    signatures: list[_SignatureFile] = Field(max_length=16)


def seal_statement(value: dict[str, JsonValue], signer: Signer | None) -> bytes:
    """Return the bytes of an envelope around a statement. Without a signer its list of signatures is empty."""
    envelope = Envelope(compact_json(value), PAYLOAD_TYPE, {})
    if signer is not None:
        envelope.sign(signer)
    return canonical_json(envelope.to_dict())


def open_envelope(data: bytes, *, where: str) -> Envelope:
    """Read an envelope. Raises BundleError unless it is one of ours, whole, in strict base64, and not too large."""
    if len(data) > LARGEST_ENVELOPE:
        raise _broken(f"The envelope is larger than {LARGEST_ENVELOPE} bytes", where)
    stored = parse_model(_EnvelopeFile, data, where=where)
    _decode(stored.payload, where)
    for signature in stored.signatures:
        _decode(signature.sig, where)
    try:
        # from_dict empties the dictionaries it is given, and needs a keyid in each: so it gets its own.
        return Envelope.from_dict(stored.model_dump(mode="json", by_alias=True))
    except (ValueError, KeyError) as exc:
        raise _broken(f"The envelope is not valid: {exc}", where) from exc


def statement(envelope: Envelope, *, where: str) -> dict[str, JsonValue]:
    """Return the statement in an envelope, whoever signed it. Raises BundleError when it is no JSON object."""
    value = parse_json(envelope.payload, where=where)
    if not isinstance(value, dict):
        raise _broken("The statement is no JSON object", where)
    return value


def keyids(envelope: Envelope) -> list[str]:
    """Return the keyids that the envelope's signatures claim, in order; empty when it is unsigned."""
    return sorted(signature.keyid or "(no keyid)" for signature in envelope.signatures.values())


def is_signed_by(envelope: Envelope, key: Key) -> bool:
    """Say whether one of the signatures is this key's. The keyid is a hint only, so every one of them is tried."""
    return any(_verifies(signature, envelope.pae(), key) for signature in envelope.signatures.values())


def _verifies(signature: Signature, data: bytes, key: Key) -> bool:
    try:
        # securesystemslib refuses a keyid that is not its own; others compute it otherwise, or leave it out.
        key.verify_signature(Signature(key.keyid, signature.signature), data)
    except UnverifiedSignatureError:
        return False
    return True


def _decode(text: str, where: str) -> None:
    # securesystemslib takes the URL-safe alphabet and stray bits at the end as well: two spellings of one payload.
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise _broken(f"The envelope is not in standard base64: {exc}", where) from exc
    if base64.standard_b64encode(data).decode() != text:
        raise _broken("The envelope is not in canonical base64", where)


def _broken(what: str, where: str) -> BundleError:
    return BundleError(what, where=where, todo="Make the bundle again.")
