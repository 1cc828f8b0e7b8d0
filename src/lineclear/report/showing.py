"""Draws what the engine tells while it runs: plain lines, or a live board where a terminal can show one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TextIO

from lineclear.report.progress import PlainLines
from lineclear.report.terminal import is_lively
from lineclear.run.progress import Progress

__all__ = ["showing"]


@contextlib.contextmanager
def showing(stream: TextIO, environment: Mapping[str, str]) -> Iterator[Progress]:
    """Yield what draws the events on a stream; whatever was drawn over is gone when the block ends, however it ends."""
    if not is_lively(stream, environment):
        yield PlainLines(stream)
        return
    from lineclear.report.board import Board  # only now: what it is drawn with takes a while to import

    board = Board.on(stream, environment)
    with board.drawn():
        yield board
    board.sum_up()
