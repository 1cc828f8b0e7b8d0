"""Writes a recorded request as a line of curl, for a person to send by hand."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

__all__ = ["PORT", "curl"]

PORT = 8000
_LONGEST = 2_000
_OF_THE_CONNECTION = frozenset({"host", "content-length", "connection", "accept-encoding", "transfer-encoding"})


def curl(request: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """Return the line for a service on port 8000, or nothing where a line cannot hold the request.

    ``headers`` replace those of the request; their ``${NAME}`` is left to the shell. The request is made of what the
    change's document says: all of it is quoted.
    """
    body = _body(request.get("body"))
    uri = urlsplit(request["uri"])
    own = {name.lower() for name in headers} | _OF_THE_CONNECTION
    words = ["curl", "-sSi", "-X", str(request["method"])]
    if request["method"] == "HEAD":
        words[-2:] = ["-I"]
    for name, value in request.get("headers", {}).items():
        if name.lower() not in own:
            text = ", ".join(value) if isinstance(value, list) else str(value)
            words += ["-H", f"{name}: {text}" if text else f"{name};"]
    if body:
        words += ["--data-raw", body]
        if not any(name.lower() == "content-type" for name in request.get("headers", {})):
            words += ["-H", "Content-Type:"]
    line = " ".join(shlex.quote(word) for word in words)
    for name, template in headers.items():
        line += f' -H "{name}: {_within_double_quotes(template)}"'
    address = f"http://127.0.0.1:{PORT}{uri.path}{f'?{uri.query}' if uri.query else ''}"
    line += f" --globoff --path-as-is {shlex.quote(address)}"
    plain = body is not None and line.isprintable() and len(line) <= _LONGEST
    return line if plain else ""


def _body(body: Any) -> str | None:
    """Return the body as text, empty for none, None where it is no text."""
    if body is None:
        return ""
    if isinstance(body, str):
        return body
    try:
        return base64.b64decode(body["$base64"], validate=True).decode("utf-8")
    except (KeyError, TypeError, ValueError):
        return None


def _within_double_quotes(template: str) -> str:
    """Escape all but ``${NAME}``."""
    return "${".join(
        part.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`").replace("$", "\\$")
        for part in template.split("${")
    )
