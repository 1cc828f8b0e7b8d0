"""One value for all that ask at the same time."""

from __future__ import annotations

import asyncio

import pytest

from lineclear.run.once import Once


def test_a_value_is_made_once_for_all_that_ask() -> None:
    made: list[str] = []

    async def make(key: str) -> str:
        made.append(key)
        await asyncio.sleep(0.01)
        return key.upper()

    async def ask() -> list[str]:
        once = Once(make)
        return list(await asyncio.gather(once.get("a"), once.get("a"), once.get("b")))

    assert asyncio.run(ask()) == ["A", "A", "B"]
    assert sorted(made) == ["a", "b"]


def test_every_asker_gets_the_error() -> None:
    async def make(_: str) -> str:
        raise ValueError("no")

    async def ask() -> list[str | BaseException]:
        once = Once(make)
        return list(await asyncio.gather(once.get("a"), once.get("a"), return_exceptions=True))

    assert [type(error) for error in asyncio.run(ask())] == [ValueError, ValueError]


def test_an_error_that_nobody_waits_for_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    async def make(_: str) -> str:
        await asyncio.sleep(0.02)
        raise ValueError("no")

    async def ask() -> None:
        once = Once(make)
        asker = asyncio.ensure_future(once.get("a"))
        await asyncio.sleep(0)
        asker.cancel()
        await asyncio.sleep(0.05)

    asyncio.run(ask())
    assert capsys.readouterr().err == ""
