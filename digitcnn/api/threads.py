"""A thread that reads, so that the event loop goes on answering."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from digitcnn.api.bodies import BUSY
from digitcnn.api.errors import RefusalError
from digitcnn.api.limits import MAX_WAITING, WAITING_SECONDS

T = TypeVar("T")


class ReadingThread:
    """One thread with a short queue before it; who comes when that is full is sent away."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="digitcnn-api")
        self._inside = 0

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises, from the thread.

        Raises:
            RefusalError: the queue is full, or the thread was not free in time.
        """
        if self._inside > MAX_WAITING:
            raise RefusalError(429, BUSY)
        self._inside += 1
        try:
            future = self._executor.submit(work)
            result = asyncio.wrap_future(future)
            await asyncio.wait({result}, timeout=WAITING_SECONDS)
            # Only work that the thread has not begun can be cancelled.
            if not result.done() and future.cancel():
                raise RefusalError(429, BUSY)
            return await result
        finally:
            self._inside -= 1
