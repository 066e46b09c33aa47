"""How far a long part of the work has come: told by whoever does it, heard by whoever shows it, else lost.

The one who works calls `advance(what, done, of)`, and does not know whether anybody listens. In another process,
`in_order` of `proofs.workers` passes on what is told there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[str, int, int], object]
_listeners: list[Listener] = []


def advance(what: str, done: int, of: int) -> None:
    """Tell that of `what`, a few words, `done` steps out of `of` are done.

    >>> with heard_by(lambda what, done, of: print(f"{what}: {done}/{of}")):
    ...     advance("training", 1, 4)
    training: 1/4
    >>> advance("training", 2, 4)
    """
    if _listeners:
        _listeners[-1](what, done, of)


def listen(listener: Listener) -> None:
    """From now on `listener` hears of every advance in this process, and none that listened before."""
    _listeners.append(listener)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Inside, `listener` hears of every advance."""
    listen(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


__all__ = ["Listener", "advance", "heard_by", "listen"]
