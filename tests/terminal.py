"""A terminal for tests: a real pseudo-terminal to run a command on, and a screen that shows what was written."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from support import scrubbed_environment

__all__ = ["Screen", "Terminal"]

_TOKEN = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|\x1b.?|[\r\n]|[^\x1b\r\n]+")


class Screen:
    """Shows text as a terminal does; a sequence other than colours, "up" and "erase the line" is an error.

    No other is needed, and each one that is not sent is a mode that no crash can leave a terminal in.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._rows = [""]
        self._row = self._column = 0

    @property
    def lines(self) -> list[str]:
        """The rows as they are seen, without those that are empty."""
        return [row.rstrip() for row in self._rows if row.strip()]

    def feed(self, text: str) -> None:
        """Write text."""
        for token in _TOKEN.finditer(text):
            if token[0] == "\r":
                self._column = 0
            elif token[0] == "\n":  # a terminal's driver makes it "\r\n"
                self._column = 0
                self._down()
            elif token[2] == "A":
                self._row = max(self._row - int(token[1] or 1), 0)
            elif token[2] == "K" and token[1] == "2":
                self._rows[self._row] = ""
            elif token[2] != "m":
                assert not token[0].startswith("\x1b"), f"unexpected sequence {token[0]!r}"
                self._write(token[0])

    def _write(self, text: str) -> None:
        for char in text:
            assert char.isprintable(), repr(char)
            if self._column == self._width:
                self._column = 0
                self._down()
            row = self._rows[self._row].ljust(self._column)
            self._rows[self._row] = row[: self._column] + char + row[self._column + 1 :]
            self._column += 1

    def _down(self) -> None:
        self._row += 1
        if self._row == len(self._rows):
            self._rows.append("")


class Terminal:
    """A pseudo-terminal with ``lineclear`` on it, as its foreground process."""

    def __init__(
        self,
        *arguments: str,
        cwd: Path,
        width: int,
        height: int,
        env: Mapping[str, str],
        stdout: Path | None = None,
    ) -> None:
        self._master, self._slave = os.openpty()
        self.resize(width, height)
        self._before = termios.tcgetattr(self._slave)
        self.output = ""
        command = [sys.executable, "-I", "-m", "lineclear.cli.main", *arguments]
        with (stdout or Path(os.devnull)).open("wb") as file:
            self.process = subprocess.Popen(
                ["setsid", "--ctty", *command],
                cwd=cwd,
                env=scrubbed_environment({"TERM": "xterm-256color", **env}),
                stdin=self._slave,
                stdout=self._slave if stdout is None else file,
                stderr=self._slave,
            )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)
        os.close(self._slave)

    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def until(self, happened: Callable[[str], object], seconds: float = 120) -> None:
        """Read until something is true of all that was printed."""
        deadline = time.monotonic() + seconds
        while not happened(self.output):
            assert time.monotonic() < deadline, self.output
            self._read(0.1)

    def end(self, seconds: float = 120) -> int:
        """Read until the command ends, and return its exit code."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.output
            self._read(0.1)
        while self._read(0):
            pass
        return self.process.returncode

    def is_sane(self) -> bool:
        """Say whether the terminal's modes are those that it had before."""
        return termios.tcgetattr(self._slave) == self._before

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        self.output += os.read(self._master, 65536).decode()
        return True
