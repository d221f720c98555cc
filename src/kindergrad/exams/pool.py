"""Hand jobs to worker processes. A dead worker costs the exam it sat, never the study."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

from kindergrad.core.errors import StoreError
from kindergrad.exams import lanes
from kindergrad.exams.store import Store

Told = Callable[[int, str], None]
_ATTEMPTS = 2
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_worker: dict[str, Any] = {}


def work(jobs: Sequence[lanes.Job], store: Store, workers: int, tell: Told) -> None:
    """Do all jobs, in this process with one worker, else in a pool.

    Raises
    ------
    StoreError
        If records cannot be written, or if workers die again and again.
    """
    if not jobs:
        return
    if workers <= 1:
        _inline(jobs, tell)
        return
    for _ in range(_ATTEMPTS):
        try:
            _pooled(jobs, min(workers, len(jobs)), tell)
            return
        except BrokenProcessPool:
            jobs = [j._replace(exams=tuple(e for e in j.exams if not store.has(e.identity.record_id))) for j in jobs]
            jobs = [j for j in jobs if j.exams]
    raise StoreError("worker processes died twice (killed, or out of memory?); finished records are kept; "
                     "run the same command again, with --workers 1 if memory is short")


def available() -> int:
    """CPUs that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _inline(jobs: Sequence[lanes.Job], tell: Told) -> None:
    count = _Count(tell)
    with _one_thread():
        for job in jobs:
            lanes.work(job, count, lambda: False)


class _Count:
    """Counts finished exams: an empty message is one exam."""

    def __init__(self, tell: Told) -> None:
        self.done, self._tell = 0, tell

    def __call__(self, message: str) -> None:
        self.done += message == ""
        self._tell(self.done, message)


def _pooled(jobs: Sequence[lanes.Job], workers: int, tell: Told) -> None:
    context = multiprocessing.get_context("spawn")
    messages, stop, count = context.Queue(), context.Event(), _Count(tell)
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(messages, stop))
    try:
        waiting: set[Future[None]] = {executor.submit(_one, job) for job in jobs}
        while waiting:
            done, waiting = wait(waiting, timeout=0.2, return_when=FIRST_COMPLETED)
            _drain(messages, count)
            for future in done:
                future.result()
    except BaseException:
        stop.set()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
        _drain(messages, count)


def _drain(messages: Any, count: _Count) -> None:
    while True:
        try:
            count(messages.get_nowait())
        except (queue.Empty, OSError):
            return


def _start(messages: Any, stop: Any) -> None:
    """Set up a worker: the parent handles Ctrl-C, one thread each, and no orphan survives its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()
    _worker.update(messages=messages, stop=stop)


def _one(job: lanes.Job) -> None:
    with _one_thread():
        lanes.work(job, _worker["messages"].put, _worker["stop"].is_set)


@contextmanager
def _one_thread() -> Iterator[None]:
    """One thread for this work: of libraries that are here, and of those that it imports, which ask the environment."""
    from threadpoolctl import threadpool_limits

    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        with threadpool_limits(1):
            yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
