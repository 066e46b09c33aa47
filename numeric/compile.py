"""From SymPy expressions to plans: the table of nodes, one function each.

    plan = compile_plan([lhs, rhs], {n: 3, d: 2}, field)        plan.inputs -> [(X, 3, 2), (lambda, 1, 1)]
    left, right = plan.run([value_of_X, value_of_lambda])

Sums over an index are unrolled. Derivative nodes run a sub-plan in the ring's tangent ring: dual numbers over an exact
ring, complex numbers for floats. A node that is not in `HANDLERS` raises UnsupportedError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sympy as sp
from sympy import Basic, MatrixSymbol, Symbol
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions import (
    applyfunc,
    blockmatrix,
    diagonal,
    dotproduct,
    funcmatrix,
    hadamard,
    kronecker,
    special,
)
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.slice import MatrixSlice

from numeric.plan import Builder, OutsideRange, Plan, Register, Slot
from numeric.rings import OutsideRing, Ring, Undefined, Value
from symbolic.errors import PushthroughError, ShapeError, UnsupportedError
from symbolic.nodes import Commutation, Gradient, Hessian, Jacobian, MatrixSum, Vec, is_single
from symbolic.shapes import shape

Handler = Callable[[Builder, Any], Slot]
HANDLERS: dict[type, Handler] = {}


def handles(*types: type) -> Callable[[Handler], Handler]:
    """Register one row of the table of nodes."""

    def register(function: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(types, function))
        return function

    return register


def handler_of(expr: Basic) -> Handler:
    """The function that compiles this node. Raises UnsupportedError, naming the node, if there is none."""
    known = HANDLERS.get(type(expr))
    if known is not None:
        return known
    for kind, handler in HANDLERS.items():
        if isinstance(expr, kind):
            return handler
    if isinstance(expr, sp.Function) and not isinstance(expr, AppliedUndef):
        return _function
    raise UnsupportedError(f"{type(expr).__name__} is not evaluated numerically (in {expr})")


def compile_plan(
    exprs: Sequence[Basic], sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int] | None = None
) -> Plan:
    """Compile `exprs` together. Raises ShapeError, or UnsupportedError (OutsideRing for a node the ring lacks)."""
    builder = Builder(ring, sizes, indices, handler_of)
    return Plan(builder, [builder.node(expr) for expr in exprs])


def _sub_plan(b: Builder, exprs: Sequence[Basic], ring: Ring) -> tuple[Plan, list[Slot]]:
    """A plan for `exprs` under the bindings of `b`, and the registers of `b` that feed it."""
    indices = {s: v for s, v in b.bound.items() if isinstance(v, int)}
    key = (tuple(exprs), ring, tuple(indices.items()))
    plan = b.plans.get(key)
    if plan is None:
        plan = b.plans[key] = compile_plan(exprs, {**b.integers, **indices}, ring)
    held = {s: v.slot for s, v in b.bound.items() if isinstance(v, Register)}
    return plan, [held[s] if s in held else b.input(s, (r, c)) for s, r, c in plan.inputs]


# ---- the table: symbols and constants


@handles(MatrixSymbol)
def _matrix_symbol(b: Builder, e: Any) -> Slot:
    return b.input(e, (b.size(e.args[1]), b.size(e.args[2])))


@handles(Symbol, sp.Dummy)
def _symbol(b: Builder, e: Symbol) -> Slot:
    bound = b.bound.get(e)
    if isinstance(bound, Register):
        return bound.slot
    value = b.integer(e)
    return b.number(value) if value is not None else b.input(e, (1, 1))


@handles(sp.Rational)
def _rational(b: Builder, e: Any) -> Slot:
    return b.number(int(e.p), int(e.q))


@handles(sp.Float)
def _float(b: Builder, e: sp.Float) -> Slot:
    if not b.ring.exact:
        return b.constant(("float", float(e)), lambda: b.ring.number(float(e)))  # type: ignore[attr-defined]
    exact = sp.Rational(str(e))  # the decimal that was written, not its binary neighbour
    return b.number(int(exact.p), int(exact.q))


@handles(sp.NumberSymbol)
def _number_symbol(b: Builder, e: Any) -> Slot:
    if b.ring.exact:
        return b.emit(b.ring.function(str(e)), 0, None, (1, 1))  # raises OutsideRing
    return b.constant(e, lambda: b.ring.number(float(e)))  # type: ignore[attr-defined]


@handles(special.Identity)
def _identity(b: Builder, e: Any) -> Slot:
    n = b.size(e.args[0])
    return b.constant(("identity", n), lambda: b.ring.identity(n), (n, n))


@handles(special.ZeroMatrix)
def _zero(b: Builder, e: Any) -> Slot:
    rows, cols = b.size(e.args[0]), b.size(e.args[1])
    return b.constant(("zero", rows, cols), lambda: b.ring.zeros(rows, cols), (rows, cols))


@handles(special.OneMatrix)
def _ones(b: Builder, e: Any) -> Slot:
    rows, cols = b.size(e.args[0]), b.size(e.args[1])
    return b.constant(("ones", rows, cols), lambda: b.ring.ones(rows, cols), (rows, cols))


@handles(Commutation)
def _commutation(b: Builder, e: Any) -> Slot:
    m, n = map(b.size, e.args)
    if m == 1 or n == 1:
        return b.constant(("identity", m * n), lambda: b.ring.identity(m * n), (m * n, m * n))
    zero, one = b.ring.scalar(0), b.ring.scalar(1)
    cells = [one if (r // n, r % n) == (k % m, k // m) else zero for r in range(m * n) for k in range(m * n)]
    return b.constant(("commutation", m, n), lambda: b.ring.build(m * n, m * n, cells), (m * n, m * n))


@handles(sp.ImmutableDenseMatrix)
def _explicit(b: Builder, e: Any) -> Slot:
    return b.build(e.rows, e.cols, [b.node(x) for x in e.flat()])


# ---- sums, products, powers


@handles(sp.Add, sp.MatAdd)
def _add(b: Builder, e: Basic) -> Slot:
    return b.add([b.node(a) for a in e.args], e)


def _factors(e: Basic) -> Iterable[Basic]:
    for a in e.args:
        if isinstance(a, sp.MatMul | sp.Mul):
            yield from _factors(a)
        else:
            yield a


@handles(sp.Mul, sp.MatMul)
def _mul(b: Builder, e: Basic) -> Slot:
    factors = list(_factors(e))
    slots = [b.node(a) for a in factors if a is not sp.S.NegativeOne]
    total = b.product(slots, e) if slots else b.number(1)
    if (len(factors) - len(slots)) % 2 == 0:
        return total
    return b.emit(b.ring.negate, total, None, b.shapes[total])


@handles(sp.Pow, sp.MatPow, sp.Inverse)
def _pow(b: Builder, e: Basic) -> Slot:
    base, exponent = e.args[0], e.args[1]
    k = b.fraction(exponent)
    slot = b.node(base)
    if k is not None and k.denominator == 1:
        return b.power(slot, int(k), e)
    if b.shapes[slot] != (1, 1):
        raise UnsupportedError(f"{e}: only integer powers of a matrix are evaluated")
    if k is not None:
        p, q, ring = k.numerator, k.denominator, b.ring
        return b.emit_many(lambda r: ring.root(r[0], p, q), [slot], (1, 1))
    if b.ring.exact:
        raise OutsideRing(f"{e}: the exponent {exponent} is neither an integer nor a fraction")
    return b.emit(lambda s, t: s**t, slot, b.node(exponent), (1, 1))


@handles(sp.Transpose, sp.Adjoint)
def _transpose(b: Builder, e: Any) -> Slot:
    slot = b.node(e.args[0])
    rows, cols = b.shapes[slot]
    return slot if rows == cols == 1 else b.emit(b.ring.transpose, slot, None, (cols, rows))


@handles(sp.Trace)
def _trace(b: Builder, e: Any) -> Slot:
    slot = b.node(e.args[0])
    rows, cols = b.shapes[slot]
    if rows != cols:
        raise ShapeError(f"the trace of {e.args[0]} does not exist: it is {rows} x {cols}")
    ring = b.ring
    return slot if rows == 1 else b.emit_many(lambda r: ring.trace(r[0], rows), [slot], (1, 1))


@handles(sp.Determinant)
def _determinant(b: Builder, e: Any) -> Slot:
    slot = b.node(e.args[0])
    rows, cols = b.shapes[slot]
    if rows != cols:
        raise ShapeError(f"the determinant of {e.args[0]} does not exist: it is {rows} x {cols}")
    return slot if rows == 1 else b.emit(b.ring.det, slot, None, (1, 1))


# ---- entries and indices


@handles(MatrixElement)
def _element(b: Builder, e: Any) -> Slot:
    slot = b.node(e.args[0])
    rows, cols = b.shapes[slot]
    return b.entry(slot, b.index(e.args[1], rows, e), b.index(e.args[2], cols, e))


@handles(sp.KroneckerDelta)
def _delta(b: Builder, e: Any) -> Slot:
    i, j = b.integer(e.args[0]), b.integer(e.args[1])
    if i is None or j is None:
        raise PushthroughError(f"an index of {e} has no value: give integers (0-based) for its indices")
    return b.number(1 if i == j else 0)


@handles(sp.Sum, MatrixSum, sp.Product)
def _sum(b: Builder, e: Any) -> Slot:
    """Unrolled; in `Sum(f, (i, ...), (j, ...))` j is outermost. A product likewise."""

    def walk(limits: Sequence[Any]) -> list[Slot]:
        if not limits:
            return [b.node(e.function)]
        symbol, low, high = limits[-1]
        first, last = b.integer(low), b.integer(high)
        if first is None or last is None:
            raise PushthroughError(f"the range {low}..{high} of {symbol} in {e} has no value")
        saved = dict(b.bound)
        slots: list[Slot] = []
        for k in range(first, last + 1):
            b.bound = {**saved, symbol: k}
            slots += walk(limits[:-1])
        b.bound = saved
        return slots

    slots = walk(e.limits)
    if isinstance(e, sp.Product):
        return b.product(slots, e) if slots else b.number(1)
    if slots:
        return b.add(slots, e)
    rows, cols = (b.size(size) for size in shape(e.function))
    return b.constant(("zero", rows, cols), lambda: b.ring.zeros(rows, cols), (rows, cols))


# ---- entrywise and block constructions


@handles(hadamard.HadamardProduct)
def _hadamard(b: Builder, e: Any) -> Slot:
    ring, total = b.ring, b.node(e.args[0])
    rows, cols = b.shapes[total]
    for a in e.args[1:]:
        slot = b.node(a)
        b.require_same(total, slot, e, "multiply entrywise")
        if rows == cols == 1:
            total = b.times(total, slot)
        else:
            total = b.emit_many(lambda r: ring.hadamard(r[0], r[1], rows, cols), [total, slot], (rows, cols))
    return total


@handles(hadamard.HadamardPower)
def _hadamard_power(b: Builder, e: Any) -> Slot:
    x = sp.Dummy("x")
    return _entrywise(b, b.node(e.args[0]), x, sp.Pow(x, e.args[1]))


@handles(applyfunc.ElementwiseApplyFunction)
def _apply(b: Builder, e: Any) -> Slot:
    function = e.function
    (variable,) = function.variables
    return _entrywise(b, b.node(e.expr), variable, function.expr)


def _entrywise(b: Builder, slot: Slot, variable: Basic, body: Basic) -> Slot:
    rows, cols = b.shapes[slot]
    return b.build(rows, cols, [b.within({variable: Register(x)}, body) for x in b.entries(slot)])


@handles(kronecker.KroneckerProduct)
def _kronecker(b: Builder, e: Any) -> Slot:
    total = b.node(e.args[0])
    for a in e.args[1:]:
        slot = b.node(a)
        (r, c), (p, q) = b.shapes[total], b.shapes[slot]
        left, right = b.entries(total), b.entries(slot)
        places = [(i, j) for i in range(r * p) for j in range(c * q)]
        items = [b.times(left[(i // p) * c + j // q], right[(i % p) * q + j % q]) for i, j in places]
        total = b.build(r * p, c * q, items)
    return total


def _blocks(b: Builder, grid: Sequence[Sequence[Slot]], e: Basic) -> Slot:
    heights = [b.shapes[row[0]][0] for row in grid]
    widths = [b.shapes[slot][1] for slot in grid[0]]
    items: list[Slot] = []
    for row, height in zip(grid, heights, strict=True):
        for slot, width in zip(row, widths, strict=True):
            if b.shapes[slot] != (height, width):
                raise ShapeError(f"a block of {e} is {b.shapes[slot]} where {(height, width)} fits")
        for i in range(height):
            items += [b.entry(slot, i, j) for slot, width in zip(row, widths, strict=True) for j in range(width)]
    return b.build(sum(heights), sum(widths), items)


@handles(blockmatrix.BlockMatrix)
def _block(b: Builder, e: Any) -> Slot:
    blocks = e.blocks
    return _blocks(b, [[b.node(blocks[i, j]) for j in range(blocks.cols)] for i in range(blocks.rows)], e)


@handles(blockmatrix.BlockDiagMatrix)
def _block_diagonal(b: Builder, e: Any) -> Slot:
    slots = [b.node(a) for a in e.diag]
    sizes = [b.shapes[slot] for slot in slots]

    def block(i: int, j: int) -> Slot:
        shape = (sizes[i][0], sizes[j][1])
        return slots[i] if i == j else b.constant(("zero", *shape), lambda: b.ring.zeros(*shape), shape)

    return _blocks(b, [[block(i, j) for j in range(len(slots))] for i in range(len(slots))], e)


@handles(diagonal.DiagMatrix)
def _diag_matrix(b: Builder, e: Any) -> Slot:
    slot = b.node(e.args[0])
    entries, zero = b.entries(slot), b.number(0)
    if 1 not in b.shapes[slot]:
        raise ShapeError(f"{e}: a diagonal matrix is made from a vector, this is {b.shapes[slot]}")
    n = len(entries)
    return b.build(n, n, [entries[i] if i == j else zero for i in range(n) for j in range(n)])


@handles(diagonal.DiagonalOf)
def _diagonal_of(b: Builder, e: Any) -> Slot:
    slot = b.node(e.args[0])
    n = min(b.shapes[slot])
    return b.build(n, 1, [b.entry(slot, i, i) for i in range(n)])


@handles(diagonal.DiagonalMatrix)
def _diagonal_part(b: Builder, e: Any) -> Slot:
    slot, zero = b.node(e.args[0]), b.number(0)
    rows, cols = b.shapes[slot]
    return b.build(rows, cols, [b.entry(slot, i, j) if i == j else zero for i in range(rows) for j in range(cols)])


@handles(Vec)
def _vec(b: Builder, e: Any) -> Slot:
    slot = b.node(e.args[0])
    rows, cols = b.shapes[slot]
    return b.build(rows * cols, 1, [b.entry(slot, i, j) for j in range(cols) for i in range(rows)])


@handles(MatrixSlice)
def _slice(b: Builder, e: Any) -> Slot:
    slot = b.node(e.args[0])
    ranges = []
    for (first, stop, step), size in zip(e.args[1:], b.shapes[slot], strict=True):
        begin, end = b.integer(first), b.integer(stop)
        if begin is None or end is None or step != 1:
            raise PushthroughError(f"the range {first}:{stop} in {e} has no value")
        if not 0 <= begin <= end <= size:
            raise OutsideRange(f"{e} takes {begin}:{end} of {size}")
        ranges.append(range(begin, end))
    rows, cols = ranges
    return b.build(len(rows), len(cols), [b.entry(slot, i, j) for i in rows for j in cols])


@handles(dotproduct.DotProduct)
def _dot(b: Builder, e: Any) -> Slot:
    left, right = (b.entries(b.node(a)) for a in e.args)
    return b.add([b.times(x, y) for x, y in zip(left, right, strict=True)], e)


@handles(funcmatrix.FunctionMatrix)
def _function_matrix(b: Builder, e: Any) -> Slot:
    rows, cols = b.size(e.args[0]), b.size(e.args[1])
    saved = dict(b.bound)
    items = []
    for place in [(i, j) for i in range(rows) for j in range(cols)]:
        b.bound = {**saved, **dict(zip(e.lamda.variables, place, strict=True))}
        items.append(b.node(e.lamda.expr))
    b.bound = saved
    return b.build(rows, cols, items)


# ---- functions, cases and conditions


def _function(b: Builder, e: Any) -> Slot:
    slots = [b.node(a) for a in e.args]
    for slot, a in zip(slots, e.args, strict=True):
        if b.shapes[slot] != (1, 1):
            raise ShapeError(f"{e.func.__name__} takes scalars; {a} is {b.shapes[slot][0]} x {b.shapes[slot][1]}")
    function = b.ring.function(e.func.__name__)
    return b.emit_many(lambda r: function(*r), slots, (1, 1))


HANDLERS.update(dict.fromkeys([sp.Max, sp.Min], _function))


@handles(sp.Piecewise)
def _piecewise(b: Builder, e: Any) -> Slot:
    """Conditions in order; only the branch that applies is evaluated, so the others may be undefined here."""
    ring = b.ring
    cases = []
    reads: list[Slot] = []
    for value, condition in e.args:
        test, test_reads = _sub_plan(b, [condition], ring)
        then, then_reads = _sub_plan(b, [value], ring)
        k, m = len(reads), len(test_reads)
        cases.append((test, slice(k, k + m), then, slice(k + m, k + m + len(then_reads))))
        reads += test_reads + then_reads
    shape = cases[0][2].shapes[0]

    def choose(values: list[Value]) -> Value:
        for test, test_slice, then, then_slice in cases:
            if test.run(values[test_slice])[0]:
                return then.run(values[then_slice])[0]
        raise Undefined(f"no case of {e} applies")

    return b.emit_many(choose, reads, shape)


_COMPARE: dict[type, Callable[[Ring, Value, Value], bool]] = {
    sp.Gt: lambda ring, x, y: ring.less(y, x),
    sp.Lt: lambda ring, x, y: ring.less(x, y),
    sp.Ge: lambda ring, x, y: not ring.less(x, y),
    sp.Le: lambda ring, x, y: not ring.less(y, x),
    sp.Eq: lambda ring, x, y: ring.equal(x, y),
    sp.Ne: lambda ring, x, y: not ring.equal(x, y),
}


@handles(*_COMPARE)
def _relation(b: Builder, e: Any) -> Slot:
    left, right = b.node(e.args[0]), b.node(e.args[1])
    b.require_same(left, right, e, "compare")
    ring, compare = b.ring, _COMPARE[type(e)]
    return b.emit_many(lambda r: compare(ring, r[0], r[1]), [left, right], (1, 1))


_LOGIC: dict[type, Callable[[list[Value]], bool]] = {sp.And: all, sp.Or: any, sp.Not: lambda r: not r[0]}


@handles(*_LOGIC)
def _logic(b: Builder, e: Any) -> Slot:
    combine = _LOGIC[type(e)]
    return b.emit_many(lambda r: combine(r), [b.node(a) for a in e.args], (1, 1))


@handles(type(sp.true), type(sp.false))
def _truth(b: Builder, e: Any) -> Slot:
    return b.constant(e, lambda: bool(e))


# ---- derivatives


def _slopes(b: Builder, expr: Basic, wrt: Basic, places: Callable[[int, int], list[tuple[int, int]]]) -> Slot:
    """A register with the list of derivatives of `expr` by the chosen entries of `wrt`; its shape is that of `expr`."""
    outer = b.ring
    tangent = outer.tangent()
    plan, reads = _sub_plan(b, [expr], tangent)
    rows, cols = b.shapes[b.node(wrt)]
    units = [outer.unit(rows, cols, i, j) for i, j in places(rows, cols)]
    zero = outer.zeros(*plan.shapes[0])
    position = next((k for k, (s, _, _) in enumerate(plan.inputs) if s == wrt), None)
    if position is None:
        return b.emit_many(lambda r: [zero] * len(units), [], plan.shapes[0])
    varying, output = plan.slots[position], plan.outputs[0]
    fixed, moving = plan.split(varying)

    def slopes(values: list[Value]) -> list[Value]:
        registers = plan.template[:]
        for slot, value in zip(plan.slots, values, strict=True):
            registers[slot] = tangent.lift(value) if outer.exact else value
        plan._execute(registers, fixed)

        def run(seeded: Value) -> Value:
            registers[varying] = seeded
            plan._execute(registers, moving)
            return registers[output]

        return [outer.derive(run, values[position], unit, zero) for unit in units]

    return b.emit_many(slopes, reads, plan.shapes[0])


def _columns_first(rows: int, cols: int) -> list[tuple[int, int]]:
    return [(i, j) for j in range(cols) for i in range(rows)]


def _require_variable(e: Any) -> None:
    if not isinstance(e.args[1], MatrixSymbol | Symbol):
        raise UnsupportedError(f"{e}: derivatives are taken by a matrix or scalar symbol, not by {e.args[1]}")


@handles(Jacobian)
def _jacobian(b: Builder, e: Any) -> Slot:
    if is_single(e.args[1]):
        return b.node(_Partial(*e.args))
    _require_variable(e)
    slopes = _slopes(b, e.args[0], e.args[1], _columns_first)
    (m, k), (p, q) = b.shapes[slopes], b.shapes[b.node(e.args[1])]
    ring, places = b.ring, _columns_first(m, k)
    rows, cols = m * k, p * q
    if rows == 1:
        return b.emit_many(lambda r: r[0][0] if cols == 1 else ring.build(1, cols, r[0]), [slopes], (1, cols))

    def stack(r: list[Value]) -> Value:
        return ring.build(rows, cols, [ring.entry(column, i, j) for i, j in places for column in r[0]])

    return b.emit_many(stack, [slopes], (rows, cols))


@handles(Gradient)
def _gradient(b: Builder, e: Any) -> Slot:
    _require_variable(e)
    slopes = _slopes(b, e.args[0], e.args[1], lambda p, q: [(i, j) for i in range(p) for j in range(q)])
    if b.shapes[slopes] != (1, 1):
        raise ShapeError(f"the gradient of {e.args[0]} does not exist: it is not a scalar; take its Jacobian")
    p, q = b.shapes[b.node(e.args[1])]
    ring = b.ring
    return b.emit_many(lambda r: r[0][0] if p == q == 1 else ring.build(p, q, r[0]), [slopes], (p, q))


@handles(Hessian)
def _hessian(b: Builder, e: Any) -> Slot:
    return b.node(Jacobian(Gradient(e.args[0], e.args[1]), e.args[1]))


@handles(sp.Derivative)
def _derivative(b: Builder, e: Any) -> Slot:
    """By one variable after the other (SymPy would merge nested Derivative nodes again)."""
    total = e.expr
    for variable, count in e.variable_count:
        for _ in range(int(count)):
            total = _Partial(total, variable)
    return b.node(total)


class _Partial(sp.Expr):
    """Derivative of args[0] by the scalar symbol or entry args[1], once."""


@handles(_Partial)
def _partial(b: Builder, e: Any) -> Slot:
    expr, wrt = e.args
    if isinstance(wrt, MatrixElement):
        symbol = wrt.parent
        rows, cols = b.shapes[b.node(symbol)]
        place = (b.index(wrt.i, rows, wrt), b.index(wrt.j, cols, wrt))
    elif isinstance(wrt, Symbol) and b.integer(wrt) is None:
        symbol, place = wrt, (0, 0)
    else:
        raise UnsupportedError(f"derivatives are taken by a scalar symbol or by an entry, not by {wrt} (of {expr})")
    slopes = _slopes(b, expr, symbol, lambda p, q: [place])
    return b.emit_many(lambda r: r[0][0], [slopes], b.shapes[slopes])
