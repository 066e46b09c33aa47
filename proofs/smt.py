"""The solver z3: exact rational solutions of linear inequalities, and points at which polynomial inequalities hold.

Nothing it says is trusted: coefficients that it finds are multiplied out by the kernel, a point is evaluated exactly by
`numeric`, and that it finds no point proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import sympy as sp

from proofs.laurent import Monomial, Poly
from symbolic.errors import UnsupportedError

_COMPARE = {
    sp.Gt: lambda a, b: a > b, sp.Ge: lambda a, b: a >= b, sp.Lt: lambda a, b: a < b, sp.Le: lambda a, b: a <= b,
    sp.Eq: lambda a, b: a == b, sp.Ne: lambda a, b: a != b,
}  # fmt: skip


@cache
def _z3() -> Any:
    import z3

    return z3


def combination(
    targets: Sequence[Poly], cone: Sequence[Poly], free: Sequence[Poly], strict: Sequence[int], seconds: float
) -> tuple[list[Fraction], list[Fraction], list[Fraction]] | None:
    """Coefficients a, c >= 0 and f with sum a_i targets_i = sum c_j cone_j + sum f_k free_k, sum a_i = 1.

    If `strict` is not None, the c_j of at least one j in it is positive. None if there are none, or in doubt.

    >>> x, one = {((0, 1),): Fraction(1)}, {(): Fraction(1)}
    >>> combination([{((0, 1),): Fraction(2), (): Fraction(1)}], [x, one], [], [], 1.0)
    ([Fraction(1, 1)], [Fraction(2, 1), Fraction(1, 1)], [])
    """
    z3 = _z3()
    solver = z3.SolverFor("QF_LRA")
    solver.set("timeout", max(1, int(1000 * seconds)))
    kinds = ((targets, "a"), (cone, "c"), (free, "f"))
    names = [[z3.Real(f"{mark}{k}") for k in range(len(polys))] for polys, mark in kinds]
    rows: dict[Monomial, list[Any]] = {}
    for (polys, _), variables, sign in zip(kinds, names, (-1, 1, 1), strict=True):
        for p, variable in zip(polys, variables, strict=True):
            for m, c in p.items():
                rows.setdefault(m, []).append(z3.RealVal(str(sign * c)) * variable)
    for row in rows.values():
        solver.add(z3.Sum(row) == 0)
    for variable in [*names[0], *names[1]]:
        solver.add(variable >= 0)
    solver.add(z3.Sum(names[0]) == 1)
    if strict is not None and len(strict):
        solver.add(z3.Sum([names[1][k] for k in strict]) > 0)
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    values = [[_fraction(model.evaluate(v, model_completion=True)) for v in variables] for variables in names]
    return values[0], values[1], values[2]


def _fraction(value: Any) -> Fraction:
    return Fraction(value.numerator_as_long(), value.denominator_as_long())


class Model:
    """Points where `statements`, comparisons of polynomials and quotients, hold, and what is `defined` has a value.

    `answer` is "sat", "unsat" or "unknown".
    """

    def __init__(self, statements: Sequence[Any], seconds: float, defined: Sequence[Any] = ()) -> None:
        z3 = _z3()
        self.names: dict[Any, Any] = {}
        self.solver = z3.Solver()
        self.solver.set("timeout", max(1, int(1000 * seconds)))
        for statement in statements:
            self.solver.add(self.formula(statement))
        for e in defined:
            self.term(e)
            self.solver.add(*self.defined(e))
        for symbol, name in self.names.items():
            if symbol.is_positive:
                self.solver.add(name > 0)
            elif symbol.is_nonnegative:
                self.solver.add(name >= 0)
            elif symbol.is_negative:
                self.solver.add(name < 0)
            elif symbol.is_nonzero:
                self.solver.add(name != 0)
        self.answer = str(self.solver.check())

    def point(self, digits: int) -> dict[Any, sp.Rational] | None:
        """A point with rational coordinates: irrational ones are rounded, so the point has to be checked."""
        if self.answer != "sat":
            return None
        model, out = self.solver.model(), {}
        for symbol, name in self.names.items():
            value = model.evaluate(name, model_completion=True)
            if _z3().is_algebraic_value(value):
                value = value.approx(digits)
            out[symbol] = sp.Rational(value.numerator_as_long(), value.denominator_as_long())
        return out

    def formula(self, s: Any) -> Any:
        z3 = _z3()
        if type(s) in _COMPARE:
            return z3.And(*self.defined(s.lhs), *self.defined(s.rhs), _COMPARE[type(s)](*map(self.term, s.args)))
        if isinstance(s, sp.And):
            return z3.And(*map(self.formula, s.args))
        if isinstance(s, sp.Or):
            return z3.Or(*map(self.formula, s.args))
        if s in (sp.true, sp.false):
            return z3.BoolVal(bool(s))
        raise UnsupportedError(f"not a comparison: {s}")

    def defined(self, e: Any) -> list[Any]:
        """No divisor is zero."""
        bases = [p.base for p in e.atoms(sp.Pow) if p.exp.is_Integer and p.exp < 0]
        return [self.term(base) != 0 for base in bases]

    def term(self, e: Any) -> Any:
        z3 = _z3()
        if e.is_Rational:
            return z3.Q(int(e.p), int(e.q))
        if e.is_Float:
            return self.term(sp.Rational(str(e)))
        if isinstance(e, sp.Symbol):
            if e not in self.names:
                self.names[e] = z3.Real(f"x{len(self.names)}")
            return self.names[e]
        if isinstance(e, sp.Add):
            return z3.Sum([self.term(a) for a in e.args])
        if isinstance(e, sp.Mul):
            return z3.Product([self.term(a) for a in e.args])
        if isinstance(e, sp.Pow) and e.exp.is_Integer:
            inner = z3.Product([self.term(e.base)] * abs(int(e.exp))) if e.exp else z3.RealVal(1)
            return inner if e.exp >= 0 else 1 / inner
        if isinstance(e, sp.Abs):
            inner = self.term(e.args[0])
            return z3.If(inner >= 0, inner, -inner)
        raise UnsupportedError(f"{e} is no quotient of polynomials")


__all__ = ["Model", "combination"]
