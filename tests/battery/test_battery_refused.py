"""Which service a failing test missed, as real clients word it."""

from __future__ import annotations

import pytest

from lineclear.battery.refused import known_service, refused_address

# The first words of each client's own message, with the address that was asked for.
SAID = [
    ('connection to server at "localhost" (127.0.0.1), port 5432 failed: Connection refused', "localhost:5432"),
    ('connection to server at "127.0.0.1", port 55432 failed: Connection refused', "127.0.0.1:55432"),
    ('connection to server at "localhost" (::1), port 5432 failed: Connection refused', "localhost:5432"),
    ("Error 111 connecting to localhost:6379. Connection refused.", "localhost:6379"),
    (
        "HTTPConnectionPool(host='localhost', port=9200): Max retries exceeded with url: / (Caused by "
        "NewConnectionError('<urllib3.connection.HTTPConnection object at 0x…>: Failed to establish a new connection: "
        "[Errno 111] Connection refused'))",
        "localhost:9200",
    ),
    ("localhost:27017: [Errno 111] Connection refused (configured timeouts: …)", "localhost:27017"),
    ("OSError: Multiple exceptions: [Errno 111] Connect call failed ('::1', 5432, 0, 0)", "[::1]:5432"),
    ("ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 8080)", "127.0.0.1:8080"),
    ("connect ECONNREFUSED 127.0.0.1:3306", "127.0.0.1:3306"),
]


@pytest.mark.parametrize(("text", "address"), SAID)
def test_the_address_is_read_from_the_message(text: str, address: str) -> None:
    assert refused_address(f"E   Failure: {text}\nE   more words 127.0.0.1:1") == address


@pytest.mark.parametrize(
    "text",
    [
        "assert 'localhost:5432' == 'localhost:5433'",
        "ConnectionRefusedError: [Errno 111] Connection refused",
        "Connection refused by example.org:5432",
        "Connection refused at 127.0.0.1:99999",
        "",
    ],
)
def test_what_names_no_refused_loopback_address_is_an_ordinary_failure(text: str) -> None:
    assert refused_address(text) is None


def test_a_well_known_port_has_its_name() -> None:
    assert [known_service(address) for address in ("[::1]:6379", "localhost:5432", "localhost:81")] == [
        "redis",
        "postgres",
        "service",
    ]
