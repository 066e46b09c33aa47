"""What mathematicians call their matrices, as a table: a phrase, and the facts, the kind and the shape that it states.

Facts are names of `symbolic.structures.STRUCTURES`, or one of `OTHER_FACTS`, which a reader may use or ignore.
A phrase is written in small letters, without hyphens: "skew-symmetric" is found as "skew symmetric".
"""

from __future__ import annotations

from dataclasses import dataclass

OTHER_FACTS = {
    "square": "as many rows as columns",
    "tall": "more rows than columns",
    "wide": "more columns than rows",
    "ones": "all entries are 1",
    "zero": "all entries are 0",
    "identity": "the identity matrix",
    "basis": "a column of the identity matrix",
    "rectangular_diagonal": "zero off the diagonal, and not square",
    "constant": "does not depend on anything",
    "integer": "a whole number",
    "random": "a random variable",
    "complex": "not real: nothing is known about such names here",
}
# What the name of a kind says about the shape: both sizes, or None where they are not known.
KINDS = ("number", "column", "row", "matrix", "function")


@dataclass(frozen=True)
class Property:
    """What one phrase states. `noun`: it can be the subject ("a vector x"), else it is said of something."""

    facts: tuple[str, ...] = ()
    kind: str = ""
    noun: bool = False


def _rows(kind: str, noun: bool, table: str) -> dict[str, Property]:
    """A line is `phrase, phrase: fact fact`."""
    found = {}
    for line in table.strip().splitlines():
        phrases, _, facts = line.partition(":")
        for phrase in phrases.split(","):
            found[" ".join(phrase.split())] = Property(tuple(facts.split()), kind, noun)
    return found


PROPERTIES: dict[str, Property] = {
    **_rows("", False, """
        symmetric: symmetric
        positive definite, symmetric positive definite, positive definite symmetric, spd: positive_definite
        symmetric and positive definite, symmetric pd, pd: positive_definite
        strictly positive definite: positive_definite
        positive semidefinite, positive semi definite, nonnegative definite, psd, spsd: positive_semidefinite
        symmetric positive semidefinite, symmetric positive semi definite: positive_semidefinite
        symmetric and positive semidefinite, non negative definite: positive_semidefinite
        negative definite, negative semidefinite, indefinite, definite, semidefinite:
        skew symmetric, antisymmetric, anti symmetric, skew: skew_symmetric
        invertible, nonsingular, non singular, of full rank and square, invertible and square: invertible
        orthogonal, real orthogonal: orthogonal
        orthonormal: orthonormal_columns
        diagonal: diagonal
        idempotent: idempotent
        upper triangular, unit upper triangular: upper_triangular
        lower triangular, unit lower triangular: lower_triangular
        full column rank, maximal column rank, linearly independent columns, independent columns: injective
        injective: injective
        full row rank, linearly independent rows, independent rows, maximal row rank: surjective
        surjective: surjective
        full rank, maximal rank: fullrank
        orthonormal columns, whose columns are orthonormal: orthonormal_columns
        orthonormal rows, whose rows are orthonormal: orthonormal_rows
        whose columns are linearly independent, whose columns are independent: injective
        whose rows are linearly independent, whose rows are independent: surjective
        square, as many rows as columns: square
        tall, more rows than columns: tall
        wide, fat, more columns than rows: wide
        positive, strictly positive: positive
        nonnegative, non negative: nonnegative
        negative, strictly negative: negative
        nonpositive, non positive: nonpositive
        nonzero, non zero, nonvanishing: nonzero
        unit norm, unit length, norm one, norm 1: orthonormal_columns unit
        real valued: real
        integer valued: integer
    """),
    **_rows("matrix", True, """
        matrix, matrices:
        positive definite matrix: positive_definite
        projection matrix, projector, projection matrices, projectors: idempotent
        orthogonal projection matrix, orthogonal projector, orthogonal projection: symmetric idempotent
        orthogonal projectors, orthogonal projections: symmetric idempotent
        permutation matrix: orthogonal
        rotation matrix: orthogonal
        identity matrix, identity: identity
        zero matrix: zero
        matrix of ones, all ones matrix, matrix of all ones: ones
    """),
    **_rows("column", True, """
        vector, vectors, column vector, column vectors, column, columns vector:
        unit vector, unit vectors, unit column vector, normalized vector, normalised vector: orthonormal_columns unit
        vector of ones, all ones vector, vector of all ones, all one vector, ones vector, all ones column vector: ones
        all ones column, column of ones, vector of 1s: ones
        zero vector, null vector: zero
        standard basis vector, standard basis vectors, canonical basis vector, standard unit vector, basis vector: basis
        coordinate vector, unit coordinate vector, coordinate unit vector, canonical unit vector: basis
    """),
    **_rows("row", True, """
        row vector, row vectors:
    """),
    **_rows("number", True, """
        scalar, scalars:
        number, numbers, real number, real numbers, reals, real scalar, real scalars, real: real
        integer, integers, natural number, whole number: integer
        constant, constants: constant
        positive integer, positive integers: integer positive
    """),
    **_rows("function", True, """
        function, functions, map, mapping:
    """),
}  # fmt: skip

# Words between an article and a name that state nothing.
FILLERS = frozenset(
    """
    design data weight covariance kernel gram feature target response label known given fixed arbitrary random
    observed observation parameter coefficient error noise residual input output measurement state score
    gradient hessian jacobian commuting small large dense sparse real weights certain generic general common
    usual corresponding associated additional deterministic nonrandom regression precision prior likelihood mean
    variance factor loading loadings matrixed new full augmented original same hidden activation bias batch mini
    step penalty regularization regularisation regularizer ridge damping smoothing tuning learning rate
    hyperparameter variable unknown true dimensional centred centered observations targets labels inputs outputs
    coefficients parameters residuals errors responses features whitening mixing transition system control
    search direction point points sample samples left right latent
    """.split()
)

LONGEST = max(len(phrase.split()) for phrase in PROPERTIES)

__all__ = ["FILLERS", "KINDS", "LONGEST", "OTHER_FACTS", "PROPERTIES", "Property"]
