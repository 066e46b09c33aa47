"""Why an inverse exists: the steps of a certificate that show a matrix to be definite, or give it a left inverse.

A product is invertible when its factors, or groups of neighbouring ones, are: the left inverse is theirs in reverse
order. Factors have an inverse when one was introduced, or when a hypothesis such as V'V = I gives it. That the product
is the identity is proved like any other equation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any

from proofs.chain import transposed
from proofs.kernel import Checker, KernelError, Matrix, identity
from proofs.positivity import squares_of, take_definite_step
from proofs.search import Search

Json = Any
MAX_FACTORS = 8


def licence(checker: Checker, e: Json, search: Callable[[], Search], definite: bool = False) -> list[Json] | None:
    """Steps, which the checker has taken, towards "`e` is invertible" (`definite`: positive definite).

    Empty if that is known already, None if nothing was found; ask the checker whether it is known now.
    """
    if checker.known("positive_definite" if definite else "invertible", checker.expr(e, {})):
        return []
    step = take_definite_step(checker, e, search)
    if step is not None:
        return [step]
    taken = list[Json]()
    for part in _inverses_in(e):
        taken += _definite_inverse(checker, part, search)
    for _, _, root in squares_of(checker, e, search) or []:
        taken += _one_to_one_root(checker, root, search)
    if taken and (step := take_definite_step(checker, e, search)) is not None:
        return [*taken, step]
    step = None if definite else take_left_inverse_step(checker, e, search)
    return [*taken, step] if step is not None else taken or None


def _definite_inverse(checker: Checker, part: Json, search: Callable[[], Search]) -> list[Json]:
    """P^-1 of a definite P is definite: it is P^-1' P P^-1."""
    if checker.known("positive_definite", checker.expr(part, {})):
        return []
    if not checker.known("positive_definite", checker.expr(part[1], {})):
        return []
    k = checker.inverses.index(checker.expr(part[1], {}))
    one_to_one = ["injective", part, part[1], ["ref", f"inv{k}.r"]]
    checker.step(one_to_one)
    step = take_definite_step(checker, part, search)
    return [one_to_one, step] if step is not None else [one_to_one]


def _one_to_one_root(checker: Checker, root: Json, search: Callable[[], Search]) -> list[Json]:
    """A root of a square that has a left inverse, such as a matrix with orthonormal columns."""
    m = checker.expr(root, {})
    if checker.known("injective", m) or (m.rows == m.cols and m == identity(m.rows)):
        return []
    step = take_left_inverse_step(checker, root, search)
    return [step] if step is not None else []


def _inverses_in(e: Json) -> Iterator[Json]:
    if isinstance(e, list) and e:
        for part in e[1:]:
            yield from _inverses_in(part)
        if e[0] == "inv":
            yield e


def take_left_inverse_step(checker: Checker, e: Json, search: Callable[[], Search]) -> Json | None:
    """The step ["injective", e, left, proof], if a left inverse of `e` is found."""
    m = checker.expr(e, {})
    found = cache(search)
    definitions = _definitions(checker)
    for left in _left_inverses(checker, _cancelled(checker, _factors(e, definitions))):
        with suppress(KernelError):
            product = checker.expr(left, {}) * m
            proof = found().prove(product - identity(m.cols), seconds=0.2, inline=True)
            if proof is not None:
                step = ["injective", e, left, proof.expression]
                checker.step(step)
                return step
    return None


def _definitions(checker: Checker) -> dict[str, Json]:
    """The hypotheses that give a symbol as a product, such as X = U Sigma V', and their transposes."""
    out = dict[str, Json]()
    for fact in checker.facts.values():
        match fact:
            case ["eq", str(x), ["mul", *_] as product] if x.isidentifier():
                out |= {x: product, x + "'": transposed(product)}
    return out


def _factors(e: Json, definitions: dict[str, Json]) -> list[Json]:
    match e:
        case str() if e in definitions:
            return _factors(definitions[e], {})
        case ["T", str(x)]:
            return _factors(transposed(x), definitions)
        case ["mul", *parts]:
            return [f for part in parts for f in _factors(part, definitions)]
        case ["T", ["mul", *parts]]:
            return [f for part in reversed(parts) for f in _factors(transposed(part), definitions)]
        case ["pow", base, str(k)] if k.isdigit() and 0 < int(k) <= MAX_FACTORS:
            return [f for _ in range(int(k)) for f in _factors(base, definitions)]
    return [e]


def _cancelled(checker: Checker, factors: list[Json]) -> list[Json]:
    """The factors without neighbours U'U that a hypothesis says are the identity."""
    out = list[Json]()
    for factor in factors:
        if out and out[-1] == transposed(factor) and _is_isometry(checker, checker.expr(factor, {})):
            out.pop()
        else:
            out.append(factor)
    return out


def _left_inverses(checker: Checker, factors: list[Json]) -> Iterator[Json]:
    """Products of the inverses of groups of neighbouring factors, in reverse order."""
    if not factors or len(factors) > MAX_FACTORS:
        return
    for size in range(1, len(factors) + 1):
        head, rest = factors[:size], factors[size:]
        for inverse in _inverses_of(checker, head):
            if not rest:
                yield inverse
            for tail in _left_inverses(checker, rest):
                yield ["mul", tail, inverse]


def _inverses_of(checker: Checker, group: list[Json]) -> Iterator[Json]:
    """What is known to invert a group of factors: an introduced inverse, its transpose, a transpose, a scalar."""
    e = group[0] if len(group) == 1 else ["mul", *group]
    with suppress(KernelError):
        m = checker.expr(e, {})
        if len(group) == 1 and _is_isometry(checker, m):
            yield transposed(e)
        if m.rows != m.cols:
            return
        for k, arg in enumerate(checker.inverses):
            if arg == m:
                yield f"#{k}"
            elif m == arg.T:
                yield f"#{k}'"
        if len(group) == 1 and isinstance(e, list) and e[0] == "inv":
            yield e[1]
        if m.rows == "1" and isinstance(e, str):
            yield ["pow", e, "-1"]


def _is_isometry(checker: Checker, m: Matrix) -> bool:
    """Whether a hypothesis says that m'm = I."""
    product = m.T * m - identity(m.cols)
    for fact in checker.facts.values():
        if fact[0] == "eq":
            with suppress(KernelError):
                difference = checker.expr(fact[1], {}) - checker.expr(fact[2], {})
                if (difference.rows, difference.cols) == (m.rows, m.cols) and difference == product:
                    return True
    return False


__all__ = ["licence", "take_left_inverse_step"]
