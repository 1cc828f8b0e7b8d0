"""The manifest names every file, and nothing but regular files is in a bundle."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prove_bundle import make_bundle

from lineclear.errors import BundleError
from lineclear.model.base import compact_json, sha256
from lineclear.model.bundle import DECISIONS, MANIFEST, VERDICT
from lineclear.prove.differences import differences
from lineclear.prove.files import list_files, read_bytes, write_bytes
from lineclear.prove.manifest import compare, read_manifest
from lineclear.prove.prove import prove, seal

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda value: st.lists(value, max_size=3) | st.dictionaries(st.text(max_size=2), value, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    made = make_bundle(tmp_path / "bundle")
    prove(made, None)
    return made


def test_every_file_is_named_with_size_and_digest(bundle: Path) -> None:
    (bundle / ".hidden").write_bytes(b"here")
    seal(bundle)
    manifest = read_manifest(bundle)
    found = {str(path.relative_to(bundle)) for path in bundle.rglob("*") if path.is_file()}
    assert [file.path for file in manifest.files] == sorted(found - {MANIFEST})
    for file in manifest.files:
        data = (bundle / file.path).read_bytes()
        assert (file.size, file.sha256) == (len(data), sha256(data))
    assert compare(manifest, list_files(bundle)) == []


def test_sealing_again_changes_nothing(bundle: Path) -> None:
    seal(bundle)
    first = (bundle / MANIFEST).read_bytes()
    seal(bundle)
    assert (bundle / MANIFEST).read_bytes() == first


@pytest.mark.parametrize("path", [VERDICT, DECISIONS])
def test_what_is_not_proven_is_not_sealed(bundle: Path, path: str) -> None:
    (bundle / path).unlink()
    with pytest.raises(BundleError, match=f"{path} is missing"):
        seal(bundle)
    assert not (bundle / MANIFEST).exists()


@pytest.mark.parametrize("kind", ["link", "dangling", "folder", "pipe"])
def test_a_bundle_with_anything_but_files_is_not_sealed(bundle: Path, tmp_path: Path, kind: str) -> None:
    odd = bundle / "evidence/odd"
    if kind == "pipe":
        os.mkfifo(odd)
    else:
        odd.symlink_to({"link": bundle / VERDICT, "dangling": tmp_path / "none", "folder": tmp_path}[kind])
    with pytest.raises(BundleError, match=r"evidence/odd .*regular files only"):
        seal(bundle)


def test_a_link_in_the_manifests_place_is_replaced_and_not_followed(bundle: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    write_bytes(bundle, "x", b"1")
    (bundle / "x").unlink()
    (bundle / "x").symlink_to(outside)
    write_bytes(bundle, "x", b"2")
    assert outside.read_text() == "mine"
    assert (bundle / "x").read_bytes() == b"2"
    assert not (bundle / "x").is_symlink()


def test_nothing_is_read_through_a_link_or_out_of_the_bundle(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (bundle / "file").symlink_to(tmp_path / "secret")
    (bundle / "folder").symlink_to(tmp_path)
    for path in ("file", "folder/secret", "../secret", str(tmp_path / "secret"), "none", "evidence"):
        with pytest.raises(BundleError):
            read_bytes(bundle, path)


def test_a_file_that_is_too_large_is_not_read(bundle: Path) -> None:
    with pytest.raises(BundleError, match="larger than 3 bytes"):
        read_bytes(bundle, VERDICT, limit=3)


def test_a_name_that_is_not_utf_8_is_a_stranger(bundle: Path) -> None:
    (bundle / os.fsdecode(b"a\xff")).write_bytes(b"")
    assert [stranger.path for stranger in list_files(bundle).strangers] == [r"'a\udcff'"]


def test_no_temporary_file_stays_when_writing_fails(bundle: Path) -> None:
    (bundle / "x").mkdir()
    before = set(bundle.iterdir())
    with pytest.raises(BundleError, match="could not be written"):
        write_bytes(bundle, "x", b"1")
    assert set(bundle.iterdir()) == before


def test_what_is_no_folder_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no bundle here"):
        list_files(tmp_path / "none")


@given(VALUES, VALUES)
def test_values_differ_exactly_where_differences_are_told(one: object, other: object) -> None:
    told = list(differences(one, other))  # type: ignore[arg-type] # hypothesis types recursive values as object
    assert bool(told) == (compact_json(one) != compact_json(other))
