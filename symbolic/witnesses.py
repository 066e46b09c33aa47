"""Independent witnesses of a derivative, which are found among what is installed: this package evaluates nothing.

`numeric` offers one under the entry point group `pushthrough.witnesses`: a function of (expr, wrt, result, kind) that
returns in words what it saw and raises WitnessError where it saw something else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import entry_points
from typing import Any

from symbolic.errors import PushthroughError

GROUP = "pushthrough.witnesses"


@lru_cache(maxsize=1)
def installed() -> tuple[Callable[..., str], ...]:
    """The witnesses of this installation."""
    return tuple(point.load() for point in entry_points(group=GROUP))


def attest(expr: Any, wrt: Any, result: Any, kind: str) -> str:
    """What every witness saw. Raises WitnessError if one of them disagrees, PushthroughError if there is none."""
    found = installed()
    if not found:
        raise PushthroughError("no witness of derivatives is installed: install the project, or pass check=False.")
    return "; ".join(witness(expr, wrt, result, kind) for witness in found)


__all__ = ["attest", "installed"]
