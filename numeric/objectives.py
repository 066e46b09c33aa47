"""What is left of an objective when all that does not move its minimisers is gone, and its degree.

Constants and positive factors go; of a positive product, such as a density, the logarithm is taken; and so are
logarithms of such products, in sums. What remains is often a quadratic with rational coefficients.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy import Basic
from sympy.matrices.expressions import blockmatrix, diagonal, hadamard, kronecker
from sympy.matrices.expressions.matexpr import MatrixElement

from symbolic.errors import UnsupportedError
from symbolic.shapes import is_scalar

_SUMS = (sp.Add, sp.MatAdd)
_PRODUCTS = (sp.Mul, sp.MatMul, hadamard.HadamardProduct, kronecker.KroneckerProduct)
_POWERS = (sp.Pow, sp.MatPow, hadamard.HadamardPower)
_LINEAR = (
    sp.Transpose, sp.Trace, blockmatrix.BlockMatrix, blockmatrix.BlockDiagMatrix, diagonal.DiagMatrix,
    diagonal.DiagonalOf, sp.ImmutableDenseMatrix, *_SUMS,
)  # fmt: skip


@dataclass
class Reduced:
    """`objective` and `signs`: the original orders all points as the product of the signs times `objective` does.

    `is_norm`: this is so if `objective` is nowhere negative, as of a power of it.
    """

    objective: Any
    signs: list[Any] = field(default_factory=list)
    changed: bool = False
    is_norm: bool = False


def reduced(objective: Any, variables: Iterable[Basic]) -> Reduced:
    """The objective without its constants, without exp, log and Product where it is a positive product, and, where it
    is a power of a quadratic, such as a norm or its fourth power, the quadratic.

    >>> w, c = sp.symbols("w c", real=True)
    >>> reduced(c * sp.exp(-w**2), [w]).objective, reduced(sp.sqrt(w**2 + 1), [w]).objective
    (-w**2, w**2 + 1)
    """
    variables = tuple(variables)
    if isinstance(objective, sp.Pow | sp.MatPow) and degree(objective, variables) > 2:
        base, exponent = objective.args
        if exponent.is_Rational and exponent > 0 and degree(base, variables) == 2:
            return Reduced(base, changed=True, is_norm=True)
    if not objective.has(sp.exp, sp.log, sp.Product):
        return Reduced(objective)
    signs: list[Any] = []
    try:
        if any(_is_log(e, variables) for e in sp.preorder_traversal(objective)):
            found = _without_constants(objective, variables)
        else:
            found = _logarithm(objective, variables, signs)
    except UnsupportedError:
        return Reduced(objective)
    return Reduced(found, signs, changed=True)


def _is_log(e: Any, variables: tuple[Basic, ...]) -> bool:
    return isinstance(e, sp.log) and e.has(*variables)


def _split(args: Iterable[Any], variables: tuple[Basic, ...]) -> tuple[list[Any], list[Any]]:
    fixed, moving = [], []
    for a in args:
        (moving if a.has(*variables) else fixed).append(a)
    return fixed, moving


def _without_constants(e: Any, variables: tuple[Basic, ...]) -> Any:
    """`e` up to a constant, in which logarithms of positive products are sums."""
    if isinstance(e, _SUMS):
        kept = [_without_constants(a, variables) for a in _split(e.args, variables)[1]]
        return _sum(kept)
    if isinstance(e, sp.Mul | sp.MatMul):
        fixed, moving = _split(e.args, variables)
        if len(moving) == 1 and all(map(is_scalar, e.args)):
            inner = _without_constants(moving[0], variables)
            return e if inner == moving[0] else _times(fixed, inner)
    if isinstance(e, sp.Sum):
        return sp.Sum(_without_constants(e.function, variables), *e.limits)
    if isinstance(e, sp.log):
        signs: list[Any] = []
        found = _logarithm(e.args[0], variables, signs)
        if signs:
            raise UnsupportedError(f"the signs of {signs} are not known")
        return found
    return e


def _logarithm(e: Any, variables: tuple[Basic, ...], signs: list[Any]) -> Any:
    """The logarithm of a positive product up to a constant; constant factors of unknown sign go to `signs`."""
    if isinstance(e, sp.exp):
        return _without_constants(e.args[0], variables)
    if isinstance(e, sp.Mul | sp.MatMul):
        fixed, moving = _split(e.args, variables)
        if all(map(is_scalar, e.args)):
            signs += [a for a in fixed if not a.is_positive]
            return _sum([_logarithm(a, variables, signs) for a in moving])
    if isinstance(e, sp.Product):
        inside: list[Any] = []
        found = sp.Sum(_logarithm(e.function, variables, inside), *e.limits)
        if not inside:
            return found
    if isinstance(e, sp.Pow | sp.MatPow) and not e.args[1].has(*variables):
        inside = []
        found = _times([e.args[1]], _logarithm(e.args[0], variables, inside))
        if not inside:
            return found
    raise UnsupportedError(f"{e} is not a product of exponentials")


def _sum(terms: list[Any]) -> Any:
    """A sum of scalars, some of them 1 x 1 matrices."""
    if len(terms) == 1:
        return terms[0]
    return sp.Add(*(sp.Trace(t) if getattr(t, "is_Matrix", False) else t for t in terms), evaluate=False)


def _times(factors: list[Any], e: Any) -> Any:
    e = sp.Trace(e) if getattr(e, "is_Matrix", False) else e
    return sp.Mul(*(sp.Trace(f) if getattr(f, "is_Matrix", False) else f for f in factors), e, evaluate=False)


def degree(e: Any, variables: Iterable[Basic]) -> float:
    """A bound on the degree of `e` as a polynomial in the entries of `variables`; infinite if it may be none.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, w = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("w", n, 1)
    >>> degree(w.T*A*w, [w]), degree(A.inv()*w, [w]), degree(sp.exp(w[0, 0]), [w])
    (2, 1, inf)
    """
    variables = tuple(variables)
    if not isinstance(e, Basic) or not e.has(*variables):
        return 0
    if e in variables:
        return 1
    if isinstance(e, _POWERS):
        base, exponent = e.args
        return exponent * degree(base, variables) if exponent.is_Integer and exponent >= 0 else float("inf")
    if isinstance(e, _PRODUCTS):
        return sum(degree(a, variables) for a in e.args)
    if isinstance(e, MatrixElement):
        return degree(e.parent, variables)
    if isinstance(e, sp.Sum):
        return degree(e.function, variables)
    if isinstance(e, blockmatrix.BlockMatrix):
        return max(degree(a, variables) for a in e.blocks)
    if isinstance(e, _LINEAR):
        return max(degree(a, variables) for a in (e.flat() if isinstance(e, sp.ImmutableDenseMatrix) else e.args))
    return float("inf")


__all__ = ["Reduced", "degree", "reduced"]
