"""Derivatives in matrix notation: jacobian, gradient, hessian, differential.

Layout: the derivative of a scalar by a column vector is a row (numerator layout); `gradient` has the shape of the
variable; matrices are stacked by columns (Magnus and Neudecker, "Matrix Differential Calculus", 9.4).

What is differentiated: sums, products, transposes, traces, inverses, determinants, powers, functions of scalars and of
entries, Hadamard and Kronecker products, diagonals, blocks, slices, single entries and sums over an index. A scalar may
be written as a 1x1 product, as a Trace, as an entry [0, 0] or as a Sum. Equal spellings give equal answers. Anything
else that depends on the variable raises UnsupportedError and is named.

The derivative is that of a function where it has one: sign and Heaviside have slope 0, and at a kink nothing is said.
"""

from __future__ import annotations

from itertools import product as cartesian
from typing import Any

import sympy as sp
from sympy import Basic, S
from sympy.core.expr import Expr

from symbolic.differentiate import Direction, along, by_entry, differentiate
from symbolic.errors import ShapeError, UnsupportedError
from symbolic.expand import expand
from symbolic.grouping import product
from symbolic.index import IndexForm, direction_of, index_names, write_sum
from symbolic.nodes import MatrixSum, as_matrix, is_single
from symbolic.normal import normal
from symbolic.recognise import Terms, Unrecognised, take_scale, to_matrix
from symbolic.shapes import SCALAR, same_shape, shape
from symbolic.structured import through_structure
from symbolic.terms import Index, Monomial, Slot, Term, symbols_of
from symbolic.vec import to_kronecker

# Names of free indices, which no expression contains.
_I, _J, _K, _L = (sp.Dummy(name, integer=True, nonnegative=True) for name in "ijkl")


def jacobian(F: Basic, x: Basic) -> Any:
    """d vec F / d (vec X)': a scalar by a column is a 1 x n row, a vector by a vector is m x n.

    A matrix is stacked by columns first. By a scalar symbol or an entry `X[i, j]` the answer has the shape of F. Raises
    UnsupportedError where no derivative or no matrix notation is known.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, x = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1)
    >>> jacobian(x.T*A*x, x)
    x.T*(A + A.T)
    >>> jacobian(A*x, x)
    A
    >>> jacobian(A*x, A)
    KroneckerProduct(x.T, I)
    >>> jacobian(A*x, x[0, 0])
    A[:, :1]
    """
    F = _readable(F)
    rows, columns = _shape_of(F, x)
    i, j = _slot(rows, _I), _slot(columns, _J)
    if is_single(x):
        return _matrix(_derivative(expand(F, i, j), _direction(x)), i, j)
    k, l = _variable_slots(x)
    return _stacked(_derivative(expand(F, i, j), _direction(x, k, l)), (i, j), (k, l))


def gradient(f: Basic, X: Basic, structure: str | None = None) -> Any:
    """df/dX_kl as a matrix of the shape of X, for a scalar f.

    The entries of X vary independently, unless `structure` says otherwise: "symmetric", "diagonal", "skew_symmetric".
    Then entry (k, l) is the derivative by the parameter that stands there: for a symmetric X, which has x_kl = x_lk,
    G + G' - diag(G) where G is the unstructured gradient.

    >>> m, n = sp.symbols("m n", integer=True, positive=True)
    >>> X, w, y = sp.MatrixSymbol("X", m, n), sp.MatrixSymbol("w", n, 1), sp.MatrixSymbol("y", m, 1)
    >>> gradient((y - X*w).T*(y - X*w), w)
    2*X.T*(X*w - y)
    >>> gradient(sp.Trace(X.T*X), X)
    2*X
    >>> A, S = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("S", n, n)
    >>> gradient(sp.Trace(A*S), S, structure="symmetric")
    -(HadamardProduct(A, I)) + A + A.T
    """
    f = _readable(f)
    _require_scalar(f, X)
    if structure is not None:
        if is_single(X):
            raise ShapeError(f"{X} is a scalar: a structure is one of a square matrix.")
        return through_structure(gradient(f, X), X, structure)
    if is_single(X):
        return _matrix(_derivative(expand(f), _direction(X)), None, None)
    k, l = _variable_slots(X)
    return _matrix(_derivative(expand(f), _direction(X, k, l)), k, l)


def hessian(f: Basic, x: Basic, y: Basic | None = None) -> Any:
    """d2 f / dx dy', y = x by default: n x n for a column, mn x mn in vec order for a matrix; for a scalar f.

    With two variables the rows belong to the first and the columns to the second.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, x = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("x", n, 1)
    >>> hessian(x.T*A*x, x)
    A + A.T
    >>> hessian(x.T*A*x, x, A)
    KroneckerProduct(I, x.T) + KroneckerProduct(x.T, I)
    """
    f = _readable(f)
    y = x if y is None else y
    _require_scalar(f, x)
    _require_scalar(f, y)
    i, j = (None, None) if is_single(x) else _variable_slots(x, (_I, _J))
    k, l = (None, None) if is_single(y) else _variable_slots(y)
    first = _derivative(expand(f), _direction(x, i, j))
    return _stacked(_derivative([m.term() for m in first], _direction(y, k, l)), (i, j), (k, l))


def differential(F: Basic, X: Basic, dX: Basic) -> Any:
    """dF in the direction dX: linear in dX, of the shape of F; for a scalar F, (row) dx or tr(G' dX).

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> A, dA = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("dA", n, n)
    >>> differential(A.inv(), A, dA)
    -A**(-1)*dA*A**(-1)
    >>> differential(sp.Trace(A**2), A, dA)
    2*Trace(A*dA)
    """
    F = _readable(F)
    rows, columns = _shape_of(F, X)
    same_shape(X, dX)
    if dX in F.free_symbols:
        raise UnsupportedError(f"the direction {dX} already stands in {F}; choose a new symbol.")
    i, j = _slot(rows, _I), _slot(columns, _J)
    terms = expand(F, i, j)
    if is_single(X):
        scaled = [Term(sp.Mul(m.coef, dX), *m.term()[1:]) for m in _derivative(terms, _direction(X))]
        return _matrix(normal(scaled), i, j)
    if i is None and j is None:
        return _scalar_differential(terms, X, dX)
    return _matrix(_derivative(terms, along(X, dX)), i, j)  # type: ignore[arg-type]


def _readable(F: Any) -> Any:
    """Python's numbers and mutable matrices as SymPy expressions."""
    if isinstance(F, (int, float)):
        return S(F)  # of a number only
    return F.as_immutable() if isinstance(F, sp.MatrixBase) else F


def _scalar_differential(terms: list[Term], X: Any, dX: Any) -> Any:
    k, l = _variable_slots(X)
    form = _derivative(terms, by_entry(X, k, l))
    if not form:
        return S.Zero
    slope = as_matrix(_matrix(form, l, k))  # transposed
    if k is not None and l is not None:
        scale, matrix = take_scale(product(S.One, (slope, dX)))
        return sp.Mul(*scale, sp.Trace(matrix))
    return product(S.One, (slope, dX) if l is None else (dX, slope))


def _shape_of(F: Any, x: Any) -> tuple[Expr, Expr]:
    """The shape of F, once both arguments are fit to be differentiated."""
    found = shape(F)
    if not (isinstance(x, sp.MatrixSymbol) or is_single(x)):
        way_out = "take a MatrixSymbol, an entry of one, or a Symbol."
        raise UnsupportedError(f"cannot differentiate by {x} ({type(x).__name__}): {way_out}")
    shape(x)
    if isinstance(x, sp.Symbol):
        sizes = {s for a in F.atoms(sp.MatrixExpr) for n in a.shape for s in S(n).free_symbols}
        if x in sizes:
            raise UnsupportedError(f"cannot differentiate by {x}: it is the size of a matrix in {F}.")
    return found


def _direction(x: Any, k: Slot = None, l: Slot = None) -> Direction:
    return direction_of(x) if is_single(x) else by_entry(x, k, l)


def _require_scalar(f: Any, x: Any) -> None:
    found = _shape_of(f, x)
    if found != SCALAR:
        raise ShapeError(f"a gradient needs a scalar, but {f} is {found[0]} x {found[1]}; use jacobian.")


def _slot(size: Expr, name: sp.Symbol) -> Slot:
    return None if size == 1 else Index(size, name)


def _variable_slots(x: Any, names: tuple[sp.Symbol, sp.Symbol] = (_K, _L)) -> tuple[Slot, Slot]:
    rows, columns = shape(x)
    return _slot(rows, names[0]), _slot(columns, names[1])


def _derivative(terms: list[Term], direction: Direction) -> Terms:
    return normal(differentiate(terms, direction))


def _matrix(form: Terms, row: Slot, column: Slot) -> Any:
    return _written(form, lambda: to_matrix(form, row, column), (row,), (column,))


def _stacked(form: Terms, rows: tuple[Slot, Slot], columns: tuple[Slot, Slot]) -> Any:
    return _written(form, lambda: to_kronecker(form, *rows, *columns), rows, columns)


def _written(form: Terms, write: Any, rows: tuple[Slot, ...], columns: tuple[Slot, ...]) -> Any:
    """What `write` writes; where entries are numbered and all sizes are numbers, a table of entries."""
    slots = [k for k in (*rows, *columns) if k is not None]
    numbered = bool(slots) and all(k.size.is_Integer for k in slots)
    try:
        if numbered and any(_is_numbered(m) for m in form):
            raise Unrecognised
        done = write()
        return sp.Sum(*done.args) if isinstance(done, MatrixSum) else done
    except Unrecognised:
        if numbered:
            places = [[_values(k) for k in side] for side in (rows, columns)]
            table = [[_entry(form, {**p, **q}) for q in _joint(places[1])] for p in _joint(places[0])]
            return sp.ImmutableDenseMatrix(table)
        terms = [m.term() for m in form]
        letters = index_names(symbols_of(terms))
        names = {k: Index(k.size, next(letters)) for k in (*rows, *columns) if k is not None}
        text = IndexForm(
            tuple(Term(t.coef, tuple(f.rename(names) for f in t.factors), t.bound) for t in terms)
        ).to_sympy()
        raise UnsupportedError(f"no matrix notation is known for the index form {text}.") from None


def _is_numbered(m: Monomial) -> bool:
    return any(isinstance(k.name, sp.Integer) for f in m.term().factors for k in f.indices)


def _values(k: Slot) -> list[dict[Index, Index]]:
    return [{}] if k is None else [{k: Index(k.size, sp.Integer(at))} for at in range(int(k.size))]


def _joint(sides: list[list[dict[Index, Index]]]) -> list[dict[Index, Index]]:
    """All values of several indices, the first running fastest."""
    return [{k: v for at in reversed(choice) for k, v in at.items()} for choice in cartesian(*reversed(sides))]


def _entry(form: Terms, at: dict[Index, Index]) -> Expr:
    return write_sum((m.term() for m in normal(m.rename(at).term() for m in form)), None, ())


__all__ = ["differential", "gradient", "hessian", "jacobian"]
