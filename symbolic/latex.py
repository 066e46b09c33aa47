r"""LaTeX, exactly as stored: the order of terms and factors is the order of `.args`, and nothing is left out.

SymPy's own printer sorts sums and guesses; this one is a closed table, one row a node (`RULES` in the files of
`symbolic.typesetting`), and a node outside it raises. Entries are counted from 0 in SymPy and from 1 in print:
`Sum(x[k, 0], (k, 0, n - 1))` is `\sum_{k=1}^{n} x_{k}`. The output needs amsmath, amssymb and bm, and converts to
MathML with math-core.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sympy as sp
from sympy import Basic, S
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.special import OneMatrix

from symbolic.errors import UnsupportedError
from symbolic.typesetting import algebra, entries, functions, statements
from symbolic.typesetting.pieces import Rule, Style, name_of, text_of
from symbolic.typesetting.statements import RELATIONS

RULES: Mapping[type, Rule] = {**algebra.RULES, **entries.RULES, **functions.RULES, **statements.RULES}


def write_latex(expr: Any, *, bold: bool = True, norms: bool = False, avoid: Iterable[str] = ()) -> str:
    r"""The LaTeX of `expr`, in the order in which its parts are stored.

    `bold` sets columns and rows with a lower-case name as vectors; `norms` writes `x'x` as a squared norm. Bound
    indices without a name of their own get letters that are neither free in `expr` nor in `avoid`. Raises
    UnsupportedError on a node that is not in the table, and when two different symbols would look the same.

    >>> n, d = sp.symbols("n d", integer=True, positive=True)
    >>> X, w, lam = sp.MatrixSymbol("X", n, d), sp.MatrixSymbol("w", d, 1), sp.Symbol("lambda", positive=True)
    >>> print(write_latex(sp.MatMul(sp.Inverse(sp.MatAdd(X.T*X, lam*sp.Identity(d))), X.T)))
    \left(X^{\top} X + \lambda I_d\right)^{-1} X^{\top}
    >>> print(write_latex((w.T*w)[0, 0]))
    \sum_{i=1}^{d} w_{i}^{2}
    """
    if isinstance(expr, (int, float)):
        expr = S(expr)
    if isinstance(expr, sp.MatrixBase):
        expr = expr.as_immutable()
    if not isinstance(expr, Basic):
        raise UnsupportedError(f"cannot write {expr!r}: {type(expr).__name__} is not a SymPy expression.")
    leaves = {leaf for leaf in expr.atoms(sp.Symbol, sp.MatrixSymbol) if not isinstance(leaf, sp.Dummy)}
    names: set[str] = {leaf.name for leaf in leaves}  # type: ignore[attr-defined]
    style = Style(RULES, bold, norms, _index_symbols(expr), frozenset(names.union(avoid)))
    _require_distinct(expr, leaves, style)
    return text_of(expr, style)


def _index_symbols(expr: Basic) -> frozenset[Basic]:
    """The symbols that stand for the number of an entry; a size such as the n in `A[n - 1, 0]` is not one."""
    sizes: set[Basic] = set()
    found: set[Basic] = set()
    for node in sp.preorder_traversal(expr):
        if isinstance(node, (sp.MatrixSymbol, sp.Identity, sp.ZeroMatrix, OneMatrix)):
            sizes |= {symbol for size in node.shape for symbol in size.free_symbols}
        elif isinstance(node, MatrixElement):
            found |= {symbol for index in node.args[1:] for symbol in index.free_symbols}
        elif isinstance(node, sp.KroneckerDelta):
            found |= node.free_symbols
    return frozenset(found - sizes)


def _require_distinct(expr: Basic, leaves: set[Any], style: Style) -> None:
    """Two symbols that look alike in print (x and x, an entry of b and `b_1`) would make the output ambiguous."""
    written: dict[str, Basic] = {}
    numbered = [e for e in expr.atoms(MatrixElement) if isinstance(e.parent, sp.MatrixSymbol) and not e.has(sp.Dummy)]
    for leaf in sorted([*leaves, *numbered], key=str):
        text = text_of(leaf, style) if isinstance(leaf, MatrixElement) else str(name_of(leaf, style))
        other = written.setdefault(text, leaf)
        if other != leaf:
            both = " and ".join(f"{symbol} ({sp.srepr(symbol)})" for symbol in (other, leaf))
            raise UnsupportedError(f"two different symbols would both be written {text}: {both}. Rename one of them.")


__all__ = ["RELATIONS", "RULES", "write_latex"]
