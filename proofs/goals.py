"""What has to be proved of a claim: its meaning, without blocks and absolute values; hypotheses likewise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from sympy import And, Basic, BlockMatrix, Eq, Limit

from proofs.absolute import without_absolute_values
from proofs.blocks import blocks_of, conjuncts, unblocked
from proofs.limits import pushed_through
from symbolic.errors import UnsupportedError
from symbolic.meaning import meaning
from symbolic.shapes import shape


def goal_of(claim: Any, given: Iterable[Any]) -> Any:
    """What has to be proved: the meaning of a claim about minimisers, and no blocks."""
    goal = without_absolute_values(meaning(claim, given))
    by_blocks = _limits_by_blocks(goal)
    if by_blocks is not None:
        return by_blocks
    if isinstance(goal, Basic):
        return unblocked(goal)
    if getattr(goal, "relation", "") == "=":
        whole = Eq(goal.lhs, goal.rhs, evaluate=False)
        plain = unblocked(whole)
        return goal if plain is whole else plain
    if getattr(goal, "relation", "") in ("iff", "implies"):
        sides = unblocked(goal.lhs), unblocked(goal.rhs)
        return goal if sides == (goal.lhs, goal.rhs) else Goal(*sides, goal.relation)
    return goal


def other_forms(goal: Any) -> Iterator[Any]:
    """For `lim e = v`: e = f, and lim f = v, for equal forms f of e."""
    sides: tuple[Any, Any] = (getattr(goal, "lhs", None), getattr(goal, "rhs", None))
    for limit, value in (sides, sides[::-1]):
        if isinstance(limit, Limit):
            e, *where = limit.args
            for form in pushed_through(e):
                moved = Eq(Limit(form, *where), value, evaluate=False)
                yield And(Eq(e, form, evaluate=False), moved, evaluate=False)


class Goal(NamedTuple):
    """A claim with other sides."""

    lhs: Any
    rhs: Any
    relation: str


def _limits_by_blocks(goal: Any) -> Any | None:
    """The limit of a block matrix, as the limits of its blocks; None for anything else."""
    sides: tuple[Any, Any] = (getattr(goal, "lhs", None), getattr(goal, "rhs", None))
    for limit, value in (sides, sides[::-1]):
        if isinstance(limit, Limit) and limit.args[0].has(BlockMatrix):
            e, *where = limit.args
            here, there = blocks_of(e), blocks_of(value)
            same = [len(row) for row in here] == [len(row) for row in there]
            pairs = [pair for rows in zip(here, there, strict=False) for pair in zip(*rows, strict=False)]
            if same and all(shape(a) == shape(b) for a, b in pairs):
                return And(*(Eq(Limit(a, *where), b, evaluate=False) for a, b in pairs), evaluate=False)
    return None


def unblocked_hypotheses(given: Iterable[Any]) -> Iterator[Any]:
    """Hypotheses without blocks; one that cannot be said without them is left out, which is sound."""
    for fact in given:
        with suppress(UnsupportedError):
            yield from conjuncts(unblocked(without_absolute_values(fact)))


__all__ = ["goal_of", "other_forms", "unblocked_hypotheses"]
