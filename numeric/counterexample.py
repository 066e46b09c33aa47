"""A counterexample that a person can check by hand: small exact values, both sides, the first entry that differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product
from typing import Any

import sympy as sp
from sympy import Basic
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from numeric.rings import Ring, Value
from numeric.truth import Outcome, relation_of, sides_of
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
        lines = [f"{claim_text(self.claim)} fails" + (f" for {self._where()}:" if self._where() else ":")]
        pairs = [(str(symbol), value) for symbol, value in self.values.items()]
        if self.lhs is not None and self.rhs is not None:
            left, right = (claim_text(side) for side in self.compared)
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


def explain(claim: Any, outcome: Outcome, ring: Ring) -> dict[str, Any]:
    """The fields `lhs, rhs, compared, entry, reason` of a counterexample, from a failed outcome."""
    if isinstance(claim, ForAll):
        fields = explain(claim.relation, outcome, ring)
        if outcome.at is not None:
            symbol, value, size = outcome.at
            shown = to_sympy(ring, value, size, as_matrix=size != (1, 1))
            shown = shown.tolist() if hasattr(shown, "tolist") else shown
            fields["reason"] = f"For {symbol} = {shown}: {fields['reason']}"
        return fields
    relation = relation_of(claim)
    if relation in ("iff", "implies") and outcome.parts:
        left, right = sides_of(claim)
        first, second = outcome.parts
        true, false, failed = (left, right, second) if first.holds else (right, left, first)
        fields = explain(false, failed, ring)
        reason = f"{claim_text(true)} holds, {claim_text(false)} does not. {fields.get('reason', '')}"
        return {**fields, "reason": reason.strip()}
    if outcome.left is None:
        return {"reason": f"{claim_text(claim)} is false there"}
    if outcome.right is None:
        return {"reason": _why_not(claim, to_sympy(ring, outcome.left, outcome.shape))}
    scalar = outcome.shape == (1, 1)
    lhs, rhs = (to_sympy(ring, v, outcome.shape, as_matrix=not scalar) for v in (outcome.left, outcome.right))
    fields = {"lhs": lhs, "rhs": rhs, "compared": sides_of(claim)}
    if scalar:
        return {**fields, "reason": f"the left side is {lhs}, the right side is {rhs}"}
    places = list(product(range(lhs.rows), range(lhs.cols)))
    differs = [p for p in places if (lhs[p] != rhs[p] if ring.exact else abs(lhs[p] - rhs[p]) > 1e-6)] or places
    i, j = differs[0]
    where = f"entry ({i + 1}, {j + 1})" if 1 not in lhs.shape else f"entry {max(i, j) + 1}"
    reason = f"{where} is {lhs[i, j]} on the left and {rhs[i, j]} on the right"
    return {**fields, "entry": (i, j), "reason": reason}


def about_minimisers(claim: Any, found: Counterexample) -> Counterexample:
    """A counterexample to a part of what a claim about minimisers means, as one to the claim itself."""
    failed = found.claim.args[1] if isinstance(found.claim, sp.Implies) else found.claim
    reason = found.reason
    if isinstance(failed, sp.Eq):
        reason = f"the claimed minimiser does not satisfy the constraint {claim_text(failed)}: {found.reason}"
    elif isinstance(failed, sp.Gt):
        reason = f"the objective is {found.lhs} there, and {found.rhs} at what is claimed to be the only best point"
    elif isinstance(failed, sp.Ge):
        reason = f"the objectives order two points differently: one of them is {found.lhs} and {found.rhs} there"
    return replace(found, claim=claim, reason=reason)


def _why_not(claim: Any, value: Any) -> str:
    """Why a matrix does not have a property: for positive (semi)definite ones, a vector that shows it."""
    name = str(claim.function.name) if hasattr(claim, "function") else str(claim)
    text = f"{claim.arguments[0]} = {value.tolist()}" if hasattr(claim, "arguments") else str(value)
    words = name.replace("_", " ")
    if name in ("positive_definite", "positive_semidefinite") and value.is_symmetric():
        for trial in sorted(product(range(-3, 4), repeat=value.rows), key=lambda v: sum(abs(x) for x in v)):
            v = sp.Matrix(trial)
            form = (v.T * value * v)[0, 0]
            if any(trial) and (form < 0 or (form == 0 and name == "positive_definite")):
                return f"{text} is not {words}: v'Mv = {form} at v = {list(trial)}"
    return f"{text} is not {words}"
