"""What a row of the tables is: a function, what it is differentiated by, and what the source prints."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sympy as sp

m, n, p, q = sp.symbols("m n p q", integer=True, positive=True)  # sizes
k = sp.Symbol("k", integer=True, positive=True)  # an exponent, or how many terms
i, j, r, s = sp.symbols("i j r s", integer=True, nonnegative=True)  # indices
lam = sp.Symbol("lambda", positive=True)


@dataclass(frozen=True)
class Row:
    """One problem: `operation` of `expr` by `by`.

    `by` is a symbol or an entry; two symbols for a mixed Hessian, variable and direction for a differential. `draws`
    says how the values of a symbol are drawn: "symmetric",
    "definite", "positive", "binary", "signs", "onehot" or "small".
    `shapes` is "any", "tall" (m is at least n), "wide" or "few p" (p is at most n).
    """

    id: str
    expr: Any
    by: Any
    operation: str = "gradient"
    printed: Any = None
    equation: int | None = None
    misprint: Any = None
    note: str = ""
    shapes: str = "any"
    draws: dict = field(default_factory=dict)
    structure: str = ""


def gradient(id: str, expr: Any, by: Any, printed: Any = None, **more: Any) -> Row:
    return Row(id, expr, by, "gradient", printed, **more)


def jacobian(id: str, expr: Any, by: Any, printed: Any = None, **more: Any) -> Row:
    return Row(id, expr, by, "jacobian", printed, **more)


def hessian(id: str, expr: Any, by: Any, printed: Any = None, **more: Any) -> Row:
    return Row(id, expr, by, "hessian", printed, **more)


def differential(id: str, expr: Any, by: Any, printed: Any = None, **more: Any) -> Row:
    return Row(id, expr, (by, sp.MatrixSymbol(f"d{by}", *by.shape)), "differential", printed, **more)
