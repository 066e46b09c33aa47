"""A plan: an expression at concrete sizes as a straight list of ring operations, and the builder that makes one.

A plan is compiled once (`numeric.compile`) and run many times. Equal subexpressions share one register, and a product
that ends in a column is associated from the right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from sympy import Basic, Symbol

from numeric.rings import Ring, Undefined, Value
from symbolic.errors import PushthroughError, ShapeError

Shape = tuple[int, int]
Slot = int


class OutsideRange(ShapeError, Undefined):
    """An index that leaves the range of the entry it stands in, at these sizes and indices."""


class Plan:
    """A compiled list of expressions. `inputs` are the free matrices and scalars, with their sizes, in order of use."""

    __slots__ = ("code", "inputs", "outputs", "ring", "shapes", "slots", "template", "text")

    def __init__(self, builder: Builder, outputs: list[Slot]) -> None:
        self.ring = builder.ring
        self.inputs: list[tuple[Basic, int, int]] = [(s, *builder.shapes[slot]) for s, slot in builder.inputs.items()]
        self.slots = list(builder.inputs.values())
        self.template = builder.registers
        self.code = builder.code
        self.outputs = outputs
        self.shapes = [builder.shapes[slot] for slot in outputs]

    def run(self, values: Sequence[Value]) -> list[Value]:
        """The outputs at these inputs. Raises Undefined where an inverse, a quotient or a root does not exist."""
        registers = self.template[:]
        for slot, value in zip(self.slots, values, strict=True):
            registers[slot] = value
        self._execute(registers, self.code)
        return [registers[slot] for slot in self.outputs]

    def __call__(self, env: Mapping[Basic, Value]) -> list[Value]:
        """As `run`, from a mapping symbol -> value (1 x 1 matrices as scalars)."""
        try:
            return self.run([env[symbol] for symbol, _, _ in self.inputs])
        except KeyError as error:
            raise PushthroughError(f"no value was given for {error.args[0]}") from None

    @staticmethod
    def _execute(registers: list[Value], code: Iterable[tuple[Slot, Callable[..., Value], Slot, Slot | None]]) -> None:
        try:
            for target, function, a, b in code:
                if b is None:
                    registers[target] = function(registers[a])
                elif b >= 0:
                    registers[target] = function(registers[a], registers[b])
                else:
                    registers[target] = function(registers)
        except ZeroDivisionError as error:
            raise Undefined(str(error)) from None

    def split(self, *varying: Slot) -> tuple[list[Any], list[Any]]:
        """The code that does not depend on the registers `varying`, and the code that does."""
        touched, fixed, moving = set(varying), [], []
        for line in self.code:
            target, function, a, b = line
            reads = function.reads if b == -1 else (a, b)  # type: ignore[attr-defined]
            if touched.isdisjoint(reads):
                fixed.append(line)
            else:
                touched.add(target)
                moving.append(line)
        return fixed, moving

    def held(self, symbols: Sequence[Basic]) -> Callable[[Mapping[Basic, Value]], Callable[..., list[Value]]]:
        """A function from instances to functions of the values of `symbols`: what does not depend on them is run once.

        The instance need not have values for `symbols`; those that the plan does not read are ignored.
        """
        slots = {s: slot for (s, _, _), slot in zip(self.inputs, self.slots, strict=True)}
        fixed, moving = self.split(*(slots[s] for s in symbols if s in slots))

        def hold(env: Mapping[Basic, Value]) -> Callable[..., list[Value]]:
            registers = self.template[:]
            for symbol, slot in slots.items():
                if symbol not in symbols:
                    registers[slot] = env[symbol]
            self._execute(registers, fixed)

            def at(values: Sequence[Value]) -> list[Value]:
                for symbol, value in zip(symbols, values, strict=True):
                    if symbol in slots:
                        registers[slots[symbol]] = value
                self._execute(registers, moving)
                return [registers[slot] for slot in self.outputs]

            return at

        return hold


class _Many:
    """An operation on several registers (`b == -1` in the code): called with the whole register file."""

    __slots__ = ("function", "reads")

    def __init__(self, function: Callable[[list[Value]], Value], reads: Sequence[Slot]) -> None:
        self.function, self.reads = function, tuple(reads)

    def __call__(self, registers: list[Value]) -> Value:
        return self.function([registers[slot] for slot in self.reads])


class Register(NamedTuple):
    """What a bound symbol stands for when it is not an index: the register that holds its value."""

    slot: Slot


class Builder:
    """Turns expressions into code. `sizes` maps size symbols, `indices` free index symbols, to integers."""

    def __init__(
        self,
        ring: Ring,
        sizes: Mapping[Basic, int],
        indices: Mapping[Basic, int] | None = None,
        handler_of: Callable[[Basic], Callable[[Builder, Any], Slot]] | None = None,
    ) -> None:
        self.ring = ring
        self._handler_of = handler_of
        self.integers: dict[Basic, int] = {**sizes, **(indices or {})}
        self.bound: dict[Basic, int | Register] = {}  # indices of sums, arguments of entrywise functions
        self.inputs: dict[Basic, Slot] = {}
        self.registers: list[Value] = []
        self.shapes: list[Shape] = []
        self.code: list[tuple[Slot, Callable[..., Value], Slot, Slot | None]] = []
        self.plans: dict[Any, Plan] = {}  # of branches and derivatives
        self._memo: dict[Any, Slot] = {}
        self._known: dict[Any, Slot] = {}
        self._reads: dict[Basic, frozenset[Basic]] = {}

    # ---- registers
    def _new(self, value: Value, shape: Shape) -> Slot:
        self.registers.append(value)
        self.shapes.append(shape)
        return len(self.registers) - 1

    def emit(self, function: Callable[..., Value], a: Slot, b: Slot | None, shape: Shape) -> Slot:
        """One operation; the same operation on the same registers is emitted once."""
        key = (function, a, b)
        slot = self._known.get(key)
        if slot is None:
            slot = self._known[key] = self._new(None, shape)
            self.code.append((slot, function, a, b))
        return slot

    def emit_many(self, function: Callable[[list[Value]], Value], reads: Sequence[Slot], shape: Shape) -> Slot:
        slot = self._new(None, shape)
        self.code.append((slot, _Many(function, reads), 0, -1))
        return slot

    def constant(self, key: Any, make: Callable[[], Value], shape: Shape = (1, 1)) -> Slot:
        slot = self._known.get(key)
        if slot is None:
            slot = self._known[key] = self._new(make(), shape)
        return slot

    def number(self, p: int, q: int = 1) -> Slot:
        return self.constant(("number", p, q), lambda: self.ring.scalar(p, q))

    def input(self, symbol: Basic, shape: Shape) -> Slot:
        slot = self.inputs.get(symbol)
        if slot is None:
            slot = self.inputs[symbol] = self._new(None, shape)
        return slot

    # ---- expressions
    def node(self, expr: Basic) -> Slot:
        """The register that holds `expr`."""
        key: Any = expr
        if self.bound:
            reads = self._reads.get(expr)
            if reads is None:
                reads = self._reads[expr] = frozenset(expr.free_symbols)
            inside = [(s, v) for s, v in self.bound.items() if s in reads]
            key = (expr, tuple(inside)) if inside else expr
        slot = self._memo.get(key)
        if slot is None:
            assert self._handler_of is not None, "this builder only reads sizes"
            slot = self._memo[key] = self._handler_of(expr)(self, expr)
        return slot

    def integer(self, expr: Basic | int) -> int | None:
        """The integer that a size or an index stands for, or None if it is none or contains anything else."""
        if isinstance(expr, int):
            return expr
        if expr.is_Integer:
            return int(expr)  # type: ignore[arg-type]
        if isinstance(expr, Symbol):
            found = self.bound.get(expr, self.integers.get(expr))
            return found if isinstance(found, int) else None
        value = self.fraction(expr)
        return int(value) if value is not None and value.denominator == 1 else None

    def fraction(self, expr: Basic) -> Fraction | None:
        """The number that an expression of sizes, indices and numbers stands for, such as m/2; None for any other."""
        if expr.is_Rational:
            return Fraction(int(expr.p), int(expr.q))  # type: ignore[attr-defined]
        if isinstance(expr, Symbol):
            value = self.integer(expr)
            return None if value is None else Fraction(value)
        if expr.is_Add or expr.is_Mul or expr.is_Pow:
            values = [self.fraction(a) for a in expr.args]
            known = [v for v in values if v is not None]
            if len(known) < len(values):
                return None
            if expr.is_Add:
                return sum(known, Fraction(0))
            if expr.is_Mul:
                return math.prod(known, start=Fraction(1))
            base, exponent = known
            return base ** int(exponent) if exponent.denominator == 1 and (base or exponent >= 0) else None
        return None

    def size(self, expr: Basic | int) -> int:
        value = self.integer(expr)
        if value is None:
            raise PushthroughError(f"the size {expr} is not known: give its value, or an array that has it")
        if value < 0:
            raise ShapeError(f"the size {expr} is {value} here")
        return value

    def index(self, expr: Basic | int, size: int, what: Basic) -> int:
        value = self.integer(expr)
        if value is None:
            raise PushthroughError(f"the index {expr} of {what} has no value: give an integer (0-based) for it")
        if not 0 <= value < size:
            raise OutsideRange(f"the index {expr} = {value} of {what} is outside 0..{size - 1}")
        return value

    # ---- operations that several handlers share
    def add(self, slots: Sequence[Slot], expr: Basic) -> Slot:
        total = slots[0]
        for slot in slots[1:]:
            self.require_same(total, slot, expr, "add")
            total = self.emit(self.ring.add, total, slot, self.shapes[total])
        return total

    def require_same(self, a: Slot, b: Slot, expr: Basic, verb: str) -> None:
        if self.shapes[a] != self.shapes[b]:
            (r, c), (p, q) = self.shapes[a], self.shapes[b]
            raise ShapeError(f"cannot {verb} in {expr}: {r} x {c} with {p} x {q}")

    def times(self, a: Slot, b: Slot) -> Slot:
        """A 1 x 1 register times any register."""
        return self.emit(self.ring.times, a, b, self.shapes[b])

    def matmul(self, a: Slot, b: Slot) -> Slot:
        (r, k), (_, c) = self.shapes[a], self.shapes[b]
        if r == k == 1:
            return self.times(a, b)
        if k == c == 1:
            return self.times(b, a)
        if r == c == 1:  # a row by a column: the product of the ring is a 1 x 1 matrix, held as a scalar
            product = self.emit(self.ring.matmul, a, b, (-1, -1))
            return self.emit(self._first_entry, product, None, (1, 1))
        return self.emit(self.ring.matmul, a, b, (r, c))

    def _first_entry(self, matrix: Value) -> Value:
        return self.ring.entry(matrix, 0, 0)

    def chain(self, slots: Sequence[Slot]) -> Slot:
        """The product of matrices that fit, cheap side first: from the right if it ends in a column."""
        if self.shapes[slots[-1]][1] == 1:
            total = slots[-1]
            for slot in reversed(slots[:-1]):
                total = self.matmul(slot, total)
            return total
        total = slots[0]
        for slot in slots[1:]:
            total = self.matmul(total, slot)
        return total

    def product(self, slots: Sequence[Slot], expr: Basic) -> Slot:
        """Product in the written order; whatever is 1 x 1, a factor or a run of factors, commutes out."""
        scalars: list[Slot] = []
        runs: list[tuple[int, int, list[Slot]]] = []
        for slot in slots:
            rows, cols = self.shapes[slot]
            if rows == cols == 1:
                scalars.append(slot)
                continue
            runs.append((rows, cols, [slot]))
            while len(runs) > 1 and runs[-2][1] == runs[-1][0]:
                (r, _, left), (_, c, right) = runs[-2:]
                runs[-2:] = [(r, c, left + right)]
                if r == c == 1:
                    scalars.append(self.chain(runs.pop()[2]))
        if len(runs) > 1:
            (r, c, _), (p, q, _) = runs[:2]
            raise ShapeError(f"cannot multiply {r} x {c} by {p} x {q} in {expr}")
        if not scalars:
            return self.chain(runs[0][2])
        scale = scalars[0]
        for slot in scalars[1:]:
            scale = self.times(scale, slot)
        return self.times(scale, self.chain(runs[0][2])) if runs else scale

    def inverse(self, slot: Slot, expr: Basic) -> Slot:
        rows, cols = self.shapes[slot]
        if rows != cols:
            raise ShapeError(f"cannot invert {expr}: it is {rows} x {cols}")
        return self.emit(self.ring.reciprocal if rows == 1 else self.ring.inverse, slot, None, (rows, cols))

    def power(self, slot: Slot, k: int, expr: Basic) -> Slot:
        """slot**k for an integer k, by repeated squaring."""
        rows, cols = self.shapes[slot]
        if rows != cols:
            raise ShapeError(f"cannot raise {expr} to a power: it is {rows} x {cols}")
        if k == 0:
            return self.constant(("identity", rows), lambda: self.ring.identity(rows), (rows, rows))
        if k < 0:
            slot, k = self.inverse(slot, expr), -k
        total: Slot | None = None
        while True:
            if k & 1:
                total = slot if total is None else self.matmul(total, slot)
            k >>= 1
            if not k:
                return total  # type: ignore[return-value]
            slot = self.matmul(slot, slot)

    def entry(self, slot: Slot, i: int, j: int) -> Slot:
        if self.shapes[slot] == (1, 1):
            return slot
        key = ("entry", slot, i, j)
        known = self._known.get(key)
        if known is None:
            ring = self.ring
            known = self._known[key] = self.emit_many(lambda r: ring.entry(r[0], i, j), [slot], (1, 1))
        return known

    def entries(self, slot: Slot) -> list[Slot]:
        rows, cols = self.shapes[slot]
        return [self.entry(slot, i, j) for i in range(rows) for j in range(cols)]

    def build(self, rows: int, cols: int, slots: Sequence[Slot]) -> Slot:
        """A matrix from scalar registers, row by row."""
        if rows == cols == 1:
            return slots[0]
        ring = self.ring
        return self.emit_many(lambda r: ring.build(rows, cols, r), slots, (rows, cols))

    def within(self, bindings: Mapping[Basic, Any], expr: Basic) -> Slot:
        """`expr` with index symbols bound."""
        saved = dict(self.bound)
        self.bound.update(bindings)
        try:
            return self.node(expr)
        finally:
            self.bound = saved
