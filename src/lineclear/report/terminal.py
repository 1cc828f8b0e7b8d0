"""What a stream can show: colours, a board that is drawn again and again, or plain lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

__all__ = ["is_colourful", "is_lively"]


def is_colourful(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Say whether to colour: on a terminal that can, unless ``NO_COLOR`` (https://no-color.org) is set to anything."""
    return _is_terminal(stream, environment) and not environment.get("NO_COLOR")


def is_lively(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Say whether lines may be drawn over: on a terminal that can, and not in CI, where some runners give one."""
    return _is_terminal(stream, environment) and not environment.get("CI")


def _is_terminal(stream: TextIO, environment: Mapping[str, str]) -> bool:
    return stream.isatty() and environment.get("TERM", "").lower() not in ("", "dumb", "unknown")
