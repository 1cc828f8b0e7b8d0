import os
import stat
from pathlib import Path


def opened(path: Path) -> None:
    # ruleid: file-open-to-all
    os.chmod(path, 0o777)
    # ruleid: file-open-to-all
    path.chmod(0o666)
    # ruleid: file-open-to-all
    os.umask(0)
    # ruleid: file-open-to-all
    os.chmod(path, stat.S_IRUSR | stat.S_IWUSR | stat.S_IWOTH)


def kept(path: Path, mode: int) -> None:
    # ok: file-open-to-all
    os.chmod(path, 0o755)
    # ok: file-open-to-all
    path.chmod(0o600)
    # ok: file-open-to-all
    os.chmod(path, stat.S_IRUSR | stat.S_IWUSR)
    # ok: file-open-to-all
    os.chmod(path, mode | stat.S_IXUSR)
    # ok: file-open-to-all
    os.umask(0o077)
    # ok: file-open-to-all
    mask = os.umask(0)
    # ok: file-open-to-all
    os.umask(mask)
    # ok: file-open-to-all
    path.mkdir(mode=0o777)
