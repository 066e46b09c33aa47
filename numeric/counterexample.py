"""A counterexample that a person can check by hand: small exact values, both sides, the first entry that differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Basic
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from numeric.limits import approached
from numeric.rings import Ring, Value
from numeric.truth import relation_of, sides_of
from symbolic.nodes import ForAll


@dataclass(frozen=True)
class Counterexample:
    """An instance at which a claim fails.

    sizes, indices: the integers chosen (indices count from 0; texts show them from 1)
    values:         {symbol: SymPy matrix or number}, the defined symbols included
    lhs, rhs:       the two sides there, exact (floats if `exact` is False); None if the claim has no two sides
    compared:       the two expressions that `lhs` and `rhs` are the values of
    entry:          (row, column), 0-based, of the first entry that differs; None for scalars
    reason:         one sentence: what fails
    skipped:        instances passed over because an inverse (a root, a quotient) did not exist there
    """

    claim: Any
    sizes: Mapping[Basic, int]
    indices: Mapping[Basic, int]
    values: Mapping[Basic, Any]
    lhs: Any = None
    rhs: Any = None
    compared: tuple[Any, Any] = (None, None)
    entry: tuple[int, int] | None = None
    reason: str = ""
    skipped: int = 0
    exact: bool = True
    given: tuple[Any, ...] = field(default=())

    @property
    def env(self) -> dict[Basic, Any]:
        """Everything that `numeric.evaluate` needs, as floats."""
        values = {s: _floats(v) for s, v in self.values.items()}
        return {**self.sizes, **self.indices, **values}

    def __str__(self) -> str:
        sides = [claim_text(side) if side is not None else "" for side in self.compared]
        return self.text(claim_text(self.claim), *sides)

    def text(self, claim: str, left: str, right: str) -> str:
        """The instance and what each side is there, with the claim and its sides in somebody's own words."""
        lines = [f"{claim} fails" + (f" for {self._where()}:" if self._where() else ":")]
        pairs = [(str(symbol), value) for symbol, value in self.values.items()]
        if self.lhs is not None and self.rhs is not None:
            pairs += [(f"left: {left}", self.lhs), (f"right: {right}", self.rhs)]
        for name, value in pairs:
            lines += [f"  {line}" for line in _beside(f"{name} = ", value)]
        if not self.exact:
            lines.append("  (in floating point: the claim has functions or roots without exact values here)")
        return "\n".join([*lines, f"  {self.reason}"] if self.reason else lines)

    def to_latex(self) -> str:
        """The instance and both sides, as LaTeX to be placed in mathematics (an `aligned` environment)."""
        rows = [f"{sp.latex(s)} &= {v}" for s, v in [*self.sizes.items()]]
        rows += [f"{sp.latex(s)} &= {v + 1}" for s, v in self.indices.items()]
        rows += [f"{sp.latex(s)} &= {_matrix_latex(v)}" for s, v in self.values.items()]
        if self.lhs is not None and self.rhs is not None:
            for side, value in zip(self.compared, (self.lhs, self.rhs), strict=True):
                rows.append(f"{sp.latex(side)} &= {_matrix_latex(value)}")
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.to_latex()}$"

    def _where(self) -> str:
        sizes = [f"{s} = {v}" for s, v in self.sizes.items()]
        return ", ".join(sizes + [f"{s} = {v + 1}" for s, v in self.indices.items()])


def claim_text(claim: Any) -> str:
    """The claim on one line: `A*B = B*A`."""
    if isinstance(claim, ForAll):
        return f"{claim_text(claim.relation)} for all {claim.symbol}"
    relation = relation_of(claim) or getattr(claim, "rel_op", "")
    if not relation:
        return text_of(claim)
    left, right = (claim_text(side) if hasattr(side, "lhs") else text_of(side) for side in sides_of(claim))
    return f"{left} {relation} {right}"


class _Printer(StrPrinter):
    """`str` without SymPy's search for a minus sign, which rebuilds and simplifies every matrix product it meets."""

    def parenthesize(self, item: Any, level: int, strict: bool = False) -> str:
        if not isinstance(item, sp.MatMul):
            return super().parenthesize(item, level, strict)
        text, own = self._print(item), PRECEDENCE["Mul"]
        return f"({text})" if own < level or (not strict and own <= level) else text

    def _print_ArgMin(self, expr: Any) -> str:
        names = ", ".join(self._print(v) for v in expr.variables)
        variables = names if len(expr.variables) == 1 else f"({names})"
        parts = [self._print(expr.objective), variables, *map(claim_text, expr.constraints)]
        return f"{type(expr).__name__}({', '.join(parts)})"

    _print_ArgMax = _print_ArgMin

    def _print_Limit(self, expr: Any) -> str:
        return f"Limit({self._print(expr.args[0])}, {approached(expr)})"

    def _print_MatMul(self, expr: Any) -> str:
        first, head, rest = expr.args[0], "", expr.args
        if first.is_Rational and first < 0:
            head, rest = "-", (expr.args[1:] if first == -1 else (-first, *expr.args[1:]))
        return head + "*".join(self.parenthesize(a, PRECEDENCE["Mul"]) for a in rest)


@lru_cache(maxsize=1024)
def text_of(expr: Any) -> str:
    """`str(expr)`, faster, and remembered."""
    return _Printer().doprint(expr)


def _beside(head: str, value: Any) -> list[str]:
    """`head` with a matrix printed to its right, rows aligned."""
    if not isinstance(value, sp.MatrixBase):
        return [f"{head}{value}"]
    cells = [[str(x) for x in value.row(i)] for i in range(value.rows)]
    widths = [max(len(row[j]) for row in cells) for j in range(value.cols)]
    rows = ["[" + "  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True)) + "]" for row in cells]
    return [head + rows[0], *(" " * len(head) + row for row in rows[1:])]


def _matrix_latex(value: Any) -> str:
    return sp.latex(value, mat_delim="", mat_str="bmatrix") if isinstance(value, sp.MatrixBase) else sp.latex(value)


def _floats(value: Any) -> Any:
    if isinstance(value, sp.MatrixBase):
        return [[float(x) for x in value.row(i)] for i in range(value.rows)]
    return float(value)


def to_number(ring: Ring, x: Value) -> Any:
    """A ring scalar as a SymPy number."""
    if ring.exact:
        return sp.Rational(int(x.p), int(x.q)) if hasattr(x, "q") else sp.Integer(int(x))
    return sp.Integer(int(x)) if float(x) == int(x) and abs(x) < 1e6 else sp.Float(float(x), 8)


def to_sympy(ring: Ring, value: Value, shape: tuple[int, int], as_matrix: bool = True) -> Any:
    """A ring value as a SymPy matrix, or a number."""
    if shape == (1, 1):
        number = to_number(ring, value)
        return sp.ImmutableMatrix([[number]]) if as_matrix else number
    return sp.ImmutableMatrix(*shape, [to_number(ring, x) for x in ring.entries(value)])
