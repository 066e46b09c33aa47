"""What has to be tested of a claim: its parts, each with the hypotheses under which it must hold.

A conjunction has its conjuncts, an implication its conclusion where the premises hold, `iff` both directions. The
premises join the hypotheses of the setting, so that the sampler solves the equations among them, such as X*w = y.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import sympy as sp
from sympy import Basic, MatrixSymbol

from numeric.counterexample import claim_text
from numeric.limits import Near
from numeric.minimisers import Undecided
from numeric.rings import RATIONAL, OutsideRing, Undefined
from numeric.sample import Sampler
from numeric.setting import Setting, patterns_of, read_setting
from numeric.truth import as_statement, compile_statement, relation_of, sides_of
from symbolic.errors import ShapeError
from symbolic.meaning import is_about_minimisers, meaning
from symbolic.nodes import ArgMin, ForAll
from symbolic.shapes import same_shape, same_size, shape
from symbolic.structures import STRUCTURES

_SQUARE = {row.name for row in STRUCTURES.values() if row.shape == "square"} - {
    "diagonal", "upper_triangular", "lower_triangular",
}  # fmt: skip


@dataclass(frozen=True)
class Direction:
    """One implication to be tested: the hypotheses (in `setting`), and what must hold whenever they do.

    `claim` is the statement as the user made it. `premise` says in words which side of an `iff` or `implies` was made a
    hypothesis; it is empty for the claim as it stands. Where `decides` is false, the conclusion is more than the claim
    needs: it speaks for the claim if it holds, and says nothing if it fails.
    """

    setting: Setting
    conclusion: Any
    claim: Any
    premise: str = ""
    decides: bool = True


def flat_given(given: Any) -> Iterator[Basic]:
    """Hypotheses one by one; a single one or a conjunction will do."""
    if isinstance(given, sp.And):
        yield from (part for a in given.args for part in flat_given(a))
    elif isinstance(given, Basic):
        yield given
    else:
        yield from (part for item in given for part in flat_given(item))


def check_shapes(claim: Any, given: Sequence[Basic]) -> None:
    """Raise ShapeError unless every expression in the claim and the hypotheses has a shape, sides the same one."""
    for statement in [claim, *given]:
        if isinstance(statement, ForAll):
            check_shapes(statement.relation, ())
        elif isinstance(statement, sp.And):
            check_shapes(statement.args[0], statement.args[1:])
        elif relation_of(statement) in ("iff", "implies"):
            check_shapes(sides_of(statement)[0], sides_of(statement)[1:])
        elif hasattr(statement, "lhs"):
            same_shape(statement.lhs, statement.rhs)
        elif hasattr(statement, "arguments"):
            for argument in statement.arguments:
                rows, cols = shape(argument)
                if str(statement.function.name) in _SQUARE and not same_size(rows, cols):
                    raise ShapeError(f"{statement} is about a square matrix; {argument} is {rows} x {cols}")


def directions(claim: Any, given: Sequence[Basic]) -> list[Direction]:
    """What has to be tested: the claim itself, last, and before it its parts, each where its premises hold.

    A claim about minimisers that `numeric.minimisers` decides at an instance is tested as it stands, any other one by
    what it means (`symbolic.meaning`).
    """
    claim = as_statement(claim)
    given = _near_limits(claim, given)
    if is_about_minimisers(claim):
        stated = meaning(claim, given)  # refuses what it does not understand
        if _is_decided(claim, given):
            whole = Direction(read_setting(_basics(claim), given), claim, claim)
            return [whole, whole]
        if all(side.has(ArgMin) for side in claim.args):  # points in one order: not all that have the same minimisers
            *sides, whole = directions(stated, given)
            return [replace(side, decides=False) for side in [*sides, whole]]
        claim = stated
    if isinstance(claim, sp.And):
        sides = []
        for part in claim.args:
            *inner, whole = directions(part, given)
            sides += inner or [whole]
        return [*sides, Direction(read_setting(_basics(claim), given), claim, claim)]
    if isinstance(claim, ForAll):
        # a free symbol is as good as a quantified one
        return directions(claim.relation, [_renamed(g, claim.symbol) for g in given])
    relation = relation_of(claim)
    result = []
    if relation in ("implies", "iff"):
        left, right = sides_of(claim)
        for premise, conclusion in ((left, right), (right, left)) if relation == "iff" else ((left, right),):
            premises = [*given, as_statement(premise)]
            setting = read_setting([*_basics(conclusion), *_basics(premise)], premises)
            result.append(Direction(setting, as_statement(conclusion), claim, claim_text(premise)))
    setting = read_setting(_basics(claim), given)
    return [*result, Direction(setting, claim, claim)]


def _is_decided(claim: Any, given: Sequence[Basic]) -> bool:
    """Whether `numeric.minimisers` decides the claim, as far as a few instances show."""
    setting = read_setting(_basics(claim), given)
    rng, seen = Random(0), 0
    try:
        for sizes in patterns_of(setting.sizes, 4):
            indices = setting.index_choices(sizes)[0]
            check = compile_statement(claim, sizes, RATIONAL, indices)
            sampler = Sampler(setting, RATIONAL, sizes, indices)
            for _ in range(2):
                try:
                    check(sampler.random(rng))
                    seen += 1
                except Undecided:
                    return False
                except Undefined:
                    continue
            if seen > 1:
                return True
    except OutsideRing:
        return False
    return True


def _near_limits(claim: Any, given: Sequence[Basic]) -> list[Any]:
    """Hypotheses about the variable of a limit, which is bound, speak of its values near the point."""
    limits = claim.atoms(sp.Limit) if isinstance(claim, Basic) else ()
    facts = list(given)
    for limit in sorted(limits, key=str):
        symbol = limit.args[1]
        if symbol not in claim.free_symbols:
            facts = [
                Near(f, limit) if not isinstance(f, Near) and symbol in f.free_symbols else f for f in facts
            ]  # fmt: skip
    return facts


def _renamed(fact: Any, symbol: Any) -> Any:
    """A hypothesis whose bound variable would be confused with the free `symbol`, with another name."""
    if isinstance(fact, ForAll) and fact.symbol == symbol:
        is_matrix = isinstance(symbol, MatrixSymbol)
        other = MatrixSymbol(f"{symbol}_any", *symbol.shape) if is_matrix else sp.Dummy(symbol.name)
        return fact.xreplace({symbol: other})
    return fact


def _basics(statement: Any) -> list[Basic]:
    """The SymPy expressions in a statement or claim."""
    if isinstance(statement, Basic):
        return [statement]
    return [*_basics(statement.lhs), *_basics(statement.rhs)]


__all__ = ["Direction", "check_shapes", "directions", "flat_given"]
