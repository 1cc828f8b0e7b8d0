"""The live board of a verification: one line a run, drawn again in place while the runs go on."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console, ConsoleDimensions
from rich.control import Control
from rich.segment import ControlType, Segment, SegmentLines
from rich.table import Table
from rich.text import Text

from lineclear.model.words import TreeName
from lineclear.report.escape import for_terminal
from lineclear.report.progress import result, where
from lineclear.report.terminal import is_colourful
from lineclear.run.progress import Event, RunEnded, RunStarted, RunWaiting, Wait

__all__ = ["Board"]

_TICK_SECONDS = 0.2
_STUCK_SECONDS = 2.0
_WAITS = {
    Wait.PROJECT_ENVIRONMENT: "waiting for the project's environment",
    Wait.TOOL_ENVIRONMENT: "waiting for its tool's environment",
    Wait.SLOT: "waiting for a free slot",
}


@dataclass(frozen=True, kw_only=True)
class _Run:
    """One line: the last event of a run, and when its first one came."""

    event: Event
    since: float

    @property
    def importance(self) -> int:
        """Order what is shown where not everything fits: no result, running, waiting, done."""
        if isinstance(self.event, RunEnded):
            return 0 if self.event.findings is None else 3
        return 1 if isinstance(self.event, RunStarted) else 2


class Board:
    """Keeps the state of every run and draws it.

    The cursor stays visible, in the line below the board, and no mode of the terminal is changed: whatever ends the
    process, SIGKILL included, leaves a sane terminal. ``size`` is asked again for each drawing.
    """

    def __init__(
        self, console: Console, *, size: Callable[[], tuple[int, int]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console = console
        self._size = size
        self._clock = clock
        self._begun = clock()
        self._runs: dict[tuple[str, TreeName, int | None], _Run] = {}
        self._guard = threading.Lock()
        self._over = threading.Event()
        self._lines: list[list[Segment]] = []

    @classmethod
    def on(cls, stream: TextIO, environment: Mapping[str, str]) -> Board:
        """Return a board for a terminal."""
        console = Console(
            file=stream,
            force_terminal=True,
            no_color=not is_colourful(stream, environment),
            highlight=False,
            _environ=environment,
        )
        return cls(console, size=lambda: os.get_terminal_size(stream.fileno()))

    def __call__(self, event: Event, /) -> None:
        """Take note of an event; the next drawing shows it."""
        key = (event.check, event.tree, event.again)
        with self._guard:
            known = self._runs.get(key)
            self._runs[key] = _Run(event=event, since=known.since if known is not None else self._clock())

    @contextlib.contextmanager
    def drawn(self) -> Iterator[None]:
        """Draw again and again in a thread of its own until the block ends, then take the board away."""
        thread = threading.Thread(target=self._keep_drawn, name="board", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join(_STUCK_SECONDS)  # a terminal that takes nothing more (Ctrl-S) must not hold the verdict up
            if not thread.is_alive():
                with contextlib.suppress(OSError, ValueError):
                    self._draw([])

    def sum_up(self) -> None:
        """Leave one line: how many runs there were, and how long they took together."""
        runs = len(self._runs)
        if not runs:
            return
        said = f"{runs} {'run' if runs == 1 else 'runs'} ended after {_elapsed(self._clock() - self._begun)}."
        with contextlib.suppress(OSError, ValueError):
            self._console.print(Text(said), soft_wrap=True)

    def frame(self) -> list[list[Segment]]:
        """Return the lines to draw: as many as the terminal has room for, everything else counted."""
        width, height = self._size()
        self._console.size = ConsoleDimensions(width, height)
        now = self._clock()
        with self._guard:
            runs = list(self._runs.values())
        if not runs:
            return []
        room = max(height - 1, 2)  # the cursor has a line of its own
        shown = _fitting(runs, room - 1)
        table = Table.grid(padding=(0, 2))
        for name in ("check", "tree", "elapsed", "state"):  # the state gives way first where there is little room
            table.add_column(justify="right" if name == "elapsed" else "left", no_wrap=name != "state")
        for run in shown:
            table.add_row(*self._cells(run, now))
        ended = sum(isinstance(run.event, RunEnded) for run in runs)
        head = Text(f"{ended} of {len(runs)} runs ended, {_elapsed(now - self._begun)}", style="bold")
        hidden = len(runs) - len(shown)
        if hidden:
            head.append(f", {hidden} not shown", style="not bold dim")
        head.no_wrap, head.overflow = True, "ellipsis"
        # One column stays free: a line that fills the terminal would make some of them begin another.
        options = self._console.options.update(width=max(width - 1, 1), height=None)
        parts = (head, table) if shown else (head,)
        return [line for part in parts for line in self._console.render_lines(part, options, pad=False)]

    def _cells(self, run: _Run, now: float) -> tuple[Text, Text, Text, Text]:
        event = run.event
        seconds = event.seconds if isinstance(event, RunEnded) else now - run.since
        state = _state(event)
        state.no_wrap, state.overflow = True, "ellipsis"
        return Text(for_terminal(event.check, 40)), Text(where(event)), Text(_elapsed(seconds)), state

    def _keep_drawn(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # the terminal is gone: the verdict needs none
            while not self._over.wait(_TICK_SECONDS):
                frame = self.frame()
                if frame != self._lines:
                    self._draw(frame)

    def _draw(self, lines: list[list[Segment]]) -> None:
        """Replace the lines of the last drawing, in one write."""
        with self._console as console:
            rows = _rows(self._lines, *self._size())
            up = [(ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2)] * rows
            console.control(Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2), *up))
            console.print(SegmentLines(lines, new_lines=True), end="", crop=False)
        self._lines = lines


def _state(event: Event) -> Text:
    if isinstance(event, RunWaiting):
        return Text(_WAITS[event.wait], style="dim")
    if isinstance(event, RunStarted):
        return Text("running", style="bold")
    if event.findings is None:
        return Text(result(event), style="magenta")
    return Text(f"done, {result(event)}", style="yellow" if event.findings else "green")


def _rows(lines: Sequence[list[Segment]], width: int, height: int) -> int:
    """Return how many rows drawn lines take now: a terminal that became narrower has broken the long ones."""
    rows = sum(max(-(-Segment.get_line_length(line) // max(width, 1)), 1) for line in lines)
    return min(rows, max(height - 1, 0))


def _fitting(runs: list[_Run], room: int) -> list[_Run]:
    """Return the runs that are shown, in their order: those that matter most where there is no room for all."""
    if len(runs) <= room:
        return runs
    kept = sorted(range(len(runs)), key=lambda number: (runs[number].importance, number))[:room]
    return [runs[number] for number in sorted(kept)]


def _elapsed(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60:02} s"
