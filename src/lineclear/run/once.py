"""Makes a value once for all that ask for it at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

__all__ = ["Once"]

K = TypeVar("K")
V = TypeVar("V")


class Once(Generic[K, V]):
    """Values by key, each made by the first call and shared by all others; so is the error of making it.

    Who stops waiting does not stop the making. When all have stopped, its error is nobody's: it is not reported.
    """

    def __init__(self, make: Callable[[K], Awaitable[V]]) -> None:
        self._make = make
        self._tasks: dict[K, asyncio.Future[V]] = {}

    async def get(self, key: K) -> V:
        """Return the value of a key. Raises what making it raised, each time it is asked for."""
        if key not in self._tasks:
            self._tasks[key] = asyncio.ensure_future(self._make(key))
            self._tasks[key].add_done_callback(_seen)
        task = self._tasks[key]
        await asyncio.wait({task})
        return task.result()


def _seen(task: asyncio.Future[V]) -> None:
    if not task.cancelled():
        task.exception()
