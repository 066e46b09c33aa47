"""Facts: what is known about an expression, each with the rows of the tables that establish it.

`Facts(given).holds("positive_definite", X.T*X + lam*I)` is a small derivation tree, or None when the tables do not
establish it: None never means "false". SymPy's `ask` is not used. The tables are in `symbolic.structures`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import Basic, Eq
from sympy.assumptions import AppliedPredicate
from sympy.core.relational import Relational

from symbolic.errors import ShapeError, UnsupportedError
from symbolic.nodes import ForAll
from symbolic.patterns import canonical, instantiate, match
from symbolic.shapes import Size, is_zero, same_shape, same_size, shape
from symbolic.structures import BY_SHAPE, PROPAGATION, STRUCTURES, Rule, Structure, predicate

_COMPARED = {sp.Gt: "positive", sp.Ge: "nonnegative", sp.Lt: "negative", sp.Le: "nonpositive", sp.Ne: "nonzero"}
_ASSUMED = ("positive", "nonnegative", "negative", "nonpositive", "nonzero")


@dataclass(frozen=True)
class Fact:
    """`expr` has structure `name`, by `rule`, from `premises`: a derivation tree. `str` prints it, indented."""

    name: str
    expr: Any
    rule: str
    premises: tuple[Fact, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.expr} is {self.name.replace('_', ' ')}  [{self.rule}]"]
        for premise in self.premises:
            lines += ["  " + line for line in str(premise).splitlines()]
        return "\n".join(lines)

    @property
    def used(self) -> tuple[Fact, ...]:
        """The leaves of the tree, each once: given facts, assumptions of symbols, and rows without premises."""
        leaves = [leaf for premise in self.premises for leaf in premise.used] if self.premises else [self]
        return tuple(dict.fromkeys(leaves))


class Facts:
    """The given facts, closed under the tables; `given` is any iterable of predicates, relations, and conjunctions.

    Predicates are `Q.symmetric(A)` and the like, `predicate(name)(A)` where SymPy has none; `lam > 0` is read as
    `Q.positive(lam)`. Assumptions declared on a SymPy symbol count as given. An `Eq` that *is* the relation of a
    structure, such as `Eq(P*P, P)`, gives that structure; other `Eq` and `ForAll` are kept in `.given` only.
    Raises UnsupportedError on a predicate outside the table, and ShapeError if a fact's expression cannot have it.

    >>> m, n = sp.symbols("m n", integer=True, positive=True)
    >>> X, lam = sp.MatrixSymbol("X", m, n), sp.Symbol("lambda", positive=True)
    >>> print(Facts([]).holds("invertible", X.T*X + lam*sp.Identity(n)))
    lambda*I + X.T*X is invertible  [positive_definite implies invertible]
      lambda*I + X.T*X is positive definite  [positive_definite: A + B if positive_definite A, positive_semidefinite B]
        lambda*I is positive definite  [positive_definite: a*A if positive a, positive_definite A]
          lambda is positive  [declared with the symbol]
          I is positive definite  [positive_definite: identity]
        X.T*X is positive semidefinite  [positive_semidefinite: X.T*X]
    """

    def __init__(self, given: Iterable[Any] | Any = ()) -> None:
        self.given: tuple[Any, ...] = tuple(_conjuncts(given))
        self._given: dict[Any, dict[str, Fact]] = {}
        self._known: dict[Any, dict[str, Fact]] = {}
        self._stated: list[tuple[str, Any]] = []  # structures as given, of the expressions as written
        for claim in self.given:
            self._read(claim)

    def holds(self, name: str, expr: Any) -> Fact | None:
        """The derivation of "`expr` is `name`", or None if the tables do not establish it.

        >>> n = sp.Symbol("n", integer=True, positive=True)
        >>> A, B = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n)
        >>> facts = Facts(sp.Q.symmetric(A) & sp.Q.symmetric(B))
        >>> facts.holds("symmetric", A*B) is None, facts.holds("symmetric", A*B*A) is None
        (True, False)
        """
        _structure(name)
        shape(expr)
        return self._all(canonical(expr)).get(name)

    def structure(self, expr: Any) -> frozenset[str]:
        """The names given for `expr` (a symbol, as a rule), closed under implication; no propagation.

        >>> n = sp.Symbol("n", integer=True, positive=True)
        >>> A = sp.MatrixSymbol("A", n, n)
        >>> sorted(Facts([sp.Q.diagonal(A)]).structure(A))
        ['diagonal', 'lower_triangular', 'symmetric', 'upper_triangular']
        """
        shape(expr)
        return frozenset(self._started(canonical(expr)))

    def relations(self) -> list[Eq]:
        """The relations of every given structure and of what it implies: equations, each once, no trivial ones.

        Structures that the table gives no relations (positive eigenvalues, zero entries) contribute those they imply.

        >>> n = sp.Symbol("n", integer=True, positive=True)
        >>> Facts([sp.Q.positive_definite(sp.MatrixSymbol("P", n, n))]).relations()[0]
        Eq(P.T, P)
        """
        equations: dict[Eq, None] = {}
        for name, expr in self._stated:
            closed = {name, *_implications(name, _shape_words(shape(expr)))}
            if closed & {"invertible", "orthonormal_columns", "orthonormal_rows"}:
                closed -= {"injective", "surjective"}  # a simpler one-sided inverse than (X'X)^-1 X' is there
            for row in STRUCTURES.values():
                if row.name in closed:
                    equations.update(dict.fromkeys(_instances(row, expr)))
        return [eq for eq in equations if canonical(eq.lhs) != canonical(eq.rhs)]

    def __repr__(self) -> str:
        return f"Facts({list(self.given)})"

    # Reading what is given.

    def _read(self, claim: Any) -> None:
        if isinstance(claim, AppliedPredicate) and len(claim.arguments) == 1:
            self._state(str(claim.function.name), claim.arguments[0], _text(claim))
        elif type(claim) in _COMPARED and any(map(is_zero, claim.args)):
            claim = claim if is_zero(claim.rhs) else claim.reversed
            self._state(_COMPARED[type(claim)], claim.lhs, _text(claim))
        elif isinstance(claim, Eq):
            same_shape(claim.lhs, claim.rhs)
            self._recognise(claim)
        elif isinstance(claim, (Relational, ForAll)):
            shape(claim)
        else:
            raise UnsupportedError(
                f"{claim} ({type(claim).__name__}) is not a fact; give predicates such as Q.symmetric(A), or equations."
            )

    def _state(self, name: str, expr: Any, source: str) -> None:
        row = _structure(name)
        rows, columns = shape(expr)
        if row.shape == "square" and not same_size(rows, columns):
            way_out = "If they are equal, declare one size."
            raise ShapeError(f"{source} needs a square matrix, but {expr} is {rows} x {columns}. {way_out}")
        if row.shape == "scalar" and "scalar" not in _shape_words((rows, columns)):
            raise ShapeError(f"{source} needs a scalar, but {expr} is {rows} x {columns}.")
        key = canonical(expr)
        self._given.setdefault(key, {})[name] = Fact(name, expr, f"given: {source}")
        self._stated.append((name, expr))

    def _recognise(self, claim: Eq) -> None:
        left, right = canonical(claim.lhs), canonical(claim.rhs)
        for row in STRUCTURES.values():
            if len(row.relations) != 1:  # orthogonal follows from one of its two, for a square matrix
                continue
            (relation,) = row.relations
            for one, other in ((left, right), (right, left)):
                for bound in match(relation.lhs, one, {}):
                    if any(True for _ in match(relation.rhs, other, bound)):
                        expr = bound[row.template]
                        fact = Fact(row.name, expr, f"given: {claim}")
                        self._given.setdefault(expr, {}).setdefault(row.name, fact)

    # Deriving.

    def _started(self, expr: Any) -> dict[str, Fact]:
        """What is given about a canonical expression, closed under implication."""
        facts = dict(self._given.get(expr, {}))
        if isinstance(expr, (sp.Symbol, sp.Number, sp.NumberSymbol)):
            source = "declared with the symbol" if isinstance(expr, sp.Symbol) else "a number"
            for name in _ASSUMED:
                if getattr(expr, f"is_extended_{name}" if name != "nonzero" else "is_nonzero"):
                    facts.setdefault(name, Fact(name, expr, source))
        _close(facts, _shape_words(shape(expr)))
        return facts

    def _all(self, expr: Any) -> dict[str, Fact]:
        """Every fact about a canonical expression. It ends: on the way, only smaller expressions are asked about."""
        if expr in self._known:
            return self._known[expr]
        facts, words = self._started(expr), _shape_words(shape(expr))
        count = -1
        while count < len(facts):  # rows about the expression itself can feed each other
            first, count = count < 0, len(facts)
            for rule in PROPAGATION:
                if rule.conclusion not in facts and (first or _is_about_itself(rule)):
                    try:
                        fact = self._apply(rule, expr, facts)
                    except UnsupportedError:  # a product such as (1 + x'x) A, which SymPy cannot hold: no match
                        continue
                    if fact is not None:
                        facts[rule.conclusion] = fact
                        _close(facts, words)
        self._known[expr] = facts
        return facts

    def _apply(self, rule: Rule, expr: Any, facts: dict[str, Fact]) -> Fact | None:
        for bound in match(rule.pattern, expr, {}):
            premises = []
            for name, template in rule.premises:
                about = canonical(instantiate(template, bound))
                known = facts if about == expr else self._all(about) if _weight(about) < _weight(expr) else None
                fact = (self._started(about) if known is None else known).get(name)
                if fact is None:
                    break
                premises.append(fact)
            else:
                return Fact(rule.conclusion, expr, str(rule), tuple(premises))
        return None


def _structure(name: str) -> Structure:
    if name not in STRUCTURES:
        raise UnsupportedError(f"no structure is called {name}; known are {', '.join(sorted(STRUCTURES))}.")
    return STRUCTURES[name]


@lru_cache(maxsize=1 << 10)
def _text(claim: Any) -> str:
    return str(claim)


def _conjuncts(given: Any) -> list[Any]:
    if given is sp.true or given is True:
        return []
    if isinstance(given, sp.And):
        return [part for argument in sorted(given.args, key=str) for part in _conjuncts(argument)]
    if isinstance(given, Basic) and not isinstance(given, sp.Tuple):
        return [given]
    if isinstance(given, Iterable) and not isinstance(given, (str, dict)):
        return [part for item in given for part in _conjuncts(item)]
    raise UnsupportedError(f"{given!r} is not a fact; give predicates such as Q.symmetric(A), or equations.")


def _instances(row: Structure, expr: Any) -> list[Eq]:
    """A structure's relations, written for `expr`."""
    bound = {row.template: expr}
    if row.shape != "scalar":
        bound |= dict(zip(row.template.shape, shape(expr), strict=True))
    sides = [(instantiate(r.lhs, bound), instantiate(r.rhs, bound)) for r in row.relations]
    return [Eq(left, right, evaluate=False) for left, right in sides]


@lru_cache(maxsize=1 << 12)
def _shape_words(size: Size) -> frozenset[str]:
    rows, columns = size
    excess = sp.expand(rows - columns)
    tests = {
        "square": excess == 0,
        "tall": excess.is_nonnegative,
        "wide": excess.is_nonpositive,
        "column": columns == 1,
        "row": rows == 1,
        "scalar": rows == columns == 1,
    }
    return frozenset(word for word, true in tests.items() if true)


@lru_cache(maxsize=1 << 12)
def _implications(name: str, words: frozenset[str]) -> dict[str, str]:
    """Every name that `name` implies for a shape, transitively, with the name that implies it directly."""
    reached: dict[str, str] = {}
    queue = [name]
    for one in queue:
        direct = [*STRUCTURES[one].implies, *(c for word, p, c in BY_SHAPE if p == one and word in words)]
        for other in direct:
            if other != name and other not in reached:
                reached[other] = one
                queue.append(other)
    return reached


def _close(facts: dict[str, Fact], words: frozenset[str]) -> None:
    for name in list(facts):
        for implied, reason in _implications(name, words).items():
            if implied not in facts:
                fact = facts[reason]
                facts[implied] = Fact(implied, fact.expr, f"{reason} implies {implied}", (fact,))


@lru_cache(maxsize=1 << 14)
def _weight(expr: Any) -> int:
    return sum(1 for _ in sp.preorder_traversal(expr))


def _is_about_itself(rule: Rule) -> bool:
    return isinstance(rule.pattern, sp.MatrixSymbol)


__all__ = ["BY_SHAPE", "PROPAGATION", "STRUCTURES", "Fact", "Facts", "Rule", "Structure", "predicate"]
