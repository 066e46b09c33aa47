"""From monomials back to matrices: words to products, cycles to traces, sums as a person would write them.

Words that carry the same scalar factor share it, s x'A + s x'A' -> s (x'A + x'A'), and are then grouped among
themselves (`symbolic.grouping`). A scalar inside a product of matrices is written with [0, 0], so that every factor of
the product is either a number or chains with its neighbours. Only nodes of SymPy are built.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import sympy as sp
from sympy import S
from sympy.core.expr import Expr
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.slice import MatrixSlice
from sympy.matrices.expressions.special import OneMatrix

from symbolic.components import as_components, flip, letters, part_names
from symbolic.edges import Unrecognised
from symbolic.entrywise import merge
from symbolic.grouping import Addend, collect, factors_of, fused, product, squares, together
from symbolic.nodes import MatrixSum
from symbolic.normal import contract, normal
from symbolic.partition import assemble, is_placed
from symbolic.powers import opened, slopes_of
from symbolic.selection import unit
from symbolic.terms import (
    Atom,
    Call,
    Chain,
    Component,
    Cycle,
    Delta,
    Graph,
    Index,
    Monomial,
    Slot,
    Term,
    Word,
    atom,
    symbols_of,
)  # fmt: skip

Terms = tuple[Monomial, ...]


class Item(NamedTuple):
    """coef * scalars * word: a term of the sum to be written."""

    coef: Expr
    scalars: tuple[Component, ...]
    word: Word


def to_matrix(form: Terms, row: Slot = None, column: Slot = None) -> Any:
    """The matrix (scalar, if both indices are None) whose entry (row, column) is `form`.

    Raises Unrecognised where matrix notation has no word for it.
    """
    rows, columns = (S.One if k is None else k.size for k in (row, column))
    if any(map(slopes_of, form)):
        return summed(form, lambda plain: to_matrix(plain, row, column))
    if not form:
        return S.Zero if row is None and column is None else sp.ZeroMatrix(rows, columns)
    if row is None and column is None:
        if not all(len(m.parts) == 1 and _is_product(m.parts[0]) for m in form):
            return scalar_sum(form)
        items = [Item(m.coef, (), m.parts[0].word) for m in form]  # type: ignore[union-attr]
        return arrange(items, S.One)
    return assembled([_item(m, row, column) for m in form], rows, columns)


def summed(form: Terms, write: Callable[[Terms], Any]) -> Any:
    """The form with the slopes of matrix powers written as sums over their exponents."""
    taken = {str(s) for m in form for s in symbols_of([m.term()])}
    names = [sp.Symbol(name, integer=True, nonnegative=True) for name in "strpqijkl" if name not in taken]
    groups: dict[tuple[Expr, ...], list[Monomial]] = {}
    for m in form:
        groups.setdefault(tuple(slope.exponent for slope in slopes_of(m)), []).append(m)
    addends = []
    for exponents, members in groups.items():
        if not exponents:
            addends.append(write(tuple(members)))
            continue
        body = write(normal(opened(m, names) for m in members))
        limits = [(s, S.Zero, k - 1) for s, k in zip(names, exponents, strict=False)]
        addends.append(MatrixSum(body, *limits) if isinstance(body, MatrixExpr) else sp.Sum(body, *limits))
    if len(addends) == 1:
        return addends[0]
    return sp.MatAdd(*addends) if isinstance(addends[0], MatrixExpr) else sp.Add(*addends)


def assembled(items: list[Item], rows: Expr, columns: Expr) -> Any:
    """The sum of the items, with those that stand in some of the rows and columns only as blocks of one matrix."""
    placed = [item for item in items if is_placed(item.word)]
    if not placed:
        return arrange(items, rows)
    blocks = assemble(placed, rows, columns, arrange)
    rest = [item for item in items if not is_placed(item.word)]
    addends = ([arrange(rest, rows)] if rest else []) + blocks
    return addends[0] if len(addends) == 1 else sp.MatAdd(*addends)


def _is_product(part: Component) -> bool:
    """Whether the component is a 1x1 product of matrices (not a scalar node, and not an entry that is named)."""
    return isinstance(part, Chain) and not open_ends(part) and isinstance(part.word[0][0].node, MatrixExpr)


def _item(m: Monomial, row: Slot, column: Slot) -> Item:
    """The monomial as scalars and one word from `row` to `column`."""
    m = Monomial(m.coef, tuple(_at_unit(p, (row, column)) for p in m.parts))
    item = _simple_item(m, row, column)
    return Item(m.coef, *merge(m.parts, row, column, to_matrix)) if item is None else item


def _simple_item(m: Monomial, row: Slot, column: Slot) -> Item | None:
    """The same for chains only, through size 1 if need be; None if an index stands in three places."""
    scalars: list[Component] = []
    begin: Word | None = () if row is None else None
    end: Word | None = () if column is None else None
    through: Word | None = None
    for part in m.parts:
        named = open_ends(part)
        ends = [k for k in named if k in (row, column)]
        if not ends:
            scalars.append(part)
        elif len(ends) < len(named):
            return None
        elif isinstance(part, Delta) and through is None and begin is None and end is None:
            through = ()
        elif not isinstance(part, Chain) or (len(ends) == 2 and ends[0] == ends[1]):
            return None
        elif len(ends) == 2 and through is None and begin is None and end is None:
            through = part.word if part.left == row else flip(part.word)
        elif ends == [row] and begin is None and through is None:
            begin = part.word if part.left == row else flip(part.word)
        elif ends == [column] and end is None and through is None:
            end = part.word if part.right == column else flip(part.word)
        else:
            return None
    if through is not None:
        return Item(m.coef, tuple(scalars), through)
    begin = begin if begin is not None or row is None else _ones(row)
    end = end if end is not None or column is None else flip(_ones(column))
    return Item(m.coef, tuple(scalars), (begin or ()) + (end or ()))


def _at_unit(part: Component, ends: tuple[Slot, Slot]) -> Component:
    """A chain from an end of the result to a named entry, with the unit vector of that entry: A'[j, 2] = (A' e_2)_j."""
    if not isinstance(part, (Chain, Delta)):
        return part
    word = part.word if isinstance(part, Chain) else ()
    left, right = part.left, part.right
    if right in ends and left not in ends:
        left, word, right = right, flip(word), left
    if left is None or left not in ends or right is None or right in ends:
        return part
    return Chain(left, word + unit(right), None)


def _ones(k: Index) -> Word:
    return ((atom(OneMatrix(k.size, S.One)), False),)


def open_ends(part: Component) -> list[Index]:
    """The free indices of a component."""
    if isinstance(part, Chain):
        return [k for k in (part.left, part.right) if k is not None]
    if isinstance(part, Graph):
        inside = set(part.bound)
        return list(dict.fromkeys(k for f in part.factors for k in f.indices if k not in inside))
    return [] if isinstance(part, Cycle) else list(part.indices)


def as_written(terms: Iterable[Term], row: Slot = None, column: Slot = None, last: Atom | None = None) -> Any:
    """The sum with its terms and factors in the order they stand in; nothing is collected. Deltas are contracted.

    With `last`, each scalar that holds this atom is transposed, or rotated under a trace, until it ends in it. Raises
    Unrecognised as `to_matrix` does.
    """
    exprs = []
    for term in terms:
        done = contract(term)
        if done is None:
            continue
        parts = tuple(_ending_in(last, p) for p in as_components(done.factors, done.bound))
        if row is None and column is None and sum(map(_is_product, parts)) == 1:
            (word,) = [p.word for p in parts if _is_product(p)]  # type: ignore[union-attr]
            item = Item(done.coef, tuple(p for p in parts if not _is_product(p)), word)
        else:
            item = _item(Monomial(done.coef, parts), row, column)
        scalars = [scalar(p) for p in item.scalars]
        word = factors_of(fused(item.word))
        if not word and not (row is None and column is None):
            word = (sp.Identity(row.size),)  # type: ignore[union-attr]
        exprs.append(product(item.coef, (*scalars, *word)) if word else sp.Mul(item.coef, *scalars))
    if not exprs:
        return to_matrix((), row, column)
    if len(exprs) == 1:
        return exprs[0]
    return sp.MatAdd(*exprs) if all(isinstance(e, MatrixExpr) for e in exprs) else sp.Add(*exprs)


def _ending_in(last: Atom | None, part: Component) -> Component:
    if last is None or not isinstance(part, (Chain, Cycle)) or open_ends(part):
        return part
    at = next((i for i, (a, _) in enumerate(part.word) if a is last), None)
    if at is None:
        return part
    word = part.word
    if word[at][1]:
        word, at = flip(word), len(word) - 1 - at
    if isinstance(part, Chain) and at + 1 == len(word):
        return Chain(None, word, None)
    return Cycle(word[at + 1 :] + word[: at + 1])


# Writing words and scalars.


def take_scale(expr: Any) -> tuple[tuple[Any, ...], Any]:
    """The scalar factors at the front of a product, and the rest."""
    if not isinstance(expr, sp.MatMul):
        return (), expr
    scale = tuple(f for f in expr.args if not isinstance(f, MatrixExpr))
    return scale, product(S.One, expr.args[len(scale) :])


def scalar(part: Component) -> Expr:
    """A component without free indices as a SymPy scalar."""
    if isinstance(part, Chain):
        expr = product(S.One, factors_of(fused(part.word)))
        i, j = (S.Zero if k is None else k.name for k in (part.left, part.right))
        if isinstance(expr, sp.Transpose):
            expr, i, j = expr.arg, j, i
        if isinstance(expr, MatrixSlice) and expr.shape == (1, 1):
            expr, i, j = (expr.args[0], *(cut[0] for cut in expr.args[1:]))
        return MatrixElement(expr, i, j) if isinstance(expr, MatrixExpr) else expr
    if isinstance(part, Delta):
        return sp.KroneckerDelta(part.left.name, part.right.name)
    if isinstance(part, Cycle):
        return sp.Trace(product(S.One, factors_of(fused(part.word))))
    if isinstance(part, Call) and all(k.name is not None for k in part.indices):
        bodies = [scalar_sum(body) for body in part.bodies]
        if part.head is sp.Pow:
            return sp.Pow(bodies[0], part.exponent)
        return part.head(*bodies)
    scalars, _ = merge((part,), None, None, to_matrix)
    return sp.Mul(*map(scalar, scalars))


def scalar_sum(form: Terms) -> Expr:
    """A form without free indices as a SymPy scalar: 1x1 products are written with [0, 0].

    Products that have the same other factors are collected: y'y/s - 2 y'Xw/s + w'X'Xw/s = (Xw - y)'(Xw - y)/s.
    """
    products = [m for m in form if len(m.parts) == 1 and _is_product(m.parts[0])]
    if products and len(products) == len(form):
        whole = arrange([Item(m.coef, (), m.parts[0].word) for m in form], S.One)  # type: ignore[union-attr]
        return _entry(whole)
    found: list[Expr] = []
    rest: list[Monomial] = []
    for (coef, others), members in _by_cofactor(form).items():
        if len(members) < 3:
            rest += [m for m, _, _ in members]
            continue
        addends = collect([(number, word) for _, number, word in members], S.One)
        cofactor = sp.Mul(coef, *map(scalar, others))
        if cofactor is not S.One and len(addends) > 1:
            addends = [together(addends)]
        found += [sp.Mul(cofactor, a.number, _entry(product(S.One, a.factors))) for a in addends]
    single = [m for m in rest if len(m.parts) == 1 and isinstance(m.parts[0], Cycle) and m.coef.is_Rational]
    done, left = squares([(m.coef, m.parts[0].word) for m in single], True)  # type: ignore[union-attr]
    found += [sp.Mul(a.number, sp.Trace(product(S.One, a.factors))) for a in done]
    kept = {word for _, word in left}
    rest = [m for m in rest if m not in single or m.parts[0].word in kept]  # type: ignore[union-attr]
    return sp.Add(*found, *(sp.Mul(m.coef, *map(scalar, m.parts)) for m in rest))


def _by_cofactor(form: Terms) -> dict[Any, list[tuple[Monomial, Expr, Word]]]:
    """The monomials by what stands beside their one product of matrices; each with its number and its word."""
    groups: dict[Any, list[tuple[Monomial, Expr, Word]]] = {}
    for m in form:
        inside = [p for p in m.parts if _is_product(p)]
        if len(inside) == 1:
            number, coef = m.coef.as_coeff_Mul()
            others = tuple(p for p in m.parts if p is not inside[0])
            groups.setdefault((coef, others), []).append((m, number, inside[0].word))  # type: ignore[union-attr]
        else:
            groups.setdefault((m.coef, m.parts), []).append((m, S.One, ()))
    return groups


def _entry(matrix: MatrixExpr) -> Expr:
    return MatrixElement(matrix, S.Zero, S.Zero)


# Sums.


def _number(coef: Expr) -> Expr:
    number, rest = coef.as_coeff_Mul()
    if rest.is_Add:
        inner = rest.primitive()[0]
        number = sp.Mul(number, -inner if rest.could_extract_minus_sign() else inner)
    return number


def _unsigned(coef: Expr, scalars: Iterable[Component]) -> tuple:
    names = [name for part in scalars for name in part_names(part)]
    return (-sum(map(letters, scalars)), len(coef.free_symbols), names, str(abs(_number(coef))), str(coef))


def arrange(items: list[Item], rows: Expr) -> Any:
    """The sum of the items, all of one shape, grouped; `rows` is its number of rows (for an Identity)."""
    by_word: dict[Word, list[tuple[Expr, tuple[Component, ...]]]] = {}
    for item in items:
        by_word.setdefault(fused(item.word), []).append((item.coef, item.scalars))
    groups: dict[tuple, list[tuple[Expr, Word]]] = {}
    for word, terms in by_word.items():
        if len(terms) > 1:
            terms.sort(key=lambda t: _unsigned(*t))
        lead = _number(terms[0][0])
        key = tuple((coef / lead, scalars) for coef, scalars in terms)
        groups.setdefault(key, []).append((lead, word))
    addends: list[Addend] = []
    for key, words in groups.items():
        addends += _weighted(key, collect(words, rows))
    addends.sort(key=lambda a: a.key)
    exprs = [a.expr() for a in addends]
    return exprs[0] if len(exprs) == 1 else sp.MatAdd(*exprs)


def _weighted(scalars: tuple, addends: list[Addend]) -> list[Addend]:
    """The addends times a common scalar, which is written once."""
    weight = scalar_sum(tuple(Monomial(coef, parts) for coef, parts in scalars))
    extra = sum(letters(p) for p in scalars[0][1]), len(scalars[0][0].free_symbols)
    if len(addends) > 1:
        sizes = {abs(a.number) for a in addends}
        if weight is not S.One or (len(sizes) == 1 and sizes != {S.One}):
            addends = [together(addends)]
    done = []
    for number, factors, (negative, degree, symbols, names) in addends:
        key = (negative, degree - extra[0], symbols + extra[1], names)
        done.append(Addend(number, factors if weight is S.One else (weight, *factors), key))
    return done


__all__ = [
    "Item", "Terms", "Unrecognised", "arrange", "as_written", "factors_of", "open_ends", "product", "scalar",
    "scalar_sum", "take_scale", "to_matrix",
]  # fmt: skip
