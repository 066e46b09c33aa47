"""Instances have the structures they are asked for, over every ring and at every kind of size."""

from random import Random

import numpy as np
import pytest
import sympy as sp
from sympy import Eq, Identity, MatrixSymbol, Q, Symbol, symbols

from numeric import NoInstance, PrimeField, Undefined, evaluate, sample, size_patterns, svd_triple
from numeric.generators import GENERATORS, STRUCTURED, generator_for
from numeric.predicates import HOLDS, ORDERED
from numeric.rings import RATIONAL, REAL
from numeric.truth import compile_statement
from symbolic.errors import PushthroughError
from symbolic.nodes import ForAll
from symbolic.structures import STRUCTURES, predicate

m, n, d = symbols("m n d", integer=True, positive=True)
A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
U, V, S = MatrixSymbol("U", n, n), MatrixSymbol("V", d, d), MatrixSymbol("Sigma", n, d)
X, w, y, x = MatrixSymbol("X", n, d), MatrixSymbol("w", d, 1), MatrixSymbol("y", n, 1), MatrixSymbol("x", n, 1)
lam, mu = Symbol("lambda", positive=True), Symbol("mu")
RINGS = {"floats": REAL, "rationals": RATIONAL, "field": PrimeField()}


def _eq(left, right):
    return Eq(left, right, evaluate=False)


# ---- structures


@pytest.mark.parametrize("ring", RINGS.values(), ids=RINGS)
@pytest.mark.parametrize("row", GENERATORS, ids=[row.name for row in GENERATORS])
def test_a_generator_provides_what_its_row_says(row, ring):
    rng = Random(5)
    square = bool(row.provides - {"orthonormal_columns", "orthonormal_rows"})
    tall, wide = "orthonormal_columns" in row.provides, "orthonormal_rows" in row.provides
    shapes = [(1, 1), (2, 2), (4, 4)] + ([] if square else [(3, 2)] * tall + [(2, 3)] * wide)
    for rows, cols in shapes:
        for draw in (ring.random_choice, lambda rng: rng.choice([0, 0, 1, -1, 2])):
            for _ in range(4):
                try:
                    value = row.make(ring, rows, cols, [draw(rng) for _ in range(row.count(rows, cols))])
                except (Undefined, ZeroDivisionError):
                    continue
                for name in row.provides & HOLDS.keys():
                    if ring.ordered or name not in ORDERED:
                        assert HOLDS[name](ring, value, (rows, cols)), (name, rows, value)
                if "involutory" in row.provides and rows > 1:
                    assert HOLDS["orthonormal_columns"](ring, value, (rows, cols)) or not ring.is_zero(value)


def test_zero_choices_give_the_plainest_member():
    for names, expected in [(["orthogonal"], [1, 0, 0, 1]), (["positive_definite"], [1, 0, 0, 1]), ([], [0] * 4)]:
        row = generator_for(names)
        value = row.make(RATIONAL, 2, 2, [0] * row.count(2, 2))
        assert value == RATIONAL.build(2, 2, [RATIONAL.scalar(e) for e in expected])


def test_random_members_are_not_all_alike():
    """Orthogonal matrices of both determinants, idempotents of several ranks, entries from the whole field."""
    rng, field = Random(0), PrimeField()
    for names, ring, seen in [(["orthogonal"], RATIONAL, {-1, 1}), (["idempotent"], RATIONAL, {0, 1, 2})]:
        row = generator_for(names)
        found = set()
        for _ in range(60):
            try:
                value = row.make(ring, 2, 2, [ring.random_choice(rng) for _ in range(row.count(2, 2))])
            except (Undefined, ZeroDivisionError):
                continue
            found.add(int(value.det()) if names == ["orthogonal"] else value.rank())
        assert found == seen
    draws = [field.random_choice(rng) for _ in range(2000)]
    assert len(set(draws)) == 2000
    assert abs(sum(draws) / (2000 * field.p) - 0.5) < 0.03


def test_every_structure_of_the_symbolic_table_can_be_tested_here():
    assert STRUCTURES.keys() <= HOLDS.keys()
    assert STRUCTURED - {"involutory"} <= STRUCTURES.keys()


# ---- hypotheses

GIVEN = {
    "svd": [Q.orthogonal(U), Q.orthogonal(V), Q.diagonal(S), _eq(X, U*S*V.T)],
    "projection": [_eq(A*A, A), Q.symmetric(A)],
    "commuting": [_eq(A*B, B*A)],
    "commuting and symmetric": [_eq(A*B, B*A), Q.symmetric(A), Q.symmetric(B)],
    "normal equations": [_eq(X.T*X*w, X.T*y)],
    "skew": [_eq(A.T, -A)],
    "inverse": [_eq(A*B, Identity(n))],
    "pseudoinverse": [_eq(A*B*A, A), _eq(B*A*B, B), _eq((A*B).T, A*B), _eq((B*A).T, B*A)],
    "chain of definitions": [_eq(B, A*A + U), _eq(U, A - Identity(n))],
    "circular definitions": [_eq(U, A - Identity(n)), _eq(A, U + Identity(n)), _eq(B, U*A)],
    "for all": [ForAll(x, _eq(x.T*A*x, x.T*B*x))],
    "symmetric sum": [Q.symmetric(A + B)],
    "definite": [Q.positive_definite(A), Q.positive_semidefinite(B) if hasattr(Q, "positive_semidefinite") else True],
    "idempotent predicate": [predicate("idempotent")(A)],
    "columns": [predicate("orthonormal_columns")(X)],
    "invertible gram": [Q.invertible(X.T*X)],
    "signs": [Q.negative(mu), lam > 0],
}


@pytest.mark.parametrize("ring", RINGS.values(), ids=RINGS)
@pytest.mark.parametrize("name", GIVEN)
def test_hypotheses_hold_at_a_sample(name, ring):
    given = [fact for fact in GIVEN[name] if fact not in (True, sp.true)]
    exprs = [*(e for fact in given for e in fact.args if isinstance(e, sp.Expr)), A, lam, mu]
    for seed, chosen in enumerate([{n: 3, d: 2}, {n: 2, d: 2}, {n: 1, d: 1}]):
        env = sample(exprs, given, sizes=chosen, seed=seed, ring=ring)
        sizes = {s: v for s, v in env.items() if s in (n, d)}
        values = {s: v[0, 0] if np.shape(v) == (1, 1) else v for s, v in env.items() if s not in sizes}
        for fact in given:
            name_of = str(fact.function.name) if hasattr(fact, "function") else ""
            if ring.ordered or name_of not in ORDERED:
                assert compile_statement(fact, sizes, ring, {})(values).holds, (seed, fact, env)
        assert not ring.ordered or ring is REAL or values[lam] > 0


def test_an_svd_in_floats_checked_by_numpy():
    env = sample(X, GIVEN["svd"], sizes={n: 4, d: 3}, seed=3)
    np.testing.assert_allclose(env[U] @ env[U].T, np.eye(4), atol=1e-12)
    np.testing.assert_allclose(env[V].T @ env[V], np.eye(3), atol=1e-12)
    np.testing.assert_allclose(env[U] @ env[S] @ env[V].T, env[X], atol=1e-12)
    assert np.count_nonzero(env[S]) == 3
    np.testing.assert_allclose(evaluate(U*S*V.T - X, env), 0, atol=1e-12)


@pytest.mark.parametrize("ring", [RATIONAL, PrimeField()], ids=["rationals", "field"])
@pytest.mark.parametrize("shape", [(3, 2), (2, 3), (1, 1), (3, 3)])
def test_svd_triple_is_exact(shape, ring):
    left, middle, right = svd_triple(*shape, seed=1, ring=ring)
    for square, size in ((left, shape[0]), (right, shape[1])):
        assert HOLDS["orthogonal"](ring, square, (size, size))
    assert HOLDS["diagonal"](ring, middle, shape)
    assert HOLDS["fullrank"](ring, middle, shape)


def test_contradictory_hypotheses_have_no_instance():
    with pytest.raises(NoInstance, match="no instance"):
        sample(A, [_eq(A*A, -Identity(n)), Q.symmetric(A)])
    with pytest.raises(NoInstance):
        sample(X, [Q.invertible(X.T*X)], sizes={n: 1, d: 3})
    with pytest.raises(PushthroughError, match="not a hypothesis"):
        sample(A, [A])


def test_the_same_seed_gives_the_same_instance():
    first, again, other = (sample(X, seed=s, ring=RATIONAL)[X] for s in (4, 4, 5))
    assert first == again != other


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_size_patterns_are_distinct_equal_and_one(count):
    sizes = symbols(f"n0:{count}", integer=True, positive=True)
    exprs = [MatrixSymbol(f"M{k}", a, b) for k, (a, b) in enumerate(zip(sizes, sizes[1:] + sizes[:1], strict=True))]
    patterns = [tuple(p[s] for s in sizes) for p in size_patterns(*exprs)]
    assert (1,) * count in patterns
    assert len(set(patterns)) == len(patterns)
    assert any(len(set(p)) == 1 and p[0] > 1 for p in patterns)
    if count > 1:
        assert any(p[0] > p[1] for p in patterns)
        assert any(p[0] < p[1] for p in patterns)
        assert any(len(set(p)) == min(count, 3) for p in patterns)
