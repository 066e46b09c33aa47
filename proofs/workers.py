"""Several processes for independent work, where the system can fork: each inherits what is loaded, and sends results.

What is sent back is pickled: plain data and SymPy expressions. Without fork, with one processor, or beside a library
whose threads do not survive a fork, everything is done here, one after the other.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
MAX_WORKERS = 8
THREADED = {"jax", "torch", "tensorflow"}
_function: Callable[[Any], Any] | None = None  # inherited by the workers: functions need not be sent


def in_order(function: Callable[[Any], T], tasks: Sequence[Any]) -> Iterator[T]:
    """`map(function, tasks)` by several processes, results in order. An exception of a task is raised here.

    >>> list(in_order(abs, [-1, 2]))
    [1, 2]
    """
    global _function
    count = min(len(tasks), _processors(), MAX_WORKERS)
    if count < 2 or not hasattr(os, "fork") or not THREADED.isdisjoint(sys.modules):
        yield from map(function, tasks)
        return
    import multiprocessing  # one task alone does not pay for it

    _function = function
    context = multiprocessing.get_context("fork")
    with context.Pool(count, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        yield from pool.imap(_call, tasks)


def _call(task: Any) -> Any:
    assert _function is not None
    return _function(task)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


__all__ = ["in_order"]
