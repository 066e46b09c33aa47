"""Independent witnesses of a derivative, which are found among what is installed: this package evaluates nothing.

`numeric` offers one under the entry point group `pushthrough.witnesses`: a function of (expr, wrt, result, kind) that
returns in words what it saw and raises WitnessError where it saw something else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import entry_points
from typing import Any

GROUP = "pushthrough.witnesses"


@lru_cache(maxsize=1)
def installed() -> tuple[Callable[..., str], ...]:
    """The witnesses of this installation."""
    return tuple(point.load() for point in entry_points(group=GROUP))


def attest(expr: Any, wrt: Any, result: Any, kind: str) -> str:
    """What every witness saw, or that there is none. Raises WitnessError if one of them disagrees."""
    seen = [witness(expr, wrt, result, kind) for witness in installed()]
    return "; ".join(seen) if seen else f"not checked: nothing is installed under {GROUP}"


__all__ = ["attest", "installed"]
