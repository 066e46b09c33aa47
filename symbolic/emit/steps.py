"""From planned values to steps: each operation once, its operands being earlier steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from keyword import iskeyword
from typing import Any

import sympy as sp
from sympy import S
from sympy.core.relational import Relational

from symbolic.emit.backends import Backend
from symbolic.emit.graph import ONE, Value
from symbolic.emit.plan import Planner
from symbolic.errors import UnsupportedError

_COMPARE = {sp.Gt: ">", sp.Lt: "<", sp.Ge: ">=", sp.Le: "<=", sp.Eq: "==", sp.Ne: "!="}


@dataclass(frozen=True)
class Step:
    """One operation on earlier steps (`args`), with texts such as sizes and signs (`data`)."""

    op: str
    args: tuple[int, ...] = ()
    data: tuple[Any, ...] = ()
    rows: Any = ONE
    cols: Any = ONE
    batched: bool = False
    loops: frozenset[str] = frozenset()
    weak: bool = False  # a scalar that no array enters

    @property
    def is_scalar(self) -> bool:
        return self.rows == 1 and self.cols == 1


class Steps:
    """The steps of one function. `names` has the Python name of every symbol, `batched` those with batch dimensions."""

    def __init__(self, planner: Planner, backend: Backend, names: Mapping[Any, str], batched: frozenset[Any]) -> None:
        self.planner, self.graph, self.backend = planner, planner.graph, backend
        self.names, self.batched = dict(names), batched
        self.steps: list[Step] = []
        self.index: dict[Step, int] = {}
        self.known: dict[Any, int] = {}
        self.size_names: set[str] = set()
        self._indices: frozenset[Any] = frozenset()

    def add(self, op: str, args: Sequence[int] = (), data: Sequence[Any] = (), rows: Any = ONE, cols: Any = ONE) -> int:
        used = [self.steps[a] for a in args]
        loops = frozenset().union(*(s.loops for s in used))
        batched = any(s.batched for s in used)
        weak = all(s.weak for s in used) and rows == 1 and cols == 1
        return self._intern(Step(op, tuple(args), tuple(data), rows, cols, batched, loops, weak))

    def _intern(self, step: Step) -> int:
        if step not in self.index:
            self.index[step] = len(self.steps)
            self.steps.append(step)
        return self.index[step]

    def size(self, expr: Any) -> str:
        """The text of a size or an index."""
        known = (sp.Add, sp.Mul, sp.Symbol, sp.Rational)
        for part in sp.preorder_traversal(sp.expand(expr)):
            if not isinstance(part, known) and not (isinstance(part, sp.Pow) and part.exp.is_Integer):
                raise UnsupportedError(f"to_numpy has no code for the size or index {expr}.")
        renamed = sp.expand(expr).xreplace({s: sp.Symbol(self.names[s]) for s in S(expr).free_symbols})
        text = str(renamed)
        return f"int({text})" if "/" in text else text

    # Values.

    def output(self, value: Value) -> int:
        """A step of the full declared shape."""
        at = self.value(value)
        step = self.steps[at]
        if (step.rows, step.cols) == (value.rows, value.cols):
            return at
        shape = self.size(value.rows), self.size(value.cols)
        if step.op == "number" and step.data[0] == "0":
            return self.add("zeros", (), shape, value.rows, value.cols)
        ones = self.add("ones", (), shape, value.rows, value.cols)
        return ones if step.op == "number" and step.data[0] == "1" else self.product_of([at, ones])

    def value(self, value: Value) -> int:
        return self.entrywise(self.planner.form(value))

    def full(self, value: Value) -> int:
        """An operand that must not be repeated by broadcasting."""
        return self.output(value)

    def entrywise(self, expr: Any) -> int:
        if expr not in self.known:
            self.known[expr] = self._entrywise(expr)
        return self.known[expr]

    def _entrywise(self, expr: Any) -> int:
        if expr in self.graph.atoms:
            return self._atom(expr)
        expr, turned = self.graph.upright(expr)
        if turned:
            return self._transposed(self.entrywise(expr))
        if expr.is_number:
            return self._number(expr)
        if expr.is_Symbol:
            return self._name(expr, ONE, ONE, loop=expr not in self.names)
        if expr.is_Add:
            return self._sum(expr)
        if expr.is_Mul:
            return self._product(expr)
        if expr.is_Pow and not isinstance(expr, sp.exp):
            return self._power(expr.base, expr.exp)
        if isinstance(expr, sp.Piecewise):
            return self._cases(expr)
        if isinstance(expr, sp.KroneckerDelta):
            return self.add("delta", [self.entrywise(a) for a in expr.args[:2]])
        return self._function(expr)

    def _name(self, symbol: Any, rows: Any, cols: Any, loop: bool = False) -> int:
        if loop:
            raise UnsupportedError(f"{symbol} is no argument and no size of one: pass it as an argument.")
        name = self.names[symbol]
        loops = frozenset({name} if symbol in self._indices else ())
        batched, weak = symbol in self.batched, not symbol.is_Matrix if hasattr(symbol, "is_Matrix") else True
        return self._intern(Step("name", (), (name,), rows, cols, batched, loops, weak and not batched))

    def _number(self, expr: Any) -> int:
        text = str(expr) if expr.is_Integer else repr(float(expr))
        return self._intern(Step("number", (), (text,), weak=True))

    def _broadcast(self, args: Sequence[int]) -> tuple[Any, Any]:
        rows = next((self.steps[a].rows for a in args if self.steps[a].rows != 1), ONE)
        cols = next((self.steps[a].cols for a in args if self.steps[a].cols != 1), ONE)
        return rows, cols

    def _by_shape(self, parts: Sequence[Any]) -> list[list[Any]]:
        """Parts of an entrywise expression in groups of one shape, small ones first."""
        groups: dict[Any, list[Any]] = {}
        for part in parts:
            groups.setdefault(self.graph.shape(part), []).append(part)
        sizes = self.planner.sizes
        return [groups[key] for key in sorted(groups, key=lambda k: sum(sizes(k[0]) * sizes(k[1])))]

    def _sum(self, expr: Any) -> int:
        rows = self.graph.shape(expr)[0]
        off, on = self.graph.diagonal_parts(expr, rows)
        if on != 0:
            return self._add_diagonal(off, on, rows)
        scale, rest = self.graph.content(expr)
        if scale.could_extract_minus_sign():
            scale, rest = -scale, sp.Add(*(-t for t in rest.args))
        if scale != 1 and rest.is_Add and not self.graph.is_scalar(expr):
            return self._product_of_factors([scale, rest])
        terms = sorted(expr.args, key=lambda t: t.sort_key())
        groups = self._by_shape(terms)
        total = None
        for group in groups:
            signed = [(t, -1) if t.could_extract_minus_sign() else (t, 1) for t in group]
            signed.sort(key=lambda p: -p[1])
            items = [(self.entrywise(-t if s < 0 else t), s) for t, s in signed]
            if total is None:
                total = items
                continue
            if len(total) > 1:
                flip = all(s < 0 for _, s in total)
                total = [(self._signed([(a, -s if flip else s) for a, s in total]), -1 if flip else 1)]
            total = sorted([*items, *total], key=lambda p: -p[1])
        return self._signed(total or [])

    def _signed(self, items: list[tuple[int, int]]) -> int:
        args = [a for a, _ in items]
        if len(items) == 1:
            return args[0] if items[0][1] > 0 else self.add("negative", args, (), *self._broadcast(args))
        return self.add("sum_of", args, ["-" if s < 0 else "+" for _, s in items], *self._broadcast(args))

    def _add_diagonal(self, off: Any, on: Any, n: Any) -> int:
        size = self.size(n)
        diagonal = self.entrywise(on)
        if off != 0:
            base = self.full(Value(off, n, n))
            return self.add("add_diag", [base, diagonal], [size], n, n)
        if self.steps[diagonal].rows != 1:
            return self.add("diag", [diagonal], [size], n, n)
        eye = self.add("eye", [], [size], n, n)
        return eye if on == 1 else self.product_of([diagonal, eye])

    def _product(self, expr: Any) -> int:
        rows, cols = self.graph.shape(expr)
        off, on = self.graph.diagonal_parts(expr, rows) if rows == cols else (expr, S.Zero)
        if on != 0:
            return self._add_diagonal(off, on, rows)
        return self._product_of_factors(list(expr.args))

    def _product_of_factors(self, factors: list[Any]) -> int:
        above, below = [], []
        negative = False
        for f in factors:
            if f.is_Rational:
                negative ^= bool(f < 0)
                above += [S(abs(f.p))] if abs(f.p) != 1 else []
                below += [S(f.q)] if f.q != 1 else []
            elif f.is_Pow and not isinstance(f, sp.exp) and f.exp.is_Rational and f.exp < 0:
                below.append(f.base**-f.exp)
            else:
                above.append(f)
        total: int | None = None
        for group in self._by_shape([*above, *(_Below(b) for b in below)]):
            top = [self.entrywise(f) for f in group if not isinstance(f, _Below)]
            bottom = [self.entrywise(f.expr) for f in group if isinstance(f, _Below)]
            under = [self.product_of(bottom)] if bottom else []
            if total is None and not top:
                top = [self._number(S.One)]
            total = self.product_of([*([] if total is None else [total]), *top], under)
        result = total if total is not None else self._number(S.One)
        return self.add("negative", [result], (), *self._broadcast([result])) if negative else result

    def product_of(self, above: Sequence[int], below: Sequence[int] = ()) -> int:
        args = [*above, *below]
        if len(args) == 1:
            return args[0]
        return self.add("product_of", args, ["*"] * len(above) + ["/"] * len(below), *self._broadcast(args))

    def _power(self, base: Any, exponent: Any) -> int:
        if exponent.is_number and exponent.is_negative:
            return self.product_of([self._number(S.One)], [self.entrywise(base**-exponent)])
        at = self.entrywise(base)
        shape = self._broadcast([at])
        if exponent == S.Half:
            return self.add("function", [at], [sp.sqrt], *shape)
        if exponent.is_Integer and exponent > 1:
            k = int(exponent)
            if k == 2 or k > 4 or self.steps[at].is_scalar:
                return self.add("int_power", [at], [str(k)], *shape)
            return self.product_of([self.entrywise(base**2)] * 2 if k == 4 else [at, self.entrywise(base**2)])
        if exponent.is_Rational and exponent.q == 2:
            return self.product_of([self.entrywise(base ** (exponent - S.Half)), self.entrywise(base**S.Half)])
        power = self.entrywise(exponent)
        if exponent.is_integer and self.steps[power].is_scalar and exponent.free_symbols <= self.names.keys():
            return self.add("integer_power", [at, power], (), *self._broadcast([at, power]))
        return self.add("float_power", [at, power], (), *self._broadcast([at, power]))

    def _function(self, expr: Any) -> int:
        kind = type(expr)
        if kind not in self.backend.functions:
            raise UnsupportedError(f"to_numpy has no code for the function {kind.__name__} (in {expr}).")
        args = [self.entrywise(a) for a in expr.args]
        if kind in (sp.Max, sp.Min):
            args.sort(key=lambda a: self.steps[a].op == "number")  # np.maximum(X, 0) is faster than np.maximum(0, X)
            return reduce(lambda a, b: self.add("function", [a, b], [kind], *self._broadcast([a, b])), args)
        return self.add("function", args, [kind], *self._broadcast(args))

    def _cases(self, expr: Any) -> int:
        total = self._intern(Step("number", (), ('float("nan")',), weak=True))
        for value, condition in reversed(expr.args):
            then = self.entrywise(value)
            if condition == sp.true:
                total = then
            else:
                args = [self._condition(condition), then, total]
                total = self.add("where", args, (), *self._broadcast(args))
        return total

    def _condition(self, expr: Any) -> int:
        if expr in (sp.true, sp.false):
            return self._intern(Step("number", (), (str(bool(expr)),), weak=True))
        args = [self._condition(a) if not isinstance(expr, Relational) else self.entrywise(a) for a in expr.args]
        shape = self._broadcast(args)
        if isinstance(expr, sp.Not):
            return self.add("not", args, (), *shape)
        word = _COMPARE.get(type(expr)) or ("&" if isinstance(expr, sp.And) else "|")
        return reduce(lambda a, b: self.add("compare", [a, b], [word], *self._broadcast([a, b])), args)

    # Atoms.

    def _atom(self, symbol: Any) -> int:
        way, atom = self.planner.way(symbol), self.graph.atoms[symbol]
        return getattr(self, f"_op_{way.op}", self._unknown)(atom, *way.operands)

    def _unknown(self, atom: Any, *operands: Any) -> int:
        raise UnsupportedError(f"to_numpy has no code for {atom.kind}.")

    def _op_value(self, atom: Any, value: Value) -> int:
        return self.entrywise(self.planner.form(value, flat=True))

    def _op_arg(self, atom: Any, symbol: Any) -> int:
        return self._name(symbol, atom.rows, atom.cols)

    def _op_T(self, atom: Any, symbol: Any) -> int:
        return self._transposed(self.entrywise(symbol))

    _op_transpose = _op_T

    def _transposed(self, at: int) -> int:
        step = self.steps[at]
        if step.op == "transpose":
            return step.args[0]
        return at if step.is_scalar else self.add("transpose", [at], (), step.cols, step.rows)

    def _op_identity(self, atom: Any) -> int:
        return self.add("eye", [], [self.size(atom.rows)], atom.rows, atom.cols)

    def _op_commutation(self, atom: Any, m: Any, n: Any) -> int:
        eye = self.add("eye", [], [self.size(atom.rows)], atom.rows, atom.cols)
        return self.add("permute", [eye, self._permutation(m, n)], (), atom.rows, atom.cols)

    def _permutation(self, m: Any, n: Any) -> int:
        return self.add("permutation", [], [self.size(m), self.size(n)], sp.expand(m * n), ONE)

    def _op_commutation_left(self, atom: Any, m: Any, n: Any, rest: Value) -> int:
        return self.add("permute", [self.full(rest), self._permutation(m, n)], (), atom.rows, atom.cols)

    def _op_commutation_right(self, atom: Any, m: Any, n: Any, rest: Value) -> int:
        turned = self._transposed(self.full(rest))
        at = self.add("permute", [turned, self._permutation(n, m)], (), atom.cols, atom.rows)
        return self._transposed(at)

    def _op_matmul(self, atom: Any, left: Value, right: Value) -> int:
        return self.add("matmul", [self.full(left), self.full(right)], (), atom.rows, atom.cols)

    def _op_sum_rows(self, atom: Any, value: Value) -> int:
        return self.add("sum_rows", [self.full(value)], (), atom.rows, atom.cols)

    def _op_sum_cols(self, atom: Any, value: Value) -> int:
        return self.add("sum_cols", [self.full(value)], (), atom.rows, atom.cols)

    def _op_row_dots(self, atom: Any, left: Value, right: Value) -> int:
        return self.add("row_dots", [self.full(left), self.full(right)], (), atom.rows, atom.cols)

    def _op_dot(self, atom: Any, scale: Any, left: Value, right: Value) -> int:
        pair = [self.full(left), self.full(right)]
        if left.rows == 1 or all(self.steps[a].op == "transpose" for a in pair):
            pair = [self._transposed(a) for a in pair]
        dot = self.add("dot", sorted(pair))
        return dot if scale == 1 else self.product_of([self.entrywise(scale), dot])

    def _op_sum(self, atom: Any, scale: Any, value: Value) -> int:
        if value.expr == 1:
            return self.entrywise(scale * value.rows * value.cols)
        at = self.full(value)
        at = self.add("sum", [self._transposed(at) if self.steps[at].op == "transpose" else at])
        return at if scale == 1 else self.product_of([self.entrywise(scale), at])

    def _op_diagonal_sum(self, atom: Any, value: Value) -> int:
        return self.add("trace", [self.full(value)])

    # Inverses: a factorization is a step of its own, shared by all that apply it.

    def _flags(self, value: Value) -> Any:
        return self.graph.flags.get(value, frozenset())

    def _solved(self, inner: Value, right: int, shape: tuple[Any, Any]) -> int:
        at, flags, rows = self.full(inner), self._flags(inner), self.backend.rows
        for name, op in (("lower_triangular", "solve_lower"), ("upper_triangular", "solve_upper")):
            if name in flags and op in rows:
                return self.add(op, [at, right], (), *shape)
        if "positive_definite" in flags and "cho_solve" in rows:
            return self.add("cho_solve", [self._cholesky(inner), right], (), *shape)
        factor = self.add("factor", [at], (), inner.rows, inner.cols)
        return self.add("solve", [factor, right], (), *shape)

    def _cholesky(self, inner: Value) -> int:
        return self.add("cholesky", [self.full(inner)], (), inner.rows, inner.cols)

    def _op_solve(self, atom: Any, inner: Value, right: Value) -> int:
        return self._solved(inner, self.full(right), (atom.rows, atom.cols))

    def _op_solve_right(self, atom: Any, inner: Value, left: Value) -> int:
        """L A^-1 = (A^-T L')'."""
        turned = self.graph.transpose(inner)
        for value in (inner, turned):
            self.graph.inverse(value)  # what is known of one is known of the other
        solved = self._solved(turned, self._transposed(self.full(left)), (atom.cols, atom.rows))
        return self._transposed(solved)

    def _op_inverse(self, atom: Any, value: Value) -> int:
        return self.add("inverse", [self.full(value)], (), atom.rows, atom.cols)

    def _op_nonzero(self, atom: Any, column: Value) -> int:
        return self.add("nonzero", [self.full(column)], (), atom.rows, atom.cols)

    def _op_det(self, atom: Any, value: Value) -> int:
        return self.add("det", [self.full(value)])

    def _op_logdet(self, atom: Any, value: Value) -> int:
        if "positive_definite" in self._flags(value):
            return self.add("cho_logdet", [self._cholesky(value)])
        return self.add("logdet", [self.full(value)])

    def _op_logabsdet(self, atom: Any, value: Value) -> int:
        return self.add("logabsdet", [self.full(value)])

    def _op_power(self, atom: Any, value: Value, exponent: Any) -> int:
        return self.add("power", [self.full(value), self.entrywise(exponent)], (), atom.rows, atom.cols)

    # Stacking and cutting.

    def _op_diagonal(self, atom: Any, value: Value) -> int:
        return self.add("diagonal", [self.full(value)], (), atom.rows, atom.cols)

    def _op_kron(self, atom: Any, left: Value, right: Value) -> int:
        for value, other, op in ((left, right, "kron_left"), (right, left, "kron_right")):
            if value == self.graph.identity(value.rows):
                return self.add(op, [self.full(other)], [self.size(value.rows)], atom.rows, atom.cols)
        return self.add("kron", [self.full(left), self.full(right)], (), atom.rows, atom.cols)

    def _op_kron_left(self, atom: Any, left: Value, right: Value, rest: Value) -> int:
        args = [self.full(v) for v in (left, right, rest)]
        return self.add("kron_times", args, (), atom.rows, atom.cols)

    def _op_kron_right(self, atom: Any, left: Value, right: Value, rest: Value) -> int:
        turned = [self._transposed(self.full(v)) for v in (left, right, rest)]
        return self._transposed(self.add("kron_times", turned, (), atom.cols, atom.rows))

    def _op_khatri(self, atom: Any, left: Value, right: Value) -> int:
        args = [self.full(left), self.full(right)]
        return self.add("khatri", args, [], atom.rows, atom.cols)

    def _op_blocks(self, atom: Any, value: Value, count: Any) -> int:
        return self.add("diagonal_blocks", [self.full(value)], [self.size(count)], atom.rows, atom.cols)

    def _op_vec(self, atom: Any, value: Value) -> int:
        at = self.full(value)
        if self.steps[at].op == "transpose":
            return self.add("column", [self.steps[at].args[0]], (), atom.rows, atom.cols)
        return self.add("vec", [at], (), atom.rows, atom.cols)

    def _op_unvec(self, atom: Any, column: Value, rows: Any, cols: Any) -> int:
        flat = self.add("unrow", [self.full(column)], [self.size(rows), self.size(cols)], cols, rows)
        return self._transposed(flat)

    def _op_block(self, atom: Any, *grid: tuple[Value, ...]) -> int:
        args = [self.full(value) for row in grid for value in row]
        return self.add("block", args, [len(grid)], atom.rows, atom.cols)

    def _op_explicit(self, atom: Any, *entries: Any) -> int:
        return self.add("explicit", [self.entrywise(e) for e in entries], [int(atom.rows)], atom.rows, atom.cols)

    def _cut(self, op: str, atom: Any, value: Value, data: list[Any]) -> int:
        index = frozenset(self.names[s] for e in data for s in e.free_symbols if s in self._indices)
        at = self.full(value)
        step = self.steps[at]
        texts = tuple(map(self.size, data))
        loops, batched = step.loops | index, step.batched
        return self._intern(Step(op, (at,), texts, atom.rows, atom.cols, batched, loops))

    def _op_slice(self, atom: Any, value: Value, rows: Any, cols: Any) -> int:
        if rows[2] != 1 or cols[2] != 1:
            raise UnsupportedError("to_numpy takes slices of neighbouring rows and columns only.")
        return self._cut("slice", atom, value, [*rows[:2], *cols[:2]])

    def _op_entry(self, atom: Any, value: Value, rows: Any, cols: Any) -> int:
        return self._cut("entry", atom, value, [rows[0], cols[0]])

    def _op_loop(self, atom: Any, body: Value, index: Any, first: Any, last: Any) -> int:
        if index not in self.names:
            taken = {*self.names.values()}
            fresh = (name for name in (str(index), *(f"i{k}" for k in range(len(taken) + 1))) if name not in taken)
            self.names[index] = next(name for name in fresh if name.isidentifier() and not iskeyword(name))
        self._indices = self._indices | {index}
        at = self.value(body)
        inner = self.steps[at]
        loops = inner.loops - {self.names[index]}
        data = (self.names[index], self.size(first), self.size(last + 1))
        return self._intern(Step("loop", (at,), data, ONE, ONE, inner.batched, loops))


class _Below:
    """A factor of the denominator, to be sorted by its shape."""

    def __init__(self, expr: Any) -> None:
        self.expr, self.free_symbols = expr, expr.free_symbols


__all__ = ["Step", "Steps"]
