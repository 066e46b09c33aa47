"""Kronecker products with ones that are multiplied entrywise: products of columns, and diagonals of blocks.

    (A kron 1) o (1 kron B)            the Khatri-Rao product: column k is a_k kron b_k
    (diag(v) kron 1 1') o (1' kron M)  the blocks of M, times the entries of v, along the diagonal

Both would be formed from large matrices of copies. Hessians with respect to a matrix are full of them.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symbolic.emit.graph import ONE, Atom, Graph, Value


def merged(g: Graph, value: Value) -> Value:
    """The value with such products as atoms of their own, in each term of a sum."""
    kinds = {g.atoms[s].kind for s in value.expr.free_symbols & g.atoms.keys()}
    if not kinds & {"kron", "khatri", "T"}:
        return value
    terms = [_term(g, t, value) for t in sp.Add.make_args(value.expr)]
    return g.value(sp.Add(*terms), value.rows, value.cols)


def _term(g: Graph, term: Any, value: Value) -> Any:
    for turned in (False, True):
        here = Value(term, value.rows, value.cols)
        if turned:
            here = g.transpose(here)
        found = _diagonal_blocks(g, here) or _columns(g, here)
        if found is not None:
            return g.transpose(found).expr if turned else found.expr
    return term


def _krons(g: Graph, factor: Any) -> list[Atom] | None:
    """The atoms of a factor, if all that are no scalars are Kronecker products."""
    atoms = [g.atoms[s] for s in factor.free_symbols & g.atoms.keys()]
    atoms = [a for a in atoms if (a.rows, a.cols) != (1, 1)]
    return atoms if atoms and all(a.kind == "kron" for a in atoms) else None


def _columns(g: Graph, value: Value) -> Value | None:
    """Factors A kron 1 and 1 kron B as one Khatri-Rao product, which takes rows r as A diag(r)."""
    sides: dict[str, list[Any]] = {"left": [], "right": [], "rest": []}
    heights = None
    for factor in sp.Mul.make_args(value.expr):
        atom = g.atoms.get(factor)
        if atom is not None and atom.kind == "khatri":
            sides["left"].append(atom.parts[0].expr)
            sides["right"].append(atom.parts[1].expr)
            heights = (atom.parts[0].rows, atom.parts[1].rows)
            continue
        krons = _krons(g, factor) or []
        for side, ones, own in (("left", 1, 0), ("right", 0, 1)):
            parts = [a.parts for a in krons]
            fits = all(p[ones].expr == 1 and p[ones].cols == 1 and p[own].cols == value.cols for p in parts)
            if parts and fits and len({p[ones].rows for p in parts}) == 1:
                heights = (parts[0][0].rows, parts[0][1].rows)
                swap = {a.symbol: a.parts[own].expr for a in krons}
                sides[side].append(factor.xreplace(swap))
                break
        else:
            sides["rest"].append(factor)
    if heights is None or not sides["left"] or not sides["right"]:
        return None
    rows = [f for f in sides["rest"] if g.shape(f)[0] == 1]
    rest = [f for f in sides["rest"] if g.shape(f)[0] != 1]
    if value.expr in g.atoms:
        return None
    left = g.value(sp.Mul(*sides["left"], *rows), heights[0], value.cols)
    core = khatri(g, left, g.value(sp.Mul(*sides["right"]), heights[1], value.cols))
    return g.value(core.expr * sp.Mul(*rest), value.rows, value.cols)


def khatri(g: Graph, left: Value, right: Value) -> Value:
    """Column k is the Kronecker product of the columns k."""
    (s, a), (t, b) = g.content(left.expr), g.content(right.expr)
    rows = sp.expand(left.rows * right.rows)
    parts = (Value(a, left.rows, left.cols), Value(b, right.rows, right.cols))
    core = g.atom("khatri", parts, rows, left.cols)
    return g.value(s * t * core.expr, rows, left.cols)


def _diagonal_blocks(g: Graph, value: Value) -> Value | None:
    factors = list(sp.Mul.make_args(value.expr))
    for mask in factors:
        atom = g.atoms.get(mask)
        if atom is None or atom.kind != "kron" or atom.parts[1].expr != 1:
            continue
        column = g.diag_part(atom.parts[0])
        block = atom.parts[1]
        if column is None:
            continue
        for spread in factors:
            other = g.atoms.get(spread)
            if other is None or other.kind != "kron" or other.parts[0].expr != 1 or other.parts[0].rows != 1:
                continue
            blocks = other.parts[1]
            if (other.parts[0].cols, blocks.cols) != (column.rows, block.cols):
                continue
            scales = g.vec(g.product([g.ones(block.rows, ONE), g.transpose(column)]))
            inner = merged(g, g.value(scales.expr * blocks.expr, blocks.rows, blocks.cols))
            rest = sp.Mul(*(f for f in factors if f not in (mask, spread)))
            return g.value(diagonal_blocks(g, inner, column.rows).expr * rest, value.rows, value.cols)
    return None


def diagonal_blocks(g: Graph, value: Value, count: Any) -> Value:
    """The `count` blocks that stand one below the other in a value, along a diagonal."""
    scale, expr = g.content(value.expr)
    core = g.atom("blocks", (Value(expr, value.rows, value.cols), count), value.rows, sp.expand(value.cols * count))
    return g.value(scale * core.expr, core.rows, core.cols)


def bilinear(g: Graph, term: Any) -> list[tuple[Any, Any, Value]]:
    """(key, how to build it again, other factor with the scalars) for every factor that a term is linear in."""
    scale, rest = g.content(term)
    atom = g.atoms.get(rest)
    if atom is None:
        return []
    turned = atom.kind == "T"
    if turned:
        atom = g.atoms[atom.parts[0]]
    if atom.kind == "blocks":
        inner, count = atom.parts
        value = Value(scale * inner.expr, inner.rows, inner.cols)
        return [(("blocks", count, turned), lambda v: _turned(g, diagonal_blocks(g, v, count), turned), value)]
    found = []
    if atom.kind in ("kron", "khatri"):
        build = g.kron if atom.kind == "kron" else (lambda a, b: khatri(g, a, b))
        a, b = atom.parts
        pairs = [(atom.kind, build, a, b)]
        if atom.kind == "kron" and a.expr == 1 and a.cols == 1:
            pairs.append(("khatri", lambda a, b: khatri(g, a, b), Value(ONE, a.rows, b.cols), b))
        for kind, make, left, right in pairs:
            one = Value(scale * right.expr, right.rows, right.cols)
            other = Value(scale * left.expr, left.rows, left.cols)
            first = lambda v, m=make, p=left: _turned(g, m(p, v), turned)  # noqa: E731
            second = lambda v, m=make, p=right: _turned(g, m(v, p), turned)  # noqa: E731
            found += [((kind, "l", left, turned), first, one), ((kind, "r", right, turned), second, other)]
    return found


def _turned(g: Graph, value: Value, turned: bool) -> Value:
    return g.transpose(value) if turned else value


def unfolded(g: Graph, term: Any) -> tuple[Any, list[Value]] | None:
    """(a b') kron (P Q) as the product of a kron P and b' kron Q."""
    scale, rest = g.content(term)
    atom = g.atoms.get(rest)
    if atom is None or atom.kind != "kron":
        return None
    s, outer = g.split(atom.parts[0])
    t, inner = g.split(atom.parts[1])
    if len(outer) != 2 or outer[0].cols != 1 or len(inner) != 2:
        return None
    (a, b), (P, Q) = outer, inner
    left = [_spread(g, a, P.rows), g.kron(g.ones(a.rows, ONE), P)]
    right = [g.kron(g.ones(ONE, b.cols), Q), _spread(g, g.transpose(b), Q.cols)]
    return scale * s * t, [v for v in (*left, *right) if v != g.identity(v.rows)]


def _spread(g: Graph, column: Value, count: Any) -> Value:
    """diag(column kron 1)."""
    return g.diag(g.vec(g.product([g.ones(count, ONE), g.transpose(column)])))


__all__ = ["bilinear", "diagonal_blocks", "khatri", "merged", "unfolded"]
