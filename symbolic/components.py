"""Components of a product of entries: chains and cycles of matrices, and graphs where an index stands in three places.

Each component is brought to one canonical reading, so that equal products are equal data: a chain is read from its free
end and with as few transposes as possible, a cycle from its least rotation, a graph with its indices numbered by colour
refinement. The orders at the end decide how a sum is listed.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any

from sympy.core.expr import Expr

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
    Pair,
    PowerSlope,
    Slot,
    Word,
)  # fmt: skip


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
        only = inside[0]
        if len(inside) == 1 and isinstance(only, (Delta, Call)) and not any(k in at for k in only.indices):
            parts.append(only)
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
        rest.remove(current)
        word.append((current.atom, backwards and not current.atom.symmetric))
        right = current.row if backwards else current.column
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
    if isinstance(factor, Pair):
        return "pair"
    if isinstance(factor, PowerSlope):
        return f"slope of {factor.held.name}, {factor.exponent}"
    labels = {k: f"<{i}>" for i, k in enumerate(factor.indices)}
    return _call_name(factor, labels)


def _call_name(call: Call, labels: dict[Index, str]) -> str:
    bodies = "; ".join(" + ".join(_monomial_name(m, labels) for m in body) for body in call.bodies)
    head = getattr(call.head, "__name__", None) or _text(call.head)
    return f"~{head}({bodies})^{'' if call.exponent is None else _text(call.exponent)}"


@lru_cache(maxsize=1 << 14)
def _text(coef: Any) -> str:
    """SymPy prints slowly."""
    return str(coef)


def _monomial_name(monomial: Monomial, labels: dict[Index, str]) -> str:
    return f"{_text(monomial.coef)}*" + "*".join(" ".join(part_names(p, labels)) for p in monomial.parts)


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


__all__ = [
    "as_components", "chain", "components", "cycle", "flip", "is_negative", "letters", "monomial_order", "part_names",
    "part_order",
]  # fmt: skip
