"""The board, drawn from events: what each state reads as, what is left out, and that it takes itself away."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field

import pytest
from rich.console import Console
from terminal import Screen

from lineclear.model.words import Ended, TreeName
from lineclear.report.board import Board
from lineclear.report.progress import PlainLines
from lineclear.report.showing import showing
from lineclear.run.progress import Event, RunEnded, RunStarted, RunWaiting, Wait


@dataclass
class Desk:
    """A board on a screen of a given size, with a clock that is set by hand."""

    size: tuple[int, int] = (80, 24)
    now: float = 0.0
    file: io.StringIO = field(default_factory=io.StringIO)
    environment: dict[str, str] = field(default_factory=lambda: {"TERM": "xterm-256color"})

    def __post_init__(self) -> None:
        no_color = "NO_COLOR" in self.environment
        console = Console(file=self.file, force_terminal=True, no_color=no_color, _environ=self.environment)
        self.board = Board(console, size=lambda: self.size, clock=lambda: self.now)

    def tell(self, *events: Event) -> None:
        for event in events:
            self.board(event)

    def lines(self) -> list[str]:
        return ["".join(segment.text for segment in line).rstrip() for line in self.board.frame()]


def waiting(check: str, wait: Wait = Wait.SLOT, tree: TreeName = TreeName.MERGED) -> RunWaiting:
    return RunWaiting(check=check, tree=tree, wait=wait)


def started(check: str, tree: TreeName = TreeName.MERGED) -> RunStarted:
    return RunStarted(check=check, tree=tree)


def ended(check: str, findings: int | None, how: Ended = Ended.COMPLETED, seconds: float = 3.0) -> RunEnded:
    return RunEnded(check=check, tree=TreeName.MERGED, ended=how, findings=findings, seconds=seconds)


def test_each_state_reads_as_what_it_is() -> None:
    desk = Desk()
    desk.tell(
        waiting("pytest", Wait.PROJECT_ENVIRONMENT),
        waiting("bandit", Wait.TOOL_ENVIRONMENT, TreeName.BASE),
        waiting("semgrep"),
        waiting("orders"),
        waiting("web"),
    )
    desk.now = 65.0
    desk.tell(started("semgrep"), ended("orders", 2), ended("web", None, Ended.NO_REPORT, 61.5))
    assert desk.lines() == [
        "2 of 5 runs ended, 1 min 05 s",
        "pytest   merge result  1 min 05 s  waiting for the project's environment",
        "bandit   base          1 min 05 s  waiting for its tool's environment",
        "semgrep  merge result  1 min 05 s  running",
        "orders   merge result         3 s  done, 2 findings",
        "web      merge result  1 min 01 s  no result (no report)",
    ]


def test_nothing_is_drawn_before_the_first_run() -> None:
    assert Desk().lines() == []


@pytest.mark.parametrize("width", [1, 20, 40, 60, 160])
def test_a_line_never_fills_the_terminal(width: int) -> None:
    desk = Desk(size=(width, 24))
    desk.tell(waiting("a-check-with-a-name-that-is-rather-long", Wait.PROJECT_ENVIRONMENT), started("b"))
    assert all(len(line) < max(width, 2) for line in desk.lines())


def test_where_room_is_short_the_state_is_cut_first() -> None:
    desk = Desk(size=(50, 24))
    desk.tell(waiting("pytest", Wait.PROJECT_ENVIRONMENT))
    assert desk.lines()[1] == "pytest  merge result  0 s  waiting for the proje…"


def test_of_more_runs_than_rows_those_are_shown_that_went_wrong_or_go_on() -> None:
    desk = Desk(size=(80, 6))
    for number in range(10):
        desk.tell(waiting(f"check-{number}"), ended(f"check-{number}", 0))
    desk.tell(waiting("waits"), started("runs"), ended("broke", None, Ended.TIMEOUT))
    lines = desk.lines()
    assert len(lines) == 5
    assert lines[0] == "11 of 13 runs ended, 0 s, 9 not shown"
    assert [line.split()[0] for line in lines[1:]] == ["check-0", "waits", "runs", "broke"]


def test_a_drawing_replaces_the_one_before_and_the_last_is_taken_away() -> None:
    desk = Desk()
    screen = Screen(80)
    with desk.board.drawn():
        desk.tell(waiting("bandit"))
        wait_for(desk, "waiting for a free slot")
        desk.tell(started("bandit"))
        wait_for(desk, "running")
        screen.feed(desk.file.getvalue())
        assert screen.lines == ["0 of 1 runs ended, 0 s", "bandit  merge result  0 s  running"]
    desk.board.sum_up()
    screen = Screen(80)
    screen.feed(desk.file.getvalue())
    assert screen.lines == ["1 run ended after 0 s."]


def test_the_board_is_taken_away_from_a_terminal_that_became_narrower() -> None:
    desk = Desk()
    desk.tell(waiting("bandit", Wait.PROJECT_ENVIRONMENT))
    with desk.board.drawn():
        wait_for(desk, "waiting")
        desk.size = (30, 24)  # both lines are there, and the second now takes two or three rows
        wait_for(desk, "…")
    assert desk.file.getvalue().split("waiting", 1)[1].count("\x1b[1A") >= 1 + 3


def test_an_error_takes_the_board_away_and_is_passed_on() -> None:
    desk = Desk()
    desk.tell(waiting("bandit"))

    def fail() -> None:
        with desk.board.drawn():
            wait_for(desk, "waiting")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    screen = Screen(80)
    screen.feed(desk.file.getvalue())
    assert screen.lines == []


def test_a_terminal_that_is_gone_ends_the_drawing_and_nothing_else() -> None:
    desk = Desk()
    desk.tell(waiting("bandit"))
    with desk.board.drawn():
        desk.file.close()
        desk.tell(started("bandit"))
    desk.board.sum_up()


def test_neither_control_characters_nor_markup_reach_the_terminal() -> None:
    desk = Desk()
    desk.tell(waiting("[red]x[/]\x1b[2J\n\u202e"))
    assert desk.lines()[1].startswith("[red]x[/] �  merge result")
    with desk.board.drawn():
        wait_for(desk, "[red]x[/]")
    Screen(80).feed(desk.file.getvalue())


def test_colours_are_left_out_when_nobody_wants_them() -> None:
    desk = Desk(environment={"TERM": "xterm-256color", "NO_COLOR": "1"})
    desk.tell(ended("bandit", 1), ended("web", None, Ended.CRASHED))
    with desk.board.drawn():
        wait_for(desk, "done")
    assert not any(f"\x1b[3{colour}m" in desk.file.getvalue() for colour in range(8))
    coloured = Desk()
    coloured.tell(ended("bandit", 1))
    with coloured.board.drawn():
        wait_for(coloured, "done")
    assert "\x1b[33mdone" in coloured.file.getvalue()


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("environment", [{}, {"TERM": "dumb"}, {"TERM": "xterm", "CI": "true"}])
def test_where_nothing_can_be_drawn_over_there_are_plain_lines(environment: dict[str, str]) -> None:
    stream = _Terminal()
    with showing(stream, environment) as progress:
        assert isinstance(progress, PlainLines)
        for event in (waiting("bandit"), started("bandit"), ended("bandit", 1), ended("web", None, Ended.TIMEOUT)):
            progress(event)
    assert stream.getvalue().splitlines() == [
        "bandit on the merge result: started",
        "bandit on the merge result: 1 finding (3.0 s)",
        "web on the merge result: no result (timeout) (3.0 s)",
    ]


def test_a_pipe_gets_plain_lines() -> None:
    with showing(io.StringIO(), {"TERM": "xterm"}) as progress:
        assert isinstance(progress, PlainLines)


def wait_for(desk: Desk, text: str) -> None:
    """Wait until the board's thread drew a text."""
    deadline = time.monotonic() + 10
    while text not in desk.file.getvalue():
        assert time.monotonic() < deadline, desk.file.getvalue()
        time.sleep(0.01)
