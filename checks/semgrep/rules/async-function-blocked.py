import asyncio
import subprocess
import time

import requests


async def poll(url: str):
    # ruleid: async-function-blocked
    time.sleep(1)
    # ruleid: async-function-blocked
    return requests.get(url, timeout=5).json()


async def build() -> bytes:
    # ruleid: async-function-blocked
    return subprocess.check_output(["make"])


async def poll_awaited(client, url: str):
    # ok: async-function-blocked
    await asyncio.sleep(1)
    # ok: async-function-blocked
    return (await client.get(url)).json()


async def poll_in_thread(url: str):
    def fetch():
        # ok: async-function-blocked
        return requests.get(url, timeout=5).json()

    return await asyncio.to_thread(fetch)


def poll_plainly(url: str):
    # ok: async-function-blocked
    time.sleep(1)
    # ok: async-function-blocked
    return requests.get(url, timeout=5).json()
