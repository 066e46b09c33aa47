"""The tables of structures: what "orthogonal" means, what it implies, and through which operations it survives.

Three tables, and nothing that computes. A structure *is* its relations (`STRUCTURES`); it implies others, always or for
a shape (`STRUCTURES`, `BY_SHAPE`); it passes through an operation only by a row of `PROPAGATION`. Every row is tested
against random matrices, 1 x 1 and singular ones included. A new structure or rule is a new row. All matrices are real.

Sources: Horn and Johnson, *Matrix Analysis*, 2nd ed., chapters 0, 2, 4 and 7 (Schur product: Theorem 7.5.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sympy import (
    Abs,
    Basic,
    Determinant,
    Eq,
    Gt,
    HadamardProduct,
    Identity,
    Inverse,
    KroneckerProduct,
    Lt,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    Max,
    Mul,
    Ne,
    OneMatrix,
    Pow,
    Q,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    exp,
    symbols,
)
from sympy.assumptions import Predicate
from sympy.matrices.expressions.diagonal import DiagMatrix

# Template symbols: in a row they stand for any expression of that shape.
m, n, p = symbols("m n p", integer=True, positive=True)
A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
X, Y, Z, x = MatrixSymbol("X", n, p), MatrixSymbol("Y", p, m), MatrixSymbol("Z", p, n), MatrixSymbol("x", n, 1)
C = MatrixSymbol("C", p, p)
a, b = symbols("a b")
i, j = symbols("i j", integer=True, nonnegative=True)
I, O = Identity(n), ZeroMatrix(n, n)
# Exponents, named after what they may be.
even, odd = Symbol("even", even=True), Symbol("odd", odd=True)
integer, natural = Symbol("integer", integer=True), Symbol("natural", integer=True, nonnegative=True)
real, positive = Symbol("real", real=True), Symbol("positive", positive=True)
EXPONENTS: dict[Symbol, tuple[str, ...]] = {
    even: ("even",), odd: ("odd",), integer: ("integer",), natural: ("integer", "nonnegative"),
    real: ("real",), positive: ("positive",),
}  # fmt: skip


@dataclass(frozen=True)
class Structure:
    """One adjective for a matrix or a scalar. `relations` are in `template`, `zero_where` is a condition on i, j.

    `shape` is "any", "square" or "scalar". Relations and implications fix `symmetric`, `orthogonal`, ...; what they
    cannot say (positive eigenvalues, entries that vanish) is not a relation between words, and is left out of them.
    """

    name: str
    origin: str
    shape: str
    relations: tuple[Eq, ...] = ()
    implies: tuple[str, ...] = ()
    zero_where: Basic | None = None

    @property
    def predicate(self) -> Any:
        """The predicate of that name: SymPy's, or one of our own. Looked up late: `Q.real` alone loads SymPy's sets."""
        return getattr(Q, self.name) if self.origin == SYMPY else _own(self.name)

    @property
    def template(self) -> Any:
        return {"square": A, "any": X, "scalar": a}[self.shape]


@dataclass(frozen=True)
class Rule:
    """One row of `PROPAGATION`: `pattern` has `conclusion` if every premise (name, template) holds.

    A premise about an expression that is smaller than the one in question is derived in turn; any other, such as one
    about X'X in a row for X, must be among the given facts.
    """

    conclusion: str
    pattern: Any
    premises: tuple[tuple[str, Any], ...]

    def __str__(self) -> str:
        conditions = ", ".join(f"{name} {template}" for name, template in self.premises)
        return f"{self.conclusion}: {_written(self.pattern)}" + (f" if {conditions}" if conditions else "")


def _written(pattern: Any) -> str:
    names = {Identity: "identity", ZeroMatrix: "zero matrix", OneMatrix: "matrix of ones"}
    return names.get(type(pattern)) or ("a scalar" if pattern == a else str(pattern))


@cache
def _own(name: str) -> Predicate:
    return Predicate(name)


def _row(name: str, origin: str, shape: str, implies: str = "", *relations: tuple[Any, Any], **rest: Any):
    equations = tuple(Eq(left, right, evaluate=False) for left, right in relations)
    return Structure(name, origin, shape, equations, tuple(implies.split()), **rest)


# SymPy has no predicate for some of these: those are ours, to be called as `predicate("idempotent")(A)`.
SYMPY, OURS = "SymPy", "ours"
STRUCTURES: dict[str, Structure] = {row.name: row for row in (
    _row("symmetric", SYMPY, "square", "", (A.T, A)),
    _row("skew_symmetric", OURS, "square", "", (A.T, -A)),
    _row("idempotent", OURS, "square", "", (MatMul(A, A), A)),
    _row("positive_semidefinite", OURS, "square", "symmetric"),
    _row("positive_definite", SYMPY, "square", "positive_semidefinite invertible"),
    _row("diagonal", SYMPY, "square", "symmetric upper_triangular lower_triangular",
         zero_where=Ne(i, j, evaluate=False)),
    _row("upper_triangular", SYMPY, "square", zero_where=Gt(i, j)),
    _row("lower_triangular", SYMPY, "square", zero_where=Lt(i, j)),
    _row("orthogonal", SYMPY, "square", "invertible orthonormal_columns orthonormal_rows",
         (MatMul(A.T, A), I), (MatMul(A, A.T), I)),
    _row("orthonormal_columns", OURS, "any", "injective", (MatMul(X.T, X), Identity(p))),
    _row("orthonormal_rows", OURS, "any", "surjective", (MatMul(X, X.T), I)),
    _row("invertible", SYMPY, "square", "injective surjective",
         (MatMul(A, Inverse(A)), I), (MatMul(Inverse(A), A), I)),
    # full column rank: a left inverse; full row rank: a right inverse; full rank: one of the two.
    _row("injective", OURS, "any", "fullrank", (MatMul(Inverse(MatMul(X.T, X)), X.T, X), Identity(p))),
    _row("surjective", OURS, "any", "fullrank", (MatMul(X, X.T, Inverse(MatMul(X, X.T))), I)),
    _row("fullrank", SYMPY, "any", "nonzero"),
    _row("nonzero", SYMPY, "any"),  # not the zero matrix; of a scalar, not 0
    _row("positive", SYMPY, "scalar", "nonnegative nonzero"),
    _row("nonnegative", SYMPY, "scalar"),
    _row("negative", SYMPY, "scalar", "nonpositive nonzero"),
    _row("nonpositive", SYMPY, "scalar"),
    _row("real", SYMPY, "scalar"),
)}  # fmt: skip

# Implications that need a shape: (shape, name, implied name).
BY_SHAPE: tuple[tuple[str, str, str], ...] = (
    ("square", "orthonormal_columns", "orthogonal"),
    ("square", "orthonormal_rows", "orthogonal"),
    ("square", "fullrank", "invertible"),
    ("tall", "fullrank", "injective"),
    ("wide", "fullrank", "surjective"),
    ("column", "nonzero", "injective"),
    ("row", "nonzero", "surjective"),
    ("scalar", "positive", "positive_definite"),
    ("scalar", "positive_definite", "positive"),
    ("scalar", "nonnegative", "positive_semidefinite"),
    ("scalar", "positive_semidefinite", "nonnegative"),
)

# Abbreviations used in the rows below.
_plus, _both, _scaled = MatAdd(A, B), MatMul(A, B), MatMul(a, A)
_congruent, _gram, _sandwich, _square = MatMul(X.T, A, X), MatMul(X.T, X), MatMul(A, B, A), MatMul(A, A)
_inverse, _kron, _hadamard = Inverse(A), KroneckerProduct(A, C), HadamardProduct(A, B)


def _rules(conclusion: str, *rows: tuple[Any, ...]) -> tuple[Rule, ...]:
    """Rows (pattern, "names template", ...) of one conclusion; a premise may be several names for one template."""
    rules = []
    for pattern, *premises in rows:
        pairs = tuple((name, template) for names, template in premises for name in names.split())
        rules.append(Rule(conclusion, pattern, pairs))
    return tuple(rules)


def _triangular(this: str, other: str) -> tuple[Rule, ...]:
    return _rules(
        this,
        (_plus, (this, A), (this, B)), (_both, (this, A), (this, B)), (_kron, (this, A), (this, C)),
        (_scaled, (this, A)), (_hadamard, (this, A)), (_inverse, (f"{this} invertible", A)),
        (MatPow(A, natural), (this, A)), (Transpose(A), (other, A)),
    )  # fmt: skip


PROPAGATION: tuple[Rule, ...] = (
    *_rules(
        "symmetric",
        (_plus, ("symmetric", A), ("symmetric", B)),
        (MatAdd(A, A.T),),
        (MatAdd(MatMul(A, B), MatMul(B, A)), ("symmetric", A), ("symmetric", B)),
        (_scaled, ("symmetric", A)),
        (_congruent, ("symmetric", A)),
        (_sandwich, ("symmetric", A), ("symmetric", B)),
        (_square, ("skew_symmetric", A)),
        (Transpose(A), ("symmetric", A)),
        (_inverse, ("symmetric invertible", A)),
        (MatPow(A, natural), ("symmetric", A)),
        (_hadamard, ("symmetric", A), ("symmetric", B)),
        (_kron, ("symmetric", A), ("symmetric", C)),
    ),
    *_rules(
        "skew_symmetric",
        (O,),
        (_plus, ("skew_symmetric", A), ("skew_symmetric", B)),
        (MatAdd(A, MatMul(-1, A.T)),),
        (_scaled, ("skew_symmetric", A)),
        (_congruent, ("skew_symmetric", A)),
        (Transpose(A), ("skew_symmetric", A)),
        (_inverse, ("skew_symmetric invertible", A)),
    ),
    *_rules(
        "positive_semidefinite",
        (O,),
        (OneMatrix(n, n),),
        (A, ("symmetric idempotent", A)),
        (_plus, ("positive_semidefinite", A), ("positive_semidefinite", B)),
        (_scaled, ("nonnegative", a), ("positive_semidefinite", A)),
        (_gram,),
        (_congruent, ("positive_semidefinite", A)),
        (_square, ("symmetric", A)),
        (_sandwich, ("symmetric", A), ("positive_semidefinite", B)),
        (MatMul(-1, A, A), ("skew_symmetric", A)),
        (Transpose(A), ("positive_semidefinite", A)),
        (MatPow(A, natural), ("positive_semidefinite", A)),
        (_hadamard, ("positive_semidefinite", A), ("positive_semidefinite", B)),
        (_kron, ("positive_semidefinite", A), ("positive_semidefinite", C)),
    ),
    *_rules(
        "positive_definite",
        (I,),
        (A, ("positive_semidefinite invertible", A)),
        (_plus, ("positive_definite", A), ("positive_semidefinite", B)),
        (_scaled, ("positive", a), ("positive_definite", A)),
        (_gram, ("injective", X)),
        (_congruent, ("positive_definite", A), ("injective", X)),
        (_square, ("symmetric invertible", A)),
        (_sandwich, ("symmetric invertible", A), ("positive_definite", B)),
        (Transpose(A), ("positive_definite", A)),
        (_inverse, ("positive_definite", A)),
        (MatPow(A, integer), ("positive_definite", A)),
        (_hadamard, ("positive_definite", A), ("positive_definite", B)),
        (_kron, ("positive_definite", A), ("positive_definite", C)),
    ),
    *_rules(
        "diagonal",
        (a,),
        (I,),
        (O,),
        (DiagMatrix(x),),
        (A, ("upper_triangular lower_triangular", A)),
        (A, ("symmetric upper_triangular", A)),
        (A, ("symmetric lower_triangular", A)),
        (_plus, ("diagonal", A), ("diagonal", B)),
        (_both, ("diagonal", A), ("diagonal", B)),
        (_kron, ("diagonal", A), ("diagonal", C)),
        (_scaled, ("diagonal", A)),
        (_hadamard, ("diagonal", A)),
        (Transpose(A), ("diagonal", A)),
        (_inverse, ("diagonal invertible", A)),
        (MatPow(A, natural), ("diagonal", A)),
    ),
    *_triangular("upper_triangular", "lower_triangular"),
    *_triangular("lower_triangular", "upper_triangular"),
    *_rules(
        "orthogonal",
        (I,),
        (_both, ("orthogonal", A), ("orthogonal", B)),
        (MatMul(-1, A), ("orthogonal", A)),
        (Transpose(A), ("orthogonal", A)),
        (_inverse, ("orthogonal", A)),
        (MatPow(A, integer), ("orthogonal", A)),
        (MatAdd(I, MatMul(-2, X, X.T)), ("orthonormal_columns", X)),  # a reflection
        (_kron, ("orthogonal", A), ("orthogonal", C)),
    ),
    *_rules(
        "orthonormal_columns",
        (MatMul(X, Y), ("orthonormal_columns", X), ("orthonormal_columns", Y)),
        (MatMul(-1, X), ("orthonormal_columns", X)),
        (Transpose(X), ("orthonormal_rows", X)),
        (KroneckerProduct(X, Y), ("orthonormal_columns", X), ("orthonormal_columns", Y)),
    ),
    *_rules(
        "orthonormal_rows",
        (MatMul(X, Y), ("orthonormal_rows", X), ("orthonormal_rows", Y)),
        (MatMul(-1, X), ("orthonormal_rows", X)),
        (Transpose(X), ("orthonormal_columns", X)),
        (KroneckerProduct(X, Y), ("orthonormal_rows", X), ("orthonormal_rows", Y)),
    ),
    *_rules(
        "idempotent",
        (I,),
        (O,),
        (MatAdd(I, MatMul(-1, A)), ("idempotent", A)),
        (Transpose(A), ("idempotent", A)),
        (_square, ("idempotent", A)),
        (MatPow(A, natural), ("idempotent", A)),
        (MatMul(X, X.T), ("orthonormal_columns", X)),
        (MatMul(X, Inverse(_gram), X.T), ("injective", X)),  # the hat matrix
        (MatMul(A, B, Inverse(A)), ("invertible", A), ("idempotent", B)),
        (MatMul(X, C, X.T), ("orthonormal_columns", X), ("idempotent", C)),
        (_kron, ("idempotent", A), ("idempotent", C)),
    ),
    *_rules(
        "invertible",
        (_both, ("invertible", A), ("invertible", B)),
        (_scaled, ("nonzero", a), ("invertible", A)),
        (Transpose(A), ("invertible", A)),
        (_inverse, ("invertible", A)),
        (MatPow(A, integer), ("invertible", A)),
        (MatAdd(I, A), ("skew_symmetric", A)),
        (MatAdd(I, MatMul(X, Z)), ("invertible", MatAdd(Identity(p), MatMul(Z, X)))),
        (A, ("nonzero", Determinant(A))),
        (_kron, ("invertible", A), ("invertible", C)),
    ),
    *_rules(
        "injective",
        (MatMul(X, Y), ("injective", X), ("injective", Y)),
        (MatMul(a, X), ("nonzero", a), ("injective", X)),
        (Transpose(X), ("surjective", X)),
        (X, ("invertible", MatMul(X.T, X))),
        (KroneckerProduct(X, Y), ("injective", X), ("injective", Y)),
    ),
    *_rules(
        "surjective",
        (MatMul(X, Y), ("surjective", X), ("surjective", Y)),
        (MatMul(a, X), ("nonzero", a), ("surjective", X)),
        (Transpose(X), ("injective", X)),
        (X, ("invertible", MatMul(X, X.T))),
        (KroneckerProduct(X, Y), ("surjective", X), ("surjective", Y)),
    ),
    *_rules(
        "fullrank",
        (MatMul(a, X), ("nonzero", a), ("fullrank", X)),
        (Transpose(X), ("fullrank", X)),
    ),
    *_rules(
        "nonzero",
        (OneMatrix(n, p),),
        (MatMul(a, X), ("nonzero", a), ("nonzero", X)),
        (MatMul(X, Y), ("injective", X), ("nonzero", Y)),
        (MatMul(X, Y), ("nonzero", X), ("surjective", Y)),
        (_gram, ("nonzero", X)),
        (Transpose(X), ("nonzero", X)),
        (KroneckerProduct(X, Y), ("nonzero", X), ("nonzero", Y)),
        (Mul(a, b), ("nonzero", a), ("nonzero", b)),
        (Pow(a, integer), ("nonzero", a)),
        (Determinant(A), ("invertible", A)),
    ),
    *_rules(
        "positive",
        (a + b, ("positive", a), ("nonnegative", b)),
        (a * b, ("positive", a), ("positive", b)),
        (a * b, ("negative", a), ("negative", b)),
        (Pow(a, real), ("positive", a)),
        (Pow(a, even), ("nonzero", a)),
        (exp(a),),
        (Abs(a), ("nonzero", a)),
        (Trace(A), ("positive_definite", A)),
        (Determinant(A), ("positive_definite", A)),
        (A[i, i], ("positive_definite", A)),
    ),
    *_rules(
        "nonnegative",
        (a + b, ("nonnegative", a), ("nonnegative", b)),
        (a * b, ("nonnegative", a), ("nonnegative", b)),
        (a * b, ("nonpositive", a), ("nonpositive", b)),
        (Pow(a, positive), ("nonnegative", a)),
        (Pow(a, even),),
        (Abs(a),),
        (Max(a, b), ("nonnegative", a)),
        (Trace(A), ("positive_semidefinite", A)),
        (Determinant(A), ("positive_semidefinite", A)),
        (A[i, i], ("positive_semidefinite", A)),
    ),
    *_rules(
        "negative",
        (a + b, ("negative", a), ("nonpositive", b)),
        (a * b, ("positive", a), ("negative", b)),
        (Pow(a, odd), ("negative", a)),
    ),
    *_rules(
        "nonpositive",
        (a + b, ("nonpositive", a), ("nonpositive", b)),
        (a * b, ("nonnegative", a), ("nonpositive", b)),
    ),
    *_rules("real", (a,)),
)


def predicate(name: str) -> Any:
    """The SymPy predicate of a structure, also of those that SymPy's `Q` lacks.

    >>> predicate("symmetric") == Q.symmetric, predicate("idempotent")(A)
    (True, Q.idempotent(A))
    """
    return STRUCTURES[name].predicate


__all__ = ["BY_SHAPE", "PROPAGATION", "STRUCTURES", "Rule", "Structure", "predicate"]
