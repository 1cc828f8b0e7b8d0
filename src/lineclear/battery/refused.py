"""Which loopback address a failing test could not reach, from the words of its failure."""

from __future__ import annotations

import re

__all__ = ["known_service", "refused_address"]

_HOST = r"(?P<host>127\.0\.0\.1|localhost|::1|\[::1\])"
_REFUSED = re.compile(r"[Cc]onnection refused|ECONNREFUSED|actively refused|Connect call failed")
# As clients write it: localhost:6379 / "127.0.0.1", port 5432 / host='localhost', port=9200 / ('127.0.0.1', 27017).
_ADDRESS = re.compile(rf"{_HOST}[\"']?(?:\s*\([^)]*\))?\W{{0,4}}(?:port\W{{0,3}})?(?P<port>[0-9]{{1,5}})(?!\.?[0-9])")
_KNOWN = {
    1433: "mssql",
    3306: "mysql",
    4566: "localstack",
    5432: "postgres",
    5672: "rabbitmq",
    6379: "redis",
    9000: "minio",
    9092: "kafka",
    9200: "elasticsearch",
    11211: "memcached",
    27017: "mongodb",
}


def refused_address(text: str) -> str | None:
    """Return ``HOST:PORT`` where a failure says that nothing listened there, or None."""
    if _REFUSED.search(text) is None:
        return None
    found = _ADDRESS.search(text)
    if found is None or not 0 < int(found["port"]) < 65_536:
        return None
    host = found["host"]
    return f"{f'[{host}]' if host == '::1' else host}:{int(found['port'])}"


def known_service(address: str) -> str:
    """Return what usually listens at an address, by its port."""
    return _KNOWN.get(int(address.rpartition(":")[2]), "service")
