import os
import tarfile
import zipfile
from pathlib import Path


def unpack(archive: str, folder: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            # ruleid: archive-member-path
            (folder / member.filename).write_bytes(packed.read(member))


def unpack_tar(archive: str, folder: str) -> None:
    with tarfile.open(archive) as packed:
        for member in packed.getmembers():
            target = os.path.join(folder, member.name)
            # ruleid: archive-member-path
            with open(target, "wb") as stream:
                stream.write(packed.extractfile(member).read())


def unpack_checked(archive: str, folder: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            target = (folder / member.filename).resolve()
            if not target.is_relative_to(folder):
                raise ValueError(member.filename)
            # ok: archive-member-path
            target.write_bytes(packed.read(member))


def unpack_flat(archive: str, folder: str) -> None:
    with zipfile.ZipFile(archive) as packed:
        for name in packed.namelist():
            # ok: archive-member-path
            with open(os.path.join(folder, os.path.basename(name)), "wb") as stream:
                stream.write(packed.read(name))


def unpack_by_library(archive: str, folder: Path) -> None:
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            # ok: archive-member-path
            packed.extract(member, folder)
