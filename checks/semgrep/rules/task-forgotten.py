import asyncio


async def started(work, stop: bool) -> None:
    # ruleid: task-forgotten
    asyncio.create_task(work())
    if stop:
        # ruleid: task-forgotten
        asyncio.ensure_future(work())


async def kept(work, tasks: set, items: list) -> None:
    # ok: task-forgotten
    task = asyncio.create_task(work())
    # ok: task-forgotten
    tasks.add(asyncio.create_task(work()))
    # ok: task-forgotten
    many = [asyncio.create_task(work(item)) for item in items]
    # ok: task-forgotten
    await asyncio.create_task(work())
    # ok: task-forgotten
    asyncio.create_task(work()).add_done_callback(print)
    await asyncio.gather(task, *many)
    async with asyncio.TaskGroup() as group:
        # ok: task-forgotten
        group.create_task(work())
