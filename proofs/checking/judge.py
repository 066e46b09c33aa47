"""The verdict on one step: both sides are given a meaning, then the claim is attacked, proved, or supported.

A step is called false only where random instances of what is known contradict it. A claim that holds at random and
fails only at special points (where a vector is zero, say) is `conditional`; one whose sizes clash is refuted only if
every size in it was declared. Derivatives are tried in the layout that the document states, else in the usual ones: a
layout is never the reason for which a step is called false.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import sympy as sp

from numeric.evaluate import evaluate
from numeric.sample import NoInstance, sample
from numeric.witness import witness
from proofs.checking.patience import OutOfTime, time_limit
from proofs.prove import Claim, prove
from proofs.verdict import Verdict
from symbolic.errors import ProofError, PushthroughError, ShapeError, UnsupportedError
from symbolic.facts import predicate
from symbolic.notation.build import Clash, Value
from symbolic.notation.definitions import differentiated_by, evaluated, expanded
from symbolic.notation.elaborate import Elaborator, NotRead, name_of
from symbolic.notation.meanings.derivatives import LAYOUTS
from symbolic.notation.meanings.functions import fitted
from symbolic.notation.scope import Scope
from symbolic.notation.tree import Node, Span

RELATIONS = {
    "=": "=", "equiv": "=", ":=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "!=": "!=",
}  # fmt: skip
ORDERS = {"succ": "positive_definite", "succeq": "positive_semidefinite"}
TURNED = {"prec": "succ", "preceq": "succeq"}
SURE = ("proved", "refuted")


PATIENCE = 4.0  # a step may take so many times the seconds for a proof
DRAWS = 12  # real instances, to tell what is false from what fails at special values
FAILS: dict[str, Callable[[Any, Any, float], bool]] = {
    "=": lambda left, right, scale: bool(np.linalg.norm(left - right) > scale),
    "!=": lambda left, right, scale: bool(np.linalg.norm(left - right) <= scale),
    "<": lambda left, right, scale: bool((left >= right - scale).any()),
    "<=": lambda left, right, scale: bool((left > right + scale).any()),
    ">": lambda left, right, scale: bool((left <= right + scale).any()),
    ">=": lambda left, right, scale: bool((left < right - scale).any()),
}


@dataclass(frozen=True)
class Judgement:
    """What was found about a step, for a `Finding`. `fault` is the part of the text to blame, if one is known."""

    verdict: str
    reason: str
    counterexample: Any = ""  # a text, or a `Counterexample`
    conditions: tuple[str, ...] = ()
    evidence: str = ""
    certificate: dict | None = None
    fault: Span | None = None
    claim: Any = None
    clash: bool = False
    seconds: float = 0.0


@dataclass
class Judge:
    """Judges steps of `text`; `seconds` bounds the search for a proof of each."""

    text: str
    seconds: float = 2.0
    stopped: bool = False  # the time for the document is over: what follows is not judged
    cache: dict[Any, Judgement] = field(default_factory=dict)

    def judge(self, left: Node, relation: str, right: Node, scope: Scope, varying: frozenset[str] | None) -> Judgement:
        """The verdict on `left relation right` under `scope`."""
        begin = time.perf_counter()
        if self.stopped:
            return Judgement("unread", "not reached: the time limit of the document was over")
        limit = PATIENCE * self.seconds
        try:
            with time_limit(limit):
                found = self._in_layouts(left, relation, right, scope, varying)
        except OutOfTime:
            found = Judgement("unread", f"not decided within {limit:g} seconds, the limit of a step")
        return replace(found, seconds=time.perf_counter() - begin)

    def _in_layouts(
        self, left: Node, relation: str, right: Node, scope: Scope, varying: frozenset[str] | None
    ) -> Judgement:
        """The judgement in the stated layout of derivatives; without one, the best over the usual layouts."""
        differentiates = any(node.kind == "derivative" for side in (left, right) for node in side.walk())
        stated = next((c for c in LAYOUTS if c in scope.conventions), None)
        if not differentiates:
            return self._in_layout(left, relation, right, scope, varying, "shape", False)
        if stated is not None:
            found = self._in_layout(left, relation, right, scope, varying, stated, True)
            others = [c for c in LAYOUTS if c != stated] if found.verdict == "refuted" else []
        else:
            found, others = None, list(LAYOUTS)
        for layout in others:
            other = self._in_layout(left, relation, right, scope, varying, layout, False)
            if stated is not None:
                if other.verdict in ("proved", "supported"):
                    why = f"not in the layout of derivatives that the document states, but in another one ({layout})"
                    return Judgement("conditional", why, conditions=(f"layout: {layout}",), claim=other.claim)
                continue
            if found is None or _rank(other) < _rank(found):
                found = other
            if other.verdict in ("proved", "supported") or (other.verdict == "unread" and not other.clash):
                break
        assert found is not None
        return found

    def _in_layout(
        self,
        left: Node,
        relation: str,
        right: Node,
        scope: Scope,
        varying: frozenset[str] | None,
        layout: str,
        stated: bool,
    ) -> Judgement:
        e = Elaborator(self.text, scope, layout)
        e.turns_matrices = stated
        e.varying = varying
        try:
            sides = self._sides(e, left, right)
        except NotRead as error:
            return Judgement("unread", str(error), fault=error.span)
        except Clash as clash:
            unsaid = {name: piece for name, piece in scope.pieces.items() if name in e.used and not piece.said}
            if unsaid:  # x_i, a row of X: as a row, or as a column?
                turned = {name: replace(piece, lying=not piece.lying, said=True) for name, piece in unsaid.items()}
                other = replace(scope, pieces={**scope.pieces, **turned})
                found = self._in_layout(left, relation, right, other, varying, layout, stated)
                return (
                    found if found.verdict in ("proved", "supported") else Judgement("unread", str(clash), clash=True)
                )
            return self.clash(e, clash)
        except (PushthroughError, RecursionError) as error:
            return Judgement("unread", str(error) or type(error).__name__)
        try:
            return _believed(self._claim(e, sides, relation, scope), e)
        except (PushthroughError, RecursionError, ValueError, TypeError, AttributeError, KeyError) as error:
            return Judgement("unread", f"not decided: {str(error) or type(error).__name__}")

    @staticmethod
    def _sides(e: Elaborator, left: Node, right: Node) -> tuple[Value, Value]:
        """Both sides; a 0 takes the shape of the other one."""
        one, other = e.value(left), e.value(right)
        try:
            return fitted(e, one, other)
        except Clash as clash:
            clash.span = clash.span or right.span
            raise

    @staticmethod
    def clash(e: Elaborator, clash: Clash) -> Judgement:
        if clash.is_open:
            return Judgement("unread", f"{clash}; not every size in it is known", fault=clash.span, clash=True)
        guessed = sorted(e.used & (e.scope.found | e.loose))
        if guessed:
            names = ", ".join(guessed)
            return Judgement("unread", f"{clash}. The shape of {names} was not declared", fault=clash.span, clash=True)
        return Judgement("refuted", str(clash), counterexample=str(clash), fault=clash.span, clash=True)

    def _claim(self, e: Elaborator, sides: tuple[Value, Value], relation: str, scope: Scope) -> Judgement:
        left, right = (e.finished(side.expr) for side in sides)
        given = tuple(e.finished(fact) for fact in scope.given)
        key = (left, right, relation, given, tuple(scope.values.items()))
        if key not in self.cache:
            self.cache[key] = self._judged(left, right, relation, given, scope)
        return self.cache[key]

    def _judged(self, left: Any, right: Any, relation: str, given: tuple[Any, ...], scope: Scope) -> Judgement:
        found: Judgement | None = None
        for claim, facts in _readings(left, right, relation, given, scope):
            found = self.decided(claim, facts)
            if found.verdict == "proved":
                break
        assert found is not None
        return found

    def decided(self, claim: Any, given: tuple[Any, ...]) -> Judgement:
        """The verdict on a claim in SymPy."""
        try:
            verdict = prove(claim, given, max_seconds=self.seconds)
        except ShapeError as error:
            return Judgement("unread", f"not decided: {error}", claim=claim)
        except NoInstance as error:
            return Judgement("unread", f"nothing could be evaluated: {error}", claim=claim)
        except ProofError:
            raise
        except UnsupportedError as error:
            return Judgement("unread", f"not decided: {error}", claim=claim)
        if verdict.status != "refuted":
            return Judgement(
                verdict.status, verdict.reason, conditions=verdict.conditions, evidence=verdict.explain(),
                certificate=verdict.certificate, claim=claim,
            )  # fmt: skip
        return _refuted(claim, given, verdict)


def _believed(found: Judgement, e: Elaborator) -> Judgement:
    """A refutation only where everything in the step is known: what a name stands for, and every size."""
    if found.verdict not in ("refuted", "conditional"):
        return found
    behind = names_behind(e.used, e.scope)
    entries = (e.used - e.wholes) & e.scope.families.keys() - names_in_values(behind, e.scope)  # known entry by entry
    doubted = e.scope.doubted | names_in_values(e.scope.doubted, e.scope)  # a fact about S = [A B; B' C] is one about A
    behind -= entries | e.scope.sizes.keys()
    unknown = sorted(name for name in behind if name in e.scope.found | e.scope.opaque | doubted | e.loose)
    if unknown:
        why = f"not all that is said of {', '.join(unknown)} was understood; by what was, the sides differ"
        return Judgement("unread", why, claim=found.claim)
    relation = getattr(found.claim, "relation", "=")
    if relation in ("<", "<=", ">", ">=") and not any(
        side.atoms(sp.MatrixSymbol) for side in (found.claim.lhs, found.claim.rhs)
    ):
        return Judgement("unread", "an inequality of numbers that may hold in the case at hand", claim=found.claim)
    if e.sizes.still_open():
        return Judgement(
            "unread", "the size of an identity, a zero or a column of ones is not known", claim=found.claim
        )
    return found


def names_behind(names: Iterable[str], scope: Scope) -> set[str]:
    """The names in a step, and those in what they stand for."""
    found, todo = set[str](), list(names)
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        if name in scope.values:
            todo += [s.name for s in scope.values[name].atoms(sp.Symbol, sp.MatrixSymbol)]
        if name in scope.functions:
            todo += [n for node in scope.functions[name].body.walk() if (n := name_of(node)) is not None]
        if name in scope.families:
            todo += [n for node in scope.families[name].body.walk() if (n := name_of(node)) is not None]
        if name in scope.pieces:
            todo.append(scope.pieces[name].of)
    return found


def names_in_values(names: Iterable[str], scope: Scope) -> set[str]:
    """The names of the symbols in what these names stand for."""
    values = [scope.values[name] for name in names if name in scope.values]
    return {s.name for value in values for s in value.atoms(sp.Symbol, sp.MatrixSymbol)}


def _refuted(claim: Any, given: tuple[Any, ...], verdict: Verdict) -> Judgement:
    """Refuted if values in general position say so; if only special ones do, true in general and false there."""
    shown = verdict.counterexample if verdict.counterexample is not None else verdict.reason
    fails = fails_in_general(claim, given)
    if fails is None and verdict.counterexample is None:
        return Judgement("unread", f"not decided: {verdict.reason}", claim=claim)
    if fails is False:
        reason = f"holds at random values, not at special ones: {verdict.reason}"
        conditions = ("the values are in general position",)
        return Judgement("conditional", reason, counterexample=shown, conditions=conditions, claim=claim)
    return Judgement("refuted", verdict.reason, counterexample=shown, evidence=verdict.explain(), claim=claim)


def fails_in_general(claim: Any, given: tuple[Any, ...]) -> bool | None:
    """Whether one of some real instances, drawn from a continuous distribution, contradicts a claim; None: no instance.

    Small integers, at which counterexamples are sought, are often zero or equal: what fails only there is not false.
    """
    if not isinstance(claim, Claim) or claim.relation not in FAILS:
        try:
            return not witness(claim, given).holds
        except (NoInstance, UnsupportedError):
            return None
    seen = 0
    for seed in range(DRAWS):
        try:
            env = sample([claim.lhs, claim.rhs], given, seed=seed)
            left, right = (np.asarray(evaluate(side, env), dtype=float) for side in (claim.lhs, claim.rhs))
        except (PushthroughError, ValueError, TypeError, ArithmeticError, np.linalg.LinAlgError):
            continue
        if not (np.isfinite(left).all() and np.isfinite(right).all()):
            continue
        seen += 1
        scale = 1e-7 * float(1e-9 + np.linalg.norm(left) + np.linalg.norm(right))
        if FAILS[claim.relation](left, right, scale):
            return True
    return False if seen else None


def _readings(
    left: Any, right: Any, relation: str, given: tuple[Any, ...], scope: Scope
) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """The claim as it stands; with its definitions put in, but for what is differentiated by; with all put in.

    What is true for every value of a name is true for the one that it was given; what is false for some is not false.
    """
    free = differentiated_by(left) | differentiated_by(right)
    defined = {scope.symbol(name) for name in scope.values}
    if any(side.has(*defined) for side in (left, right)) if defined else False:
        yield _stated(left, right, relation), given
    facts = tuple(_opened(fact, scope, free) for fact in given)
    if free & defined:
        sides = expanded(left, scope, free), expanded(right, scope, free)
        yield _stated(*sides, relation), facts
    sides = tuple(expanded(evaluated(side) if free else side, scope) for side in (left, right))
    yield _stated(sides[0], sides[1], relation), tuple(_opened(fact, scope) for fact in given)


def _opened(fact: Any, scope: Scope, keep: Any = ()) -> Any:
    if isinstance(fact, sp.assumptions.AppliedPredicate):
        return fact.function(*(expanded(a, scope, keep) for a in fact.arguments))
    return expanded(fact, scope, keep)


def _stated(left: Any, right: Any, relation: str) -> Any:
    if relation in TURNED:
        return _stated(right, left, TURNED[relation])
    if relation in ORDERS:
        return predicate(ORDERS[relation])(_difference(left, right))
    return Claim(left, right, RELATIONS[relation])


def _difference(left: Any, right: Any) -> Any:
    if right == 0 or isinstance(right, sp.ZeroMatrix):
        return left
    return sp.MatAdd(left, sp.MatMul(-1, right))


def _rank(j: Judgement) -> int:
    if j.clash:
        return 5
    return {"proved": 0, "supported": 1, "conditional": 2, "refuted": 3, "unread": 4}[j.verdict]


def known_relation(relation: str) -> bool:
    return relation in RELATIONS or relation in ORDERS or relation in TURNED


__all__ = ["Judge", "Judgement", "known_relation"]
