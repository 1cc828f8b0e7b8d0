"""The board on a real pseudo-terminal, and what is printed where there is none."""

from __future__ import annotations

import re
import signal
import uuid
from collections.abc import Mapping
from pathlib import Path

import pytest
from e2e_support import changed_repo, processes_with, verify, wait_for
from support import Repo
from terminal import Screen, Terminal

CONTRACT = "version: 1\nchecks: {pytest: {}, bandit: {}}\n"
SLEEPING = "import time\n\n\ndef test_it():\n    time.sleep({seconds})  # {mark}\n"


def repo_with(folder: Path, seconds: float, mark: str = "") -> Repo:
    suite = SLEEPING.format(seconds=seconds, mark=mark)
    base = {"lineclear.yaml": CONTRACT, "a.py": "a = 1\n"}
    return changed_repo(folder / "project", base=base, change={"test_a.py": suite, "b.py": 'b = eval("1")\n'})


def on_terminal(
    repo: Repo, tmp_path: Path, *arguments: str, env: Mapping[str, str] | None = None, stdout: Path | None = None
) -> Terminal:
    temporary = tmp_path / "temporary"
    temporary.mkdir(exist_ok=True)
    return Terminal(
        "verify",
        f"--out={tmp_path / 'bundle'}",
        *arguments,
        cwd=repo.root,
        width=100,
        height=30,
        env={"TMPDIR": str(temporary), **(env or {})},
        stdout=stdout,
    )


def shown(terminal: Terminal) -> list[str]:
    screen = Screen(100)
    screen.feed(terminal.output)
    return screen.lines


@pytest.mark.tools
def test_the_board_is_drawn_and_gives_way_to_the_verdict(tmp_path: Path) -> None:
    repo = repo_with(tmp_path, 1)
    with on_terminal(repo, tmp_path) as terminal:
        terminal.until(lambda output: "waiting for the project's environment" in output)
        terminal.until(lambda output: re.search(r"\n\S*pytest +merge result +\d+ s +\S*running", output))
        terminal.resize(70, 30)
        assert terminal.end() == 1
        assert terminal.is_sane()
        lines = shown(terminal)
    assert re.fullmatch(r"[34] runs ended after \d+ s\.", lines[0]), lines
    assert lines[1].startswith("FAIL   bandit has 1 new error-level finding")
    assert not any("running" in line or "waiting" in line for line in lines)


@pytest.mark.tools
@pytest.mark.parametrize("how", ["ctrl-c", "terminate"])
def test_an_interrupted_board_leaves_a_sane_terminal(tmp_path: Path, how: str) -> None:
    mark = f"sleeper-{uuid.uuid4().hex}"
    repo = repo_with(tmp_path, 600, mark)
    with on_terminal(repo, tmp_path, "--only=pytest") as terminal:
        terminal.until(lambda output: "running" in output)
        if how == "ctrl-c":
            terminal.type("\x03")
        else:
            terminal.process.send_signal(signal.SIGTERM)
        assert terminal.end() == 4
        assert terminal.is_sane()
        lines = shown(terminal)
    assert [line.removeprefix("^C") for line in lines] == [
        "error: interrupted, so no verdict was established",
        "  where: this command; the bundle that it began has no manifest",
        "  to do: run the command again",
    ]
    wait_for(lambda: not processes_with(str(tmp_path)))
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.tools
def test_json_is_the_verdict_and_nothing_else_also_beside_a_board(tmp_path: Path) -> None:
    out = tmp_path / "printed.json"
    with on_terminal(repo_with(tmp_path, 0), tmp_path, "--format=json", "--only=bandit", stdout=out) as terminal:
        assert terminal.end() == 1
        lines = shown(terminal)
    assert len(lines) == 1
    assert lines[0].startswith("2 runs ended after ")
    assert out.read_bytes() == (tmp_path / "bundle" / "verdict.json").read_bytes()


@pytest.mark.tools
@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"CI": "true"}])
def test_where_nothing_can_be_drawn_over_lines_are_printed(tmp_path: Path, env: dict[str, str]) -> None:
    with on_terminal(repo_with(tmp_path, 0), tmp_path, "--only=bandit", env=env) as terminal:
        assert terminal.end() == 1
        lines = shown(terminal)
        assert "\x1b" not in terminal.output
    assert "bandit on the merge result: started" in lines[:2]


@pytest.mark.tools
def test_without_a_terminal_there_is_no_control_character(tmp_path: Path) -> None:
    run = verify(repo_with(tmp_path, 0), "--only=bandit", env={"TERM": "xterm-256color", "FORCE_COLOR": "1"})
    assert run.code == 1
    assert "\x1b" not in run.stdout + run.stderr
    assert sorted(re.sub(r"\(.*\)", "(…)", line) for line in run.stderr.splitlines()) == [
        "bandit on the base: 0 findings (…)",
        "bandit on the base: started",
        "bandit on the merge result: 1 finding (…)",
        "bandit on the merge result: started",
    ]
