"""Waits for a service to answer on the loopback interface."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time

from lineclear.battery.adapter import RunProblem, ServiceSpec
from lineclear.model.words import Ended
from lineclear.run.process import Service

__all__ = ["free_port", "require_alive", "wait_until_ready"]

_POLL_SECONDS = 0.05
_LAST_ANSWER_SECONDS = 10.0


def free_port() -> int:
    """Return a loopback port that nobody has right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def wait_until_ready(service: Service, spec: ServiceSpec, check: str) -> None:
    """Wait until the service answers HTTP, whatever the answer; it must be this service and still run.

    Raises :class:`RunProblem` when it ends before, or does not answer in time.
    """
    deadline = time.monotonic() + spec.seconds
    while True:
        finished = service.poll()
        if finished is not None:
            how = finished.problem or f"it ended with exit code {finished.exit_code}"
            raise RunProblem(
                Ended.CRASHED,
                f"the service did not start: {how}. {_last(finished.stderr or finished.stdout)}",
                where=f"check {check}, {' '.join(spec.argv)[:200]}",
                todo="Start it by hand in a fresh clone; its output is beside the evidence.",
            )
        if await _answers(spec):
            return
        if time.monotonic() > deadline:
            raise RunProblem(
                Ended.TIMEOUT,
                f"the service did not answer on http://127.0.0.1:{spec.port}{spec.ready} in {spec.seconds:g} seconds",
                where=f"check {check}",
                todo="Check that it listens on 127.0.0.1 at the port it is given, or raise startSeconds.",
            )
        await asyncio.sleep(_POLL_SECONDS)


async def require_alive(service: Service, spec: ServiceSpec, check: str) -> None:
    """Hold a service to having outlived its run. Raises :class:`RunProblem` when it ended, or answers no more.

    What was sent to a service after its end was not tested, whatever the tool makes of refused connections.
    """
    deadline = time.monotonic() + _LAST_ANSWER_SECONDS
    while service.poll() is None:
        if await _answers(spec):
            return
        if time.monotonic() > deadline:
            raise RunProblem(
                Ended.CRASHED,
                f"the service was answering before the run, and not within {_LAST_ANSWER_SECONDS:g} seconds after it",
                where=f"check {check}, http://127.0.0.1:{spec.port}{spec.ready}",
                todo="Find the request that it hangs on; its output and the tool's are beside the evidence.",
            )
        await asyncio.sleep(_POLL_SECONDS)
    finished = service.poll()
    assert finished is not None  # noqa: S101 - the loop ended
    how = finished.problem or f"exit code {finished.exit_code}"
    raise RunProblem(
        Ended.CRASHED,
        f"the service ended while it was being tested: {how}. {_last(finished.stderr or finished.stdout)}",
        where=f"check {check}, {' '.join(spec.argv)[:200]}",
        todo="Find the request that ends it; its output and the tool's are beside the evidence.",
    )


async def _answers(spec: ServiceSpec) -> bool:
    try:
        async with asyncio.timeout(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", spec.port)
            try:
                request = f"GET {spec.ready} HTTP/1.1\r\nHost: 127.0.0.1:{spec.port}\r\nConnection: close\r\n\r\n"
                writer.write(request.encode())
                return (await reader.read(5)).startswith(b"HTTP/")
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError):
        return False


def _last(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else "It printed nothing."
