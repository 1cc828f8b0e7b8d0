"""Keys: made once, private to their owner, and refused by name when they are something else."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from lineclear.errors import UsageError
from lineclear.prove.keys import load_signer, load_verifier, new_key, public_path


def test_a_new_key_signs_what_its_public_key_verifies(tmp_path: Path) -> None:
    path = tmp_path / "signing.pem"
    keyid = new_key(path)
    signature = load_signer(path).sign(b"words")
    verifier = load_verifier(public_path(path))
    verifier.verify_signature(signature, b"words")
    assert signature.keyid == verifier.keyid == keyid


def test_a_new_private_key_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "signing.pem"
    new_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    assert public_path(path).read_bytes().startswith(b"-----BEGIN PUBLIC KEY-----")


@pytest.mark.parametrize("taken", ["signing.pem", "signing.pem.pub"])
def test_a_key_is_never_overwritten(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).write_text("mine")
    with pytest.raises(UsageError, match="already here"):
        new_key(tmp_path / "signing.pem")
    assert [file.name for file in tmp_path.iterdir()] == [taken]
    assert (tmp_path / taken).read_text() == "mine"


def test_a_key_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "signing.pem").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="already here"):
        new_key(tmp_path / "signing.pem")
    assert not (tmp_path / "elsewhere").exists()


def test_a_key_in_no_folder_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        new_key(tmp_path / "no" / "signing.pem")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_private_key_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "signing.pem"
    new_key(path)
    path.chmod(mode)
    with pytest.raises(UsageError, match=f"chmod 600 {path}"):
        load_signer(path)


def test_missing_keys_are_named(tmp_path: Path) -> None:
    for load in (load_signer, load_verifier):
        with pytest.raises(UsageError, match="No such file"):
            load(tmp_path / "none.pem")


def test_private_and_public_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "signing.pem"
    new_key(path)
    with pytest.raises(UsageError, match="This is a public key"):
        load_signer(public_path(path))
    with pytest.raises(UsageError, match=r"This is a private key(.|\n)*signing.pem.pub"):
        load_verifier(path)


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words"
    path.write_text("words")
    path.chmod(0o600)
    with pytest.raises(UsageError, match="no private key"):
        load_signer(path)
    with pytest.raises(UsageError, match="no public key"):
        load_verifier(path)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    path, public = tmp_path / "ec.pem", tmp_path / "ec.pem.pub"
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(path))
    openssl("pkey", "-in", str(path), "-pubout", "-out", str(public))
    with pytest.raises(UsageError, match="not an ed25519 key"):
        load_signer(path)
    with pytest.raises(UsageError, match="not an ed25519 key"):
        load_verifier(public)


def test_an_encrypted_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "locked.pem"
    openssl("genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:words", "-out", str(path))
    with pytest.raises(UsageError, match="encrypted"):
        load_signer(path)


def test_a_key_that_openssl_made_signs(tmp_path: Path) -> None:
    path = tmp_path / "signing.pem"
    openssl("genpkey", "-algorithm", "ed25519", "-out", str(path))
    path.chmod(0o600)
    assert load_signer(path).sign(b"words").keyid == load_signer(path).public_key.keyid


def openssl(*arguments: str) -> None:
    """Run OpenSSL."""
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
