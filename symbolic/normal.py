"""Normal form of index terms: deltas contracted, factors joined into chains and cycles, powers merged, terms collected.

Two polynomials in matrices, traces and scalar functions that are equal by expanding, transposing scalars and renaming
indices have the same normal form, a tuple of `Monomial`s. No hypothesis on a matrix is used, except that a matrix whose
inverse is written is invertible.
"""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp
from sympy import S
from sympy.core.expr import Expr
from sympy.matrices.expressions.special import OneMatrix

from symbolic.components import components, flip, is_negative, monomial_order, part_order
from symbolic.errors import UnsupportedError
from symbolic.functions import (
    Z,
    alike,
    as_function,
    call_of,
    composed,
    content,
    is_polynomial,
    is_transcendental,
    repeated,
    simplified,
)  # fmt: skip
from symbolic.powers import is_power, join_powers
from symbolic.selection import Zero, differ, is_special, join
from symbolic.terms import (
    ROW,
    Atom,
    Call,
    Chain,
    Component,
    Cycle,
    Delta,
    Entry,
    Factor,
    Index,
    Monomial,
    Term,
    Word,
    atom,
    fresh,
    multiply,
    spell,
    times,
)  # fmt: skip

# A power of a sum is multiplied out as long as this many terms arise.
EXPAND_LIMIT = 200


def normal(terms: Iterable[Term]) -> tuple[Monomial, ...]:
    """The normal form of a sum of terms: like monomials collected, zeros dropped, in a reader's order."""
    total: dict[tuple[Component, ...], Expr] = {}
    _collect(total, list(terms))
    while (found := alike(total)) is not None:
        for parts in found.members:
            del total[parts]
        rest = found.rest
        joined = multiply([[Term(found.coef, *rest[1:])], apply(found.function, found.argument)])
        _collect(total, joined)
    done = (Monomial(expanded(coef), parts) for parts, coef in total.items())
    return tuple(sorted((m for m in done if m.coef is not S.Zero), key=monomial_order))


def _collect(total: dict[tuple[Component, ...], Expr], todo: list[Term]) -> None:
    """Add the terms to the coefficients of their products."""
    while todo:
        term = contract(todo.pop())
        if term is None:
            continue
        again = repeated(term.factors) if len(term.factors) > 1 else None
        if again is not None:
            function, argument, rest = again
            todo += multiply([[Term(term.coef, rest, term.bound)], apply(function, argument)])
            continue
        parts = components(term.factors, term.bound)
        shorter = _cancel_words(parts)
        if shorter is not None:
            spelled = [_spelled(p) for p in shorter]
            todo += multiply([[Term(term.coef)], *spelled])
            continue
        merged = _merge_powers(term.coef, parts)
        if merged is not None:
            todo += merged
            continue
        key = tuple(sorted(parts, key=part_order)) if len(parts) > 1 else tuple(parts)
        coef = total.pop(key) + term.coef if key in total else term.coef
        if coef is not S.Zero:
            total[key] = coef


def expanded(coef: Expr) -> Expr:
    if coef.is_Atom or (coef.is_Mul and all(a.is_Atom for a in coef.args)):
        return coef
    return sp.expand(coef)


# Contraction.


def contract(term: Term) -> Term | None:
    """The term without deltas that a sum can remove, and without sums over nothing; None if it is zero.

    An index that stands in a single entry meets a vector of ones there, and ones are left out everywhere else.
    sum_j delta_ij a_j = a_i; a delta of one index is 1; an index that stands nowhere is summed to its size; a matrix
    next to its inverse is a delta.
    """
    coef, factors, bound = term
    if any(isinstance(f, Entry) and isinstance(f.atom.node, OneMatrix) for f in factors):
        factors = tuple(f for f in factors if not (isinstance(f, Entry) and isinstance(f.atom.node, OneMatrix)))
    if any(isinstance(f, Delta) for f in factors):
        joined = _join_deltas(factors, bound)
        if joined is None:
            return None
        factors, bound = joined
    if any(map(is_special, factors)):
        step = join(factors, bound)
        if isinstance(step, Zero):
            return None
        if step is not None:
            return contract(Term(coef, *step))
    if any(map(is_power, factors)):
        powers = join_powers(factors, bound)
        if powers is not None:
            return contract(Term(times(coef, powers.scale), powers.factors, powers.bound))
    cancelled = _cancel_inverses(factors, bound)
    if cancelled is not None:
        return contract(Term(coef, *cancelled))
    if bound:
        places: dict[Index, list[Factor]] = {k: [] for k in bound}
        for f in factors:
            for k in f.indices:
                if k in places:
                    places[k].append(f)
        for k, found in places.items():
            if not found:
                coef = times(coef, k.size)
            elif len(found) == 1 and isinstance(found[0], Entry):  # a row or column sum: a product with ones
                factors += (Entry(_ones(k.size), k, None),)
        bound = tuple(k for k in bound if places[k])
    return Term(coef, factors, bound)


def _ones(size: Expr) -> Atom:
    return atom(OneMatrix(size, S.One))


def _join_deltas(factors: tuple[Factor, ...], bound: tuple[Index, ...]) -> tuple[tuple[Factor, ...], tuple] | None:
    free = dict.fromkeys(bound)
    rest = list(factors)
    while (delta := next((f for f in rest if isinstance(f, Delta) and _removable(f, free)), None)) is not None:
        rest.remove(delta)
        a, b = delta.left, delta.right
        if a == b or _same_place(a, b):
            continue
        if a not in free and b not in free:
            return None  # two different entries
        if a not in free:
            a, b = b, a
        del free[a]
        rest = [f.rename({a: b}) for f in rest]
    return tuple(rest), tuple(free)


def _same_place(a: Index, b: Index) -> bool:
    """Two named indices of different sizes at one place."""
    return a.name is not None and a.name == b.name


def _removable(delta: Delta, bound: dict[Index, None]) -> bool:
    a, b = delta
    if a == b or _same_place(a, b) or a in bound or b in bound:
        return True
    return differ(a.name, b.name)


def _cancel_inverses(
    factors: tuple[Factor, ...], bound: tuple[Index, ...]
) -> tuple[tuple[Factor, ...], tuple[Index, ...]] | None:
    """The factors with one product A A^-1 replaced by a delta, without the sum between them; None if there is none."""
    inverses = [f for f in factors if isinstance(f, Entry) and isinstance(f.atom.node, sp.Inverse)]
    for inverse in inverses:
        original = inverse.atom.node.args[0]
        for other in factors:
            if not isinstance(other, Entry) or other.atom.node != original:
                continue
            right = (inverse.column, other.row, inverse.row, other.column)  # A^-1 A
            left = (inverse.row, other.column, inverse.column, other.row)  # A A^-1
            for a, b, c, d in (right, left):
                if a is None or c is None or d is None or a is not b or a not in bound:
                    continue
                if sum(f.indices.count(a) for f in factors) == 2:
                    rest = [f for f in factors if f is not inverse and f is not other]
                    return (*rest, Delta(c, d)), tuple(k for k in bound if k is not a)
    return None


def _cancel_words(parts: list[Component]) -> list[Component] | None:
    """The components with one product M M^-1 of several letters, such as (A B)(A B)^-1, taken out, or None."""
    for position, part in enumerate(parts):
        if not isinstance(part, (Chain, Cycle)):
            continue
        turns = range(len(part.word)) if isinstance(part, Cycle) else range(1)
        for turn in turns:
            word = part.word[turn:] + part.word[:turn]
            for at, (held, transposed) in enumerate(word):
                inner = _inverted_word(held)
                if inner is None:
                    continue
                inner = flip(inner) if transposed else inner
                size = len(inner)
                for start in (at - size, at + 1):
                    if start < 0 or word[start : start + size] != inner:
                        continue
                    rest = word[: min(start, at)] + word[max(start + size, at + 1) :]
                    if rest:
                        new: Component = Cycle(rest) if isinstance(part, Cycle) else part._replace(word=rest)
                    elif isinstance(part, Chain) and part.left is not None and part.right is not None:
                        new = Delta(part.left, part.right)
                    else:
                        continue
                    return [*parts[:position], new, *parts[position + 1 :]]
    return None


def _inverted_word(held: Atom) -> Word | None:
    """The word of a product of several letters whose inverse this is."""
    if not isinstance(held.node, sp.Inverse) or held.argument is None or len(held.argument) != 1:
        return None
    (m,) = held.argument
    if m.coef is not S.One or len(m.parts) != 1 or not isinstance(m.parts[0], Chain) or len(m.parts[0].word) < 2:
        return None
    chain = m.parts[0]
    return chain.word if chain.left is not None and chain.left.name == ROW else flip(chain.word)


# Powers.


def apply(function: Expr, body: tuple[Monomial, ...]) -> list[Term]:
    """A function of one argument, an expression in the placeholder `functions.Z`; a polynomial is multiplied out."""
    value, argument = composed(function, body)
    value = simplified(value)
    if is_polynomial(value):
        return _algebraic(value, argument)
    coef, call = call_of(value, argument)
    if call is not None and not call.indices and not is_transcendental(value):
        return _algebraic(value, argument)
    return [Term(coef, () if call is None else (call,))]


def _algebraic(value: Expr, body: tuple[Monomial, ...]) -> list[Term]:
    """Sums, products and powers of the argument, written out."""
    if Z not in value.free_symbols:
        return [Term(value)] if value is not S.Zero else []
    if value == Z:
        return [fresh(m.term()) for m in body]
    if value.is_Add:
        return [t for a in value.args for t in _algebraic(a, body)]  # type: ignore[arg-type]
    if value.is_Mul:
        return multiply(_algebraic(a, body) for a in value.args)  # type: ignore[arg-type]
    base, exponent = value.as_base_exp()
    return power(normal(_algebraic(base, body)), exponent)


def power(body: tuple[Monomial, ...], exponent: Expr) -> list[Term]:
    """The power of a scalar in normal form: multiplied out where that is finite and short, numbers taken out."""
    if exponent is S.Zero:
        return [Term(S.One)]
    if not body:
        if exponent.is_positive:
            return []
        raise UnsupportedError(f"cannot raise 0 to the power {exponent}.")
    if as_function(body) is not None:
        return apply(sp.Pow(Z, exponent), body)
    whole = exponent.is_Integer
    if whole and exponent.is_positive and len(body) ** int(exponent) <= EXPAND_LIMIT:  # type: ignore[arg-type]
        return multiply([m.term() for m in body] for _ in range(int(exponent)))  # type: ignore[arg-type]
    if len(body) == 1:
        (m,) = body
        if not m.parts:
            return [Term(sp.Pow(m.coef, exponent))]
        if whole:
            factors = tuple(_part_power(p, exponent) for p in m.parts)
            return [Term(sp.Pow(m.coef, exponent), factors)]
    scale = content(m.coef for m in body)
    if whole and is_negative(body[0].coef):
        scale = -scale
    if scale is S.One:
        return [Term(S.One, (Call(sp.Pow, (body,), exponent),))]
    body = tuple(sorted((Monomial(expanded(m.coef / scale), m.parts) for m in body), key=monomial_order))
    if len(body) == 1 and body[0].coef is S.One and len(body[0].parts) == 1 and whole:
        return [Term(sp.Pow(scale, exponent), (_part_power(body[0].parts[0], exponent),))]
    return [Term(sp.Pow(scale, exponent), (Call(sp.Pow, (body,), exponent),))]


def _part_power(part: Component, exponent: Expr) -> Call:
    if isinstance(part, Call) and part.head is sp.Pow and part.exponent is not None:
        return Call(sp.Pow, part.bodies, sp.Mul(part.exponent, exponent))
    return Call(sp.Pow, ((Monomial(S.One, (part,)),),), exponent)


def _merge_powers(coef: Expr, parts: list[Component]) -> list[Term] | None:
    """The product with powers of one scalar merged, as terms to normalise again; None if there is nothing to merge."""
    powers = [p for p in parts if isinstance(p, Call) and p.head is sp.Pow]
    if not powers:
        return None
    rest = [p for p in parts if not (isinstance(p, Call) and p.head is sp.Pow)]
    exponents: dict[tuple[Monomial, ...], Expr] = {}
    for p in powers:
        (body,) = p.bodies
        exponents[body] = exponents.get(body, S.Zero) + p.exponent  # type: ignore[operator]
    changed = len(exponents) < len(powers)
    for body in exponents:
        if len(body) == 1 and body[0].coef is S.One and len(body[0].parts) == 1:
            copies = rest.count(body[0].parts[0])
            if copies:
                rest = [p for p in rest if p != body[0].parts[0]]
                exponents[body] += copies
                changed = True
    expandable = any(e.is_Integer and e >= 0 and len(b) ** int(e) <= EXPAND_LIMIT for b, e in exponents.items())  # type: ignore
    if not changed and not expandable:
        return None
    kept: list[list[Term]] = [_spelled(p) for p in rest]
    return multiply([[Term(coef)], *kept, *([fresh(t) for t in power(b, e)] for b, e in exponents.items())])


def _spelled(part: Component) -> list[Term]:
    factors, bound = spell(part)
    return [Term(S.One, tuple(factors), tuple(bound))]


__all__ = ["EXPAND_LIMIT", "apply", "contract", "expanded", "normal", "power"]
