"""From SymPy expressions to values: the table of nodes, one function each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy import S
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFalse, BooleanTrue
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.blockmatrix import BlockDiagMatrix, BlockMatrix
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.dotproduct import DotProduct
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.slice import MatrixSlice
from sympy.matrices.expressions.special import OneMatrix

from symbolic.calculus import gradient, hessian, jacobian
from symbolic.emit.entries import read_sum, slice_of
from symbolic.emit.graph import ONE, Graph, Value
from symbolic.emit.khatri import merged
from symbolic.errors import PushthroughError, UnsupportedError
from symbolic.nodes import Commutation, Gradient, Hessian, Jacobian, Vec
from symbolic.shapes import SCALAR_FUNCTIONS, shape, split_product

_FACTS = ("symmetric", "positive_definite", "lower_triangular", "upper_triangular", "orthogonal", "diagonal")
_SPREAD = 8  # powers up to this one are products


class Reader:
    """Reads expressions into one graph. Raises UnsupportedError on a node that is not in the table."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.seen: dict[Any, Value] = {}

    def read(self, expr: Any) -> Value:
        expr = expr.as_immutable() if isinstance(expr, sp.MatrixBase) else S(expr) if _is_number(expr) else expr
        if expr not in self.seen:
            self.seen[expr] = self._handler(expr)(self, expr)
        return self.seen[expr]

    def scalar(self, expr: Any) -> Any:
        return self.read(expr).expr

    def structures(self, expr: Any) -> frozenset[str]:
        """What the facts say about an expression; an expression that they cannot read has none."""
        try:
            return frozenset(name for name in _FACTS if self.graph.facts.holds(name, expr) is not None)
        except PushthroughError:
            return frozenset()

    def _handler(self, expr: Any) -> Callable[[Any, Any], Value]:
        handler = _TABLE.get(type(expr))
        if handler is None:
            handler = next((h for kind, h in _FAMILIES if isinstance(expr, kind)), None)
        if handler is None:
            way_out = "Write it with nodes that to_numpy knows, or pass its value as an argument."
            raise UnsupportedError(f"to_numpy has no code for {type(expr).__name__} (in {expr}). {way_out}")
        return handler


def _is_number(expr: Any) -> bool:
    return isinstance(expr, (int, float))


# Symbols and constants.


def _argument(r: Reader, e: Any) -> Value:
    rows, cols = shape(e)
    g, facts = r.graph, r.structures(e) if rows == cols != 1 else frozenset()
    if rows == cols == 1:
        return g.atom("arg", (e,), ONE, ONE)
    value = g.atom("arg", (e,), rows, cols)
    if rows != cols:
        found = [n for n in ("orthonormal_columns", "orthonormal_rows") if g.facts.holds(n, e)]
        g.flags[value] = frozenset(found)
        return value
    if "diagonal" in facts:
        return g.diag(g.diagonal_of(value))
    if "symmetric" in facts:
        g.turned[value.expr] = value.expr
    if "orthogonal" in facts:
        facts |= {"orthonormal_columns", "orthonormal_rows"}
    g.flags[value] = facts
    return value


def _scalar_leaf(r: Reader, e: Any) -> Value:
    return r.graph.scalar(e)


def _identity(r: Reader, e: Any) -> Value:
    return r.graph.identity(shape(e)[0])


def _ones(r: Reader, e: Any) -> Value:
    return r.graph.ones(*shape(e))


def _zeros(r: Reader, e: Any) -> Value:
    return Value(S.Zero, *map(sp.expand, shape(e)))


def _commutation(r: Reader, e: Any) -> Value:
    m, n = e.args
    size = sp.expand(m * n)
    return r.graph.identity(size) if 1 in (m, n) else r.graph.atom("commutation", (m, n), size, size)


def _explicit(r: Reader, e: Any) -> Value:
    if e.rows == e.cols == 1:
        return r.read(e[0, 0])
    return r.graph.atom("explicit", tuple(r.scalar(x) for x in e.flat()), S(e.rows), S(e.cols))


# Sums, products, powers.


def _add(r: Reader, e: Any) -> Value:
    return r.graph.value(sp.Add(*(r.read(a).expr for a in e.args)), *shape(e))


def _mul(r: Reader, e: Any) -> Value:
    scalars, chain = split_product(e.args)
    g = r.graph
    scale = ONE
    for run in scalars:
        scale *= r.scalar(run[0]) if len(run) == 1 else g.product(map(r.read, run)).expr
    if not chain:
        return g.scalar(scale)
    total = g.product([g.scalar(scale), *map(r.read, chain)])
    return g.value(total.expr, *shape(e))


def _power(r: Reader, e: Any) -> Value:
    base, exponent = e.args[0], e.args[1]
    g, value, k = r.graph, r.read(base), r.scalar(exponent)
    if value.is_scalar:
        return g.scalar(value.expr**k)
    if k == 0:
        return g.identity(value.rows)
    if not k.is_integer:
        raise UnsupportedError(f"{e}: to_numpy knows integer powers of a matrix; declare {exponent} as an integer.")
    if k.is_Integer and k < 0:
        g.flags.setdefault(value, r.structures(base))
        value, k = g.inverse(value), -k
    column = g.diag_part(value)
    if column is not None and k.is_nonnegative:
        return g.diag(Value(column.expr**k, column.rows, ONE))
    if k.is_Integer and k <= _SPREAD:
        return g.product([value] * int(k))
    return g.atom("power", (value, k), value.rows, value.cols)


def _inverse(r: Reader, e: Any) -> Value:
    return _power(r, sp.Pow(e.args[0], -1, evaluate=False))


def _transpose(r: Reader, e: Any) -> Value:
    return r.graph.transpose(r.read(e.args[0]))


def _dot_product(r: Reader, e: Any) -> Value:
    left, right = map(r.read, e.args)
    row = left if left.rows == 1 else r.graph.transpose(left)
    return r.graph.product([row, right if right.cols == 1 else r.graph.transpose(right)])


def _trace(r: Reader, e: Any) -> Value:
    return r.graph.trace(r.read(e.args[0]))


def _determinant(r: Reader, e: Any, kind: str = "det") -> Value:
    g, value = r.graph, r.read(e.args[0])
    if value.is_scalar:
        return value
    g.flags.setdefault(value, r.structures(e.args[0]))
    return g.atom(kind, (value,), ONE, ONE)


# Entrywise.


def _hadamard(r: Reader, e: Any) -> Value:
    return merged(r.graph, r.graph.value(sp.Mul(*(r.read(a).expr for a in e.args)), *shape(e)))


def _hadamard_power(r: Reader, e: Any) -> Value:
    return r.graph.value(r.read(e.args[0]).expr ** r.read(e.args[1]).expr, *shape(e))


def _entrywise(r: Reader, e: Any) -> Value:
    function, value = e.function, r.read(e.expr)
    if isinstance(function, sp.Lambda):
        (variable,) = function.variables
        entry = sp.Dummy("entry", real=True)
        body = r.scalar(function.expr.xreplace({variable: entry}))
        expr = body.subs(entry, value.expr) if value.expr.is_number else body.xreplace({entry: value.expr})
    else:
        expr = function(value.expr)
    return r.graph.value(expr, *shape(e))


def _function(r: Reader, e: Any) -> Value:
    if isinstance(e, sp.log):
        inner = e.args[0].args[0] if isinstance(e.args[0], sp.Abs) else e.args[0]
        if isinstance(inner, sp.Determinant):
            return _determinant(r, inner, "logdet" if inner == e.args[0] else "logabsdet")
    return r.graph.scalar(e.func(*(r.scalar(a) for a in e.args)))


def _delta(r: Reader, e: Any) -> Value:
    return r.graph.scalar(sp.KroneckerDelta(*(r.scalar(a) for a in e.args[:2])))  # a third argument is a range


def _piecewise(r: Reader, e: Any) -> Value:
    pairs = [(r.read(value).expr, _condition(r, condition)) for value, condition in e.args]
    return r.graph.value(sp.Piecewise(*pairs), *shape(e))


def _condition(r: Reader, e: Any) -> Any:
    if isinstance(e, (BooleanTrue, BooleanFalse)):
        return e
    if isinstance(e, (sp.And, sp.Or, sp.Not)):
        return e.func(*(_condition(r, a) for a in e.args))
    if isinstance(e, Relational):
        shape(e)
        return e.func(*(r.scalar(a) for a in e.args))
    raise UnsupportedError(f"{e} ({type(e).__name__}) is not a condition that to_numpy knows.")


# Diagonals, blocks, stacking, entries.


def _diag_matrix(r: Reader, e: Any) -> Value:
    shape(e) if not isinstance(e, DiagonalMatrix) else None
    g, value = r.graph, r.read(e.args[0])
    if isinstance(e, DiagonalMatrix):  # the diagonal part of a matrix
        return g.diag(g.diagonal_of(value)) if value.rows == value.cols else _no_square(e)
    return value if value.is_scalar else g.diag(value if value.cols == 1 else g.transpose(value))


def _no_square(e: Any) -> Value:
    raise UnsupportedError(f"{e}: to_numpy takes the diagonal part of square matrices only.")


def _diagonal_of(r: Reader, e: Any) -> Value:
    shape(e)
    return r.graph.diagonal_of(r.read(e.args[0]))


def _kronecker(r: Reader, e: Any) -> Value:
    first, *rest = map(r.read, e.args)
    for value in rest:
        first = r.graph.kron(first, value)
    return first


def _block(r: Reader, e: Any) -> Value:
    blocks = e.blocks
    grid = tuple(tuple(r.read(blocks[i, j]) for j in range(blocks.cols)) for i in range(blocks.rows))
    return r.graph.atom("block", grid, *shape(e))


def _vec(r: Reader, e: Any) -> Value:
    return r.graph.vec(r.read(e.args[0]))


def _entry(r: Reader, e: Any) -> Value:
    i, j = r.scalar(e.args[1]), r.scalar(e.args[2])
    value = r.read(e.args[0])
    return value if value.is_scalar else slice_of(r.graph, value, (i, i + 1, ONE), (j, j + 1, ONE))


def _slice(r: Reader, e: Any) -> Value:
    rows, cols = ([r.scalar(k) for k in limits] for limits in (e.rowslice, e.colslice))
    return slice_of(r.graph, r.read(e.parent), tuple(rows), tuple(cols))


def _derivative(r: Reader, e: Any) -> Value:
    engine = {Gradient: gradient, Hessian: hessian, Jacobian: jacobian}[type(e)]
    return r.read(engine(e.expr, e.wrt))


_TABLE: dict[type, Callable[[Any, Any], Value]] = {
    sp.MatrixSymbol: _argument, sp.Symbol: _scalar_leaf, sp.Dummy: _scalar_leaf,
    sp.Identity: _identity, OneMatrix: _ones, sp.ZeroMatrix: _zeros, Commutation: _commutation,
    sp.ImmutableDenseMatrix: _explicit,
    sp.Add: _add, sp.MatAdd: _add, sp.Mul: _mul, sp.MatMul: _mul,
    sp.Pow: _power, sp.MatPow: _power, sp.Inverse: _inverse, sp.Transpose: _transpose, sp.Adjoint: _transpose,
    sp.Trace: _trace, DotProduct: _dot_product, sp.Determinant: _determinant,
    sp.HadamardProduct: _hadamard, HadamardPower: _hadamard_power, ElementwiseApplyFunction: _entrywise,
    sp.Piecewise: _piecewise, DiagMatrix: _diag_matrix, DiagonalMatrix: _diag_matrix, DiagonalOf: _diagonal_of,
    sp.KroneckerProduct: _kronecker, BlockMatrix: _block, BlockDiagMatrix: _block,
    MatrixElement: _entry, MatrixSlice: _slice, Vec: _vec, sp.Sum: read_sum,
    sp.KroneckerDelta: _delta,
    Gradient: _derivative, Hessian: _derivative, Jacobian: _derivative,
    **dict.fromkeys(SCALAR_FUNCTIONS - {sp.DiracDelta}, _function),
}  # fmt: skip

# Kinds with many classes: numbers (Integer, Half, ...) and named constants (pi).
_FAMILIES: tuple[tuple[type, Callable[[Any, Any], Value]], ...] = (
    (sp.Number, _scalar_leaf),
    (sp.NumberSymbol, _scalar_leaf),
)

__all__ = ["Reader"]
