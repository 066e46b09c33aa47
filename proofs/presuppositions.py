"""What writing an expression presupposes: that a matrix has an inverse, that a divisor is not zero."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Basic
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.blockmatrix import BlockDiagMatrix, BlockMatrix
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.special import OneMatrix

from symbolic.nodes import Commutation
from symbolic.shapes import SCALAR_FUNCTIONS

# Nodes that have a value wherever their arguments have one. A node that is not in the table is taken to need something.
TOTAL: frozenset[type] = frozenset(
    {sp.Symbol, sp.Dummy, sp.MatrixSymbol, sp.Identity, sp.ZeroMatrix, OneMatrix, Commutation,
     sp.Add, sp.MatAdd, sp.Mul, sp.MatMul, sp.Transpose, sp.Trace, sp.Determinant, MatrixElement, sp.Sum,
     sp.KroneckerDelta, sp.HadamardProduct, sp.KroneckerProduct, BlockMatrix, BlockDiagMatrix, DiagMatrix, DiagonalOf,
     sp.ImmutableDenseMatrix, ElementwiseApplyFunction, sp.Lambda, sp.Tuple}
    | SCALAR_FUNCTIONS - {sp.log, sp.tan, sp.asin, sp.acos, sp.acosh, sp.atanh, sp.DiracDelta}
)  # fmt: skip


def partial_nodes(expr: Any) -> list[Basic]:
    """The nodes of `expr` that need more than their arguments to have a value.

    >>> n, c, lam = sp.Symbol("n", integer=True, positive=True), sp.Symbol("c"), sp.Symbol("lambda", positive=True)
    >>> P = sp.MatrixSymbol("P", n, n)
    >>> partial_nodes(sp.sqrt(lam)*P + sp.Inverse(P)/c)
    [1/c, P**(-1)]
    """
    return list(dict.fromkeys(node for node in sp.preorder_traversal(expr) if _is_partial(node)))


def _is_partial(node: Any) -> bool:
    if type(node) in TOTAL or not isinstance(node, sp.Expr) or node.is_Number or node.is_NumberSymbol:
        return False
    if isinstance(node, (sp.Pow, sp.MatPow)) and not isinstance(node, sp.Inverse):
        base, exponent = node.args[:2]
        whole = exponent.is_integer and exponent.is_nonnegative
        return not (whole or base.is_positive or (base.is_nonzero and exponent.is_integer))
    return True


__all__ = ["TOTAL", "partial_nodes"]
