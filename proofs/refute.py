"""Points at which a claim about real numbers fails, or its hypotheses hold: found by a solver, then evaluated exactly.

The solver only points to where to look. A point counts once every hypothesis and the claim have been evaluated there in
rational arithmetic; irrational coordinates are rounded, in ever finer steps, until the point passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.assumptions import AppliedPredicate
from sympy.core.relational import Relational

from numeric.counterexample import Counterexample
from numeric.explain import explain
from numeric.rings import RATIONAL, OutsideRing, Undefined
from numeric.truth import Outcome, as_statement, compile_statement
from numeric.witness import Pattern, Witness
from proofs.smt import Model
from symbolic.errors import PushthroughError, UnsupportedError

_SIGNS = {"positive": sp.Gt, "negative": sp.Lt, "nonnegative": sp.Ge, "nonpositive": sp.Le, "nonzero": sp.Ne}
_NEGATED = {sp.Gt: sp.Le, sp.Le: sp.Gt, sp.Lt: sp.Ge, sp.Ge: sp.Lt, sp.Eq: sp.Ne, sp.Ne: sp.Eq}
_SEARCHED = "an SMT solver finds no counterexample, which is no proof"
_IRRATIONAL = "an SMT solver finds a counterexample with irrational coordinates, which was not evaluated"
DIGITS = (2, 4, 8, 16)


@dataclass(frozen=True)
class Search:
    """What came of a search: a counterexample, or `remark`, in how far there is none."""

    counterexample: Counterexample | None = None
    remark: str = ""


def refute(claim: Any, given: Iterable[Any], seconds: float = 1.0) -> Search:
    """Look for a point where `given` holds and `claim` fails: claims about scalar symbols only.

    >>> from proofs.prove import Claim
    >>> x = sp.Symbol("x", real=True)
    >>> print(refute(Claim(x * (1 - x), sp.Rational(249, 1000), "<="), []).counterexample)
    x*(1 - x) <= 249/1000 fails:
      x = 1/2
      left: x*(1 - x) = 1/4
      right: 249/1000 = 249/1000
      the left side is 1/4, the right side is 249/1000
    >>> refute(Claim(x**2, 0, ">="), []).remark
    'an SMT solver finds no counterexample, which is no proof'
    """
    given = list(given)
    try:
        model = Model([*map(_comparisons, given), _negation(as_statement(claim))], seconds)
        if model.answer != "sat":
            return Search(remark=_SEARCHED if model.answer == "unsat" else "")
        at = _rational_point(model, claim, given, wanted=False)
    except (PushthroughError, AttributeError, TypeError):
        return Search()
    if at is None:
        return Search(remark=_IRRATIONAL)
    outcome = _outcome(claim, given, at)
    assert outcome is not None and not outcome.holds
    fields = explain(claim, outcome, RATIONAL)
    return Search(Counterexample(claim=claim, sizes={}, indices={}, values=at, given=tuple(given), **fields))


def instance(claim: Any, given: Iterable[Any], seconds: float = 1.0) -> Witness | None:
    """Evidence that the hypotheses can be met: one exact point, at which the claim is evaluated too."""
    given = list(given)
    try:
        model = Model([*map(_comparisons, given)], seconds, [*_sides(as_statement(claim))])
        at = _rational_point(model, claim, given, wanted=True)
    except (PushthroughError, AttributeError, TypeError):
        return None
    outcome = None if at is None else _outcome(claim, given, at)
    return None if outcome is None else Witness(claim, "rationals", (Pattern({}, 1),), holds=outcome.holds)


def _rational_point(model: Model, claim: Any, given: list[Any], wanted: bool) -> dict[Any, sp.Rational] | None:
    """The point with coordinates as simple as they can be; `wanted`: any point that the hypotheses allow will do."""

    def passes(at: Mapping[Any, Any]) -> bool:
        outcome = _outcome(claim, given, at)
        return outcome is not None and (wanted or not outcome.holds)

    for digits in DIGITS:
        at = model.point(digits)
        if at is None:
            return None
        if passes(at):
            for symbol, value in at.items():
                for largest in (1, 2, 4, 10, 100):
                    simpler = {**at, symbol: value.limit_denominator(largest)}
                    if passes(simpler):
                        at = simpler
                        break
            return at
    return None


def _outcome(claim: Any, given: list[Any], at: Mapping[Any, Any]) -> Outcome | None:
    """The claim at a point; None if a hypothesis fails there, or something is not defined."""
    names = ("positive", "nonnegative", "negative", "nonpositive", "nonzero")
    facts = [_SIGNS[name](s, 0, evaluate=False) for s in at for name in names if getattr(s, f"is_{name}")]
    env = {s: RATIONAL.scalar(int(v.p), int(v.q)) for s, v in at.items()}
    try:
        if all(compile_statement(fact, {}, RATIONAL, {})(env).holds for fact in [*given, *facts]):
            return compile_statement(claim, {}, RATIONAL, {})(env)
    except (Undefined, OutsideRing, KeyError):
        pass
    return None


def _comparisons(s: Any) -> Any:
    """A hypothesis as comparisons."""
    if isinstance(s, AppliedPredicate) and str(s.function.name) in _SIGNS:
        return _SIGNS[str(s.function.name)](s.arguments[0], 0, evaluate=False)
    if isinstance(s, sp.And):
        return sp.And(*map(_comparisons, s.args), evaluate=False)
    if isinstance(s, Relational):
        return s
    raise UnsupportedError(f"not a comparison of numbers: {s}")


def _sides(s: Any) -> Iterator[Any]:
    """The expressions that a statement compares."""
    if getattr(s, "relation", "") in ("iff", "implies"):
        yield from (*_sides(s.lhs), *_sides(s.rhs))
    elif isinstance(s, sp.And):
        yield from (side for part in s.args for side in _sides(part))
    else:
        yield from _comparisons(s).args


def _negation(s: Any) -> Any:
    relation = getattr(s, "relation", "")
    if relation in ("iff", "implies"):
        ways = [(s.lhs, s.rhs), (s.rhs, s.lhs)][: 2 if relation == "iff" else 1]
        return sp.Or(*(sp.And(_comparisons(a), _negation(b), evaluate=False) for a, b in ways), evaluate=False)
    s = _comparisons(s)
    if isinstance(s, sp.And):
        return sp.Or(*map(_negation, s.args), evaluate=False)
    return _NEGATED[type(s)](*s.args, evaluate=False)


__all__ = ["Search", "instance", "refute"]
