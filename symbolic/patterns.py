"""Expressions in a canonical order, and matching them against template expressions.

`canonical` flattens sums and products, moves transposes inwards, collects scalars and equal terms, and keeps brackets
around sums: two ways to write one product or sum give one expression. It decides nothing else, and uses no hypothesis.

`match` finds the ways in which a template such as `X.T*A*X` *is* an expression: a template symbol stands for any
expression of its shape, in a product for any run of factors, in a sum for any group of terms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache, reduce
from itertools import combinations, pairwise
from typing import Any

import sympy as sp
from sympy import S
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf
from sympy.matrices.expressions.special import OneMatrix

from symbolic.errors import UnsupportedError
from symbolic.shapes import SCALAR, SCALAR_FUNCTIONS, is_scalar, same_size, shape, split_product
from symbolic.structures import EXPONENTS

Binding = dict[Any, Any]  # template symbols (matrices, scalars and sizes) -> canonical expressions
_ENTRYWISE = (sp.HadamardProduct, sp.KroneckerProduct)
_REBUILT = (sp.Trace, sp.Determinant, DiagMatrix, DiagonalOf, *_ENTRYWISE, *SCALAR_FUNCTIONS)
# Matrix nodes of a template whose symbols turn out to stand for scalars.
_SCALAR_FORMS: dict[type, Any] = {
    sp.Trace: lambda s: s, sp.Determinant: lambda s: s, sp.Transpose: lambda s: s, sp.Inverse: lambda s, _: 1 / s,
    sp.MatMul: sp.Mul, sp.MatAdd: sp.Add,
}  # fmt: skip
_LONGEST_POWER = 12  # longer powers stay powers
_MANY_TERMS = 5  # longer sums are split off one term at a time


@lru_cache(maxsize=1 << 14)
def canonical(expr: Any) -> Any:
    """`expr` with sums and products flattened and sorted as far as that changes nothing; shapes must be checked before.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, B = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n)
    >>> canonical(sp.Transpose(sp.MatMul(2, A, A + B))) == canonical((A.T + B.T)*A.T*2)
    True
    """
    if isinstance(expr, sp.Transpose):
        return transpose(canonical(expr.arg))
    if isinstance(expr, (sp.Add, sp.MatAdd)):
        return total([canonical(term) for term in expr.args])
    if isinstance(expr, (sp.Mul, sp.MatMul)):
        return product([canonical(factor) for factor in expr.args])
    if isinstance(expr, (sp.Pow, sp.MatPow)):
        return power(canonical(expr.args[0]), canonical(expr.args[1]))
    if isinstance(expr, _REBUILT):
        return expr.func(*map(canonical, expr.args))
    if isinstance(expr, (sp.Identity, OneMatrix, sp.ZeroMatrix)) and is_scalar(expr):
        return S.Zero if isinstance(expr, sp.ZeroMatrix) else S.One
    return expr


def power(base: Any, exponent: Any) -> Any:
    """base^exponent. Integer powers of a matrix are products, so that patterns see their factors."""
    if is_scalar(base):
        return base**exponent
    if isinstance(base, sp.Identity) or exponent == 0:
        return sp.Identity(base.shape[0])
    if exponent.is_Integer and 0 < exponent <= _LONGEST_POWER:
        return product([base] * int(exponent))
    if exponent == -1:
        return base.arg if isinstance(base, sp.Inverse) else sp.Inverse(base)
    if exponent.is_Integer and -_LONGEST_POWER <= exponent < 0:
        return product([power(base, S.NegativeOne)] * -int(exponent))
    return sp.MatPow(base, exponent)


def transpose(expr: Any) -> Any:
    """Transpose of a canonical expression."""
    if is_scalar(expr) or isinstance(expr, (sp.Identity, DiagMatrix)):
        return expr
    if isinstance(expr, sp.Transpose):
        return expr.arg
    if isinstance(expr, (sp.ZeroMatrix, OneMatrix)):
        return expr.func(*reversed(expr.shape))
    if isinstance(expr, sp.MatAdd):
        return total([transpose(term) for term in expr.args])
    if isinstance(expr, sp.MatMul):
        scalars, chain = factors(expr)
        return product([*scalars, *(transpose(factor) for factor in reversed(chain))])
    if isinstance(expr, (sp.Inverse, sp.MatPow)):
        return power(transpose(expr.args[0]), expr.args[1])
    if isinstance(expr, _ENTRYWISE):
        return expr.func(*map(transpose, expr.args))
    return sp.Transpose(expr)


def factors(expr: Any) -> tuple[list[Any], list[Any]]:
    """A canonical expression as (scalar factors, chain). A 1x1 chain such as x'Ax is one scalar factor."""
    if isinstance(expr, (sp.Mul, sp.MatMul)) and not _is_run(expr):
        some = [f for f in expr.args if is_scalar(f)]
        scalars = [s for f in some for s in (f.args if type(f) is sp.Mul else (f,))]  # a MatMul is a Mul as well
        return scalars, [f for f in expr.args if not is_scalar(f)]
    return ([expr], []) if is_scalar(expr) else ([], [expr])


def _is_run(expr: Any) -> bool:
    """Whether a canonical expression is a chain that multiplies to 1x1, such as x'Ax."""
    return isinstance(expr, sp.MatMul) and is_scalar(expr) and not any(is_scalar(factor) for factor in expr.args)


def product(items: Sequence[Any]) -> Any:
    """Product of canonical expressions: one scalar coefficient, 1x1 runs, then the chain without identities."""
    return _product(tuple(items))


@lru_cache(maxsize=1 << 14)
def _product(items: tuple[Any, ...]) -> Any:
    split = [factors(item) for item in items]
    scalars = [s for some, _ in split for s in some]
    size = shape(sp.MatMul(*items)) if any(chain for _, chain in split) else SCALAR
    runs, chain = split_product([f for _, some in split for f in some])
    pieces = [list(run) for run in runs]
    joints = [0, *(k for k in range(1, len(chain)) if shape(chain[k])[0] == 1), len(chain)]
    outer = [chain[start:stop] for start, stop in pairwise(joints) if stop > start]
    pieces += [piece for piece in outer if _ends(piece) == SCALAR]
    chain = [f for piece in outer if _ends(piece) != SCALAR for f in piece if not isinstance(f, sp.Identity)]
    scalars += [_run([f for f in piece if not isinstance(f, sp.Identity)]) for piece in pieces]
    coefficient = sp.Mul(*(s for s in scalars if s.is_commutative))
    others = sorted((s for s in scalars if not s.is_commutative), key=sp.default_sort_key)
    if coefficient == 0 or any(isinstance(f, sp.ZeroMatrix) for f in chain + others):
        return S.Zero if size == SCALAR else sp.ZeroMatrix(*size)
    if size != SCALAR and not chain:
        chain = [sp.Identity(size[0])]
    parts = [*([] if coefficient == 1 else [coefficient]), *others, *chain]
    if len(parts) == 1:
        return parts[0]
    if not any(isinstance(part, MatrixExpr) for part in parts):
        return sp.Mul(*parts)
    if any(not (part.is_commutative or isinstance(part, MatrixExpr)) for part in parts):
        raise UnsupportedError(f"SymPy cannot write the product of {', '.join(map(str, parts))}.")
    return sp.MatMul(*parts)


def _ends(chain: Sequence[Any]) -> tuple[Any, Any]:
    return (shape(chain[0])[0], shape(chain[-1])[1])


def _run(chain: list[Any]) -> Any:
    """A 1x1 chain equals its transpose: the one that sorts first."""
    if len(chain) == 1:
        return chain[0]
    back = [transpose(factor) for factor in reversed(chain)]
    return min((sp.MatMul(*chain), sp.MatMul(*back)), key=sp.default_sort_key)


def terms(expr: Any) -> list[Any]:
    """Terms of a canonical expression."""
    return list(expr.args) if isinstance(expr, (sp.Add, sp.MatAdd)) else [expr]


def scaled(coefficient: Any, expr: Any) -> Any:
    """coefficient * expr, distributed over the terms of a sum."""
    return total([product([coefficient, term]) for term in terms(expr)])


def total(items: Sequence[Any]) -> Any:
    """Sum of canonical expressions, equal terms collected."""
    return _total(tuple(items))


@lru_cache(maxsize=1 << 14)
def _total(items: tuple[Any, ...]) -> Any:
    collected: dict[Any, Any] = {}
    queue = list(items)
    while queue:
        item = queue.pop()
        scalars, chain = factors(item)
        if isinstance(item, (sp.Add, sp.MatAdd)):
            queue += item.args
        elif len(chain) == 1 and isinstance(chain[0], sp.MatAdd):
            queue += [product([*scalars, term]) for term in chain[0].args]
        else:
            number = sp.Mul(*(s for s in scalars if s.is_Number))
            key = product([*(s for s in scalars if not s.is_Number), *chain]) if number != 1 else item
            collected[key] = collected.get(key, S.Zero) + number
    kept = [product([number, key]) for key, number in collected.items() if number != 0]
    kept = sorted((term for term in kept if not isinstance(term, sp.ZeroMatrix)), key=sp.default_sort_key)
    if not kept:
        size = shape(items[0])
        return S.Zero if size == SCALAR else sp.ZeroMatrix(*size)
    if len(kept) == 1:
        return kept[0]
    return sp.Add(*kept) if is_scalar(kept[0]) else sp.MatAdd(*kept)


# Matching. A generator of bindings for each way in which the template is the expression.


def match(template: Any, expr: Any, bound: Binding) -> Iterator[Binding]:
    """Every extension of `bound` that makes `template` equal to the canonical `expr`.

    >>> from symbolic.structures import A, X
    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> S_, y = sp.MatrixSymbol("S", n, n), sp.MatrixSymbol("y", n, 1)
    >>> [b[A] for b in match(X.T*A*X, canonical(y.T*S_*S_*y), {})]
    [S*S]
    """
    if isinstance(template, sp.MatrixSymbol):
        yield from _bind(template, expr, template.shape, shape(expr), bound)
    elif template in EXPONENTS:
        if all(getattr(expr, f"is_{fact}") for fact in EXPONENTS[template]):
            yield from _bind(template, expr, (), (), bound)
    elif isinstance(template, sp.Symbol):
        if is_scalar(expr):
            yield from _bind(template, expr, (), (), bound)
    elif isinstance(template, sp.Transpose):
        yield from match(template.arg, transpose(expr), bound)
    elif isinstance(template, (sp.Identity, sp.ZeroMatrix, OneMatrix)):
        if type(expr) is type(template):
            yield from _bind(template, expr, template.shape, shape(expr), bound)
    elif isinstance(template, (sp.Add, sp.MatAdd)):
        yield from _match_sum(template.args, terms(expr), bound)
    elif isinstance(template, (sp.Mul, sp.MatMul)):
        yield from _match_product(template, expr, bound)
    elif isinstance(template, (sp.Pow, sp.MatPow)):
        if isinstance(expr, (sp.Pow, sp.MatPow)):
            for found in match(template.args[0], expr.args[0], bound):
                yield from match(template.args[1], expr.args[1], found)
    elif isinstance(template, _ENTRYWISE):
        if type(expr) is type(template):
            yield from _match_fold(template, expr, bound)
    elif type(expr) is type(template) and len(expr.args) == len(template.args):
        yield from _match_all(template.args, expr.args, bound)
    elif template == expr:
        yield bound


def instantiate(template: Any, bound: Binding) -> Any:
    """The template with its symbols replaced, nothing evaluated beyond what SymPy's constructors do."""
    if template in bound:
        return bound[template]
    if not template.args or isinstance(template, sp.Symbol):
        return template
    arguments = [instantiate(argument, bound) for argument in template.args]
    if any(isinstance(argument, MatrixExpr) for argument in arguments):
        return template.func(*arguments)
    return _SCALAR_FORMS.get(type(template), template.func)(*arguments)


def _bind(template: Any, expr: Any, sizes: Any, actual: Any, bound: Binding) -> Iterator[Binding]:
    """`bound` with template = expr, and the template's sizes = the actual sizes, if nothing contradicts that."""
    found = dict(bound)
    if found.setdefault(template, expr) != expr:
        return
    for size, value in zip(sizes, actual, strict=True):
        if not same_size(found.setdefault(size, value) if size.is_Symbol else size, value):
            return
    yield found


def _match_all(templates: Sequence[Any], exprs: Sequence[Any], bound: Binding) -> Iterator[Binding]:
    if not templates:
        yield bound
        return
    for found in match(templates[0], exprs[0], bound):
        yield from _match_all(templates[1:], exprs[1:], found)


def _match_sum(templates: Sequence[Any], items: list[Any], bound: Binding) -> Iterator[Binding]:
    """Two templates against every way to part the terms in two."""
    first, second = templates
    count = len(items)
    sizes = range(1, count) if count < _MANY_TERMS else sorted({1, count - 1} & set(range(1, count)))
    for size in sizes:
        for chosen in combinations(range(count), size):
            left = total([items[k] for k in chosen])
            right = total([items[k] for k in range(count) if k not in chosen])
            for found in match(first, left, bound):
                yield from match(second, right, found)


def _match_product(template: Any, expr: Any, bound: Binding) -> Iterator[Binding]:
    numbers = [t for t in template.args if t.is_Number]
    scalars = [t for t in template.args if t.is_Symbol and not isinstance(t, sp.MatrixSymbol)]
    chain = [t for t in template.args if t not in numbers and t not in scalars]
    if numbers:
        (number,) = numbers
        rest = chain[0] if len(chain) == 1 else sp.MatMul(*chain)
        yield from match(rest, scaled(1 / number, expr), bound)
        return
    found_scalars, found_chain = factors(expr)
    if scalars and chain:
        if found_scalars and found_chain:
            for found in match(scalars[0], product(found_scalars), bound):
                yield from _match_runs(chain, found_chain, found)
    elif scalars:
        for k in range(len(found_scalars) if len(found_scalars) > 1 else 0):
            rest = product(found_scalars[:k] + found_scalars[k + 1 :])
            yield from _match_all(scalars, (found_scalars[k], rest), bound)
            yield from _match_all(scalars, (rest, found_scalars[k]), bound)
    elif _is_run(expr):
        yield from _match_runs(chain, list(expr.args), bound)
    elif not found_scalars:
        yield from _match_runs(chain, found_chain, bound)


def _match_runs(templates: Sequence[Any], items: list[Any], bound: Binding) -> Iterator[Binding]:
    """Templates against nonempty runs of consecutive factors."""
    if not templates:
        if not items:
            yield bound
        return
    longest = len(items) - len(templates) + 1
    for length in range(1 if len(templates) > 1 else longest, longest + 1) if longest > 0 else ():
        for found in match(templates[0], product(items[:length]), bound):
            yield from _match_runs(templates[1:], items[length:], found)


def _match_fold(template: Any, expr: Any, bound: Binding) -> Iterator[Binding]:
    """A binary template against an n-ary node: the first (entrywise products commute: any) argument, and the rest."""
    arguments = expr.args
    positions = range(len(arguments)) if isinstance(expr, sp.HadamardProduct) else (0,)
    for k in positions:
        rest = [*arguments[:k], *arguments[k + 1 :]]
        yield from _match_all(template.args, (arguments[k], reduce(expr.func, rest)), bound)


__all__ = [
    "Binding", "canonical", "factors", "instantiate", "match", "product", "scaled", "terms", "total", "transpose",
]  # fmt: skip
