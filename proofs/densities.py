"""Positive products, such as densities: exponentials, products over an index, powers of positive numbers and symbols.

The kernel has no values of exp and log. It knows p >= q and p = q of positive products by their logarithms, which are
sums. What is no such product raises UnsupportedError, naming the factor.
"""

from __future__ import annotations

from textwrap import shorten
from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic.errors import UnsupportedError

if TYPE_CHECKING:
    from proofs.statement import Statement

Json = Any


def is_product(e: Any) -> bool:
    """Whether `e` can only be read as a positive product: an exp or a Product stands in it, outside of any log."""
    if isinstance(e, (sp.exp, sp.Product)):
        return True
    return not isinstance(e, sp.log) and any(is_product(a) for a in e.args)


def positive_product(statement: Statement, e: Any) -> Json:
    """`e` as the kernel's positive products. Raises UnsupportedError."""
    match e:
        case sp.exp():
            return ["exp", statement.expr(e.args[0])]
        case sp.Mul() | sp.MatMul():
            return ["mul", *(positive_product(statement, a) for a in e.args)]
        case sp.Product():
            return statement.indexed("prod", e.function, list(e.limits), lambda body: positive_product(statement, body))
        case sp.Pow() | sp.MatPow():
            base, exponent = e.args
            power = str(exponent) if exponent.is_Rational else ["mul", statement.expr(exponent)]
            return ["pow", positive_product(statement, base), power]
        case sp.Rational() if e > 0:
            return ["num", str(e)]
        case sp.Symbol() | sp.NumberSymbol() if e.is_positive:
            return statement.expr(e)
    what = shorten(str(e), 40, placeholder=" ...")
    raise UnsupportedError(
        f"{what} is not known to be a positive product: exponentials, positive symbols, their powers."
    )


__all__ = ["is_product", "positive_product"]
