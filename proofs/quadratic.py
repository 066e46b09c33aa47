"""Signs of scalars as sums of squares: of the difference of two values of a quadratic, or of what is known to be >= 0.

What is found here is a list of squares c L'PL (c tr L'PL) for the kernel; nothing needs to be trusted. Two sources: a
scalar that a hypothesis says is positive or nonnegative, up to a positive factor; and, where a hypothesis says that a
difference such as w - v is not zero, the second-order part of the claim in w: f(w) - f(v) = (w - v)' H (w - v) for the
minimiser v of a quadratic f.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from proofs.kernel import Checker, KernelError, Matrix, flip, identity
from proofs.positivity import squares_of
from proofs.search import Search

Json = Any
Square = list[Any]  # [coefficient, middle or None, root]
ONE: Json = ["num", "1"]
SIGNS = ("positive", "nonnegative", "positive_definite", "positive_semidefinite")


def scaled_facts(checker: Checker, m: Matrix) -> Iterator[list[Square]]:
    """A scalar `m` as c times a scalar with a known sign: for each c that two of their terms suggest, and for 1."""
    for fact in list(checker.facts.values()):
        if fact[0] not in SIGNS:
            continue
        with suppress(KernelError):  # a fact may speak of an inverse that is introduced later
            known = checker.expr(fact[1], {})
            if known.rows == known.cols == "1" and known.poly:
                found = _ratios(m, known)
                yield from ([[c, fact[1], ["id", "1"]]] for c in (found if ONE in found else [*found, ONE]))


def _ratios(m: Matrix, known: Matrix, limit: int = 3) -> list[Json]:
    """Positive monomials c for which one term of `m` is c times a term of `known`, the longest terms first."""
    found = list[Json]()
    for (powers, chains), c in sorted(known.poly.items(), key=lambda term: -sum(len(w) for _, w, _ in term[0][1])):
        for (more, same), d in m.poly.items():
            if same != chains or c * d <= 0:
                continue
            exponents = dict(more)
            for s, e in powers:
                exponents[s] = exponents.get(s, 0 * e) - e
            kept = [(s, e) for s, e in sorted(exponents.items()) if e]
            if any(s.startswith("log ") for s, _ in kept):
                continue
            scalars = [_scalar(s, e) for s, e in kept]
            factors = [*([["num", str(d / c)]] if c != d or not scalars else []), *scalars]
            ratio = factors[0] if len(factors) == 1 else ["mul", *factors]
            if ratio not in found:
                found.append(ratio)
        if len(found) >= limit:
            break
    return found[:limit]


def differences(checker: Checker) -> list[Json]:
    """What the hypotheses say is not zero."""
    return [f[1] for f in checker.facts.values() if f[0] in ("nonzero", "injective") and not isinstance(f[1], str)]


def middles(checker: Checker, e: Json, root: Json) -> Iterator[Json]:
    """Candidates for H: the part of second order in a symbol of `root`, as written and symmetrised."""
    m = checker.expr(e, {})
    for x in _letters(checker, root):
        terms = _second_order(checker, m, x)
        if terms:
            yield _sum([_term(c, powers, mid, checker.letter(x).rows) for c, powers, mid in terms])
            if any(mid != flip(mid) for _, _, mid in terms if all(isinstance(x, str) for x in mid)):
                halves = [(c / 2, powers, part) for c, powers, mid in terms for part in (mid, flip(mid))]
                yield _sum([_term(c, powers, mid, checker.letter(x).rows) for c, powers, mid in halves])


def completed_squares(checker: Checker, e: Json, search: Callable[[], Search]) -> Iterator[list[Square]]:
    """`e` as (w - v)' H (w - v) for each difference that is not zero, else for each two symbols of one shape.

    H is one definite matrix, or the sum of squares that it is made of.
    """
    for root in [*differences(checker), *_pairs(checker, e)]:
        for h in middles(checker, e, root):
            if checker.known("positive_semidefinite", checker.expr(h, {})):
                yield [[ONE, h, root]]
            parts = squares_of(checker, h, search)
            if parts:
                yield [[c, p, _product(checker, inner, root)] for c, p, inner in parts]


def _pairs(checker: Checker, e: Json, limit: int = 3) -> list[Json]:
    """Differences of two columns in `e` that have one shape."""
    letters = {x.rstrip("'") for _, chains in checker.expr(e, {}).poly for _, w, _ in chains for x in w}
    columns = sorted(x for x in letters if x[0] != "#" and checker.symbols[x][1] == "1")
    pairs = [(x, v) for x in columns for v in columns if x < v and checker.symbols[x] == checker.symbols[v]]
    return [["add", x, ["mul", ["num", "-1"], v]] for x, v in pairs[:limit]]


def _product(checker: Checker, left: Json, root: Json) -> Json:
    """left * root, without a superfluous identity."""
    m = checker.expr(left, {})
    return root if m.rows == m.cols and m == identity(m.rows) else ["mul", left, root]


def _letters(checker: Checker, root: Json) -> list[str]:
    """The symbols that are terms of `root` by themselves."""
    m = checker.expr(root, {})
    alone = [w[0] for (powers, ((_, w, _),)), _ in _single(m) if len(w) == 1 and not powers and w[0][0] != "#"]
    linear = [powers[0] for powers, chains in m.poly if not chains and len(powers) == 1]
    scalars = [s for s, e in linear if e == 1]
    return [x.rstrip("'") for x in alone] + [s for s in scalars if s[0] != "|" and " " not in s]


def _single(m: Matrix) -> list[Any]:
    return [item for item in m.poly.items() if len(item[0][1]) == 1]


def _second_order(checker: Checker, m: Matrix, x: str) -> list[Any] | None:
    """The terms x' M x of `m` as (coefficient, powers, M); None if x occurs in it in another way of degree two."""
    out = list[Any]()
    for (powers, chains), c in m.poly.items():
        inside = sum(letter.rstrip("'") == x for _, w, _ in chains for letter in w)
        degree = inside + dict(powers).get(x, 0)
        if degree < 2:
            continue
        if degree > 2:
            return None
        if not inside:  # a scalar variable: what stands beside its square
            out.append((c, tuple((s, e) for s, e in powers if s != x), tuple(map(_closed, chains))))
            continue
        mid = _between(chains, x)
        if mid is None:
            return None
        out.append((c, powers, mid))
    return out


def _closed(chain: Any) -> Json:
    """A factor that is a number: a product of matrices from size 1 to size 1, or a trace."""
    a, w, _ = chain
    word: Json = w[0] if len(w) == 1 else ["mul", *w]
    return ["tr", word] if a == "@" else word


def _between(chains: Any, x: str) -> tuple[str, ...] | None:
    """M of a single closed chain x' M x, also as a trace."""
    if len(chains) != 1:
        return None
    a, w, _ = chains[0]
    ways = [v[k:] + v[:k] for v in (w, flip(w)) for k in range(len(w))] if a == "@" else [w, flip(w)]
    return next((v[1:-1] for v in ways if v[0] == x + "'" and v[-1] == x), None)


def _term(c: Any, powers: Any, mid: tuple[str, ...], rows: str) -> Json:
    scalars = [_scalar(s, e) for s, e in powers]
    head = [["num", str(c)]] if c != 1 else []
    factors = [*head, *scalars, *(mid or [["id", rows]])]
    return factors[0] if len(factors) == 1 else ["mul", *factors]


def _scalar(s: str, e: Any) -> Json:
    base: Json = ["dim", s[1:]] if s[0] == "|" else s
    return base if e == 1 else ["pow", base, str(e)]


def _sum(terms: list[Json]) -> Json:
    return terms[0] if len(terms) == 1 else ["add", *terms]


__all__ = ["completed_squares", "differences", "middles", "scaled_facts"]
