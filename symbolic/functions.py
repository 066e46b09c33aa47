"""Functions of one varying argument in index terms: those of the same argument are one function.

    f(b) g(b)        (f g)(b)               s (1 - s) is one slope, not a product of two factors
    f(g(b))          (f . g)(b)             log(1 + exp b) is one function of b
    u f(b) + u g(b)  u (f + g)(b)           u - u tanh(b)^2 = u (1 - tanh^2)(b)
    f(-2 b)          (z -> f(-2 z))(b)

A function is an expression in one placeholder, simplified to one form as far as cancelling goes. Polynomials are no
functions here: they are written in entries, so that (X w - y)^2 is the square that it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import gcd, lcm
from typing import Any

import sympy as sp
from sympy import S
from sympy.core.expr import Expr

from symbolic.components import components, is_negative, monomial_order, part_order
from symbolic.shapes import SCALAR_FUNCTIONS
from symbolic.terms import Call, Component, Factor, Monomial, placeholder

Z = placeholder(0)
Parts = tuple[Component, ...]
_LONG = 60  # operations beyond which a function is left as it is
_PIECED = (sp.Piecewise, sp.Heaviside, sp.Max, sp.Min, sp.sign, sp.Abs)  # cancelling knows no cases
_HOLE = "<function>"  # stands for the function in the key of like terms


def content(coefs: Iterable[Expr]) -> Expr:
    """The largest positive rational that divides all coefficients (1 if one of them is a float)."""
    rationals = [c.as_coeff_Mul()[0] for c in coefs]
    if not all(isinstance(r, sp.Rational) and r != 0 for r in rationals):
        return S.One
    return sp.Rational(gcd(*(int(r.p) for r in rationals)), lcm(*(int(r.q) for r in rationals)))


@lru_cache(maxsize=1 << 12)
def is_polynomial(expr: Expr) -> bool:
    """Whether the function is a polynomial in its argument."""
    return bool(expr.is_polynomial(Z))


@lru_cache(maxsize=1 << 12)
def is_transcendental(expr: Expr) -> bool:
    """Whether the function is made of more than sums, products and powers."""
    return expr.has(sp.Function, sp.Piecewise) or any(Z in p.exp.free_symbols for p in expr.atoms(sp.Pow))


@lru_cache(maxsize=1 << 12)
def simplified(expr: Expr) -> Expr:
    """The shortest of a few forms; equal rational functions of exp, tanh, ... get the same one."""
    if expr.has(sp.sign):
        expr = expr.xreplace({sp.sign(Z): Z / sp.Abs(Z)})  # equal but for 0, where there is no slope
        expr = expr.replace(lambda e: e == Z / sp.Abs(Z), lambda e: sp.sign(Z))
    if expr.is_Atom or expr.count_ops() > _LONG or expr.has(*_PIECED):
        return expr
    forms = [expr]
    try:
        cancelled = sp.cancel(expr)
        forms = [cancelled, sp.factor(cancelled), sp.expand(cancelled), sp.factor_terms(cancelled)]
    except (sp.PolynomialError, NotImplementedError):
        forms.append(sp.expand(expr))
    return min(forms, key=lambda e: (e.count_ops(), sp.default_sort_key(e)))


def value_of(call: Call) -> Expr:
    """The function of one argument as an expression in the placeholder."""
    return sp.Pow(Z, call.exponent) if call.head is sp.Pow else call.head(Z)


def call_of(expr: Expr, body: tuple[Monomial, ...]) -> tuple[Expr, Call | None]:
    """(coef, call) with coef * call the function `expr` of `body`; no call where the function is constant."""
    expr = simplified(expr)
    if Z not in expr.free_symbols:
        return expr, None
    coef, expr = expr.primitive() if expr.is_Add else expr.as_coeff_Mul()
    if expr.is_Add and _is_upside_down(expr):
        coef, expr = -coef, -expr  # type: ignore[operator]
    if isinstance(expr, sp.Pow) and expr.base == Z and Z not in expr.exp.free_symbols:
        return coef, Call(sp.Pow, (body,), expr.exp)
    if type(expr) in SCALAR_FUNCTIONS and expr.args == (Z,):
        return coef, Call(type(expr), (body,))
    return coef, Call(sp.Lambda(Z, expr), (body,))


def _is_upside_down(expr: Expr) -> bool:
    """1 - tanh^2 is written, not tanh^2 - 1."""
    constant = expr.as_coeff_Add()[0]
    return bool(constant < 0) if constant != 0 else expr.could_extract_minus_sign()  # type: ignore[operator]


def composed(expr: Expr, body: tuple[Monomial, ...]) -> tuple[Expr, tuple[Monomial, ...]]:
    """The same function of an argument that is no function itself, and has no common number."""
    inner = as_function(body)
    if inner is not None:
        value, argument = inner
        return expr.xreplace({Z: value}), argument
    scale = content(m.coef for m in body)
    lead = min(body, key=lambda m: monomial_order(m)[1:])  # of the highest degree, whatever its sign
    if is_negative(lead.coef):
        scale = -scale
    if scale is S.One:
        return expr, body
    done = (Monomial(sp.expand(m.coef / scale), m.parts) for m in body)
    return expr.xreplace({Z: scale * Z}), tuple(sorted(done, key=monomial_order))


def as_function(body: tuple[Monomial, ...]) -> tuple[Expr, tuple[Monomial, ...]] | None:
    """(g, b) where the body is g(b): each of its terms is a number or a function of the same b."""
    argument: tuple[Monomial, ...] | None = None
    value: Expr = S.Zero
    for m in body:
        if not m.parts:
            value = value + m.coef  # type: ignore[assignment]
            continue
        part = m.parts[0]
        if len(m.parts) > 1 or not isinstance(part, Call) or len(part.bodies) != 1:
            return None
        if argument is not None and part.bodies[0] != argument:
            return None
        argument = part.bodies[0]
        value = value + m.coef * value_of(part)  # type: ignore[assignment]
    return None if argument is None or not is_transcendental(value) else (value, argument)


# Products and sums.


def multiplied(factors: tuple[Factor, ...]) -> tuple[Expr, tuple[Factor, ...]]:
    """The factors with the functions of one argument multiplied, as (coef, factors); unchanged where there are none."""
    calls: dict[Any, list[Call]] = {}
    for f in factors:
        if isinstance(f, Call) and len(f.bodies) == 1:
            calls.setdefault(f.bodies[0], []).append(f)
    coef: Expr = S.One
    for body, found in calls.items():
        if len(found) < 2 or all(f.head is sp.Pow for f in found):
            continue
        value = simplified(sp.Mul(*map(value_of, found)))
        if is_polynomial(value) and Z in value.free_symbols:
            continue
        scale, call = call_of(value, body)
        coef = sp.Mul(coef, scale)
        factors = tuple(f for f in factors if not any(f is g for g in found))
        if call is not None:
            factors = (*factors, call)
    return coef, factors


def added(total: dict[Parts, Expr]) -> dict[Parts, Expr]:
    """The sum with terms joined that differ by the function of one argument only."""
    if len(total) < 2 or not any(_calls(parts) for parts in total):
        return total
    groups: dict[Any, list[tuple[Parts, Call]]] = {}
    without: dict[Any, Parts] = {}
    for parts in total:
        for call in _calls(parts):
            key = _with(parts, call, Call(_HOLE, call.bodies))
            groups.setdefault(key, []).append((parts, call))
            plain = _without(parts, call)
            if plain is not None and plain in total:
                without[key] = plain
    out = dict(total)
    for key, members in groups.items():
        alive = [(parts, call) for parts, call in members if parts in out]
        plain = without.get(key)
        extra = plain is not None and plain in out
        if len(alive) + extra < 2 or (extra and not alive):
            continue
        lead = out[alive[0][0]]
        terms = [(out[parts] / lead, value_of(call)) for parts, call in alive]
        if extra:
            terms.append((out[plain] / lead, S.One))  # type: ignore[index]
        if not all(ratio.is_Rational for ratio, _ in terms) or all(call.head is sp.Pow for _, call in alive):
            continue
        value = simplified(sp.Add(*(ratio * f for ratio, f in terms)))
        if is_polynomial(value) and Z in value.free_symbols:
            continue
        parts, call = alive[0]
        scale, joined = call_of(value, call.bodies[0])
        new: Parts | None = ()
        if joined is not None:
            new = _with(parts, call, joined)
        elif scale != 0 and parts != (call,):
            new = _without(parts, call)
        if new is None or (joined is None and call.indices and scale != 0 and new == ()):
            continue  # the constant would have to be summed over an index that nothing else has
        for member, _ in alive:
            del out[member]
        if extra:
            del out[plain]  # type: ignore[arg-type]
        if scale != 0:
            coef = sp.Mul(lead, scale)
            out[new] = sp.Add(out[new], coef) if new in out else coef
    return out


def _calls(parts: Parts) -> list[Call]:
    """The functions of one argument in a monomial, but for powers by themselves."""
    found = [f for part in parts for f in (part.factors if hasattr(part, "factors") else (part,))]  # type: ignore
    return [f for f in found if isinstance(f, Call) and len(f.bodies) == 1]


def _with(parts: Parts, old: Call, new: Call) -> Parts:
    return _rebuilt(parts, old, (new,))


def _rebuilt(parts: Parts, old: Call, new: tuple[Call, ...]) -> Parts:
    out: list[Component] = []
    done = False
    for part in parts:
        if not done and part is old:
            out += new
            done = True
        elif not done and hasattr(part, "factors") and any(f is old for f in part.factors):  # type: ignore[union-attr]
            factors = tuple(f for f in part.factors if f is not old)  # type: ignore[union-attr]
            out += components((*factors, *new), part.bound)  # type: ignore[union-attr]
            done = True
        else:
            out.append(part)
    return tuple(sorted(out, key=part_order)) if len(out) > 1 else tuple(out)


def _without(parts: Parts, call: Call) -> Parts | None:
    """The monomial without the function, if every index of the function stands elsewhere too and something is left."""
    around = [f for part in parts for f in (part.factors if hasattr(part, "factors") else (part,))]  # type: ignore
    seen = {k for f in around if f is not call for k in getattr(f, "indices", ())}
    if len(around) < 2 or not seen.issuperset(call.indices):
        return None
    return _rebuilt(parts, call, ())


__all__ = [
    "Z", "added", "as_function", "call_of", "composed", "content", "is_polynomial", "is_transcendental",
    "multiplied", "simplified",
]  # fmt: skip
