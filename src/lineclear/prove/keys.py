"""Signing keys: ed25519, as PEM files that OpenSSL reads too."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from securesystemslib.signer import (  # type: ignore[attr-defined] # public there, and named in no __all__
    CryptoSigner,
    Key,
    Signature,
    Signer,
    SSlibKey,
)

from lineclear.errors import UsageError

__all__ = ["Key", "Signature", "Signer", "load_signer", "load_verifier", "new_key", "public_path"]

LARGEST_KEY = 64 * 1024


def public_path(private: Path) -> Path:
    """Return where the public key of a private key is: beside it, with ``.pub`` after its name."""
    return private.with_name(private.name + ".pub")


def new_key(path: Path) -> str:
    """Write a new private key (PKCS#8 PEM, readable by its owner only) and its public key; return the keyid.

    Raises UsageError when either file exists: a key is never overwritten.
    """
    public = public_path(path)
    key = Ed25519PrivateKey.generate()
    if public.exists() or public.is_symlink():
        raise _exists(public)
    _create(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)
    _create(public, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), mode=0o644)
    return SSlibKey.from_crypto(key.public_key()).keyid


def load_signer(path: Path) -> Signer:
    """Load a private key to sign with.

    Raises UsageError when it is missing, is no unencrypted ed25519 private key, or others may read it.
    """
    data, mode = _read(path)
    if b"PUBLIC KEY" in data:
        raise UsageError("This is a public key; signing needs the private one", where=str(path), todo=_MAKE)
    try:
        key = load_pem_private_key(data, password=None)
    except TypeError as exc:
        raise UsageError(
            "The private key is encrypted", where=str(path), todo="Give an unencrypted key that only you can read."
        ) from exc
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise UsageError("This is no private key in PEM", where=str(path), todo=_MAKE) from exc
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"This is {_kind(key)}, not an ed25519 key", where=str(path), todo=_MAKE)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(
            f"Others may use this private key: its mode is {stat.S_IMODE(mode):04o}",
            where=str(path),
            todo=f"Run: chmod 600 {path}",
        )
    return CryptoSigner(key)


def load_verifier(path: Path) -> Key:
    """Load a public key to verify with. Raises UsageError when it is missing or is no ed25519 public key."""
    data, _ = _read(path)
    if b"PRIVATE KEY" in data:
        raise UsageError(
            "This is a private key; verifying needs the public one",
            where=str(path),
            todo=f"Give {public_path(path)}, and keep the private key where bundles are signed.",
        )
    try:
        key = load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise UsageError("This is no public key in PEM", where=str(path), todo=_GIVE) from exc
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"This is {_kind(key)}, not an ed25519 key", where=str(path), todo=_GIVE)
    return SSlibKey.from_crypto(key)


_MAKE = "Make one with: lineclear key new FILE"
_GIVE = "Give the .pub file of the key that signed, or make it with: openssl pkey -in KEY -pubout"


def _create(path: Path, data: bytes, *, mode: int) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    except FileExistsError as exc:
        raise _exists(path) from exc
    except OSError as exc:
        raise UsageError(
            f"The key cannot be written: {exc.strerror}", where=str(path), todo="Name a file in a folder of yours."
        ) from exc
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _read(path: Path) -> tuple[bytes, int]:
    try:
        with path.open("rb") as stream:
            # Of the file that was opened, not of the name: a mounted secret is a link to it.
            mode = os.fstat(stream.fileno()).st_mode
            return stream.read(LARGEST_KEY), mode
    except OSError as exc:
        raise UsageError(
            f"The key cannot be read: {exc.strerror}", where=str(path), todo="Give the path of a key."
        ) from exc


def _exists(path: Path) -> UsageError:
    return UsageError("A key is already here", where=str(path), todo="Name another file; keys are never overwritten.")


def _kind(key: object) -> str:
    return type(key).__name__.lstrip("_").removesuffix("PrivateKey").removesuffix("PublicKey") + " key material"
