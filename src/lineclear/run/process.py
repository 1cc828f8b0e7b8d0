"""Start commands from the engine: bounded in time and output, and never outlived by a process of theirs.

Everything here is callbacks of the event loop and no task, so that cancelling tasks cannot leave a run half ended.
asyncio's own subprocesses are started by tasks: when all tasks are cancelled while one starts, its end is waited for in
vain (CPython 3.11 to 3.14, ``BaseSubprocessTransport._wait``).
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["Command", "Finished", "Service", "clean_environment", "run", "serving"]

HowEnded = Literal["exited", "signalled", "timeout", "outputLimit", "spawnFailed", "interrupted"]

_SUPERVISOR = Path(__file__).with_name("supervisor.py")
_KILL_SECONDS = 15.0  # the supervisor gives up after ten
_DRAIN_SECONDS = 2.0
_REPORT_BYTES = 65_536
_READ_BYTES = 262_144

_PASSED_ON = frozenset(
    {"LANG", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"}
    | {name for low in ("http_proxy", "https_proxy", "all_proxy", "no_proxy") for name in (low, low.upper())}
)
_FIXED = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "PYTHONNOUSERSITE": "1", "NO_COLOR": "1"}


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to start. ``seconds`` bounds wall time, ``output_bytes`` standard output and error together.

    ``env`` is the whole environment. A name without a slash in ``argv[0]`` is looked up on its ``PATH``.
    """

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    seconds: float
    output_bytes: int


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a command ended. Only ``exited`` has an ``exit_code``, only ``signalled`` a ``signal``.

    ``stdout`` and ``stderr`` hold what was read before the end, or before the limit. ``problem`` says in words why
    there is no result; it is null only for ``exited``. Times are RFC 3339 in UTC, ``seconds`` is wall time.
    """

    ended: HowEnded
    exit_code: int | None
    signal: int | None
    stdout: bytes
    stderr: bytes
    started_at: str
    finished_at: str
    seconds: float
    problem: str | None


class Service:
    """A command that runs while its owner does something else; see :func:`serving`."""

    def __init__(self, supervised: _Supervised) -> None:
        self._supervised = supervised

    def poll(self) -> Finished | None:
        """Return how the command ended, or None while it runs."""
        return self._supervised.finished

    async def wait(self) -> Finished:
        """Wait for the command's own end."""
        await asyncio.wait({self._supervised.over})
        return self._supervised.over.result()

    def output(self) -> tuple[bytes, bytes]:
        """Return what standard output and standard error have had so far."""
        return bytes(self._supervised.captured[1]), bytes(self._supervised.captured[2])


async def run(command: Command) -> Finished:
    """Run a command to its end. Afterwards, cancelled or not, none of its descendants is alive."""
    async with serving(command) as service:
        return await service.wait()


@contextlib.asynccontextmanager
async def serving(command: Command) -> AsyncIterator[Service]:
    """Have a command running during the body; leaving it, in whatever way, ends the command and all it started.

    A command that cannot be started shows as ``spawnFailed`` in :meth:`Service.poll`, not as an exception.
    """
    supervised = _Supervised(command)
    supervised.start()
    try:
        yield Service(supervised)
    finally:
        supervised.stop("interrupted", "its owner ended it")
        await supervised.gone()


def clean_environment(extra: Mapping[str, str], path: str | None = None) -> dict[str, str]:
    """Return the environment of a tool: an allow-list of the engine's own, what keeps runs alike, then ``extra``.

    So variables that steer a tool (``PYTEST_ADDOPTS``, ``SEMGREP_*``, ``PYTHON*``, ``GIT_*``, ``GITHUB_*``, ``CI``)
    reach it only when the caller names them; ``HOME`` and ``TMPDIR`` likewise. ``path`` replaces ``PATH``; of the
    engine's own, entries that are not absolute are dropped: they would be looked up in the tree under review.
    """
    own = {name: value for name, value in os.environ.items() if name in _PASSED_ON or name.startswith("LC_")}
    if path is None:
        entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
        path = os.pathsep.join(entry for entry in entries if Path(entry).is_absolute())
    return {**own, **_FIXED, "PATH": path, **extra}


class _Supervised:
    """One supervisor process and what is known of its command; ``over`` is set when everything has ended."""

    def __init__(self, command: Command) -> None:
        self.command = command
        self.loop = asyncio.get_running_loop()
        self.over: asyncio.Future[Finished] = self.loop.create_future()
        self.captured = {1: bytearray(), 2: bytearray()}
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped: tuple[HowEnded, str] | None = None
        self._order = bytearray()
        self._order_end = -1
        self._report = bytearray()
        self._reading: set[int] = set()
        self._timers: list[asyncio.TimerHandle] = []
        self._started_at = _now()
        self._clock = time.monotonic()

    @property
    def finished(self) -> Finished | None:
        return self.over.result() if self.over.done() else None

    def start(self) -> None:
        fields = [str(len(self.command.argv)), *self.command.argv, str(self.command.cwd)]
        fields += [f"{name}={value}" for name, value in self.command.env.items()]
        if not self.command.argv or any("\0" in field for field in fields):
            self._finish("spawnFailed", "the command is empty, or holds a NUL character")
            return
        order = os.fsencode("\0".join(fields))
        self._order += b"%d\n" % len(order) + order
        with contextlib.ExitStack() as theirs:
            order_read, self._order_end = _pipe(theirs, 0)
            (out, out_write), (err, err_write), (report, report_write) = (_pipe(theirs, 1) for _ in range(3))
            try:
                self._process = _supervisor(order_read, out_write, err_write, report_write)
            except OSError as exc:
                for end in (out, err, report):
                    os.close(end)
                self._finish("spawnFailed", f"the supervisor cannot be started: {exc!r}")
                return
        self._read(out, self._take_output, 1)
        self._read(err, self._take_output, 2)
        self._read(report, self._take_report)
        self._after(self.command.seconds, self.stop, "timeout", f"still running after {self.command.seconds:g} seconds")
        os.set_blocking(self._order_end, False)
        self.loop.add_writer(self._order_end, self._give_order)

    def stop(self, ended: HowEnded, problem: str) -> None:
        """Have the supervisor end everything: closing its standard input is the request. The first reason counts."""
        if self._stopped is not None or self._process is None or self.over.done():
            return
        self._stopped = (ended, problem)
        self._close_order()
        self._process.send_signal(signal.SIGCONT)
        self._after(_KILL_SECONDS, self._process.kill)

    async def gone(self) -> None:
        """Wait until everything has ended; a cancellation meanwhile is raised only then."""
        cancelled: asyncio.CancelledError | None = None
        while not self.over.done():
            try:
                await asyncio.wait({self.over})
            except asyncio.CancelledError as exc:
                cancelled = exc
        if cancelled is not None:
            raise cancelled

    def _give_order(self) -> None:
        try:
            del self._order[: os.write(self._order_end, self._order)]
        except BrokenPipeError:  # the supervisor has ended; its closed report says so
            self._order.clear()
        if not self._order:
            self.loop.remove_writer(self._order_end)  # stays open: closing it is the request to stop

    def _read(self, end: int, take: Callable[..., None], *about: int) -> None:
        os.set_blocking(end, False)
        self._reading.add(end)
        self.loop.add_reader(end, self._readable, end, take, *about)

    def _readable(self, end: int, take: Callable[..., None], *about: int) -> None:
        data = os.read(end, _READ_BYTES)
        if not data:
            self._reading.remove(end)
            self.loop.remove_reader(end)
            os.close(end)
        take(data, *about)

    def _take_output(self, data: bytes, stream: int) -> None:
        room = self.command.output_bytes - len(self.captured[1]) - len(self.captured[2])
        self.captured[stream] += data[: max(room, 0)]
        if len(data) > room:
            self.stop("outputLimit", f"more than {self.command.output_bytes} bytes of output")
        self._look()

    def _take_report(self, data: bytes) -> None:
        self._report += data[: _REPORT_BYTES + 1 - len(self._report)]
        if not data:  # only the supervisor holds the other end, and closes it by ending
            self._reap(0.001)

    def _reap(self, pause: float) -> None:
        assert self._process is not None  # noqa: S101 - what wrote a report was started
        if self._process.poll() is None:
            self._after(pause, self._reap, min(2 * pause, 0.1))
            return
        # Whoever still holds a pipe is no descendant; it may have been handed the descriptor.
        self._after(_DRAIN_SECONDS, self._over)
        self._look()

    def _look(self) -> None:
        if not self._reading and self._process is not None and self._process.returncode is not None:
            self._over()

    def _over(self) -> None:
        if not self.over.done():
            self._finish(*(self._stopped or _ending(bytes(self._report))))

    def _finish(self, ended: HowEnded, problem: str | None, number: int | None = None) -> None:
        for timer in self._timers:
            timer.cancel()
        self._close_order()
        for end in self._reading:
            self.loop.remove_reader(end)
            os.close(end)
        self._reading.clear()
        self.over.set_result(
            Finished(
                ended=ended,
                exit_code=number if ended == "exited" else None,
                signal=number if ended == "signalled" else None,
                stdout=bytes(self.captured[1]),
                stderr=bytes(self.captured[2]),
                started_at=self._started_at,
                finished_at=_now(),
                seconds=time.monotonic() - self._clock,
                problem=problem,
            )
        )

    def _close_order(self) -> None:
        if self._order_end >= 0:
            self.loop.remove_writer(self._order_end)
            os.close(self._order_end)
            self._order_end = -1

    def _after(self, seconds: float, do: Callable[..., object], *arguments: object) -> None:
        self._timers.append(self.loop.call_later(seconds, do, *arguments))


def _pipe(theirs: contextlib.ExitStack, index: int) -> tuple[int, int]:
    """Make a pipe whose end with this index is the supervisor's, and closed here on leaving the stack."""
    ends = os.pipe()
    theirs.callback(os.close, ends[index])
    return ends


def _supervisor(order: int, out: int, err: int, report: int) -> subprocess.Popen[bytes]:
    argv = (sys.executable, "-I", "-S", str(_SUPERVISOR), str(report), str(os.getpid()))
    # An interpreter that needs these to find its own library keeps them; nothing else reaches the supervisor.
    env = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    return subprocess.Popen(
        argv, stdin=order, stdout=out, stderr=err, pass_fds=(report,), env=env, cwd="/", start_new_session=True
    )


def _ending(report: bytes) -> tuple[HowEnded, str | None, int | None]:
    """Read the supervisor's line; anything but a whole line that says so is no normal end."""
    try:
        said = json.loads(report)
    except ValueError:
        return "interrupted", "its supervisor ended without a report", None
    word, value = next(iter(said.items()))
    if word == "exited" and isinstance(value, int):
        return "exited", None, value
    if word == "signalled" and isinstance(value, int):
        return "signalled", f"killed by {_signal_name(value)}", value
    return ("spawnFailed" if word == "failed" else "interrupted"), str(value), None


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
