"""The files of a bundle, read and written so that no link leads out of it."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import JsonValue, ValidationError

from lineclear.errors import BundleError
from lineclear.model.base import Model, compact_json
from lineclear.model.bundle import IGNORE
from lineclear.model.evidence import FileDigest

__all__ = ["Listing", "Stranger", "list_files", "parse_json", "parse_model", "read_bytes", "write_bytes"]

LARGEST_FILE = 256 * 1024 * 1024
"""What is read into memory at most. Raw output may be larger: it is only hashed, in pieces."""

AnyModel = TypeVar("AnyModel", bound=Model)


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """Something in a bundle that is neither a regular file nor a folder, or that could not be read."""

    path: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Every regular file of a bundle by path, in order of path, and what is none."""

    files: dict[str, FileDigest]
    strangers: list[Stranger]


def list_files(bundle: Path) -> Listing:
    """Return size and SHA-256 of every regular file under ``bundle``. No link is followed, no pipe is opened.

    The file at its top that keeps git from seeing the folder is no part of the bundle.

    Raises BundleError when ``bundle`` is no folder.
    """
    if not bundle.is_dir():
        raise BundleError("There is no bundle here", where=str(bundle), todo="Give the folder that --out named.")
    files: dict[str, FileDigest] = {}
    strangers: list[Stranger] = []
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            entries = list(os.scandir(bundle / folder))
        except OSError as exc:
            strangers.append(Stranger(path=folder, what=f"cannot be listed: {exc.strerror}"))
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if not _is_text(entry.name):
                strangers.append(Stranger(path=ascii(path), what="has a name that is not UTF-8"))
            elif entry.is_dir(follow_symlinks=False):
                folders.append(path)
            elif path == IGNORE and entry.is_file(follow_symlinks=False):
                continue
            else:
                try:
                    files[path] = _digest(bundle, path)
                except OSError as exc:
                    strangers.append(Stranger(path=path, what=_why(exc)))
    return Listing(files=dict(sorted(files.items())), strangers=sorted(strangers, key=lambda item: item.path))


def read_bytes(bundle: Path, path: str, *, limit: int = LARGEST_FILE) -> bytes:
    """Return the content of one file. Raises BundleError when it is missing, no regular file or too large."""
    try:
        _refuse_linked_parents(bundle, path)
        handle = _open_regular(bundle / path)
    except OSError as exc:
        raise BundleError(f"A file of the bundle {_why(exc)}", where=path, todo="Make the bundle again.") from exc
    with os.fdopen(handle, "rb") as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise BundleError(f"The file is larger than {limit} bytes", where=path, todo="Make the bundle again.")
    return data


def write_bytes(bundle: Path, path: str, data: bytes) -> None:
    """Write one file whole or not at all, replacing what is there. A link at its place is replaced, not followed."""
    target = bundle / path
    try:
        _make_parents(bundle, path)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".lineclear-")
        try:
            with os.fdopen(handle, "wb") as stream:
                os.fchmod(stream.fileno(), 0o644)
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, target)  # noqa: PTH105 - the name that says what POSIX promises
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
    except OSError as exc:
        what = f"A file of the bundle could not be written: {exc.strerror}"
        raise BundleError(
            what, where=str(target), todo="Give --out a folder with free space that nothing else writes into."
        ) from exc


def parse_json(data: bytes, *, where: str) -> JsonValue:
    """Parse JSON that has one meaning only: no key twice, and nothing that could not be written as UTF-8 JSON again.

    Raises BundleError.
    """
    try:
        value: JsonValue = json.loads(data.decode(), object_pairs_hook=_unique)
        compact_json(value)  # refuses what json.loads lets in: NaN, 1e999, half of a surrogate pair
    except (ValueError, RecursionError) as exc:
        raise BundleError(f"Not valid JSON: {exc}", where=where, todo="Make the bundle again.") from exc
    return value


def parse_model(kind: type[AnyModel], data: bytes, *, where: str) -> AnyModel:
    """Parse the JSON of one model. Raises BundleError that names the first thing that is wrong."""
    parse_json(data, where=where)
    try:
        return kind.model_validate_json(data)
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise BundleError(
            f"No valid {kind.__name__}: {field}: {first['msg']}",
            where=where,
            todo="Make the bundle again, or use the version of Lineclear that made it.",
        ) from exc


def _digest(bundle: Path, path: str) -> FileDigest:
    with os.fdopen(_open_regular(bundle / path), "rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return FileDigest(path=path, size=stream.tell(), sha256=digest)


def _open_regular(path: Path) -> int:
    # O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    raise OSError(errno.EINVAL, "is no regular file")


def _refuse_linked_parents(bundle: Path, path: str) -> None:
    for parent in _parents(path):
        if (bundle / parent).is_symlink():
            raise OSError(errno.ELOOP, f"is under {parent}, which is a link")


def _make_parents(bundle: Path, path: str) -> None:
    for parent in _parents(path):
        folder = bundle / parent
        if folder.is_symlink():
            raise OSError(errno.ELOOP, f"{parent} is a link")
        folder.mkdir(exist_ok=True)


def _parents(path: str) -> list[str]:
    parts = path.split("/")
    if ".." in parts or path.startswith("/"):
        raise OSError(errno.EINVAL, "leads out of the bundle")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _why(exc: OSError) -> str:
    if exc.errno == errno.ENOENT:
        return "is missing"
    if exc.errno == errno.ELOOP and exc.filename is not None:
        return "is a link"
    return exc.strerror if exc.filename is None and exc.strerror else f"cannot be read: {exc.strerror}"


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unique(pairs: Sequence[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key occurs twice")
    return value
