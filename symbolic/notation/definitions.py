"""Names that stand for expressions: putting the expressions in their place."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from symbolic.calculus import gradient, hessian, jacobian
from symbolic.errors import UnsupportedError
from symbolic.meaning import substitute
from symbolic.nodes import Gradient, Hessian, Jacobian
from symbolic.notation.build import scalar
from symbolic.notation.scope import Scope

ROUNDS = 20  # of putting definitions into each other
LARGEST = 4000  # nodes of an expression: beyond, nobody waits for what is done with it


def expanded(expr: Any, scope: Scope, keep: Collection[Any] = ()) -> Any:
    """`expr` with every defined name replaced by its definition, again and again, but for the symbols in `keep`.

    Raises UnsupportedError for definitions in a circle or of enormous length, and where a defined name is
    differentiated by.
    """
    defined = {scope.symbol(name): value for name, value in scope.values.items()}
    for _ in range(ROUNDS):
        found = [s for s in defined if s not in keep and expr.has(s)]
        if not found:
            return expr
        for s in found:
            expr = put(expr, s, defined[s])
        if sum(1 for _ in zip(sp.preorder_traversal(expr), range(LARGEST + 1), strict=False)) > LARGEST:
            raise UnsupportedError(f"with all definitions put in, this has more than {LARGEST} parts.")
    raise UnsupportedError("the definitions lead back to themselves.")


def put(expr: Any, symbol: Any, value: Any) -> Any:
    """`expr` with `value` for `symbol`; a number stays a number."""
    if not isinstance(symbol, sp.MatrixSymbol):
        value = scalar(value)
    elif not getattr(value, "is_Matrix", False):
        value = sp.ImmutableDenseMatrix([[value]])
    return substitute(expr, symbol, value)


def differentiated_by(expr: Any) -> set[Any]:
    """The symbols that some derivative in `expr` is taken by."""
    found = expr.atoms(Jacobian, sp.Derivative) if hasattr(expr, "atoms") else set()
    return {s for d in found for by in d.args[1:] for s in by.atoms(sp.Symbol, sp.MatrixSymbol)} - {
        s for d in found for by in d.args[1:] for size in getattr(by, "shape", ()) for s in sp.S(size).free_symbols
    }


def evaluated(expr: Any) -> Any:
    """`expr` with its derivatives found by the engine; those inside others first."""
    if isinstance(expr, (Jacobian, sp.Derivative)):
        f, by = evaluated(expr.args[0]), expr.args[1]
        if isinstance(expr, Hessian):
            return hessian(f, by)
        return gradient(f, by) if isinstance(expr, Gradient) else jacobian(f, by)
    if not getattr(expr, "args", ()) or not expr.has(Jacobian, sp.Derivative):
        return expr
    args = [evaluated(a) for a in expr.args]
    if isinstance(expr, MatrixElement) and not getattr(args[0], "is_Matrix", False):
        return args[0]  # a derivative that was 1 x 1 is a number
    if isinstance(expr, (sp.Add, sp.Mul, sp.Pow)):
        numbers = [scalar(a) for a in args]
        return expr.func(*numbers, evaluate=False)
    return expr.func(*args)
