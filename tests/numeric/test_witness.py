"""The evidence says what it is worth: degrees, primes, roots, floats, and what was not seen."""

import pytest
import sympy as sp
from sympy import Determinant, Eq, Identity, MatrixSymbol, Q, Symbol, exp, symbols

from numeric import PrimeField, compile_plan, witness
from numeric.field import PRIMES, Degree, DegreeRing
from numeric.rings import RATIONAL, Undefined
from numeric.witness import ONE_SIZE

n, d = symbols("n d", integer=True, positive=True)
A, B, X = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n), MatrixSymbol("X", n, d)
P = MatrixSymbol("P", n, n)
lam = Symbol("lambda", positive=True)
s, t = symbols("s t", real=True)
PUSH = Eq((X.T*X + lam*Identity(d)).inv()*X.T, X.T*(X*X.T + lam*Identity(n)).inv(), evaluate=False)


def test_the_evidence_for_push_through():
    seen = witness(PUSH, instances=3, seed=1)
    assert seen.holds
    assert seen.ring == "field"
    assert seen.prime == PRIMES[1]
    shapes = [tuple(p.sizes.values()) for p in seen.patterns]
    assert {(1, 1), (2, 2), (2, 3), (3, 2)} <= set(shapes)
    assert all(p.instances == 3 for p in seen.patterns)
    assert seen.bound == max(p.degree for p in seen.patterns if p.degree is not None) / seen.prime
    assert seen.bound is not None
    assert seen.bound < 1e-15
    assert seen.floats > 0
    assert seen.error < 1e-9
    text = seen.summary()
    for part in ("18 exact instances", str(seen.prime), "Schwartz-Zippel", "largest relative error", ONE_SIZE):
        assert part in text


# expression at n = 3: degrees of the numerators and of the denominator, from Cramer's rule by hand
DEGREES = {
    "sum": (A + B, 1, 0),
    "product": (A*B*A, 3, 0),
    "inverse": (A.inv(), 2, 3),
    "inverse twice": ((A.inv() + B).inv(), 3 + 2*4, 3*4),
    "determinant": (Determinant(A*B), 6, 0),
    "quotient": (1/(s*t), 0, 2),
    "power": (A**4, 4, 0),
}


@pytest.mark.parametrize("name", DEGREES)
def test_degree_bounds(name):
    expr, num, den = DEGREES[name]
    plan = compile_plan([expr], {n: 3}, DegreeRing())
    (value,) = plan.run([Degree(1, 0, r, c) for _, r, c in plan.inputs])
    assert (value.num, value.den) == (num, den)


@pytest.mark.parametrize("name", DEGREES)
def test_a_degree_bound_is_not_too_small(name):
    """Along a line the value is a rational function of one variable: its degrees, found exactly, obey the bound."""
    expr, num, den = DEGREES[name]
    plan = compile_plan([expr if not expr.is_Matrix else expr[0, 1]], {n: 3}, RATIONAL)
    values = []
    for point in range(-20, 21):
        inputs = [
            RATIONAL.build(r, c, [RATIONAL.scalar((3*k*k + k + 1) % 7 - 3 + point*((5*k + 2) % 4)) for k in range(r*c)])
            if r*c > 1 else RATIONAL.scalar(point + 2*index + 1)
            for index, (_, r, c) in enumerate(plan.inputs)
        ]  # fmt: skip
        try:
            values.append((point, plan.run(inputs)[0]))
        except Undefined:
            continue
    # f = p/q with deg p <= num, deg q <= den: the linear system for the coefficients of p and q has a solution
    height, width = len(values), num + den + 2
    powers = [[RATIONAL.scalar(x**e) for e in range(max(num, den) + 1)] for x, _ in values]
    rows = [[*row[: num + 1], *(-f * c for c in row[: den + 1])] for row, (_, f) in zip(powers, values, strict=True)]
    assert height > width
    assert RATIONAL.build(height, width, [c for row in rows for c in row]).rank() < width


def test_a_root_doubles_the_bound():
    plain, rooted = DegreeRing(), DegreeRing()
    rooted.root(Degree(1), 1, 2)
    assert rooted.bound(Degree(3), Degree(2, 1)) == 2 * plain.bound(Degree(3), Degree(2, 1)) == 2 * (4 + 1)


def test_roots_modulo_a_prime_are_consistent():
    for p in PRIMES:
        assert sp.isprime(p)
        assert sp.isprime((p - 1) // 2)
        assert p.bit_length() == 61
        field = PrimeField(p)
        a, b = field.positive(12345), field.positive(678)
        assert field.root(a, 1, 2) * field.root(b, 1, 2) == field.root(a*b, 1, 2)
        assert field.root(a, 1, 2) ** 2 == a == field.root(a, 1, 4) ** 4 == field.root(a, 1, 3) ** 3
        assert field.root(a, -1, 2) * field.root(a, 1, 2) == 1
        with pytest.raises(Undefined):
            field.root(field.scalar(-1), 1, 2)


def test_functions_without_exact_values_are_evaluated_in_floats_and_it_says_so():
    seen = witness(Eq(exp(s + t), exp(s)*exp(t), evaluate=False))
    assert seen.ring == "floats"
    assert seen.holds
    assert seen.bound is None
    assert "Only floating point" in seen.summary()
    assert not witness(Eq(exp(s + t), exp(s) + exp(t), evaluate=False)).holds


def test_a_disagreement_modulo_the_prime_is_looked_at_over_the_rationals():
    seen = witness(Eq(A*B, B*A, evaluate=False))
    assert not seen.holds
    assert seen.ring == "rationals"


def test_cases_are_decided_over_the_rationals():
    relu = sp.Piecewise((s, s > 0), (0, True))
    seen = witness(Eq(relu, sp.Max(s, 0), evaluate=False))
    assert seen.ring == "rationals"
    assert seen.bound is None
    assert seen.instances >= 8
    assert "over the rationals" in seen.summary()


def test_families_and_one_sided_evidence_are_named():
    seen = witness(Eq(P*P*P, P, evaluate=False), [Eq(P*P, P, evaluate=False)])
    assert "P idempotent" in seen.summary()
    iff = sp.Equivalent(Eq(A + A.T, 2*A, evaluate=False), Q.symmetric(A))
    seen = witness(iff)
    assert {p.premise for p in seen.patterns} == {"A + A.T = 2*A", "Q.symmetric(A)"}
    assert seen.holds
