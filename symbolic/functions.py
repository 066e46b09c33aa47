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
from typing import Any, NamedTuple

import sympy as sp
from sympy import S
from sympy.core.expr import Expr

from symbolic.components import components, is_negative, monomial_order, part_order
from symbolic.errors import UnsupportedError
from symbolic.shapes import SCALAR_FUNCTIONS
from symbolic.terms import Call, Component, Factor, Index, Monomial, Term, placeholder

Z = placeholder(0)
Parts = tuple[Component, ...]
_LONG, _MANY = 60, 3  # operations, and functions in it, beyond which a function is left as it is
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
    if expr.is_Atom or expr.count_ops() > _LONG or len(expr.atoms(sp.Function)) > _MANY or expr.has(*_PIECED):
        return expr
    forms = [expr]
    try:
        cancelled = sp.cancel(expr)
        forms = [cancelled, sp.factor(cancelled), sp.expand(cancelled), sp.factor_terms(cancelled)]
        if cancelled.has(sp.exp(Z)):  # 1/(1 + exp(-z)), which does not overflow
            growth = sp.Dummy("e", positive=True)
            forms.append(sp.cancel(cancelled.xreplace({sp.exp(Z): 1 / growth})).xreplace({growth: sp.exp(-Z)}))
    except (sp.PolynomialError, NotImplementedError):
        forms.append(sp.expand(expr))
    return min(forms, key=_length)


def _length(expr: Expr) -> tuple:
    exponentials = sum(isinstance(e, sp.exp) for e in sp.preorder_traversal(expr))
    return expr.count_ops() + exponentials, sp.default_sort_key(expr)


@lru_cache(maxsize=1 << 12)
def slope(expr: Expr, variable: sp.Symbol) -> Expr:
    """The derivative of a scalar function of real symbols where it has one: steps have slope 0.

    Raises UnsupportedError where SymPy leaves a derivative unevaluated.
    """
    names: dict[Any, Any] = {}
    if expr.has(*_PIECED, sp.re, sp.im, sp.conjugate):  # a symbol without assumptions is real here, not for SymPy
        names = {s: sp.Dummy(s.name, real=True) for s in {*expr.free_symbols, variable} if s.is_extended_real is None}
    if expr.has(sp.DiracDelta):
        raise UnsupportedError(f"no derivative is known for {expr}, which is no function.")
    found = expr.xreplace(names).diff(names.get(variable, variable))
    found = found.xreplace(dict.fromkeys(found.atoms(sp.DiracDelta), S.Zero))
    if found.has(sp.Derivative, sp.Subs):
        raise UnsupportedError(f"no derivative is known for {expr} by {variable}.")
    return found.xreplace({dummy: name for name, dummy in names.items()})


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


def repeated(factors: tuple[Factor, ...]) -> tuple[Expr, tuple[Monomial, ...], tuple[Factor, ...]] | None:
    """The product of the functions of one argument that stands in several factors: (function, argument, the rest).

    None where there is no such argument. Powers by themselves are merged elsewhere.
    """
    calls: dict[Any, list[Call]] = {}
    for f in factors:
        if isinstance(f, Call) and len(f.bodies) == 1:
            calls.setdefault(f.bodies[0], []).append(f)
    for body, found in calls.items():
        if len(found) > 1 and not all(f.head is sp.Pow for f in found):
            rest = tuple(f for f in factors if not any(f is g for g in found))
            return sp.Mul(*map(value_of, found)), body, rest
    return None


class Addition(NamedTuple):
    """Terms of a sum that differ by the function of one argument: coef * (function of argument) * rest."""

    members: tuple[Parts, ...]
    coef: Expr
    function: Expr
    argument: tuple[Monomial, ...]
    rest: Term


class _Place(NamedTuple):
    parts: Parts
    call: Call
    rest: Term  # the monomial without the call, its coefficient 1


def alike(total: dict[Parts, Expr]) -> Addition | None:
    """The first terms that can be added in their function, or None."""
    if len(total) < 2 or not any(map(_has_calls, total)):
        return None
    groups: dict[Parts, list[_Place]] = {}
    for parts in total:
        seen: set[Parts] = set()
        for place in _places(parts):
            hole = (*place.rest.factors, Call(_HOLE, place.call.bodies))
            key = _sorted(hole, place.rest.bound)
            if key not in seen:
                seen.add(key)
                groups.setdefault(key, []).append(place)
    for places in groups.values():
        found = _addable(total, places)
        if found is not None:
            return found
    return None


def _addable(total: dict[Parts, Expr], places: list[_Place]) -> Addition | None:
    first = places[0]
    lead = total[first.parts]
    terms = [(total[p.parts] / lead, value_of(p.call)) for p in places]
    members = [p.parts for p in places]
    around = {k for f in first.rest.factors for k in f.indices}
    if around.issuperset(first.call.indices) and first.rest.factors:  # without the function, the same sum
        plain = _sorted(first.rest.factors, first.rest.bound)
        if plain in total and plain not in members:
            terms.append((total[plain] / lead, S.One))
            members.append(plain)
    if len(members) < 2 or all(p.call.head is sp.Pow for p in places):
        return None
    if not all(ratio.is_Rational for ratio, _ in terms):
        return None
    function = simplified(sp.Add(*(ratio * f for ratio, f in terms)))
    if is_polynomial(function) and Z in function.free_symbols:
        return None
    return Addition(tuple(members), lead, function, first.call.bodies[0], first.rest)


def _has_calls(parts: Parts) -> bool:
    calls = (f for part in parts for f in getattr(part, "factors", (part,)) if isinstance(f, Call))
    return any(f.head is not sp.Pow for f in calls)


def _places(parts: Parts) -> list[_Place]:
    """Each function of one argument in a monomial, with what stands around it."""
    term = Monomial(S.One, parts).term()
    found = []
    for at, f in enumerate(term.factors):
        if isinstance(f, Call) and len(f.bodies) == 1:
            found.append(_Place(parts, f, Term(S.One, term.factors[:at] + term.factors[at + 1 :], term.bound)))
    return found


def _sorted(factors: tuple[Factor, ...], bound: tuple[Index, ...]) -> Parts:
    return tuple(sorted(components(factors, bound), key=part_order))


__all__ = [
    "Z", "alike", "as_function", "call_of", "composed", "content", "is_polynomial", "is_transcendental", "repeated",
    "simplified", "slope",
]  # fmt: skip
