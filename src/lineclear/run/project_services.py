"""The services that a contract declares under ``project.services``: started for one run, watched, and ended with it."""

from __future__ import annotations

import asyncio
import contextlib
import shlex
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lineclear.battery.adapter import RunProblem
from lineclear.model.contract import Service
from lineclear.model.words import Ended
from lineclear.run.process import Command, run, serving
from lineclear.run.process import Service as Running
from lineclear.run.service import free_port

__all__ = ["ProjectServices", "ServicesOfRun"]

_POLL_SECONDS = 0.1
_READY_SECONDS = 10.0
_STOP_SECONDS = 30.0

MakeCommand = Callable[[tuple[str, ...], dict[str, str], float | None], Command]
"""Makes a command of a run from arguments, further environment, and its seconds (None: those of the run)."""


@dataclass(kw_only=True)
class ServicesOfRun:
    """What the services of one run tell its processes, and what they printed, by name of a file beside the evidence."""

    env: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Placed:
    """One service with its placeholders filled in."""

    service: Service
    host: str
    port: int
    folder: Path

    def text(self, text: str) -> str:
        return text.replace("{port}", str(self.port)).replace("{folder}", str(self.folder))

    def argv(self, text: str) -> tuple[str, ...]:
        return tuple(self.text(word) for word in shlex.split(text))

    @property
    def where(self) -> str:
        return f"project.services, {self.service.name} at {self.host}:{self.port}"

    async def accepts(self) -> bool:
        try:
            async with asyncio.timeout(2):
                _, writer = await asyncio.open_connection(self.host, self.port)
        except (OSError, TimeoutError):
            return False
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return True


class ProjectServices:
    """The declared services, for all runs of one verification: those with a fixed port serve one run at a time."""

    def __init__(self, services: Sequence[Service]) -> None:
        self._services = services
        self._turns = {service.reach: asyncio.Lock() for service in services if "{port}" not in service.reach}

    @contextlib.asynccontextmanager
    async def running(self, command: MakeCommand, folder: Path, said: ServicesOfRun) -> AsyncIterator[None]:
        """Have all services running during the body, each with a folder of its own below ``folder``.

        ``said`` is filled in: its ``env`` before the body, its ``files`` after it. Raises :class:`RunProblem` where a
        service does not start, is not there, or ended before the body did.
        """
        async with contextlib.AsyncExitStack() as stack:
            for service in self._services:
                if service.reach in self._turns:
                    await stack.enter_async_context(self._turns[service.reach])
                placed = _placed(service, folder)
                said.env |= {name: placed.text(value) for name, value in service.env.items()}
                await stack.enter_async_context(_one(placed, command, said))
            yield


def _placed(service: Service, folder: Path) -> _Placed:
    host, _, port = service.reach.rpartition(":")
    own = folder / f"service-{service.name}"
    own.mkdir(mode=0o700)
    return _Placed(
        service=service,
        host=host.strip("[]"),
        port=free_port() if port == "{port}" else int(port),
        folder=own,
    )


@contextlib.asynccontextmanager
async def _one(placed: _Placed, command: MakeCommand, said: ServicesOfRun) -> AsyncIterator[None]:
    start = placed.service.start
    if start is None:
        await _wait_until_ready(placed, None, command, said)
        yield
        return
    if await placed.accepts():
        raise RunProblem(
            Ended.NO_ENVIRONMENT,
            f"the service {placed.service.name} cannot be started: something else listens there already",
            where=placed.where,
            todo="End what listens there, or write {port} in reach, start and env: each run then has its own.",
        )
    try:
        async with serving(command(placed.argv(start), said.env, None)) as running:
            try:
                await _wait_until_ready(placed, running, command, said)
                yield
                _require_alive(placed, running)
            finally:
                out, err = running.output()
                name = f"service-{placed.service.name}"
                said.files |= {f"{name}.stdout": out, f"{name}.stderr": err}
    finally:
        if placed.service.stop is not None:
            await run(command(placed.argv(placed.service.stop), said.env, _STOP_SECONDS))


async def _wait_until_ready(
    placed: _Placed, running: Running | None, command: MakeCommand, said: ServicesOfRun
) -> None:
    """Wait until the service can be used. What is started has to stay: when its command ends, all that it left does."""
    service = placed.service
    deadline = time.monotonic() + (service.seconds if running is not None else 0)
    while True:
        finished = running.poll() if running is not None else None
        if finished is not None and running is not None:
            how = finished.problem or f"exit code {finished.exit_code}"
            raise RunProblem(
                Ended.NO_ENVIRONMENT,
                f"the service {service.name} ended before it was ready: {how}. "
                + _last(finished.stderr, finished.stdout),
                where=placed.where,
                todo="Run its `start` command by hand: it has to stay. Its output is beside the evidence.",
            )
        if await _ready(placed, command, said):
            return
        if time.monotonic() > deadline:
            raise _not_ready(placed, started=running is not None)
        await asyncio.sleep(_POLL_SECONDS)


def _not_ready(placed: _Placed, *, started: bool) -> RunProblem:
    if started:
        what = f"the service {placed.service.name} is not ready after {placed.service.seconds} seconds"
        todo = "Raise `seconds`, or look at its output beside the evidence."
    else:
        what = f"the service {placed.service.name} is not there"
        todo = "Start it before the verification (`services:` of the workflow's job), or give it a `start` command."
    return RunProblem(Ended.NO_ENVIRONMENT, what, where=placed.where, todo=todo)


async def _ready(placed: _Placed, command: MakeCommand, said: ServicesOfRun) -> bool:
    if not await placed.accepts():
        return False
    if placed.service.ready is None:
        return True
    finished = await run(command(placed.argv(placed.service.ready), said.env, _READY_SECONDS))
    return finished.exit_code == 0


def _require_alive(placed: _Placed, running: Running) -> None:
    """Hold a service to having outlived its run: what was done after its end was not tested."""
    finished = running.poll()
    if finished is not None:
        how = finished.problem or f"exit code {finished.exit_code}"
        raise RunProblem(
            Ended.CRASHED,
            f"the service {placed.service.name} ended during the run: {how}. {_last(finished.stderr, finished.stdout)}",
            where=placed.where,
            todo="Find out what ends it; its output is beside the evidence.",
        )


def _last(*outputs: bytes) -> str:
    lines = [line.strip() for output in outputs for line in output.decode("utf-8", "replace").splitlines()]
    return next((line for line in reversed(lines) if line), "It printed nothing.")
