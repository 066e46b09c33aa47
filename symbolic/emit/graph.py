"""The form in which code is planned: entrywise expressions over atoms, and atoms such as a chain of matrix factors.

A `Value` is a matrix whose entries are `expr`, a scalar SymPy expression over the symbols of atoms; an atom of shape
(r, 1), (1, c) or (1, 1) is repeated along the other axis, as NumPy broadcasts. So sums, multiples, Hadamard products,
entrywise functions and outer products are plain scalar arithmetic, `diag(v)` is `v*I`, and a matrix of ones is 1.
Atoms are interned: equal ones are one, also when one is the transpose of the other.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import sympy as sp
from sympy import S

from symbolic.emit.stable import without
from symbolic.facts import Facts

ONE = S.One
_SWAPPED = {"lower_triangular": "upper_triangular", "upper_triangular": "lower_triangular"}


@dataclass(frozen=True)
class Value:
    """A matrix of `rows` x `cols` with entries `expr`; a scalar is 1 x 1."""

    expr: Any
    rows: Any
    cols: Any

    @property
    def is_scalar(self) -> bool:
        return self.rows == 1 and self.cols == 1


@dataclass(eq=False)
class Atom:
    """What entrywise arithmetic does not reach: `kind` names a row of the planner, `parts` are its operands."""

    kind: str
    parts: tuple[Any, ...]
    rows: Any
    cols: Any
    symbol: sp.Dummy = field(default_factory=lambda: sp.Dummy("a", real=True))


class Graph:
    """All atoms of one function, and the arithmetic of values."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.atoms: dict[Any, Atom] = {}  # by symbol
        self.table: dict[Hashable, Atom] = {}
        self.turned: dict[Any, Any] = {}  # symbol -> symbol of the transpose
        self.flags: dict[Value, frozenset[str]] = {}  # structures of what is inverted, or of an argument

    # Values.

    def value(self, expr: Any, rows: Any, cols: Any) -> Value:
        """A value in normal form: what stands on the diagonal only is a column times the identity."""
        rows, cols = sp.expand(rows), sp.expand(cols)
        if not self._has_identity(expr):
            return Value(S(expr), rows, cols)
        off, on = self.diagonal_parts(expr, rows)
        return Value(off + on * self.identity_symbol(rows) if rows != 1 else off + on, rows, cols)

    def scalar(self, expr: Any) -> Value:
        return Value(S(expr), ONE, ONE)

    def atom(self, kind: str, parts: tuple[Any, ...], rows: Any, cols: Any) -> Value:
        """The value of an atom, which is made if neither it nor its transpose is there yet."""
        rows, cols = sp.expand(rows), sp.expand(cols)
        found = self.table.get((kind, parts, rows, cols))
        if found is None:
            twin = self._twin(kind, parts, rows, cols)
            if kind == "chain" and cols != 1 and (rows == 1 or self._turns(parts) > self._turns(twin[1])):  # type: ignore[index]
                return self.transpose(self.atom(*twin, cols, rows))  # type: ignore[misc]
            other = self.table.get((*twin, cols, rows)) if twin else None
            if other is not None:
                return self.transpose(self.of(other))
            found = Atom(kind, parts, rows, cols)
            self.table[kind, parts, rows, cols] = self.atoms[found.symbol] = found
            if twin == (kind, parts) or (rows == 1 and cols == 1):
                self.turned[found.symbol] = found.symbol
        return self.of(found)

    def _turns(self, parts: tuple[Value, ...]) -> int:
        """How many transposes there are in the factors of a product."""
        return sum(self.older(s) != s for v in parts for s in v.expr.free_symbols & self.atoms.keys())

    def of(self, atom: Atom) -> Value:
        return Value(atom.symbol, atom.rows, atom.cols)

    def single(self, value: Value) -> Atom | None:
        """The atom that a value is, if it is one."""
        return self.atoms.get(value.expr)

    def shape(self, expr: Any) -> tuple[Any, Any]:
        """The shape that the atoms of an entrywise expression have together, before it is repeated."""
        rows = cols = ONE
        for symbol in expr.free_symbols:
            atom = self.atoms.get(symbol)
            if atom is not None:
                rows, cols = (atom.rows if rows == 1 else rows), (atom.cols if cols == 1 else cols)
        return rows, cols

    def is_scalar(self, expr: Any) -> bool:
        return self.shape(expr) == (1, 1)

    # The identity, ones, and the diagonal.

    def identity_symbol(self, n: Any) -> Any:
        return ONE if n == 1 else self.atom("identity", (), n, n).expr

    def identity(self, n: Any) -> Value:
        return Value(self.identity_symbol(sp.expand(n)), sp.expand(n), sp.expand(n))

    def ones(self, rows: Any, cols: Any) -> Value:
        return Value(ONE, sp.expand(rows), sp.expand(cols))

    def _is_identity(self, symbol: Any) -> bool:
        atom = self.atoms.get(symbol)
        return atom is not None and atom.kind == "identity"

    def _has_identity(self, expr: Any) -> bool:
        return any(self._is_identity(s) for s in S(expr).free_symbols)

    def diagonal_parts(self, expr: Any, n: Any) -> tuple[Any, Any]:
        """(A, v) with expr = A + diag(v); v is an entrywise expression of columns and scalars."""
        off, on = [], []
        queue = list(sp.Add.make_args(S(expr)))
        while queue:
            term = queue.pop(0)
            factors = sp.Mul.make_args(term)
            if any(self._is_identity(f.as_base_exp()[0]) and f.as_base_exp()[1].is_positive for f in factors):
                on.append(self.on_diagonal(term, n))
                continue
            mixed = next((f for f in factors if f.is_Add and self._has_identity(f)), None)
            if mixed is not None:
                rest = sp.Mul(*(f for f in factors if f is not mixed))
                queue += [rest * part for part in mixed.args]
            elif term.is_Pow and term.base.is_Add and self._has_identity(term.base) and term.exp in (2, 3):
                queue += list(sp.Add.make_args(sp.expand(term)))
            else:
                off.append(term)
        return sp.Add(*off), sp.Add(*on)

    def on_diagonal(self, expr: Any, n: Any) -> Any:
        """The diagonal of a square entrywise expression, as an entrywise expression of columns."""
        swap = {}
        for symbol in expr.free_symbols & self.atoms.keys():
            atom = self.atoms[symbol]
            if atom.kind == "identity":
                swap[symbol] = ONE
            elif atom.cols != 1:
                value = self.of(atom)
                swap[symbol] = self.transpose(value).expr if atom.rows == 1 else self.diagonal_of(value).expr
        return expr.xreplace(swap)

    def diagonal_of(self, value: Value) -> Value:
        """The diagonal as a column."""
        atom = self.single(value)
        if value.is_scalar:
            return value
        if atom is None or atom.kind == "identity":
            return Value(self.on_diagonal(value.expr, value.rows), value.rows, ONE)
        if atom.kind == "T":
            return self.diagonal_of(self.transpose(value))
        if atom.kind == "kron":
            left, right = (self.diagonal_of(v) for v in atom.parts)
            return self.vec(self.product([right, self.transpose(left)]))
        return self.atom("diagonal", (value,), value.rows, ONE)

    def diag(self, column: Value) -> Value:
        n = column.rows
        return self.value(column.expr * self.identity_symbol(n), n, n)

    def diag_part(self, value: Value) -> Value | None:
        """v as a column, if the value is diag(v) as it is written."""
        if value.rows != value.cols or value.rows == 1 or not self._has_identity(value.expr):
            return None
        off, on = self.diagonal_parts(value.expr, value.rows)
        return Value(on, value.rows, ONE) if off == 0 and value.expr != 0 else None

    # Transposes.

    def transpose(self, value: Value) -> Value:
        if value.is_scalar:
            return value
        symbols = value.expr.free_symbols & self.atoms.keys()
        return self.value(value.expr.xreplace({s: self._turn(s) for s in symbols}), value.cols, value.rows)

    def older(self, symbol: Any) -> Any:
        """The one of an atom and its transpose that was made first."""
        return min(symbol, self.turned.get(symbol, symbol), key=lambda s: s.dummy_index)

    def upright(self, expr: Any) -> tuple[Any, bool]:
        """An entrywise expression, or its transpose if all its matrices are transposes; and whether that was done."""
        symbols = [s for s in S(expr).free_symbols & self.atoms.keys() if not self.is_scalar(s)]
        if not symbols or any(self.older(s) == s for s in symbols):
            return expr, False
        return expr.xreplace({s: self._turn(s) for s in symbols}), True

    def _turn(self, symbol: Any) -> Any:
        if symbol not in self.turned:
            atom = self.atoms[symbol]
            twin = self._twin(atom.kind, atom.parts, atom.rows, atom.cols)
            kind, parts = twin or ("T", (symbol,))
            made = Atom(kind, parts, atom.cols, atom.rows)
            self.atoms[made.symbol] = made
            self.turned[symbol], self.turned[made.symbol] = made.symbol, symbol
            if twin:
                self.table[kind, parts, made.rows, made.cols] = made
        return self.turned[symbol]

    def _twin(self, kind: str, parts: tuple[Any, ...], rows: Any, cols: Any) -> tuple[str, tuple[Any, ...]] | None:
        """Kind and parts of the transpose, where that is an atom of the same kind; None: a transposed view."""
        turn = self.transpose
        if kind == "chain":
            return kind, tuple(turn(v) for v in reversed(parts))
        if kind == "kron":
            return kind, tuple(map(turn, parts))
        if kind == "inverse":
            flags = self.flags.get(parts[0], frozenset())
            if "symmetric" in flags:
                return kind, parts
            self.flags.setdefault(turn(parts[0]), frozenset(_SWAPPED.get(name, name) for name in flags))
            return kind, (turn(parts[0]),)
        if kind == "power":
            return kind, (turn(parts[0]), parts[1])
        if kind == "commutation":
            return kind, parts[::-1]
        return (kind, parts) if kind in ("identity", "det", "logdet", "trace", "entry", "sum") else None

    # Products.

    def product(self, values: Iterable[Value]) -> Value:
        """The matrix product: scalars in front, diagonals as columns and rows, cut wherever a size is 1."""
        values = list(values)
        scale, elements = ONE, []
        for value in values:
            s, some = self.split(value)
            scale, elements = scale * s, elements + some
        outer = [v for v in values if not v.is_scalar]
        if not outer:
            return self.scalar(scale)
        rows, cols = outer[0].rows, outer[-1].cols
        if scale == 0:
            return Value(S.Zero, rows, cols)
        s, elements = self._neighbours(elements)
        parts = [self.segment(run) for run in _cut(elements)]
        return self.value(reduce(lambda e, v: e * v.expr, parts, scale * s), rows, cols)

    def segment(self, elements: Sequence[Value]) -> Value:
        """A product without a size 1 inside: a chain atom, with diagonal factors at its ends as entrywise factors."""
        first, last = elements[0], elements[-1]
        if len(elements) == 1:
            return first
        if first.rows == 1 and last.cols == 1:
            return self.trace_of(elements)
        if (column := self.diag_part(first)) is not None:
            rest = self.segment(elements[1:])
            return self.value(column.expr * rest.expr, rest.rows, rest.cols)
        if (column := self.diag_part(last)) is not None:
            rest = self.segment(elements[:-1])
            return self.value(self.transpose(column).expr * rest.expr, rest.rows, rest.cols)
        return self.atom("chain", tuple(elements), first.rows, last.cols)

    def split(self, value: Value) -> tuple[Any, list[Value]]:
        """A value as a scalar and the factors of a matrix product."""
        if value.is_scalar:
            return value.expr, []
        scale, expr = self.content(value.expr)
        if expr == 0:
            return S.Zero, [value]
        core = Value(expr, value.rows, value.cols)
        atom = self.single(core)
        if atom is not None and atom.kind == "chain":
            return scale, list(atom.parts)
        if expr.is_Add or 1 in (value.rows, value.cols) or self.diag_part(core) is not None:
            return scale, [core]
        factors = sp.Mul.make_args(expr)
        columns = sp.Mul(*(f for f in factors if self.shape(f)[1] == 1))
        rows = sp.Mul(*(f for f in factors if self.shape(f)[0] == 1 and self.shape(f)[1] != 1))
        inner = sp.Mul(*(f for f in factors if 1 not in self.shape(f)))
        left, right = Value(columns, value.rows, ONE), Value(rows, ONE, value.cols)
        if inner == 1:
            return scale, [left, right]
        _, middle = self.split(Value(inner, value.rows, value.cols)) if inner != expr else (1, [core])
        head = [self.diag(left)] if columns != 1 else []
        return scale, [*head, *middle, *([self.diag(self.transpose(right))] if rows != 1 else [])]

    def content(self, expr: Any) -> tuple[Any, Any]:
        """(scalar, rest) with expr = scalar*rest; a sum gives what all its terms share, its first sign being plus."""
        if not expr.is_Add:
            factors = sp.Mul.make_args(expr)
            scalars = [f for f in factors if self.is_scalar(f)]
            rest = sp.Mul(*(f for f in factors if not self.is_scalar(f)))
            if rest.is_Add:
                scale, rest = self.content(rest)
                scalars.append(scale)
            return sp.Mul(*scalars), rest
        terms = sorted(expr.args, key=self._rank)
        numbers, wholes, powers = [], [], []
        for term in terms:
            number, rest = term.as_coeff_Mul()
            numbers.append(number)
            wholes.append(rest.as_powers_dict())
            powers.append({b: e for b, e in wholes[-1].items() if self.is_scalar(b) and e.is_number})
        taken = {b: e for b, e in powers[0].items() if all(p.get(b) == e for p in powers)}
        unit = ONE
        minus = sum(1 for c in numbers if c.is_negative)
        if 2 * minus > len(terms) or (2 * minus == len(terms) and numbers[0].is_negative):
            unit = -unit
        if all(abs(number) == abs(numbers[0]) for number in numbers):
            unit *= abs(numbers[0])
        if unit == 1 and not taken:
            return ONE, expr
        rest = sp.Add(*(c / unit * without(p, taken) for c, p in zip(numbers, wholes, strict=True)))
        return sp.Mul(unit, *(b**e for b, e in taken.items())), rest

    def _rank(self, term: Any) -> Any:
        """An order of terms that transposing them does not change; products of matrices come first."""
        atoms = [self.atoms[s] for s in term.free_symbols & self.atoms.keys()]
        ranks = (min(a.symbol.dummy_index, self.turned.get(a.symbol, a.symbol).dummy_index) for a in atoms)
        return (not any(a.kind == "chain" for a in atoms), *sorted(ranks), 0), term.as_coeff_Mul()[1].sort_key()

    def trace(self, value: Value) -> Value:
        """tr of a square value, term by term."""
        total = S.Zero
        off, on = self.diagonal_parts(value.expr, value.rows) if value.rows != 1 else (value.expr, S.Zero)
        if value.rows == 1:
            return value
        if on != 0:
            total += self._summed(on, value.rows)
        for term in sp.Add.make_args(off):
            scale, elements = self.split(Value(term, value.rows, value.cols))
            if scale == 0:
                continue
            if len(elements) == 1:
                rest = self.on_diagonal(elements[0].expr, value.rows)
                total += scale * self._summed(rest, value.rows)
            else:
                total += scale * self.trace_of(elements).expr
        return self.scalar(total)

    def _summed(self, expr: Any, n: Any) -> Any:
        """The sum of a column, term by term."""
        total = S.Zero
        for term in sp.Add.make_args(expr):
            scale, rest = self.content(term)
            total += scale * (n if rest == 1 else self.trace_of([self.ones(1, n), Value(rest, n, ONE)]).expr)
        return total

    def trace_of(self, elements: Sequence[Value]) -> Value:
        """The trace of a product, the same for every rotation and for the transpose."""
        scale, split = ONE, []
        for value in elements:
            s, some = self.split(value)
            scale, split = scale * s, split + some
        s, elements = self._neighbours(split)
        scale *= s
        if scale != 1:
            return self.scalar(scale * self.trace_of(elements).expr)
        cuts = [k for k, v in enumerate(elements) if v.rows == 1]
        if cuts:  # a product of numbers
            elements = elements[cuts[0] :] + elements[: cuts[0]]
            runs = list(_cut(elements))
            if len(runs) > 1:
                return self.scalar(sp.Mul(*(self.product(run).expr for run in runs)))
            if cuts[0]:
                return self.trace_of(elements)  # neighbours may meet now
            if len(elements) == 1:
                return elements[0]
            if all(v.expr == 1 for v in elements):
                return self.scalar(elements[0].cols)
        elif len(elements) == 1:
            return self.trace(elements[0])
        turned = [self.transpose(v) for v in reversed(elements)]
        for order in (elements, turned):
            for k in range(len(order)):
                found = self.table.get(("trace", tuple(order[k:] + order[:k]), ONE, ONE))
                if found is not None:
                    return self.of(found)
        return self.atom("trace", tuple(elements), ONE, ONE)

    def _neighbours(self, elements: list[Value]) -> tuple[Any, list[Value]]:
        """(scalar, factors) after everything that two neighbours do to each other; at least one factor remains."""
        done: list[Value] = []
        scale = ONE
        for element in elements:
            done.append(element)
            while len(done) > 1:
                met = self._meet(done[-2], done[-1])
                if met is None:
                    break
                s, some = self.split(met)
                scale, done[-2:] = scale * s, some
        return scale, done

    def _meet(self, left: Value, right: Value) -> Value | None:
        """left*right where it is no matrix product, else None."""
        a, b = self.diag_part(left), self.diag_part(right)
        if a is not None and (a.expr == 1 or right.cols == 1 or b is not None):
            if b is not None:
                return self.diag(Value(a.expr * b.expr, a.rows, ONE))
            return self.value(a.expr * right.expr, right.rows, right.cols)
        if b is not None and (b.expr == 1 or left.rows == 1):
            return self.value(left.expr * self.transpose(b).expr, left.rows, left.cols)
        p, q = self.single(left), self.single(right)
        if (p and p.kind == "inverse" and p.parts[0] == right) or (q and q.kind == "inverse" and q.parts[0] == left):
            return self.identity(left.rows)
        if p and q and left == self.transpose(right):
            names = ("orthonormal_columns", right) if p.kind == "T" else ("orthonormal_rows", left)
            if names[0] in self.flags.get(names[1], ()):
                return self.identity(left.rows)
        if right.cols == 1 and p and p.kind in ("kron", "commutation"):
            return self._applied(p, right)
        if left.rows == 1 and q and q.kind in ("kron", "commutation"):
            turned = self.single(self.transpose(right))
            return self.transpose(self._applied(turned, self.transpose(left)))  # type: ignore[arg-type]
        if p and q and p.kind == q.kind == "kron":
            (A, B), (C, D) = p.parts, q.parts
            if A.cols == C.rows and B.cols == D.rows:
                return self.kron(self.product([A, C]), self.product([B, D]))
        return None

    # Stacking.

    def vec(self, value: Value) -> Value:
        """The columns of a matrix, one under the other."""
        if value.cols == 1:
            return value
        if value.rows == 1:
            return self.transpose(value)
        scale, rest = self.content(value.expr)
        if self.is_scalar(rest):  # one number everywhere
            return Value(value.expr, sp.expand(value.rows * value.cols), ONE)
        core = Value(rest, value.rows, value.cols)
        atom = self.single(core)
        if atom is not None and atom.kind == "unvec":
            return self.value(scale * atom.parts[0].expr, value.rows * value.cols, ONE)
        stacked = self.atom("vec", (core,), value.rows * value.cols, ONE)
        return self.value(scale * stacked.expr, stacked.rows, ONE)

    def unvec(self, column: Value, rows: Any, cols: Any) -> Value:
        """The rows x cols matrix with vec = column."""
        rows, cols = sp.expand(rows), sp.expand(cols)
        if cols == 1:
            return column
        if rows == 1:
            return self.transpose(column)
        if self.is_scalar(column.expr):
            return Value(column.expr, rows, cols)
        atom = self.single(column)
        if atom is not None and atom.kind == "vec" and (atom.parts[0].rows, atom.parts[0].cols) == (rows, cols):
            return atom.parts[0]
        symbols = column.expr.free_symbols & self.atoms.keys()
        if symbols and all(self.atoms[s].kind == "vec" or self.is_scalar(s) for s in symbols):
            swap = {s: self.unvec(self.of(self.atoms[s]), rows, cols).expr for s in symbols if not self.is_scalar(s)}
            return self.value(column.expr.xreplace(swap), rows, cols)
        return self.atom("unvec", (column, rows, cols), rows, cols)

    def _applied(self, atom: Atom, column: Value) -> Value:
        """(A kron B) vec V = vec(B V A'), and the commutation matrix takes vec V to vec V'."""
        if atom.kind == "commutation":
            return self.vec(self.transpose(self.unvec(column, *atom.parts)))
        left, right = atom.parts
        inner = self.unvec(column, right.cols, left.cols)
        return self.vec(self.product([right, inner, self.transpose(left)]))

    def kron(self, left: Value, right: Value) -> Value:
        rows, cols = sp.expand(left.rows * right.rows), sp.expand(left.cols * right.cols)
        if left.is_scalar or right.is_scalar:
            return self.value(left.expr * right.expr, rows, cols)
        (s, a), (t, b) = self.content(left.expr), self.content(right.expr)
        if a == 0 or b == 0:
            return Value(S.Zero, rows, cols)
        left, right = Value(a, left.rows, left.cols), Value(b, right.rows, right.cols)
        if left.cols == right.cols == 1:
            core = self.vec(self.product([right, self.transpose(left)]))
        elif left.rows == right.rows == 1:
            core = self.transpose(self.vec(self.product([self.transpose(right), left])))
        elif left == self.identity(left.rows) and right == self.identity(right.rows):
            core = self.identity(rows)
        elif (left.cols == 1 and right.rows == 1) or (left.rows == 1 and right.cols == 1):
            core = self.product([left, right] if left.cols == 1 else [right, left])
        else:
            core = self.atom("kron", (left, right), rows, cols)
        return self.value(s * t * core.expr, rows, cols)

    def inverse(self, value: Value) -> Value:
        """The inverse: of a diagonal entry by entry, of an orthogonal matrix its transpose."""
        if value.is_scalar:
            return self.scalar(1 / value.expr)
        atom, flags = self.single(value), self.flags.get(value, ())
        if "orthogonal" in flags:
            return self.transpose(value)
        if (column := self.diag_part(value)) is not None:
            if not self.is_scalar(column.expr):
                column = self.atom("nonzero", (column,), column.rows, ONE)
            return self.diag(Value(1 / column.expr, column.rows, ONE))
        if atom and atom.kind == "inverse":
            return atom.parts[0]
        if atom and atom.kind == "kron" and all(v.rows == v.cols for v in atom.parts):
            return self.kron(*map(self.inverse, atom.parts))
        return self.atom("inverse", (value,), value.rows, value.cols)


def _cut(elements: Sequence[Value]) -> Iterable[Sequence[Value]]:
    """Runs of factors between neighbours that meet in a size 1."""
    start = 0
    for k in range(1, len(elements)):
        if elements[k].rows == 1:
            yield elements[start:k]
            start = k
    yield elements[start:]


__all__ = ["ONE", "Atom", "Graph", "Value"]
