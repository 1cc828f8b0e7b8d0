"""Name a repository by its origin, without credentials and without a path of this machine."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

__all__ = ["repository_name"]

_SCP = re.compile(r"(?:[^/@]*@)?([A-Za-z0-9._-]+):(?!:)/*([^@?#]+)")
_NETWORK = {"http", "https", "ssh", "git", "git+ssh", "ssh+git"}
_PORTS = {"http": 80, "https": 443, "ssh": 22, "git": 9418}


def repository_name(url: str | None, *, folder: str) -> str:
    """Return ``host/path`` of a remote's URL; ``file:<folder>`` where it names no host.

    User names, passwords, queries and fragments are dropped, so that a token in a URL never reaches a bundle.
    """
    named = _host_and_path(url or "")
    if named is None:
        return f"file:{folder}"
    host, path = named
    path = re.sub(r"/+", "/", path.strip("/")).removesuffix(".git").rstrip("/")
    return f"{host.lower()}/{path}" if path and "@" not in path else f"file:{folder}"


def _host_and_path(url: str) -> tuple[str, str] | None:
    if "://" in url:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            return None
        if parts.scheme not in _NETWORK or not host:
            return None
        return (host if port in (None, _PORTS.get(parts.scheme)) else f"{host}:{port}"), parts.path
    found = _SCP.fullmatch(url)
    return (found[1], found[2]) if found else None
