"""Envelopes: the exact bytes are signed, unsigned is plain, and only one spelling is read."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineclear.errors import BundleError
from lineclear.model.base import compact_json
from lineclear.prove.dsse import LARGEST_ENVELOPE, is_signed_by, keyids, open_envelope, seal_statement, statement
from lineclear.prove.keys import load_signer, load_verifier, new_key, public_path

WORDS: dict[str, Any] = {"_type": "x", "z": 1, "a": ["ü", None, True]}
VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda v: st.lists(v), max_leaves=5)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "signing.pem"
    new_key(path)
    return path


@given(st.dictionaries(st.text(), VALUES))
def test_what_was_sealed_is_what_is_read(value: dict[str, Any]) -> None:
    data = seal_statement(value, None)
    assert statement(open_envelope(data, where="x"), where="x") == value


def test_an_unsigned_envelope_says_so() -> None:
    stored = json.loads(seal_statement(WORDS, None))
    assert stored["signatures"] == []
    assert keyids(open_envelope(seal_statement(WORDS, None), where="x")) == []


def test_the_exact_bytes_are_signed(key: Path) -> None:
    envelope = open_envelope(seal_statement(WORDS, load_signer(key)), where="x")
    assert envelope.payload == compact_json(WORDS)
    assert is_signed_by(envelope, load_verifier(public_path(key)))
    envelope.payload += b" "
    assert not is_signed_by(envelope, load_verifier(public_path(key)))


def test_signing_is_deterministic(key: Path) -> None:
    assert seal_statement(WORDS, load_signer(key)) == seal_statement(WORDS, load_signer(key))


def test_another_key_does_not_verify_even_under_the_same_keyid(key: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    new_key(other)
    stored = json.loads(seal_statement(WORDS, load_signer(other)))
    stored["signatures"][0]["keyid"] = load_verifier(public_path(key)).keyid
    envelope = open_envelope(json.dumps(stored).encode(), where="x")
    assert not is_signed_by(envelope, load_verifier(public_path(key)))


@pytest.mark.parametrize("keyid", [None, "", "something else"])
def test_a_keyid_is_a_hint_only(key: Path, keyid: str | None) -> None:
    stored = json.loads(seal_statement(WORDS, load_signer(key)))
    del stored["signatures"][0]["keyid"]
    if keyid is not None:
        stored["signatures"][0]["keyid"] = keyid
    envelope = open_envelope(json.dumps(stored).encode(), where="x")
    assert is_signed_by(envelope, load_verifier(public_path(key)))
    assert keyids(envelope) == [keyid or "(no keyid)"]


def test_a_signature_of_the_wrong_length_is_just_wrong(key: Path) -> None:
    stored = json.loads(seal_statement(WORDS, load_signer(key)))
    stored["signatures"][0]["sig"] = base64.b64encode(b"short").decode()
    assert not is_signed_by(open_envelope(json.dumps(stored).encode(), where="x"), load_verifier(public_path(key)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"payloadType": "text/plain"}, "payloadType"),
        ({"payload": "e30"}, "base64"),
        ({"payload": "e31="}, "canonical base64"),
        ({"payload": "_-8="}, "base64"),
        ({"payload": "e3\n0="}, "base64"),
        ({"payload": 7}, "payload"),
        ({"more": 1}, "more"),
        ({"signatures": None}, "signatures"),
        ({"signatures": [{"keyid": "a"}]}, "sig"),
        ({"signatures": [{"sig": "%%%%"}]}, "base64"),
        ({"signatures": [{"sig": "e30="}, {"sig": "e30="}]}, "Multiple signatures"),
        ({"signatures": [{"sig": "e30=", "cert": "x"}]}, "cert"),
    ],
)
def test_only_one_spelling_of_an_envelope_is_read(changes: dict[str, Any], message: str) -> None:
    stored = json.loads(seal_statement({}, None)) | changes
    with pytest.raises(BundleError, match=message):
        open_envelope(json.dumps(stored).encode(), where="x")


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"{", b'{"payload":"","payload":""}', b"[" * 100_000])
def test_what_is_no_envelope_is_a_bundle_error(data: bytes) -> None:
    with pytest.raises(BundleError):
        open_envelope(data, where="x")


def test_an_envelope_that_is_too_large_is_not_parsed() -> None:
    with pytest.raises(BundleError, match="larger"):
        open_envelope(b" " * (LARGEST_ENVELOPE + 1), where="x")


@pytest.mark.parametrize("payload", [b"[]", b"{", b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":1e999}', rb'{"a":"\ud800"}'])
def test_a_payload_has_one_meaning_only(payload: bytes) -> None:
    stored = json.loads(seal_statement({}, None)) | {"payload": base64.b64encode(payload).decode()}
    with pytest.raises(BundleError):
        statement(open_envelope(json.dumps(stored).encode(), where="x"), where="x")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs OpenSSL 3")
def test_openssl_verifies_an_envelope(key: Path, tmp_path: Path) -> None:
    stored = json.loads(seal_statement(WORDS, load_signer(key)))
    payload = base64.b64decode(stored["payload"])
    kind = stored["payloadType"].encode()
    (tmp_path / "pae").write_bytes(b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload))
    (tmp_path / "sig").write_bytes(base64.b64decode(stored["signatures"][0]["sig"]))
    assert _openssl_verifies(key, tmp_path)
    (tmp_path / "pae").write_bytes((tmp_path / "pae").read_bytes() + b" ")
    assert not _openssl_verifies(key, tmp_path)


def _openssl_verifies(key: Path, folder: Path) -> bool:
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(public_path(key)), "-rawin"]
    command += ["-in", str(folder / "pae"), "-sigfile", str(folder / "sig")]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
