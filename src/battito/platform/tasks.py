"""Ending background tasks for certain."""

import asyncio
from collections.abc import Iterable
from typing import Any

ASK_AGAIN_S = 0.5


async def end_tasks(tasks: Iterable["asyncio.Task[Any] | None"]) -> None:
    """Cancel tasks and wait until all have ended; their errors are theirs.

    One `cancel()` is not enough: on Python 3.11 `asyncio.wait_for` swallows a cancellation that meets the awaited
    thing's completion (CPython issue 86296), and a loop around it would go on for ever. So we ask until it is over.
    """
    waiting = {task for task in tasks if task is not None and not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        done, waiting = await asyncio.wait(waiting, timeout=ASK_AGAIN_S)
        for task in done:
            if not task.cancelled():
                task.exception()  # looked at, so that it is not reported as forgotten
