r"""The formulas of linear regression, and the singular value decomposition as a substitution with its facts.

Expressions only, nothing is assumed silently: where an inverse needs a rank, the docstring says which. `proofs` derives
each of them (`minimize`), proves that they agree, and takes their limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Basic, Eq, Identity, Inverse, MatAdd, MatMul, MatrixSymbol, Q, Transpose

from symbolic.errors import ShapeError
from symbolic.meaning import substitute
from symbolic.shapes import same_size, shape

DAGGER = "_dagger"  # ends the name of a pseudo-inverse


def least_squares(X: Any, y: Any) -> MatMul:
    """(X'X)^-1 X'y: the only minimiser of |Xw - y|^2 if X (m x n) has full column rank; y is m x k.

    Source: Boyd and Vandenberghe, *Introduction to Applied Linear Algebra*, 12.2.

    >>> from sympy import symbols
    >>> m, n = symbols("m n", integer=True, positive=True)
    >>> least_squares(MatrixSymbol("X", m, n), MatrixSymbol("y", m, 1))
    (X.T*X)**(-1)*X.T*y
    """
    _require_rows(X, y)
    return MatMul(Inverse(MatMul(Transpose(X), X)), Transpose(X), y)


def min_norm(X: Any, y: Any) -> MatMul:
    """X'(XX')^-1 y: the w of least norm with Xw = y, if X (m x n) has full row rank.

    Source: Boyd and Vandenberghe, *Introduction to Applied Linear Algebra*, 16.1.1.

    >>> from sympy import symbols
    >>> m, n = symbols("m n", integer=True, positive=True)
    >>> min_norm(MatrixSymbol("X", m, n), MatrixSymbol("y", m, 1))
    X.T*(X*X.T)**(-1)*y
    """
    _require_rows(X, y)
    return MatMul(Transpose(X), Inverse(MatMul(X, Transpose(X))), y)


def ridge_primal(X: Any, y: Any, lam: Any) -> MatMul:
    """(X'X + lambda I)^-1 X'y: the minimiser of |y - Xw|^2 + lambda |w|^2 for lambda > 0; an n x n system.

    Source: Hastie, Tibshirani and Friedman, *The Elements of Statistical Learning*, eq. 3.44.

    >>> from sympy import Symbol, symbols
    >>> m, n = symbols("m n", integer=True, positive=True)
    >>> ridge_primal(MatrixSymbol("X", m, n), MatrixSymbol("y", m, 1), Symbol("lambda", positive=True)).shape
    (n, 1)
    """
    _require_rows(X, y)
    return MatMul(Inverse(MatAdd(MatMul(Transpose(X), X), MatMul(lam, Identity(shape(X)[1])))), Transpose(X), y)


def ridge_dual(X: Any, y: Any, lam: Any) -> MatMul:
    """X'(XX' + lambda I)^-1 y: the same for lambda > 0, by an m x m system (kernel ridge regression).

    Source: Hastie, Tibshirani and Friedman, *The Elements of Statistical Learning*, 18.3.5.

    >>> from sympy import Symbol, symbols
    >>> m, n = symbols("m n", integer=True, positive=True)
    >>> ridge_dual(MatrixSymbol("X", m, n), MatrixSymbol("y", m, 1), Symbol("lambda", positive=True)).shape
    (n, 1)
    """
    _require_rows(X, y)
    return MatMul(Transpose(X), Inverse(MatAdd(MatMul(X, Transpose(X)), MatMul(lam, Identity(shape(X)[0])))), y)


def ridge_svd(X: Any, y: Any, lam: Any) -> MatMul:
    """V (S'S + lambda I)^-1 S' U'y with the full SVD X = U S V' of `svd_of(X)`: the same for lambda > 0.

    X is an m x n matrix symbol. Source: Hastie, Tibshirani and Friedman, *The Elements of Statistical Learning*, eq.
    3.47.

    >>> from sympy import Symbol, symbols
    >>> m, n = symbols("m n", integer=True, positive=True)
    >>> X, y, lam = MatrixSymbol("X", m, n), MatrixSymbol("y", m, 1), Symbol("lambda", positive=True)
    >>> ridge_svd(X, y, lam)
    V*(lambda*I + Sigma.T*Sigma)**(-1)*Sigma.T*U.T*y
    """
    _require_rows(X, y)
    svd = svd_of(X)
    square = MatMul(svd.Sigma.T, svd.Sigma)
    middle = Inverse(MatAdd(square, MatMul(lam, Identity(shape(X)[1]))))
    return MatMul(svd.V, middle, svd.Sigma.T, svd.U.T, y)


@dataclass(frozen=True)
class SVD:
    """The full singular value decomposition X = U Sigma V' (m x m, m x n, n x n) as a substitution.

    `facts`: U and V are orthogonal. What Sigma is beyond its shape (diagonal, of which rank) is for the user to say: as
    blocks, or column by column. `equation` is X = U Sigma V', a hypothesis for `given`.
    """

    X: MatrixSymbol
    U: MatrixSymbol
    Sigma: MatrixSymbol
    V: MatrixSymbol

    @property
    def product(self) -> MatMul:
        return MatMul(self.U, self.Sigma, self.V.T)

    @property
    def equation(self) -> Eq:
        return Eq(self.X, self.product, evaluate=False)

    @property
    def facts(self) -> tuple[Basic, ...]:
        return Q.orthogonal(self.U), Q.orthogonal(self.V)

    @property
    def pinv(self) -> MatMul:
        """V Sigma_dagger U', where Sigma_dagger is a symbol of its own: the pseudo-inverse of X if it is Sigma's."""
        m, n = self.X.shape
        return MatMul(self.V, MatrixSymbol(self.Sigma.name + DAGGER, n, m), self.U.T)

    def substitute(self, expr: Basic) -> Any:
        """`expr` with U Sigma V' for X, everything else left as it is written.

        >>> from sympy import symbols
        >>> m, n = symbols("m n", integer=True, positive=True)
        >>> X = MatrixSymbol("X", m, n)
        >>> svd_of(X).substitute(Inverse(MatMul(X.T, X)))
        ((U*Sigma*V.T).T*(U*Sigma*V.T))**(-1)
        """
        return substitute(expr, self.X, self.product)


def svd_of(X: Any, avoid: tuple[Any, ...] = ()) -> SVD:
    """The full SVD of a matrix symbol, with symbols U, Sigma, V that keep clear of the names in X and `avoid`.

    Source: Golub and Van Loan, *Matrix Computations*, theorem 2.4.1.

    >>> from sympy import symbols
    >>> m, n = symbols("m n", integer=True, positive=True)
    >>> svd = svd_of(MatrixSymbol("X", m, n))
    >>> svd.equation, [s.shape for s in (svd.U, svd.Sigma, svd.V)]
    (Eq(X, U*Sigma*V.T), [(m, m), (m, n), (n, n)])
    """
    if not isinstance(X, MatrixSymbol):
        raise ShapeError(f"the SVD is taken of a matrix symbol, not of {X}: give the matrix a name.")
    m, n = X.shape
    taken = {X.name, *(str(s) for e in (X, m, n, *avoid) for s in e.free_symbols)}
    taken |= {name.removesuffix(DAGGER) for name in taken}
    U, Sigma, V = (_free(name, taken) for name in ("U", "Sigma", "V"))
    return SVD(X, MatrixSymbol(U, m, m), MatrixSymbol(Sigma, m, n), MatrixSymbol(V, n, n))


def _free(name: str, taken: set[str]) -> str:
    numbered = (name, *(f"{name}_{k}" for k in range(1, len(taken) + 2)))
    return next(candidate for candidate in numbered if candidate not in taken)


def _require_rows(X: Any, y: Any) -> None:
    if not same_size(shape(X)[0], shape(y)[0]):
        raise ShapeError(f"{X} has {shape(X)[0]} rows and {y} has {shape(y)[0]}: one target for each row is needed.")


__all__ = ["SVD", "least_squares", "min_norm", "ridge_dual", "ridge_primal", "ridge_svd", "svd_of"]
