"""Entrywise expressions in a form that is fast and neither overflows nor cancels: sigmoid, softplus, log1p, factors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy import S


class Sigmoid(sp.Function):
    """1/(1 + exp(-t)), for any t."""


class Softplus(sp.Function):
    """log(1 + exp(t)), for any t."""


class LogAddExp(sp.Function):
    """log(exp(s) + exp(t)), for any s and t."""


class Log1p(sp.Function):
    """log(1 + t), exact for small t."""


class Positive(sp.Function):
    """1 for t > 0, else 0."""


@lru_cache(maxsize=1 << 14)
def stable(expr: Any) -> Any:
    """`expr` with logarithms and quotients of exponentials by functions that keep to the range of floats.

    >>> t = sp.Symbol("t", real=True)
    >>> stable(sp.log(1 + sp.exp(t))), stable(sp.exp(t)/(1 + sp.exp(t))), stable(1/(1 + sp.exp(-t))**2)
    (Softplus(t), Sigmoid(t), Sigmoid(t)**2)
    """
    if not expr.args or expr.is_number:
        return expr
    args = tuple(map(stable, expr.args))
    if isinstance(expr, sp.Heaviside) and expr.args[1] == 0:
        return Positive(args[0])
    if not expr.is_Add:
        return _quotient(expr) or _logarithm(expr, args) or (expr if args == expr.args else expr.func(*args))
    return _one_sided(expr.func(*args))


def _sigmoid(u: Any, power: Any) -> Any:
    return Sigmoid(stable(u)) ** power


def _one_plus_exp(expr: Any) -> Any:
    """u, if the expression is 1 + exp(u)."""
    if expr.is_Add and len(expr.args) == 2 and S.One in expr.args:
        other = next(a for a in expr.args if a != 1)
        return other.args[0] if isinstance(other, sp.exp) else None
    return None


def _quotient(expr: Any) -> Any:
    """exp(a*u)*(1 + exp(u))^-b as powers of the sigmoids of u and -u."""
    factors = list(sp.Mul.make_args(expr))
    for base in factors:
        u = _one_plus_exp(base.base) if isinstance(base, sp.Pow) and base.exp.is_Integer and base.exp < 0 else None
        if u is None:
            continue
        b, a = -base.exp, 0
        rest = [f for f in factors if f is not base]
        for f in rest:
            if isinstance(f, sp.exp):
                a = next((k for k in range(1, int(b) + 1) if sp.expand(f.args[0] - k * u) == 0), 0)
                if a:
                    rest.remove(f)
                    break
        return _sigmoid(u, a) * _sigmoid(-u, b - a) * stable(sp.Mul(*rest))
    return None


def _logarithm(expr: Any, args: tuple[Any, ...]) -> Any:
    if not isinstance(expr, sp.log):
        return None
    inner = expr.args[0]
    u = _one_plus_exp(inner)
    if u is not None:
        return Softplus(stable(u))
    if isinstance(args[0], Sigmoid):
        return -Softplus(-args[0].args[0])
    if inner.is_Add and len(inner.args) == 2 and all(isinstance(a, sp.exp) for a in inner.args):
        return LogAddExp(*(stable(a.args[0]) for a in inner.args))
    if args[0].is_Add and S.One in args[0].args:
        rest = args[0] - 1
        return -Softplus(rest.args[1].args[0]) if _is_minus_sigmoid(rest) else Log1p(rest)
    return None


def _is_minus_sigmoid(expr: Any) -> bool:
    return expr.is_Mul and len(expr.args) == 2 and expr.args[0] == -1 and isinstance(expr.args[1], Sigmoid)


def _one_sided(expr: Any) -> Any:
    """One of sigmoid(u) and sigmoid(-u), where a sum has both."""
    arguments = {s.args[0] for s in expr.atoms(Sigmoid)}
    swap = {}
    for u in sorted(arguments, key=sp.default_sort_key):
        if -u in arguments and Sigmoid(u) not in swap:
            swap[Sigmoid(-u)] = 1 - Sigmoid(u)
    return expr.xreplace(swap) if swap else expr


def factored(expr: Any, weight: Callable[[Any], float]) -> Any:
    """A sum with common factors in front, as long as `weight` falls.

    >>> r, v, s = sp.symbols("r v s")
    >>> factored(r*v - r*v*s**2, sp.count_ops)
    r*v*(1 - s**2)
    """
    if not expr.args:
        return expr
    args = [factored(a, weight) for a in expr.args]
    expr = expr if tuple(args) == expr.args else expr.func(*args)
    if expr.is_Add:
        number, rest = expr.primitive()
        if number != 1:
            return number * factored(rest, weight)
    while expr.is_Add:
        best = min([*_groupings(expr), *_joined(expr)], key=weight, default=expr)
        if weight(best) >= weight(expr):
            return expr
        expr = factored(best, weight)
    return expr


def _groupings(expr: Any) -> list[Any]:
    """The sum with one common factor taken out of the terms that have it; the factors of all terms come together."""
    powers = [dict(sp.Mul.make_args(t) and t.as_powers_dict()) for t in expr.args]
    counts = Counter(b for p in powers for b in p if not b.is_number)
    found = []
    shared = _common(powers, [b for b, k in counts.items() if k == len(powers)])
    if shared:
        found.append(sp.Mul(_product(shared), sp.Add(*(without(p, shared) for p in powers))))
    for base, count in counts.items():
        if 1 < count < len(powers):
            having = [k for k, p in enumerate(powers) if base in p]
            factor = _common([powers[k] for k in having], [base])
            if factor:
                inner = sp.Add(*(without(powers[k], factor) for k in having))
                others = (t for k, t in enumerate(expr.args) if k not in having)
                found.append(sp.Add(sp.Mul(_product(factor), inner), *others))
    return found


def _joined(expr: Any) -> list[Any]:
    """F*S + c*F as F*(S + c), for a sum F of which c times every term is there; c is 1 or -1."""
    found = []
    for term in expr.args:
        for f in sp.Mul.make_args(term):
            for c in (1, -1) if f.is_Add else ():
                rest = [c * t for t in f.args]
                if all(t in expr.args for t in rest):
                    others = [t for t in expr.args if t not in rest and t != term]
                    factors = list(sp.Mul.make_args(term))
                    factors.remove(f)
                    found.append(sp.Add(sp.Mul(f, sp.Add(sp.Mul(*factors), c)), *others))
    return found


def _common(powers: list[dict[Any, Any]], bases: list[Any]) -> dict[Any, Any]:
    """The powers of the bases that all have."""
    total: dict[Any, Any] = {}
    for base in bases:
        exponents = [p[base] for p in powers]
        if all(e.is_positive for e in exponents):
            total[base] = min(exponents)
        elif all(e.is_negative for e in exponents):
            total[base] = max(exponents)
    return total


def _product(powers: dict[Any, Any]) -> Any:
    return sp.Mul(*(base**exponent for base, exponent in powers.items()))


def without(powers: dict[Any, Any], taken: dict[Any, Any]) -> Any:
    """The product with some powers taken out; nothing is divided, since a case may be 0."""
    return _product({base: exponent - taken.get(base, 0) for base, exponent in powers.items()})


__all__ = ["Log1p", "LogAddExp", "Positive", "Sigmoid", "Softplus", "factored", "stable", "without"]
