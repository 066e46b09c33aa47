"""`read_latex`: LaTeX to SymPy. All meanings of written mathematics are registered by importing this module."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sympy import MatrixSymbol, Symbol

from symbolic.errors import ReadError
from symbolic.notation.elaborate import Elaborator
from symbolic.notation.meanings import algebra, derivatives, functions, sums
from symbolic.notation.parser import parse_expression
from symbolic.notation.scope import Scope
from symbolic.notation.sizes import ONE

MEANINGS = (algebra, derivatives, functions, sums)


def scope_of_symbols(symbols: Iterable[Any]) -> Scope:
    """A scope in which SymPy symbols have the names that they print with; sizes are the symbols in their shapes."""
    scope = Scope()
    shapes, sizes = {}, dict(scope.sizes)
    for s in symbols:
        if isinstance(s, MatrixSymbol):
            shapes[s.name] = s.shape
            sizes |= {str(size): size for n in s.shape for size in n.free_symbols}
        elif isinstance(s, Symbol) and s.is_integer and s.is_positive:
            sizes[s.name] = s
        elif isinstance(s, Symbol):
            shapes[s.name] = ONE
        else:
            raise ReadError(f"names stand for matrix symbols and symbols, not for {s!r}")
    return Scope(sizes=sizes, shapes={name: shape for name, shape in shapes.items() if name not in sizes})


def read_latex(text: str, symbols: Iterable[Any] = (), layout: str = "shape") -> Any:
    r"""The SymPy expression that `text` writes, in which names stand for `symbols`; nothing is simplified.

    symbols: `MatrixSymbol`s and `Symbol`s, found by name: `\lambda` is `Symbol("lambda")`, `\hat{w}` is named "hat w".
    layout: of derivatives: "shape" (of the variable), "rows" (numerator layout) or "columns".

    Sizes follow from the symbols: `\lambda I` takes its size from what it is added to. Raises ReadError, with the
    place, for what is not understood or not declared, and ShapeError where sizes do not fit. The text is parsed,
    never evaluated.

    >>> from sympy import symbols
    >>> m, n = symbols("m n", integer=True, positive=True)
    >>> X, y, lam = MatrixSymbol("X", m, n), MatrixSymbol("y", m, 1), Symbol("lambda", positive=True)
    >>> read_latex(r"(X^\top X + \lambda I)^{-1} X^\top y", [X, y, lam])
    (lambda*I + X.T*X)**(-1)*X.T*y
    >>> read_latex(r"X y", [X, y])
    Traceback (most recent call last):
    symbolic.notation.build.Clash: cannot multiply X (m x n) by y (m x 1): n is not m
    """
    symbols = tuple(symbols)
    e = Elaborator(text, scope_of_symbols(symbols), layout)
    for s in symbols:
        if s.is_integer and not s.is_positive:  # the number of an entry, counted from 0 in SymPy
            e.indices[s.name], e.ranges[s] = s, None
    tree = parse_expression(text)
    found = e.finished(e.value(tree).expr)
    given = {s.name: s for s in symbols if isinstance(s, Symbol) and not isinstance(s, MatrixSymbol)}
    ours = {s: given[s.name] for s in found.free_symbols if isinstance(s, Symbol) and s.name in given}
    return found.xreplace(ours)
