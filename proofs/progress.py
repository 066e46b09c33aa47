"""How far a long part of the work has come: told by whoever does it, heard by whoever shows it, else lost.

The one who works calls `advance(done, of)`, and does not know whether anybody listens. In another process, `in_order`
of `proofs.workers` passes on what is told there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_listeners: list[Callable[[int, int], object]] = []


def advance(done: int, of: int) -> None:
    """Tell that `done` steps out of `of` are done.

    >>> with heard_by(lambda done, of: print(f"{done}/{of}")):
    ...     advance(1, 4)
    1/4
    >>> advance(2, 4)
    """
    if _listeners:
        _listeners[-1](done, of)


@contextmanager
def heard_by(listener: Callable[[int, int], object]) -> Iterator[None]:
    """Inside, `listener` hears of every advance, in this process; the innermost one only."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


__all__ = ["advance", "heard_by"]
