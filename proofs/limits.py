"""Limits as the kernel reads them: of an expression in a positive symbol that falls to 0.

The kernel puts 0 for the symbol, which is right wherever every inverse still exists there. Other limits are brought to
this form: s -> a is s = a + t, and s -> oo is s = 1/t with the powers of t collected, so that
(X'X + s I)^-1 = t (t X'X + I)^-1. That both are equal for t > 0 is a claim of its own, proved beside the limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import sympy as sp
from sympy import Rational, S, Symbol

from symbolic.affine import Term, added, terms_of
from symbolic.errors import UnsupportedError
from symbolic.meaning import substitute
from symbolic.shapes import is_scalar, is_zero


class Falling(NamedTuple):
    """`expr` as `symbol` falls to 0; `original`, if any, is what it must equal for every positive value of it."""

    expr: Any
    symbol: Symbol
    original: Any = None


def falling(limit: sp.Limit, taken: Iterable[str] = ()) -> Falling:
    """The limit with a variable that falls to 0; a new one keeps clear of the names `taken`.

    Raises UnsupportedError for two-sided limits and for expressions that grow, or whose growth would have to cancel.

    >>> lam, a = sp.symbols("lambda a", positive=True)
    >>> falling(sp.Limit(a / (a**2 + lam), lam, sp.oo)).expr
    a*t/(a**2*t + 1)
    """
    expr, symbol, point, side = map(S, limit.args)
    if not isinstance(symbol, Symbol):
        raise UnsupportedError(f"the variable of {limit} is not a symbol.")
    if str(side) not in ("+", "-"):
        raise UnsupportedError(f"{limit} is two-sided: take the limits from each side.")
    if point == 0 and str(side) == "+":
        return Falling(expr, symbol)
    names = {*taken, *(str(s) for s in expr.free_symbols)}
    t = Symbol(next(name for name in ["t", *(f"t_{k}" for k in range(1, 99))] if name not in names), positive=True)
    finite = not S(point).is_infinite
    below = point is S.NegativeInfinity or (finite and str(side) == "-")
    sign = S.NegativeOne if below else S.One
    if finite:
        moved = sp.Add(point, sp.Mul(sign, t)) if point != 0 else sp.Mul(sign, t)
        return Falling(substitute(expr, symbol, moved), t)
    power, rest = _scaled(substitute(expr, symbol, sp.Mul(sign, symbol)) if sign < 0 else expr, symbol, t)
    if power < 0:
        raise UnsupportedError(f"{limit}: a factor grows like a power of {symbol}; such limits are not understood.")
    return Falling(_times(t, power, rest), t, substitute(expr, symbol, sp.Mul(sign, sp.Pow(t, -1))))


def inverted_at_zero(e: Any, s: Symbol) -> Iterator[Any]:
    """What is inverted in `e` at s = 0, and must be invertible there. Raises UnsupportedError if it is zero."""
    for node in sp.preorder_traversal(e):
        powers = isinstance(node, (sp.Pow, sp.MatPow)) and node.args[1].is_negative
        if (powers or isinstance(node, sp.Inverse)) and node.has(s):
            inside = at_zero(node.args[0], s)
            if is_zero(inside):
                raise UnsupportedError(f"the limit of {e}: {node} grows without bound.")
            yield inside


def at_zero(e: Any, s: Symbol) -> Any:
    """`e` with 0 for `s`, terms and products that vanish left out.

    >>> s, a = sp.symbols("s a", positive=True)
    >>> at_zero(a + s * a, s)
    a
    """
    if e == s:
        return S.Zero
    if not e.has(s):
        return e
    args = [at_zero(a, s) for a in e.args]
    if isinstance(e, (sp.Mul, sp.MatMul)):
        if any(map(is_zero, args)):
            return sp.ZeroMatrix(*e.shape) if getattr(e, "is_Matrix", False) else S.Zero
    elif isinstance(e, (sp.Add, sp.MatAdd)):
        kept = [a for a in args if not is_zero(a)]
        if len(kept) < 2:
            return kept[0] if kept else args[0]
        args = kept
    plain = isinstance(e, (sp.Add, sp.Mul, sp.Pow)) and not getattr(e, "is_Matrix", False)
    return e.func(*args, evaluate=False) if plain else e.func(*args)


def pushed_through(e: Any) -> Iterator[Any]:
    """Equal forms of a product: (c I + P Q)^-1 P = P (c I + Q P)^-1, read from left to right and from right to left.

    >>> m, n = sp.symbols("m n", integer=True, positive=True)
    >>> X, s = sp.MatrixSymbol("X", m, n), sp.Symbol("s", positive=True)
    >>> [*pushed_through(sp.Inverse(X.T * X + s * sp.Identity(n)) * X.T)]
    [X.T*(s*I + X*X.T)**(-1)]
    """
    args = e.args if isinstance(e, sp.MatMul) else ()
    for k, inverse in enumerate(args):
        if not isinstance(inverse, sp.Inverse):
            continue
        terms = terms_of(inverse.arg)
        if k + 1 < len(args):
            P = args[k + 1]
            if all(not t.factors or t.factors[0] == P for t in terms):
                turned = [Term(t.number, t.scalars, (*t.factors[1:], P) if t.factors else ()) for t in terms]
                yield sp.MatMul(*args[:k], P, sp.Inverse(added(turned, (P.shape[1],) * 2)), *args[k + 2 :])
        if k > 0 and getattr(args[k - 1], "is_Matrix", False):
            P = args[k - 1]
            if all(not t.factors or t.factors[-1] == P for t in terms):
                turned = [Term(t.number, t.scalars, (P, *t.factors[:-1]) if t.factors else ()) for t in terms]
                yield sp.MatMul(*args[: k - 1], sp.Inverse(added(turned, (P.shape[0],) * 2)), P, *args[k + 1 :])


def _scaled(e: Any, s: Symbol, t: Symbol) -> tuple[Rational, Any]:
    """(p, g): `e` at s = 1/t is t**p g, where g has no negative powers of t outside inverses that exist at t = 0."""
    if not e.has(s):
        return S.Zero, e
    if e == s:
        return S.NegativeOne, S.One
    if isinstance(e, (sp.Transpose, sp.Trace)):
        power, rest = _scaled(e.args[0], s, t)
        return power, rest if rest is S.One else e.func(rest)
    if isinstance(e, sp.Inverse):
        power, rest = _scaled(e.args[0], s, t)
        return -power, sp.Inverse(rest)
    if isinstance(e, (sp.Pow, sp.MatPow)) and e.args[1].is_Rational:
        power, rest = _scaled(e.args[0], s, t)
        return power * e.args[1], S.One if rest is S.One else e.func(rest, e.args[1])
    if isinstance(e, (sp.Mul, sp.MatMul)):
        pairs = [_scaled(a, s, t) for a in e.args]
        kept = [rest for _, rest in pairs if rest is not S.One]
        power = sum((p for p, _ in pairs), S.Zero)
        return power, S.One if not kept else kept[0] if len(kept) == 1 else e.func(*kept)
    if isinstance(e, (sp.Add, sp.MatAdd)):
        pairs = [_scaled(a, s, t) for a in e.args]
        least = min(p for p, _ in pairs)
        return least, e.func(*(_times(t, p - least, rest) for p, rest in pairs))
    raise UnsupportedError(f"a limit at infinity of {e} ({type(e).__name__}) is not understood.")


def _times(t: Symbol, power: Rational, e: Any) -> Any:
    """t**power e."""
    if power == 0:
        return e
    factor = sp.Pow(t, power)
    return sp.Mul(factor, e) if is_scalar(e) and not getattr(e, "is_Matrix", False) else sp.MatMul(factor, e)


__all__ = ["Falling", "at_zero", "falling", "inverted_at_zero", "pushed_through"]
