"""What an operation costs, for the sizes that were given, or for several where they are symbols.

Unit: one floating-point operation of a matrix product (about 0.1 ns). A call costs as much as 4000 of them. A cost is
an array with one number for each assumed choice of sizes; costs are compared by the mean of their logarithms.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import sympy as sp
from sympy import S

from symbolic.emit.stable import Log1p, LogAddExp, Sigmoid, Softplus

CALL, ENTRY, READ = 4000.0, 5.0, 3.0  # per call, per entry written, per entry of a matrix that meets a vector
USUAL, LARGE, SMALL = 300, 3000, 30
HEAVY: dict[type, float] = {
    sp.exp: 30, sp.log: 40, sp.tanh: 60, sp.sin: 60, sp.cos: 60, sp.erf: 60, Sigmoid: 60, Softplus: 90, LogAddExp: 90,
    Log1p: 60, sp.Pow: 60,
}  # fmt: skip


class Sizes:
    """Numbers for the size symbols: those given, and for the others all alike, then each in turn large and small."""

    def __init__(self, symbols: Iterable[Any], given: Mapping[Any, int]) -> None:
        free = sorted({s for s in symbols if s not in given}, key=str)
        choices = [dict.fromkeys(free, USUAL)]
        for one in free:
            choices += [{**choices[0], one: LARGE}, {**choices[0], one: SMALL}]
        self.choices = [{**choice, **given} for choice in choices]
        self._known: dict[Any, Any] = {}

    def __call__(self, size: Any) -> Any:
        """The values of one size."""
        size = S(size)
        if size not in self._known:
            values = [size.subs(choice) for choice in self.choices]
            self._known[size] = np.array([float(v) if v.is_number else float(USUAL) for v in values])
        return self._known[size]

    def matmul(self, m: Any, k: Any, n: Any, gram: bool = False) -> Any:
        """m x k times k x n; a product with a vector is bound by reading the matrix."""
        a, b, c = self(m), self(k), self(n)
        flops = (1.0 if gram else 2.0) * a * b * c
        if m == 1 or n == 1:
            flops = READ * a * b * c
        return flops + ENTRY / 2 * a * c + CALL

    def solve(self, n: Any, columns: Any) -> Any:
        """The triangular solves; see `factor`."""
        return 3.0 * self(n) ** 2 * self(columns) + CALL

    def factor(self, n: Any, cholesky: bool) -> Any:
        return (0.7 if cholesky else 1.2) * self(n) ** 3 + 2 * CALL

    def inverse(self, n: Any) -> Any:
        return 4.3 * self(n) ** 3 + 3 * CALL

    def entries(self, rows: Any, cols: Any, each: float = ENTRY) -> Any:
        scalar = rows == 1 and cols == 1
        return each * self(rows) * self(cols) + (CALL / 20 if scalar else CALL)


def total(needs: Mapping[Any, Any]) -> Any:
    """The sum of a table of costs."""
    return sum(needs.values(), start=np.zeros(1))


def weight(cost: Any) -> float:
    """One number to compare costs by."""
    return float(np.mean(np.log(cost + 1.0)))


__all__ = ["CALL", "ENTRY", "HEAVY", "READ", "Sizes", "total", "weight"]
