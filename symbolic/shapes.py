"""Strict shapes: the sizes of an expression, inferred from its own tree and never guessed.

SymPy accepts `(n x n)(m x k)`, the inverse of an `m x n` matrix and the square of a column as long as the sizes are
symbols. Here two sizes are equal only when they were declared so. A scalar is a 1x1 matrix and the other way round,
whichever SymPy class holds it: `Add(x.T*c, 1)` has the shape of `x.T*c`.

The set of nodes is the table `_RULES`: one function a node. A node outside it raises, it is never taken for a scalar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Basic, S
from sympy.core.expr import Expr
from sympy.core.function import AppliedUndef
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import BooleanFalse, BooleanTrue
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.blockmatrix import BlockDiagMatrix, BlockMatrix
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.dotproduct import DotProduct
from sympy.matrices.expressions.funcmatrix import FunctionMatrix
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.slice import MatrixSlice
from sympy.matrices.expressions.special import OneMatrix

from symbolic.errors import ShapeError, UnsupportedError
from symbolic.nodes import ArgMax, ArgMin, Commutation, ForAll, Gradient, Hessian, Jacobian, MatrixSum, Vec, is_single

Size = tuple[Expr, Expr]
SCALAR: Size = (S.One, S.One)

# Functions of one scalar (Max and Min: of several). Entrywise functions of a matrix go through `applyfunc`.
SCALAR_FUNCTIONS: frozenset[type] = frozenset(
    {sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh, sp.asin, sp.acos, sp.atan, sp.asinh, sp.acosh,
     sp.atanh, sp.sec, sp.csc, sp.cot, sp.sech, sp.csch, sp.coth, sp.erf, sp.erfc, sp.Abs, sp.sign, sp.Heaviside,
     sp.DiracDelta, sp.Max, sp.Min}
)  # fmt: skip


def same_size(a: Expr | int, b: Expr | int) -> bool:
    """Whether sizes `a` and `b` are equal as polynomials in the declared sizes: `n + n` is `2*n`, `n` is never `m`.

    >>> n, m = sp.symbols("n m", integer=True, positive=True)
    >>> same_size(n*(m + 1), n*m + n), same_size(n, m)
    (True, False)
    """
    return a == b or sp.expand(S(a) - S(b)) == 0  # S() here meets numbers and expressions only


def is_scalar(expr: Any) -> bool:
    """Whether `expr` is 1 x 1: a scalar or a 1x1 matrix, which are the same thing here. Raises as `shape` does.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> x, c = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("c", n, 1)
    >>> is_scalar(sp.Add(x.T*c, 1)), is_scalar(x)
    (True, False)
    """
    return shape(expr) == SCALAR


def is_zero(expr: Any) -> bool:
    """Whether `expr` is the number 0 or a zero matrix, as it is written.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> is_zero(sp.ZeroMatrix(n, 1)), is_zero(sp.MatrixSymbol("x", n, 1))
    (True, False)
    """
    return expr == 0 or isinstance(expr, sp.ZeroMatrix)


def same_shape(left: Any, right: Any) -> None:
    """Return if both have one shape; raise ShapeError, naming both and their sizes, if they do not.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> same_shape(sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1))
    Traceback (most recent call last):
    symbolic.errors.ShapeError: cannot equate A (n x n) and x (n x 1): n is not 1. If they are equal, declare one size.
    """
    _require_same("equate", left, right)


def shape(expr: Any) -> Size:
    """(rows, columns) of `expr`, (1, 1) for a scalar; every part of it is checked.

    Sizes are SymPy expressions, and a size 1 is always the integer 1. The range of a free index is not checked.
    Raises ShapeError when sizes clash anywhere in the tree, and UnsupportedError on a node that is not in the table. A
    relation (`Eq`, `ForAll`, ...) has the shape of its sides.

    >>> m, n = sp.symbols("m n", integer=True, positive=True)
    >>> X, A = sp.MatrixSymbol("X", m, n), sp.MatrixSymbol("A", n, n)
    >>> shape(X.T*X + A)
    (n, n)
    >>> shape(A*X)
    Traceback (most recent call last):
    symbolic.errors.ShapeError: cannot multiply A (n x n) by X (m x n): n is not m. If they are equal, declare one size.
    """
    if isinstance(expr, (int, float)):
        return SCALAR
    if isinstance(expr, sp.MatrixBase):
        expr = expr.as_immutable()
    if not isinstance(expr, Basic):
        raise UnsupportedError(f"cannot find the shape of {expr!r}: {type(expr).__name__} is not a SymPy expression.")
    return _shape(expr)


@lru_cache(maxsize=1 << 16)
def _shape(expr: Basic) -> Size:
    rule = _RULES.get(type(expr))
    if rule is None:
        rule = next((r for kind, r in _FAMILIES if isinstance(expr, kind)), None)
    if rule is None:
        raise UnsupportedError(f"cannot find the shape of {expr}: {type(expr).__name__} is not a node known here.")
    rows, columns = rule(expr)
    return (S.One if same_size(rows, 1) else rows, S.One if same_size(columns, 1) else columns)


# Messages.


def _sized(expr: Any) -> str:
    rows, columns = shape(expr)
    return f"{expr} ({rows} x {columns})"


def _clash(verb: str, left: Any, joint: str, right: Any, a: Expr, b: Expr) -> ShapeError:
    way_out = "If they are equal, declare one size."
    if str(a) == str(b):
        way_out = f"Two different symbols are printed {a}: create it once, with one set of assumptions."
    elif verb == "add" and SCALAR in (shape(left), shape(right)):
        way_out = "A scalar adds to a square matrix as a multiple of Identity, entrywise as a multiple of OneMatrix."
    return ShapeError(f"cannot {verb} {_sized(left)} {joint} {_sized(right)}: {a} is not {b}. {way_out}")


def _require_same(verb: str, left: Any, right: Any, joint: str = "and") -> None:
    for a, b in zip(shape(left), shape(right), strict=True):
        if not same_size(a, b):
            raise _clash(verb, left, joint, right, a, b)


def _require_scalar(role: str, expr: Any, way_out: str = "") -> None:
    if not is_scalar(expr):
        raise ShapeError(f"{role} must be 1 x 1, but is {_sized(expr)}. {way_out}".rstrip())


def _square(verb: str, expr: Any, tail: str = "") -> Size:
    rows, columns = shape(expr)
    if not same_size(rows, columns):
        way_out = "If they are equal, declare one size."
        raise ShapeError(f"cannot {verb} {_sized(expr)}{tail}: {rows} is not {columns}. {way_out}")
    return (rows, columns)


# Products. SymPy flattens `A*(x.T*c)` to the factors A, x', c: a run of factors that multiplies to 1x1 is a scalar.


def split_product(factors: Iterable[Any]) -> tuple[list[tuple[Any, ...]], list[Any]]:
    """The factors of a product as (scalars, chain): 1x1 runs of neighbouring factors, and the rest, which chains.

    The product is the chain times all scalars, in any order. The chain is empty when the product is 1x1. Raises
    ShapeError for the first factor that neither chains with its left neighbours nor begins a 1x1 run.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, x, c = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("c", n, 1)
    >>> split_product((A*(x.T*c)*x).args)
    ([(x.T, c)], [A, x])
    """
    scalars: list[tuple[Any, ...]] = []
    stack: list[tuple[list[Any], Size]] = []  # runs, each of which clashes with the one before it
    for factor in factors:
        rows, columns = shape(factor)
        if (rows, columns) == SCALAR:
            scalars.append((factor,))
            continue
        run = [factor]
        if stack and same_size(stack[-1][1][1], rows):
            left, (rows, _) = stack.pop()
            run = [*left, factor]
        if (rows, columns) == SCALAR:
            scalars.append(tuple(run))
        else:
            stack.append((run, (rows, columns)))
    if len(stack) > 1:
        raise _product_clash(stack)
    return scalars, stack[0][0] if stack else []


def _product_clash(stack: list[tuple[list[Any], Size]]) -> ShapeError:
    (run, (_, columns)), ((factor, *_), (rows, _)) = stack[0], stack[1]
    left = run[0] if len(run) == 1 else sp.MatMul(*run)
    return _clash("multiply", left, "by", factor, columns, rows)


# One rule a node. Each checks its arguments, by asking for their shapes, before it answers.


def _leaf(expr: Any) -> Size:
    return SCALAR


def _declared(expr: Any) -> Size:
    return expr.shape


def _symbol(expr: Any) -> Size:
    if expr.is_extended_real is False:
        raise UnsupportedError(f"{expr} is declared as not real: everything here is over the reals.")
    return SCALAR


def _number(expr: Any) -> Size:
    if not expr.is_finite:
        raise UnsupportedError(f"{expr} ({type(expr).__name__}) is not a real number.")
    return SCALAR


def _sum_of_terms(expr: Any) -> Size:
    first, *rest = expr.args
    for term in rest:
        _require_same("add", first, term)
    return shape(first)


def _product(expr: Any) -> Size:
    _, chain = split_product(expr.args)
    return (shape(chain[0])[0], shape(chain[-1])[1]) if chain else SCALAR


def _power(expr: Any) -> Size:
    base, exponent = expr.args
    _require_scalar(f"the exponent of {base}", exponent)
    return _square("raise", base, f" to the power {exponent}")


def _inverse(expr: Any) -> Size:
    return _square("invert", expr.args[0])


def _transpose(expr: Any) -> Size:
    rows, columns = shape(expr.args[0])
    return (columns, rows)


def _trace(expr: Any) -> Size:
    _square("take the trace of", expr.args[0])
    return SCALAR


def _determinant(expr: Any) -> Size:
    _square("take the determinant of", expr.args[0])
    return SCALAR


def _entry(expr: Any) -> Size:
    parent, *indices = expr.args
    for index, size in zip(indices, shape(parent), strict=True):
        _require_scalar(f"an index of {parent}", index)
        if index.is_negative:  # SymPy lets -1 pass; an index beyond the last it refuses itself
            last = f"the last index is {size - 1}."
            raise ShapeError(f"no index {index} in {_sized(parent)}: entries count from 0; {last}")
    return SCALAR


def _explicit(expr: Any) -> Size:
    for entry in expr:
        _require_scalar("an entry of an explicit matrix", entry, "Use BlockMatrix for blocks.")
    return (S(expr.rows), S(expr.cols))


def _index_sum(expr: Any) -> Size:
    body, *limits = expr.args
    for limit in limits:
        for bound in limit[1:]:
            _require_scalar(f"a bound of {limit[0]}", bound)
        if not any(bound.free_symbols & {*expr.bound_symbols} for bound in limit[1:]):
            _check_range(body, *limit)
    return shape(body)


def _check_range(body: Any, index: Any, first: Any, last: Any) -> None:
    """Every entry at `index` must exist: SymPy writes `(A*Y)[0, 0]` as a sum, and the clash of A and Y is only here.

    A range that is the size of another matrix is such a clash. Any other, `Sum(x[i, 0], (i, 0, k - 1))`, says that
    there are that many entries.
    """
    sizes = {size for matrix in body.atoms(sp.MatrixSymbol) for size in matrix.shape}
    for entry, size, offset in _uses(body, index):
        low, room = sp.expand(first + offset), sp.expand(size - 1 - last - offset)
        fits = low.is_nonnegative and room.is_nonnegative
        if not fits and ((offset.is_number and last + 1 in sizes) or low.is_negative or room.is_negative):
            way_out = "If sizes are equal, declare one."
            raise ShapeError(f"cannot sum {entry} over {index} from {first} to {last}: it has {size}. {way_out}")


def _uses(body: Any, index: Any) -> Iterable[tuple[Any, Expr, Expr]]:
    """The entries at index + offset, with the size and the offset."""
    if isinstance(body, sp.Sum) and index in body.bound_symbols:
        return
    if isinstance(body, MatrixElement):
        for position, size in zip(body.args[1:], shape(body.args[0]), strict=True):
            offset = sp.expand(position - index)
            if index in position.free_symbols and index not in offset.free_symbols:
                yield body, size, offset
    for argument in body.args:
        yield from _uses(argument, index)


def _function(expr: Any) -> Size:
    for argument in expr.args:
        _require_scalar(f"the argument of {expr.func}", argument, "Apply it to every entry with .applyfunc().")
    return SCALAR


def _delta(expr: Any) -> Size:
    for index in expr.args[:2]:
        _require_scalar("an index of KroneckerDelta", index)
    return SCALAR


def _piecewise(expr: Any) -> Size:
    first = expr.args[0].args[0]
    for value, condition in (pair.args for pair in expr.args):
        _require_same("choose between", first, value)
        shape(condition)
    return shape(first)


def _relation(expr: Any) -> Size:
    _require_same("equate", expr.lhs, expr.rhs)
    return shape(expr.lhs)


def _inequality(expr: Any) -> Size:
    for side in expr.args:
        _require_scalar("a side of an inequality", side)
    return SCALAR


def _all_checked(expr: Any) -> Size:
    for argument in expr.args:
        shape(argument)
    return SCALAR


def _for_all(expr: Any) -> Size:
    shape(expr.symbol)
    return shape(expr.relation)


def _derivative(expr: Any) -> Size:
    _require_scalar("what Derivative differentiates", expr.expr, "Use Jacobian.")
    for variable, _ in expr.variable_count:
        _require_scalar("the variable of Derivative", variable, "Use Jacobian, Gradient or Hessian.")
    return SCALAR


def _jacobian(expr: Any) -> Size:
    (r, c), (p, q) = shape(expr.expr), shape(expr.wrt)
    return (r, c) if is_single(expr.wrt) else (r * c, p * q)


def _gradient(expr: Any) -> Size:
    _require_scalar("what Gradient differentiates", expr.expr, "Use Jacobian.")
    return shape(expr.wrt)


def _hessian(expr: Any) -> Size:
    _require_scalar("what Hessian differentiates", expr.expr, "Take the Jacobian of each entry.")
    p, q = shape(expr.wrt)
    return (p * q, p * q)


def _minimisers(expr: Any) -> Size:
    _require_scalar(f"the objective of {expr.func.__name__}", expr.objective)
    for constraint in expr.constraints:
        shape(constraint)
    return shape(expr.variables[0])


def _limit(expr: Any) -> Size:
    value, symbol, point, side = expr.args
    _require_scalar("the variable of a limit", symbol)
    if str(side) not in ("+", "-"):
        raise UnsupportedError(f"{expr} is two-sided: take the limits from each side.")
    if point.is_finite:
        _require_scalar("the point of a limit", point)
    return shape(value)


def _hadamard(expr: Any) -> Size:
    first, *rest = expr.args
    for factor in rest:
        _require_same("multiply entrywise", first, factor)
    return shape(first)


def _hadamard_power(expr: Any) -> Size:
    base, exponent = expr.args
    if not is_scalar(exponent):
        _require_same("raise entrywise", base, exponent, "to the power")
    return shape(base)


def _kronecker(expr: Any) -> Size:
    rows, columns = zip(*map(shape, expr.args), strict=True)
    return (sp.Mul(*rows), sp.Mul(*columns))


def _blocks(expr: Any) -> Size:
    blocks = expr.blocks
    for i in range(blocks.rows):
        for j in range(blocks.cols):
            left, above = blocks[i, 0], blocks[0, j]
            (rows, columns), height, width = shape(blocks[i, j]), shape(left)[0], shape(above)[1]
            if not same_size(rows, height):
                raise _clash("put", left, "beside", blocks[i, j], height, rows)
            if not same_size(columns, width):
                raise _clash("put", above, "above", blocks[i, j], width, columns)
    heights = [shape(blocks[i, 0])[0] for i in range(blocks.rows)]
    widths = [shape(blocks[0, j])[1] for j in range(blocks.cols)]
    return (sp.Add(*heights), sp.Add(*widths))


def _diag_matrix(expr: Any) -> Size:
    rows, columns = shape(expr.args[0])
    if S.One not in (rows, columns):
        raise ShapeError(f"cannot put {_sized(expr.args[0])} on a diagonal: it is neither a column nor a row.")
    return (rows * columns, rows * columns)


def _diagonal_of(expr: Any) -> Size:
    rows, _ = _square("take the diagonal of", expr.args[0])
    return (rows, S.One)


def _dot_product(expr: Any) -> Size:
    for side in expr.args:
        if S.One not in shape(side):
            raise ShapeError(f"cannot take the dot product with {_sized(side)}: it is neither a column nor a row.")
    left, right = (sp.Mul(*shape(side)) for side in expr.args)
    if not same_size(left, right):
        raise _clash("multiply", expr.args[0], "by", expr.args[1], left, right)
    return SCALAR


def _slice(expr: Any) -> Size:
    parent, *cuts = expr.args
    for (first, stop, step), size in zip(cuts, shape(parent), strict=True):
        if step != 1:
            raise UnsupportedError(f"{expr} takes every {step}th row or column: only neighbours can be taken.")
        if first.is_negative or sp.expand(stop - first).is_negative or sp.expand(size - stop).is_negative:
            raise ShapeError(f"cannot take {first}:{stop} of {_sized(parent)}: entries count from 0 to {size - 1}.")
    return tuple(sp.expand(stop - first) for first, stop, _ in cuts)  # type: ignore[return-value]


def _vec(expr: Any) -> Size:
    return (sp.Mul(*shape(expr.args[0])), S.One)


def _entrywise(expr: Any) -> Size:
    function, argument = expr.args
    if isinstance(function, sp.Lambda):
        _require_scalar(f"the value of {function}", function.expr)
    elif function not in SCALAR_FUNCTIONS:
        raise UnsupportedError(f"cannot find the shape of {expr}: {function} is not a known scalar function.")
    return shape(argument)


_RULES: dict[type, Callable[[Any], Size]] = {
    sp.Symbol: _symbol, sp.Dummy: _symbol,
    sp.MatrixSymbol: _declared, sp.Identity: _declared, sp.ZeroMatrix: _declared, OneMatrix: _declared,
    Commutation: _declared,
    sp.Add: _sum_of_terms, sp.MatAdd: _sum_of_terms, sp.Mul: _product, sp.MatMul: _product,
    sp.Pow: _power, sp.MatPow: _power, sp.Inverse: _inverse, sp.Transpose: _transpose,
    sp.Trace: _trace, sp.Determinant: _determinant, MatrixElement: _entry, sp.ImmutableDenseMatrix: _explicit,
    sp.Sum: _index_sum, MatrixSum: _index_sum, sp.KroneckerDelta: _delta,
    sp.HadamardProduct: _hadamard, HadamardPower: _hadamard_power, sp.KroneckerProduct: _kronecker,
    BlockMatrix: _blocks, BlockDiagMatrix: _blocks, DiagMatrix: _diag_matrix, DiagonalOf: _diagonal_of,
    FunctionMatrix: _declared,
    DiagonalMatrix: lambda expr: shape(expr.args[0]), DotProduct: _dot_product, MatrixSlice: _slice, Vec: _vec,
    ElementwiseApplyFunction: _entrywise,
    sp.Piecewise: _piecewise, ExprCondPair: _all_checked, sp.Derivative: _derivative,
    Jacobian: _jacobian, Gradient: _gradient, Hessian: _hessian,
    ArgMin: _minimisers, ArgMax: _minimisers, sp.Limit: _limit, sp.Product: _index_sum,
    sp.Eq: _relation, sp.Ne: _relation, ForAll: _for_all,
    sp.Lt: _inequality, sp.Le: _inequality, sp.Gt: _inequality, sp.Ge: _inequality,
    sp.And: _all_checked, sp.Or: _all_checked, sp.Not: _all_checked, BooleanTrue: _leaf, BooleanFalse: _leaf,
    **dict.fromkeys(SCALAR_FUNCTIONS, _function),
}  # fmt: skip

# Kinds with many classes: numbers (Integer, Half, ...), named constants (pi), and undefined functions f(s).
_FAMILIES: tuple[tuple[type, Callable[[Any], Size]], ...] = (
    (sp.Number, _number),
    (sp.NumberSymbol, _leaf),
    (AppliedUndef, _function),
)

__all__ = [
    "SCALAR", "SCALAR_FUNCTIONS", "Size", "is_scalar", "is_zero", "same_shape", "same_size", "shape", "split_product",
]  # fmt: skip
