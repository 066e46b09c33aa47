"""Several processes for independent work, where the system can fork: each inherits what is loaded, and sends results.

`in_order` trusts its tasks; `guarded` does not: it gives each a time limit, and survives a process that ends.

What is sent back is pickled: plain data and SymPy expressions. Without fork, with one processor, or beside a library
whose threads do not survive a fork, everything is done here, one after the other.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from proofs.progress import Listener, heard_by, listen

T = TypeVar("T")
MAX_WORKERS = 8
TICK = 0.1  # seconds: so often a parent looks for what its workers told
THREADED = {"jax", "torch", "tensorflow"}
_function: Callable[[Any], Any] | None = None  # inherited by the workers: functions need not be sent


def in_order(
    function: Callable[[Any], T], tasks: Sequence[Any], heard: Listener | None = None, alone: bool = False
) -> Iterator[T]:
    """`map(function, tasks)` by several processes, results in order. An exception of a task is raised here.

    What the tasks tell by `proofs.progress.advance` is passed on to `heard`, if given. With `alone`, this process does
    all the work.

    >>> list(in_order(abs, [-1, 2]))
    [1, 2]
    """
    global _function
    count = min(len(tasks), _processors(), MAX_WORKERS)
    if alone or count < 2 or not hasattr(os, "fork") or not THREADED.isdisjoint(sys.modules):
        with heard_by(heard) if heard else nullcontext():
            yield from map(function, tasks)
        return
    import multiprocessing  # one task alone does not pay for it

    _function = function
    context = multiprocessing.get_context("fork")
    told = context.SimpleQueue() if heard else None
    with context.Pool(count, _begin, (told,)) as pool:
        results = pool.imap(_call, tasks)
        for _ in tasks:
            yield results.next() if heard is None else _awaited(results, told, heard)


def _awaited(results: Any, told: Any, heard: Listener) -> Any:
    """The next result; while it is not there, and once when it is, what was told meanwhile is passed on."""
    from multiprocessing import TimeoutError as NotYet

    while True:
        try:
            return results.next(TICK)
        except NotYet:
            pass
        finally:
            while not told.empty():
                heard(*told.get())


def _begin(told: Any) -> None:
    """What a worker does first: an interrupt is the parent's business, and how far it comes is told to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if told:
        listen(lambda *message: told.put(message))


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What became of a task: its `value`, or how it failed ("raised", "late", "died") and the reason in words."""

    value: T | None = None
    failure: str = ""
    reason: str = ""


def guarded(
    function: Callable[[Any, Callable[[str], None]], T],
    tasks: Sequence[Any],
    jobs: int | None = None,
    seconds: float | None = None,
    memory: int | None = None,
    told: Callable[[int, str], None] = lambda index, text: None,
) -> Iterator[Outcome[T]]:
    """`function(task, tell)` for every task by `jobs` processes, in order; whatever a task does costs that task alone.

    A task that takes more than `seconds` is "late" and its process is killed, one whose process ends is "died", an
    exception is "raised"; `memory` bounds the bytes of each process. What `function` passes to `tell` arrives at
    `told`, with the number of the task. With 0 jobs, or where nothing can be forked, the tasks run here, one after the
    other: exceptions are caught, but there are no limits. When the iterator is closed or interrupted, all processes
    are killed.

    >>> [outcome.value or outcome.failure for outcome in guarded(lambda task, tell: 6 // task, [2, 0], jobs=0)]
    [3, 'raised']
    """
    count = min(len(tasks), MAX_WORKERS, _processors()) if jobs is None else min(len(tasks), jobs)
    if count < 1 or not hasattr(os, "fork") or not THREADED.isdisjoint(sys.modules):
        for index, task in enumerate(tasks):
            yield _attempt(function, task, lambda text, index=index: told(index, text))
        return
    from multiprocessing.connection import wait  # as above

    crew: list[_Worker] = []
    outcomes: dict[int, Outcome[T]] = {}
    waiting = iter(enumerate(tasks))
    shown = 0
    try:
        while shown < len(tasks):
            for place, worker in enumerate(crew):
                if not worker.process.is_alive() and worker.index is None:
                    crew[place] = _Worker(function, memory, [w.pipe for w in crew if w is not worker])
            while len(crew) < count:
                crew.append(_Worker(function, memory, [w.pipe for w in crew]))
            for worker in crew:
                if worker.index is None and (task := next(waiting, None)) is not None:
                    worker.begin(*task, seconds)
            busy = {worker.pipe: worker for worker in crew if worker.index is not None}
            left = min(worker.deadline for worker in busy.values()) - time.monotonic()
            for pipe in wait(list(busy), None if left == float("inf") else max(left, 0)):
                busy[pipe].hear(outcomes, told)  # type: ignore[index]
            for worker in busy.values():
                worker.stop_if_late(outcomes, seconds)
            while shown in outcomes:
                yield outcomes.pop(shown)
                shown += 1
    finally:
        for worker in crew:
            worker.kill()


class _Worker:
    """A process of its own, the pipe to it, and the task it works on, if any."""

    def __init__(self, function: Any, memory: int | None, others: list[Any]) -> None:
        from multiprocessing import get_context

        context = get_context("fork")
        self.pipe, there = context.Pipe()
        self.index: int | None = None
        self.deadline = float("inf")
        self.process = context.Process(target=_serve, args=(there, function, memory, [*others, self.pipe]), daemon=True)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # an interrupt is for the parent alone
        try:
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        there.close()

    def begin(self, index: int, task: Any, seconds: float | None) -> None:
        self.index = index
        self.deadline = time.monotonic() + seconds if seconds else float("inf")
        with suppress(OSError):  # the process has ended: `hear` will find out
            self.pipe.send(task)

    def hear(self, outcomes: dict[int, Outcome[Any]], told: Callable[[int, str], None]) -> None:
        """Take one message: a text for `told`, or the outcome."""
        assert self.index is not None
        try:
            message = self.pipe.recv()
        except (EOFError, OSError):
            self.kill()
            code = self.process.exitcode or 0
            how = f"signal {-code}: {signal.strsignal(-code)}" if code < 0 else f"exit code {code}"
            message = Outcome(failure="died", reason=f"the process ended ({how})")
        if isinstance(message, Outcome):
            outcomes[self.index], self.index = message, None
        else:
            told(self.index, message)

    def stop_if_late(self, outcomes: dict[int, Outcome[Any]], seconds: float | None) -> None:
        if self.index is not None and time.monotonic() >= self.deadline and not self.pipe.poll():
            self.kill()
            outcomes[self.index], self.index = Outcome(failure="late", reason=f"time limit of {seconds:g} s"), None

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def _serve(pipe: Any, function: Any, memory: int | None, others: list[Any]) -> None:
    """A worker's life: tasks in, outcomes out, until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it, and kills
    for other in others:
        other.close()  # else a worker would outlive a parent that was killed
    if memory is not None:
        import resource  # not on every system, but wherever there is fork

        resource.setrlimit(resource.RLIMIT_AS, (memory, resource.getrlimit(resource.RLIMIT_AS)[1]))
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        outcome = _attempt(function, task, pipe.send)
        try:
            pipe.send(outcome)
        except Exception as error:  # it cannot be pickled, or there is no memory for it
            pipe.send(Outcome(failure="raised", reason=_named(error)))


def _attempt(function: Any, task: Any, tell: Callable[[str], None]) -> Outcome[Any]:
    try:
        return Outcome(function(task, tell))
    except Exception as error:
        return Outcome(failure="raised", reason=_named(error))


def _named(error: Exception) -> str:
    """`ValueError: what it says (file.py:12)`, with the innermost place."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f" ({os.path.basename(place.tb_frame.f_code.co_filename)}:{place.tb_lineno})" if place else ""
    return f"{type(error).__name__}: {error}{where}"


def _call(task: Any) -> Any:
    assert _function is not None
    return _function(task)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


__all__ = ["Outcome", "guarded", "in_order"]
