"""Normal form of index terms: deltas contracted, factors joined into chains and cycles, powers merged, terms collected.

Two polynomials in matrices, traces and scalar functions that are equal by expanding, transposing scalars and renaming
indices have the same normal form, a tuple of `Monomial`s. No hypothesis on a matrix is used, except that a matrix whose
inverse is written is invertible.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import count, pairwise
from math import gcd, lcm
from typing import Any

import sympy as sp
from sympy import S
from sympy.core.expr import Expr

from symbolic.errors import UnsupportedError
from symbolic.shapes import same_size
from symbolic.terms import (
    Atom,
    Call,
    Chain,
    Component,
    Cycle,
    Delta,
    Entry,
    Factor,
    Graph,
    Index,
    Monomial,
    Slot,
    Term,
    Word,
    fresh,
    multiply,
    spell,
    times,
)

# A power of a sum is multiplied out as long as this many terms arise.
EXPAND_LIMIT = 200


def normal(terms: Iterable[Term]) -> tuple[Monomial, ...]:
    """The normal form of a sum of terms: like monomials collected, zeros dropped, in a reader's order."""
    total: dict[tuple[Component, ...], Expr] = {}
    todo = list(terms)
    while todo:
        term = contract(todo.pop())
        if term is None:
            continue
        parts = components(term.factors, term.bound)
        expanded = _merge_powers(term.coef, parts)
        if expanded is not None:
            todo += expanded
            continue
        key = tuple(sorted(parts, key=part_order)) if len(parts) > 1 else tuple(parts)
        total[key] = total[key] + term.coef if key in total else term.coef
    found = (Monomial(_expanded(coef), parts) for parts, coef in total.items())
    return tuple(sorted((m for m in found if m.coef is not S.Zero), key=monomial_order))


def _expanded(coef: Expr) -> Expr:
    if coef.is_Atom or (coef.is_Mul and all(a.is_Atom for a in coef.args)):
        return coef
    return sp.expand(coef)


# Contraction.


def contract(term: Term) -> Term | None:
    """The term without deltas that a sum can remove, and without sums over nothing; None if it is zero.

    sum_j delta_ij a_j = a_i; a delta of one index is 1; an index that stands nowhere is summed to its size; a matrix
    next to its inverse is a delta.
    """
    coef, factors, bound = term
    if any(isinstance(f, Delta) for f in factors):
        joined = _join_deltas(factors, bound)
        if joined is None:
            return None
        factors, bound = joined
    cancelled = _cancel_inverses(factors, bound)
    if cancelled is not None:
        return contract(Term(coef, cancelled, bound))
    if bound:
        used = {k for f in factors for k in f.indices}
        for k in bound:
            if k not in used:
                coef = times(coef, k.size)
        bound = tuple(k for k in bound if k in used)
    return Term(coef, factors, bound)


def _join_deltas(factors: tuple[Factor, ...], bound: tuple[Index, ...]) -> tuple[tuple[Factor, ...], tuple] | None:
    free = dict.fromkeys(bound)
    rest = list(factors)
    while (delta := next((f for f in rest if isinstance(f, Delta) and _removable(f, free)), None)) is not None:
        rest.remove(delta)
        a, b = delta.left, delta.right
        if a == b:
            continue
        if a not in free and b not in free:
            return None  # two different integers
        if a not in free:
            a, b = b, a
        del free[a]
        rest = [f.rename({a: b}) for f in rest]
    return tuple(rest), tuple(free)


def _removable(delta: Delta, bound: dict[Index, None]) -> bool:
    a, b = delta
    if a == b or a in bound or b in bound:
        return True
    return isinstance(a.name, sp.Integer) and isinstance(b.name, sp.Integer)


def _cancel_inverses(factors: tuple[Factor, ...], bound: tuple[Index, ...]) -> tuple[Factor, ...] | None:
    """The factors with one product A A^-1 replaced by a delta, or None if there is none."""
    inverses = [f for f in factors if isinstance(f, Entry) and isinstance(f.atom.node, sp.Inverse)]
    for inverse in inverses:
        original = inverse.atom.node.args[0]
        for other in factors:
            if not isinstance(other, Entry) or other.atom.node != original:
                continue
            pairs = [((inverse.column, other.row), (inverse.row, other.column))]
            pairs += [((inverse.row, other.column), (inverse.column, other.row))]
            for (a, b), (c, d) in pairs:
                alone = a is not None and a is b and a in bound and sum(f.indices.count(a) for f in factors) == 2
                if alone and c is not None and d is not None:
                    rest = [f for f in factors if f is not inverse and f is not other]
                    return (*rest, Delta(a, a), Delta(c, d))
    return None


# Components: chains, cycles, and the rest.


def components(factors: tuple[Factor, ...], bound: tuple[Index, ...]) -> list[Component]:
    """The product as independent components, each in its own normal form."""
    return [_canonical(part) for part in as_components(factors, bound)]


def _canonical(part: Component) -> Component:
    if isinstance(part, Chain):
        return chain(*part)
    if isinstance(part, Cycle):
        return cycle(part.word)
    if isinstance(part, Graph):
        return _graph(list(part.factors), list(part.bound))
    if isinstance(part, Delta):
        a, b = sorted((part.left, part.right), key=lambda k: str(k.name))
        return Delta(a, b)
    return part


def as_components(factors: tuple[Factor, ...], bound: tuple[Index, ...]) -> list[Component]:
    """The product as independent components, read in the order of the factors."""
    at: dict[Index, list[int]] = {k: [] for k in bound}
    for position, factor in enumerate(factors):
        for k in factor.indices:
            if k in at:
                at[k].append(position)
    seen: set[int] = set()
    parts: list[Component] = []
    for start in range(len(factors)):
        if start in seen:
            continue
        group, todo = [], [start]
        seen.add(start)
        while todo:
            position = todo.pop()
            group.append(position)
            for k in factors[position].indices:
                for other in at.get(k, ()):
                    if other not in seen:
                        seen.add(other)
                        todo.append(other)
        inside = [factors[p] for p in sorted(group)]
        if len(inside) == 1 and not isinstance(inside[0], Entry) and not any(k in at for k in inside[0].indices):
            parts.append(inside[0])
        elif all(isinstance(f, Entry) and all(len(at.get(k, "12")) == 2 for k in f.indices) for f in inside):
            parts.append(_thread(inside, at))  # type: ignore[arg-type]
        else:
            used = {k for f in inside for k in f.indices}
            parts.append(Graph(tuple(inside), tuple(k for k in bound if k in used)))
    return parts


def _thread(entries: list[Entry], at: dict[Index, list[int]]) -> Chain | Cycle:
    """Entries in which each bound index stands twice, as a word from end to end or around."""
    current, backwards, is_chain = entries[0], False, False
    for e in entries:
        if e.row not in at or e.column not in at:
            current, backwards, is_chain = e, e.row in at, True
            break
    left = current.column if backwards else current.row
    word: list[tuple[Atom, bool]] = []
    rest = list(entries)
    while True:
        word.append((current.atom, backwards and not current.atom.symmetric))
        right = current.row if backwards else current.column
        rest = [e for e in rest if e is not current]
        following = next((e for e in rest if right in (e.row, e.column)), None) if right in at else None
        if following is None:
            break
        current, backwards = following, following.row != right
    return Chain(left, tuple(word), right) if is_chain else Cycle(tuple(word))


def flip(word: Word) -> Word:
    """The transposed word."""
    return tuple((a, not (t or a.symmetric)) for a, t in reversed(word))


def _word_order(word: Word) -> tuple:
    return (sum(t for _, t in word), [(a.name, not t) for a, t in word])


def chain(left: Slot, word: Word, right: Slot) -> Chain:
    """The chain, read from its canonical end: a free one first, and with as few transposes as possible."""
    back = flip(word)
    ends = ["" if k is None or k.name is None else str(k.name) for k in (left, right)]
    if (left is None) != (right is None):
        forwards = right is None
    elif ends[0] != ends[1]:
        forwards = ends[0] < ends[1]
    else:
        forwards = _word_order(word) <= _word_order(back)
    return Chain(left, word, right) if forwards else Chain(right, back, left)


def cycle(word: Word) -> Cycle:
    """The cycle, read from its canonical place and in its canonical direction."""
    turns = [w[i:] + w[:i] for w in (word, flip(word)) for i in range(len(word))]
    return Cycle(min(turns, key=_word_order))


@lru_cache(maxsize=1 << 10)
def _standard(depth: int, position: int, size: Expr) -> Index:
    return Index(size)


def _depth(factor: Factor) -> int:
    if not isinstance(factor, Call):
        return 0
    parts = [p for body in factor.bodies for m in body for p in m.parts]
    inside = [f for p in parts for f in (p.factors if isinstance(p, Graph) else [p])]
    return 1 + max((_depth(f) for f in inside if isinstance(f, Call)), default=0)


def _graph(factors: list[Factor], bound: list[Index]) -> Graph:
    """The canonical labelling of a graph of factors: colours are refined, and ties are tried out."""
    depth = max(map(_depth, factors))
    best: tuple[list, Graph] | None = None

    def refine(colour: dict[Index, int]) -> dict[Index, int]:
        while True:
            seen: dict[Index, list] = {k: [] for k in colour}
            for f in factors:
                around = (_signature(f), [(colour.get(k, -1), str(k.name)) for k in f.indices])
                for slot, k in enumerate(f.indices):
                    if k in seen:
                        seen[k].append((slot, around))
            keys = {k: (colour[k], sorted(seen[k])) for k in colour}
            ranks = sorted(keys.values())
            finer = {k: ranks.index(key) for k, key in keys.items()}
            if finer == colour:
                return colour
            colour = finer

    def search(colour: dict[Index, int]) -> None:
        nonlocal best
        colour = refine(colour)
        ranks = sorted(colour.values())
        tie = next((c for c, d in pairwise(ranks) if c == d), None)
        if tie is not None:
            for k in [k for k, c in colour.items() if c == tie]:
                search({other: 2 * c + (other is not k) for other, c in colour.items()})
            return
        order = sorted(colour, key=colour.__getitem__)
        place = {k: i for i, k in enumerate(order)}
        ends = [[(place.get(k, -1), str(k.name)) for k in f.indices] for f in factors]
        keyed = sorted((_signature(f), ends[i], i) for i, f in enumerate(factors))
        names = {k: _standard(depth, i, k.size) for i, k in enumerate(order)}
        certificate = [key[:2] for key in keyed]
        if best is None or certificate < best[0]:
            best = certificate, Graph(tuple(factors[key[2]].rename(names) for key in keyed), tuple(names.values()))

    sizes = sorted({str(k.size) for k in bound})
    search({k: sizes.index(str(k.size)) for k in bound})
    assert best is not None
    return best[1]


def _signature(factor: Factor) -> str:
    if isinstance(factor, Entry):
        return factor.atom.name
    if isinstance(factor, Delta):
        return "delta"
    labels = {k: f"<{i}>" for i, k in enumerate(factor.indices)}
    return _call_name(factor, labels)


def _call_name(call: Call, labels: dict[Index, str]) -> str:
    bodies = "; ".join(" + ".join(_monomial_name(m, labels) for m in body) for body in call.bodies)
    return f"~{getattr(call.head, '__name__', call.head)}({bodies})^{call.exponent}"


def _monomial_name(monomial: Monomial, labels: dict[Index, str]) -> str:
    return f"{monomial.coef}*" + "*".join(" ".join(part_names(p, labels)) for p in monomial.parts)


# Orders: total on what has different names, so that equal sums are listed alike.


def part_names(part: Component, labels: dict[Index, str] | None = None) -> list[str]:
    """A component as a list of names to sort by."""
    labels = labels or {}

    def end(k: Slot) -> str:
        return "" if k is None else labels.get(k, str(k.name))

    if isinstance(part, (Chain, Cycle)):
        names = [a.name + "'" * t for a, t in part.word]
        return names + ([end(part.left), end(part.right)] if isinstance(part, Chain) else ["@"])
    if isinstance(part, Delta):
        return ["=", *sorted(map(end, part))]
    if isinstance(part, Call):
        return [_call_name(part, labels)]
    numbers = {k: f"#{i}" for i, k in enumerate(part.bound)} | labels
    return [_factor_name(f, numbers) for f in part.factors]


def _factor_name(factor: Factor, labels: dict[Index, str]) -> str:
    inside = ",".join(labels.get(k, str(k.name)) for k in factor.indices)
    return f"{_signature(factor)}[{inside}]"


def letters(part: Component) -> int:
    """How many matrices stand in the component; a function counts for nothing."""
    if isinstance(part, (Chain, Cycle)):
        return len(part.word)
    return len(part.factors) if isinstance(part, Graph) else 0


def part_order(part: Component) -> tuple:
    kinds: dict[Any, int] = {Chain: 0, Cycle: 1, Graph: 2, Delta: 3, Call: 4}
    return (kinds[type(part)], part_names(part))


def is_negative(coef: Expr) -> bool:
    return bool(coef.as_coeff_Mul()[0] < 0)  # type: ignore[operator]


def monomial_order(m: Monomial) -> tuple:
    """A reader's order: positive terms first, then by falling degree, numbers before symbols, then by name."""
    degree = sum(map(letters, m.parts))
    names = [name for part in m.parts for name in part_names(part)]
    return (is_negative(m.coef), -degree, len(m.coef.free_symbols), names, str(m.coef) if m.coef.free_symbols else "")


# Powers.


def content(coefs: Iterable[Expr]) -> Expr:
    """The largest positive rational that divides all coefficients (1 if one of them is a float)."""
    rationals = [c.as_coeff_Mul()[0] for c in coefs]
    if not all(isinstance(r, sp.Rational) and r != 0 for r in rationals):
        return S.One
    return sp.Rational(gcd(*(int(r.p) for r in rationals)), lcm(*(int(r.q) for r in rationals)))


def power(body: tuple[Monomial, ...], exponent: Expr) -> list[Term]:
    """The power of a scalar in normal form: multiplied out where that is finite and short, numbers taken out."""
    if exponent is S.Zero:
        return [Term(S.One)]
    if not body:
        if exponent.is_positive:
            return []
        raise UnsupportedError(f"cannot raise 0 to the power {exponent}.")
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
    body = tuple(sorted((Monomial(_expanded(m.coef / scale), m.parts) for m in body), key=monomial_order))
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


# Inverses of products.


def square_pieces(word: Word, size: Expr) -> list[Word]:
    """The word of a square matrix, cut wherever its size returns: each piece is square, so each is invertible."""
    pieces: list[Word] = []
    start = 0
    for here, (a, t) in zip(count(1), word, strict=False):
        columns = a.node.shape[0 if t else 1]  # type: ignore[attr-defined]
        if same_size(columns, size):
            pieces.append(word[start:here])
            start = here
    return pieces


__all__ = [
    "EXPAND_LIMIT", "as_components", "chain", "components", "content", "contract", "cycle", "flip", "is_negative",
    "letters", "monomial_order", "normal", "part_names", "part_order", "power", "square_pieces",
]  # fmt: skip
