r"""Block matrices multiplied out: a claim in `BlockMatrix` becomes an equivalent one without it.

A proof's language has no blocks, and its sums run over a whole range. Here every product, sum, transpose and trace of
block matrices is done block by block, an equation of block matrices becomes the equations of their blocks, and a sum
over the entries of a block column becomes one sum for each block. The outcome says the same for all sizes, or
UnsupportedError says what cannot be done. Where a vanishing block would take an inverse with it, a trivial equation
such as P^-1 = P^-1 is added: writing P^-1 presupposes that P is invertible, and that stays said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Basic, S
from sympy.assumptions import AppliedPredicate
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import Boolean
from sympy.matrices.expressions.blockmatrix import BlockDiagMatrix, BlockMatrix
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.special import OneMatrix

from proofs import grid as blockwise
from proofs.grid import Grid, Value, common, grid_of, said, transposed
from proofs.presuppositions import partial_nodes
from proofs.ranges import Span, entries_at, entry, place, plus, segments, starts, summed
from symbolic.errors import UnsupportedError
from symbolic.nodes import ArgMax, ArgMin, ForAll, Gradient, Hessian, Jacobian
from symbolic.shapes import SCALAR_FUNCTIONS, is_zero, shape, split_product

MAX_POWER = 8


def unblocked(statement: Basic) -> Basic:
    """An equivalent statement without block matrices and without sums that begin elsewhere than at 0.

    statement: an equation or another relation, `And`, `Or`, `Not`, `Implies`, `Equivalent` of such, `ForAll`, a
    predicate of an expression that collapses, or an expression. One without blocks and such sums is returned as it is.
    An equation of block matrices becomes the `And` of those of its blocks. An expression has the same value wherever it
    had one. Raises ShapeError, and UnsupportedError naming what cannot be done.

    >>> n, d = sp.symbols("n d", integer=True, positive=True)
    >>> X, w, lam = sp.MatrixSymbol("X", n, d), sp.MatrixSymbol("w", d, 1), sp.Symbol("lambda", positive=True)
    >>> tall = BlockMatrix([[X], [sp.sqrt(lam)*sp.Identity(d)]])
    >>> unblocked(tall.T*tall)
    lambda*I + X.T*X
    >>> y, z = sp.MatrixSymbol("y", n, 1), sp.MatrixSymbol("z", d, 1)
    >>> unblocked(sp.Eq(tall*w, BlockMatrix([[y], [z]]), evaluate=False))
    Eq(X*w, y) & Eq(sqrt(lambda)*w, z)
    """
    if not _is_concerned(statement):
        return statement
    reader = _Reader(statement)
    return reader.plain(statement)


def equations(relation: Basic) -> list[Basic]:
    """The parts of `unblocked(relation)` that hold together, those of blocks row by row.

    >>> n, d = sp.symbols("n d", integer=True, positive=True)
    >>> x, z = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("z", d, 1)
    >>> equations(sp.Eq(BlockMatrix([[x], [z]]), sp.ZeroMatrix(n + d, 1), evaluate=False))
    [Eq(x, 0), Eq(z, 0)]
    """
    return conjuncts(unblocked(relation))


def multiply_out(expr: Basic) -> Basic:
    """A matrix expression evaluated block by block: one `BlockMatrix`, or a plain expression where it collapses.

    >>> n, d = sp.symbols("n d", integer=True, positive=True)
    >>> X, lam = sp.MatrixSymbol("X", n, d), sp.Symbol("lambda", positive=True)
    >>> wide = BlockMatrix([[X, sp.sqrt(lam)*sp.Identity(n)]])
    >>> multiply_out(wide.T*(wide*wide.T).inv())
    Matrix([
    [         X.T*(lambda*I + X*X.T)**(-1)],
    [sqrt(lambda)*(lambda*I + X*X.T)**(-1)]])
    """
    value = _Reader(expr).value(expr)
    return BlockMatrix([list(line) for line in value.blocks]) if isinstance(value, Grid) else value


def blocks_of(expr: Basic) -> list[list[Basic]]:
    """The blocks of a matrix expression, multiplied out, row by row; one block if it collapses.

    >>> n, d = sp.symbols("n d", integer=True, positive=True)
    >>> X, w = sp.MatrixSymbol("X", n, d), sp.MatrixSymbol("w", d, 1)
    >>> blocks_of(BlockMatrix([[X], [2*sp.Identity(d)]])*w)
    [[X*w], [2*w]]
    """
    return [list(line) for line in grid_of(_Reader(expr).value(expr)).blocks]


@lru_cache(maxsize=1 << 12)
def _is_concerned(expr: Basic) -> bool:
    return any(
        isinstance(node, BlockMatrix) or (isinstance(node, sp.Sum) and any(limit[1:2] != (0,) for limit in node.limits))
        for node in sp.preorder_traversal(expr)
    )


def conjuncts(statement: Basic) -> list[Basic]:
    """The parts of an `And`, nested ones too."""
    if isinstance(statement, sp.And):
        return [part for arg in statement.args for part in conjuncts(arg)]
    return [statement]


def _joined(kind: Any, parts: Iterable[Basic]) -> Basic:
    """`kind(*parts)` with the parts as they are: SymPy's own And sorts and compares them, and drops or decides some."""
    kept = tuple(dict.fromkeys(parts) if kind in (sp.And, sp.Or) else parts)
    if len(kept) == 1 and kind in (sp.And, sp.Or):
        return kept[0]
    node = Basic.__new__(kind, *kept)
    node._argset = frozenset(kept)
    return node


class _Reader:
    """Reads a statement node by node. `scope`: indices of the sums around; `met`: what needs a condition to exist."""

    def __init__(self, whole: Basic) -> None:
        sized = whole.atoms(sp.MatrixSymbol, sp.Identity, sp.ZeroMatrix, OneMatrix)
        self.sizes: set[Basic] = {s for node in sized for size in node.shape for s in size.free_symbols}
        self.scope: dict[Basic, Span] = {}
        self.met: dict[Basic, None] = {}

    # Statements.

    def statement(self, s: Any) -> Basic:
        if not self.is_touched(s):
            return s
        if isinstance(s, Relational):
            return self._with_presuppositions(s, self._relation)
        if isinstance(s, AppliedPredicate):
            return self._with_presuppositions(s, self._predicate)
        if isinstance(s, ForAll):
            parts = conjuncts(self.statement(s.relation))
            return _joined(sp.And, (ForAll(s.symbol, part) for part in parts))
        if isinstance(s, sp.And):
            return _joined(sp.And, (part for arg in s.args for part in conjuncts(self.statement(arg))))
        if isinstance(s, (sp.Or, sp.Not, sp.Implies, sp.Equivalent)):
            return _joined(type(s), map(self.statement, s.args))
        raise UnsupportedError(f"blocks in {said(s)} ({type(s).__name__}): no such statement is known here.")

    def _with_presuppositions(self, s: Any, rule: Callable[[Any], Basic]) -> Basic:
        outer, self.met = self.met, {}
        out = rule(s)
        left = set(sp.preorder_traversal(out))
        lost = [node for node in self.met if node not in left]
        for node in lost:
            if not node.free_symbols <= s.free_symbols:
                raise UnsupportedError(
                    f"{said(node)} vanishes from {said(s)}; whether it exists depends on a bound symbol."
                )
        self.met = {**outer, **self.met}
        return _joined(sp.And, [*conjuncts(out), *(sp.Eq(node, node, evaluate=False) for node in lost)])

    def _relation(self, s: Any) -> Basic:
        shape(s)
        left, right = map(self.value, s.args)
        if not isinstance(left, Grid) and not isinstance(right, Grid):
            return type(s)(left, right, evaluate=False)
        left, right = map(grid_of, (left, right))
        heights, widths = common(left.heights, right.heights), common(left.widths, right.widths)
        sides = zip(*(sum(g.refined(heights, widths).blocks, ()) for g in (left, right)), strict=True)
        pairs = [(a, b) for a, b in sides]
        parts = [type(s)(a, b, evaluate=False) for a, b in ([p for p in pairs if p[0] != p[1]] or pairs[:1])]
        return _joined(sp.And if isinstance(s, sp.Eq) else sp.Or, parts)

    def _predicate(self, s: Any) -> Basic:
        for argument in s.arguments:
            shape(argument)
        return s.function(*map(self.plain, s.arguments))

    # Expressions.

    def value(self, e: Any) -> Value:
        """`e` multiplied out: a grid, or a plain expression."""
        if isinstance(e, Boolean) and not isinstance(e, sp.Expr):  # a Symbol is both
            return self.statement(e)
        if not self.is_touched(e):
            return self.noted(e)
        rule = _RULES.get(type(e)) or (_rebuilt if isinstance(e, AppliedUndef) else None)
        if rule is None:
            raise UnsupportedError(f"{type(e).__name__} of blocks, or of a moved index, is not known here: {said(e)}.")
        if not isinstance(e, sp.Tuple):
            shape(e)
        return self.noted(rule(self, e))

    def plain(self, e: Any) -> Any:
        """The value of `e`, which must collapse."""
        value = self.value(e)
        if isinstance(value, Grid):
            size = f"{len(value.heights)} x {len(value.widths)}"
            raise UnsupportedError(f"{said(e)} consists of {size} blocks, and must be one expression here.")
        return value

    def is_touched(self, e: Any) -> bool:
        """Whether there is anything to do in `e`: blocks, or an index that was moved."""
        return _is_concerned(e) or not e.free_symbols.isdisjoint(i for i, span in self.scope.items() if span.start != 0)

    def noted(self, value: Value) -> Value:
        blocks = sum(value.blocks, ()) if isinstance(value, Grid) else (value,)
        self.met |= dict.fromkeys(node for block in blocks for node in partial_nodes(block))
        return value

    def index(self, e: Any) -> Any:
        """A position or a bound, in terms of indices that begin at 0."""
        return sp.expand(e.xreplace({i: i + span.start for i, span in self.scope.items() if span.start != 0}))

    def require_index(self, position: Any, e: Any) -> None:
        moved = any(symbol in self.scope and self.scope[symbol].start != 0 for symbol in position.free_symbols)
        if moved and not isinstance(position, sp.Symbol):
            raise UnsupportedError(f"{said(e)}: its index becomes {position}; sums must run over whole blocks.")


# One rule a node.


def _blocks(r: _Reader, e: Any) -> Value:
    """A block matrix; blocks that are block matrices themselves are laid out on the common partition."""
    lines = [[grid_of(r.value(e.blocks[i, j])) for j in range(e.blocks.cols)] for i in range(e.blocks.rows)]
    heights = [_common(grid.heights for grid in line) for line in lines]
    widths = [_common(grid.widths for grid in column) for column in zip(*lines, strict=True)]
    out: list[tuple[Basic, ...]] = []
    for line, high in zip(lines, heights, strict=True):
        pieces = [grid.refined(high, wide).blocks for grid, wide in zip(line, widths, strict=True)]
        out += [sum((piece[k] for piece in pieces), ()) for k in range(len(high))]
    return blockwise.collapsed(Grid(sum(heights, ()), sum(widths, ()), tuple(out)))


def _common(partitions: Iterable[blockwise.Parts]) -> blockwise.Parts:
    first, *rest = partitions
    for other in rest:
        first = common(first, other)
    return first


def _transpose(r: _Reader, e: Any) -> Value:
    return transposed(r.value(e.args[0]))


def _add(r: _Reader, e: Any) -> Value:
    values = [r.value(term) for term in e.args]
    if any(isinstance(value, Grid) for value in values):
        return blockwise.total(values)
    return blockwise.added(values, shape(e)) if e.is_Matrix else plus(values, False)


def _product(r: _Reader, e: Any) -> Value:
    runs, outer = split_product(e.args)
    scalars = [_chain(r, run) for run in runs]
    if outer:
        return blockwise.scaled(sp.Mul(*map(blockwise.number, scalars)), _chain(r, outer))
    if any(map(is_zero, scalars)):
        return sp.ZeroMatrix(1, 1) if e.is_Matrix else S.Zero
    if any(s.is_Matrix for s in scalars) and all(s.is_Matrix or s.is_commutative for s in scalars):
        return blockwise.multiplied(*_factors(scalars), shape(e))
    if all(s.is_commutative for s in scalars):
        return sp.Mul(*scalars)
    return sp.Mul._from_args([s if not s.is_Matrix else blockwise.number(s) for s in scalars])


def _factors(scalars: Sequence[Any]) -> tuple[Any, list[Any]]:
    pairs = [blockwise.factored(s) for s in scalars]
    return sp.Mul(*(coefficient for coefficient, _ in pairs)), [link for _, chain in pairs for link in chain]


def _chain(r: _Reader, factors: Sequence[Any]) -> Value:
    values = [r.value(factor) for factor in factors]
    return values[0] if len(values) == 1 else blockwise.product(values)


def _power(r: _Reader, e: Any) -> Value:
    base, exponent = r.value(e.args[0]), r.plain(e.args[1])
    if isinstance(base, Grid):
        if exponent == -1:
            return blockwise.inverse(base)
        if not (exponent.is_Integer and 1 <= exponent <= MAX_POWER):
            raise UnsupportedError(f"{said(e)}: a block matrix has the powers 1 to {MAX_POWER} and -1 here.")
        return blockwise.product([base] * int(exponent)) if exponent != 1 else base
    if is_zero(base) and not exponent.is_positive:
        raise UnsupportedError(f"{said(e)}: its base is zero on its face.")
    if base.is_Matrix:
        return sp.Inverse(base) if exponent == -1 else sp.MatPow(base, exponent)
    return sp.Pow(base, exponent, evaluate=bool(exponent.is_Integer and base.is_commutative))


def _inverse(r: _Reader, e: Any) -> Value:
    value = r.value(e.args[0])
    if isinstance(value, Grid):
        return blockwise.inverse(value)
    return value if isinstance(value, sp.Identity) else sp.Inverse(value)


def _trace(r: _Reader, e: Any) -> Any:
    value = r.value(e.args[0])
    if isinstance(value, Grid):
        return blockwise.trace(value)
    return S.Zero if is_zero(value) else sp.Trace(value) if value.is_Matrix else value


def _entry(r: _Reader, e: Any) -> Any:
    value, (i, j) = r.value(e.args[0]), map(r.index, e.args[1:])
    if isinstance(value, Grid):
        row, i = place(value.heights, i, r.scope, r.sizes, said(e))
        column, j = place(value.widths, j, r.scope, r.sizes, said(e))
        value = value.blocks[row][column]
    for position in (i, j):
        r.require_index(position, e)
    return entry(value, i, j)


def _delta(r: _Reader, e: Any) -> Any:
    positions = [r.index(position) for position in e.args[:2]]
    for position in positions:
        r.require_index(position, e)
    return sp.KroneckerDelta(*positions)


def _moved(r: _Reader, e: Any) -> Any:
    return r.index(e)


def _sum(r: _Reader, e: Any) -> Any:
    return _sum_over(r, e.function, list(e.limits))


def _sum_over(r: _Reader, body: Any, limits: list[Any]) -> Any:
    """The last limit is the outermost. Each block that the index meets has a sum of its own."""
    if not limits:
        return r.plain(body)
    *inner, (i, *bounds) = limits
    if len(bounds) != 2:
        raise UnsupportedError(f"a sum over {i} without a first and a last value.")
    first, last = bounds
    first, last = r.index(first), r.index(last)
    inside = sp.Sum(body, *inner) if inner else body
    outside = r.scope
    r.scope = {j: span for j, span in outside.items() if j != i}
    taken = first.free_symbols.union(
        last.free_symbols, r.sizes, *(span.start.free_symbols for span in outside.values())
    )
    if i in taken:
        raise UnsupportedError(f"the name {i} of an index is used for something else too; rename it.")
    terms = []
    for start, end in segments(_places(r, inside, i), first, last, r.sizes, f"the sum over {i}"):
        r.scope = {**outside, i: Span(start, sp.expand(end - start))}
        terms.append(summed(_sum_over(r, body, inner), i, r.scope[i].last))
    r.scope = outside
    return plus(terms, False)


def _places(r: _Reader, body: Any, i: Any) -> list[Any]:
    """Values of the index i at which an entry in `body` enters a new block."""
    out = list[Any]()
    for element in entries_at(body, i):
        parent, *positions = element.args
        value = r.value(parent) if i not in parent.free_symbols else None
        for axis, position in enumerate(positions):
            if i not in position.free_symbols or not _is_concerned(parent):
                continue
            if value is None:
                raise UnsupportedError(f"{said(element)}: the matrix depends on the index {i} of its entry.")
            parts = (value.heights, value.widths)[axis] if isinstance(value, Grid) else ()
            offset = sp.expand(r.index(position) - i)
            if len(parts) > 1 and not offset.free_symbols <= r.sizes:
                raise UnsupportedError(f"{said(element)}: in which block it lies is not decided by {i} alone.")
            out += [sp.expand(start - offset) for start in starts(parts)[1:]]
    return out


def _rebuilt(r: _Reader, e: Any) -> Any:
    """The same node of arguments that collapse."""
    options = {"evaluate": False} if isinstance(e, sp.Piecewise) else {}
    try:
        out = e.func(*map(r.plain, e.args), **options)
    except (TypeError, ValueError):  # SymPy compares conditions, and cannot compare matrices
        out = None
    if type(out) is not type(e):
        raise UnsupportedError(f"{said(e)} does not stay a {type(e).__name__} when its blocks are multiplied out.")
    return out


def _minimisers(r: _Reader, e: Any) -> Any:
    constraints = [part for c in e.constraints for part in conjuncts(r.statement(c))]
    return e.func(r.plain(e.objective), e.variables, *constraints)


def _kept(r: _Reader, e: Any) -> Any:
    return e


_RULES: dict[type, Callable[[_Reader, Any], Value]] = {
    BlockMatrix: _blocks, BlockDiagMatrix: _blocks, sp.Transpose: _transpose,
    sp.Add: _add, sp.MatAdd: _add, sp.Mul: _product, sp.MatMul: _product,
    sp.Pow: _power, sp.MatPow: _power, sp.Inverse: _inverse, sp.Trace: _trace,
    MatrixElement: _entry, sp.Sum: _sum, sp.KroneckerDelta: _delta, sp.Symbol: _moved, sp.Dummy: _moved,
    ArgMin: _minimisers, ArgMax: _minimisers,
    **dict.fromkeys((sp.Derivative, Gradient, Jacobian, Hessian, sp.Determinant, sp.HadamardProduct, HadamardPower,
                     DiagMatrix, DiagonalOf, sp.KroneckerProduct, sp.Piecewise, ExprCondPair, sp.Tuple, sp.Limit,
                     *SCALAR_FUNCTIONS), _rebuilt),
}  # fmt: skip

__all__ = ["blocks_of", "conjuncts", "equations", "multiply_out", "unblocked"]
