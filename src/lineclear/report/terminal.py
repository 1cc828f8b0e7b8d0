"""What a stream can show: colours, a board that is drawn again and again, or plain lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

__all__ = ["is_colourful", "is_lively"]


def is_colourful(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Say whether to colour: where lines may be drawn over, unless ``NO_COLOR`` is set (https://no-color.org)."""
    return is_lively(stream, environment) and not environment.get("NO_COLOR")


def is_lively(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Say whether lines may be drawn over: on a terminal that can, and not in CI, where a log keeps what is printed."""
    capable = environment.get("TERM", "").lower() not in ("", "dumb", "unknown")
    return capable and stream.isatty() and not environment.get("CI")
