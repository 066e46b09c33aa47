"""Expressions that SymPy lacks: unevaluated derivatives, minimisers, vec and the commutation matrix, `ForAll`.

A derivation must be able to *write* the derivative it is about to find, on the left of an equals sign, without SymPy
trying to evaluate it. These nodes only hold their arguments; `symbolic.calculus` computes them, `numeric` evaluates
them with dual numbers, and the certificate checker differentiates on its own.
"""

from typing import Any

from sympy import (
    Basic,
    ImmutableDenseMatrix,
    KroneckerDelta,
    MatrixBase,
    MatrixSymbol,
    Mod,
    Mul,
    S,
    Sum,
    Symbol,
    Tuple,
    floor,
)
from sympy.core.expr import Expr
from sympy.logic.boolalg import Boolean
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.expressions.matexpr import MatrixElement


def _size(expr: Basic) -> tuple[Expr, Expr]:
    """Shape as SymPy stores it, (1, 1) for a scalar. Strict inference is in `symbolic.shapes`."""
    return tuple(getattr(expr, "shape", (S.One, S.One)))  # type: ignore[return-value]


def is_single(wrt: Any) -> bool:
    """Whether a derivative by this has the shape of what is differentiated: a scalar symbol or an entry of a matrix."""
    if isinstance(wrt, MatrixElement):
        return isinstance(wrt.args[0], MatrixSymbol)
    return isinstance(wrt, Symbol) and not isinstance(wrt, MatrixSymbol)


class Jacobian(MatrixExpr):
    """Unevaluated `d vec F / d (vec X)^T`: a scalar by a column is a 1 x n row, a vector by a vector is m x n.

    By a scalar symbol or an entry of a matrix it has the shape of F.

    >>> from sympy import MatrixSymbol, symbols
    >>> n = symbols("n", integer=True, positive=True)
    >>> x, c = MatrixSymbol("x", n, 1), MatrixSymbol("c", n, 1)
    >>> Jacobian(x.T * c, x).shape
    (1, n)
    """

    expr = property(lambda self: self.args[0])
    wrt = property(lambda self: self.args[1])

    @property
    def shape(self) -> tuple[Expr, Expr]:
        (r, c), (p, q) = _size(self.expr), _size(self.wrt)
        return (r, c) if is_single(self.wrt) else (r * c, p * q)

    def _entry(self, i, j, **kwargs):  # an entry of an unevaluated derivative is not known yet
        return MatrixElement(self, i, j)


class Gradient(Jacobian):
    """Unevaluated gradient of a scalar: the shape of the variable, entry (i, j) is df/dX_ij."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return _size(self.wrt)


class Hessian(Jacobian):
    """Unevaluated Hessian of a scalar: n x n for a column, mn x mn in vec order for a matrix."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        p, q = _size(self.wrt)
        return (p * q, p * q)


class Commutation(MatrixExpr):
    """The commutation matrix K with K vec X = vec X' for X of m x n (Magnus and Neudecker, 3.7).

    >>> from sympy import Matrix
    >>> X = Matrix(2, 3, range(6))
    >>> Commutation(2, 3).as_explicit() * X.vec() == X.T.vec()
    True
    """

    def __new__(cls, m: Any, n: Any) -> "Commutation":
        return super().__new__(cls, S(m), S(n))

    @property
    def shape(self) -> tuple[Expr, Expr]:
        size = Mul(*self.args)
        return (size, size)

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        m, n = self.args
        return KroneckerDelta(j, Mod(i, n) * m + floor(i / n))

    def doit(self, **hints: Any) -> Any:
        return self.as_explicit() if self.rows.is_Integer else self  # type: ignore[union-attr]

    def _eval_transpose(self) -> "Commutation":
        m, n = self.args
        return Commutation(n, m)


class Vec(MatrixExpr):
    """The columns of a matrix, one below the other, as one column (Magnus and Neudecker, 2.4).

    >>> from sympy import Matrix, MatrixSymbol
    >>> Vec(MatrixSymbol("X", 3, 2)).shape
    (6, 1)
    >>> Vec(Matrix([[1, 3], [2, 4]])).doit().T
    Matrix([[1, 2, 3, 4]])
    """

    arg = property(lambda self: self.args[0])

    def __new__(cls, matrix: Any) -> "Vec":
        return super().__new__(cls, S(matrix))

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return (Mul(*_size(self.arg)), S.One)

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        rows = _size(self.arg)[0]
        return self.arg[Mod(i, rows), floor(i / rows)]

    def doit(self, **hints: Any) -> Any:
        inner = self.arg.doit(**hints) if hints.get("deep", True) else self.arg
        return ImmutableDenseMatrix(inner).vec() if isinstance(inner, MatrixBase) else Vec(inner)


class MatrixSum(MatrixExpr):
    """The sum of a matrix over an index, which SymPy's `Sum` does not let stand in a product or beside a matrix.

    >>> from sympy import MatrixSymbol, symbols
    >>> s, k = symbols("s k", integer=True, positive=True)
    >>> X = MatrixSymbol("X", 2, 2)
    >>> MatrixSum(X**s, (s, 0, k - 1)).subs(k, 2).doit()
    I + X
    """

    function = property(lambda self: self.args[0])
    limits = property(lambda self: self.args[1:])

    def __new__(cls, body: Any, *limits: Any) -> "MatrixSum":
        return super().__new__(cls, S(body), *(Tuple(*limit) for limit in limits))

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return _size(self.function)

    @property
    def free_symbols(self) -> set[Basic]:
        inside = self.function.free_symbols - {limit[0] for limit in self.limits}
        return inside.union(*(bound.free_symbols for limit in self.limits for bound in limit.args[1:]))

    @property
    def bound_symbols(self) -> list[Basic]:
        return [limit[0] for limit in self.limits]

    def _entry(self, i: Any, j: Any, **kwargs: Any) -> Expr:
        return Sum(self.function[i, j], *self.limits)

    def doit(self, **hints: Any) -> Any:
        done = Sum(*self.args).doit(**hints)
        return MatrixSum(*done.args) if isinstance(done, Sum) else done


def as_matrix(expr: Any) -> Any:
    """SymPy's sum of a matrix as one that may stand in a product; anything else as it is."""
    is_sum = isinstance(expr, Sum) and isinstance(expr.function, MatrixExpr)
    return MatrixSum(*expr.args) if is_sum else expr


class ArgMin(MatrixExpr):
    r"""The minimisers of `objective` over `variables` subject to `constraints`, as in `argmin_w f(w) s.t. A w = b`.

    `ArgMin(f, w)`, `ArgMin(f, w, Eq(A*w, b, evaluate=False))`, `ArgMin(f, (w, xi), ...)`. It has the shape of the first
    variable and, with several, stands for the first one's part of the minimisers. The variables are bound: they are no
    free symbols. `Claim(ArgMin(f, w), v)` says that v is the only minimiser; `Claim(ArgMin(f, w), ArgMin(g, w))` that
    both problems have the same minimisers. `symbolic.meaning` spells out what such a claim means.

    >>> from sympy import MatrixSymbol, symbols
    >>> n = symbols("n", integer=True, positive=True)
    >>> w, y = MatrixSymbol("w", n, 1), MatrixSymbol("y", n, 1)
    >>> problem = ArgMin((w - y).T * (w - y), w)
    >>> problem.shape, w in problem.free_symbols
    ((n, 1), False)
    """

    def __new__(cls, objective: Any, variables: Any, *constraints: Basic) -> "ArgMin":
        chosen = variables if isinstance(variables, (tuple, list, Tuple)) else (variables,)
        if len(constraints) == 1 and isinstance(constraints[0], Tuple):  # as SymPy rebuilds a node from its .args
            constraints = tuple(constraints[0])
        return super().__new__(cls, S(objective), Tuple(*chosen), Tuple(*constraints))

    objective = property(lambda self: self.args[0])
    variables = property(lambda self: self.args[1])
    constraints = property(lambda self: self.args[2])

    @property
    def shape(self) -> tuple[Expr, Expr]:
        return _size(self.variables[0])

    @property
    def free_symbols(self) -> set[Basic]:
        sizes = {size for v in self.variables for size in getattr(v, "shape", ())}
        inside = set().union(*(part.free_symbols for part in (self.objective, *self.constraints)))
        return (inside - set(self.variables)) | set().union(*(S(size).free_symbols for size in sizes))

    @property
    def bound_symbols(self) -> list[Basic]:
        return list(self.variables)

    def _entry(self, i, j, **kwargs):
        return MatrixElement(self, i, j)


class ArgMax(ArgMin):
    """The maximisers; everything else as for `ArgMin`."""


class ForAll(Boolean):
    """`relation` for every value of `symbol`: `ForAll(x, Eq(x.T*A, x.T*B, evaluate=False))`."""

    symbol = property(lambda self: self.args[0])
    relation = property(lambda self: self.args[1])

    def __new__(cls, symbol: Basic, relation: Basic) -> "ForAll":
        return Basic.__new__(cls, symbol, relation)


__all__ = [
    "ArgMax", "ArgMin", "Commutation", "ForAll", "Gradient", "Hessian", "Jacobian", "MatrixSum", "Vec",
    "as_matrix", "is_single",
]  # fmt: skip
