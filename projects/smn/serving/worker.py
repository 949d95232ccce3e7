"""One thread for the network, with a bounded queue before it."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from .problems import ProblemError

P = ParamSpec('P')
T = TypeVar('T')


class QueueFullError(ProblemError):
    """All slots are taken.

    Attributes:
        retry_after: In about so many seconds all that wait now will be done; 1 or more.
    """

    def __init__(self, retry_after: int) -> None:
        detail = f'the queue is full and the server busy: try again in {retry_after} s'
        super().__init__(503, detail, {'Retry-After': str(retry_after)})
        self.retry_after = retry_after


class Worker:
    """Runs jobs one after the other, in a thread of its own.

    A network is not made for several threads, and two passes at a time are not faster than one
    after the other. The memory that requests hold is bounded by the number of slots.

    Args:
        slots: How many requests can be read, wait and run at a time.
    """

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.taken = 0
        self._seconds_per_job = 1.0
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix='network')

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a slot: from before an upload is read until its answer is there.

        Raises:
            QueueFullError: If there is none.
        """
        with self._lock:
            if self.taken >= self.slots:
                raise QueueFullError(max(1, math.ceil(self.taken * self._seconds_per_job)))
            self.taken += 1
        try:
            yield
        finally:
            with self._lock:
                self.taken -= 1

    def submit(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Queue a job; the caller holds a slot. A job that is cancelled in time does not run."""
        return self._pool.submit(self._timed, job, *args, **kwargs)

    def run(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Take a slot, run a job and wait for it; for callers in a thread of their own.

        Raises:
            QueueFullError: If there is no slot.
        """
        with self.slot():
            return self.submit(job, *args, **kwargs).result()

    def close(self) -> None:
        """Drop what waits, and end the thread after the job that runs."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _timed(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        start = time.monotonic()
        try:
            return job(*args, **kwargs)
        finally:
            seconds = time.monotonic() - start
            self._seconds_per_job += 0.1 * (seconds - self._seconds_per_job)
