"""Truth at an instance: conjunctions and implications in parts, order and difference with and without rounding."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import sympy as sp
from sympy import And, Eq, Ge, Gt, Implies, MatrixSymbol, Ne, Not, Or, Q, Trace, exp, log, symbols

from numeric import RATIONAL, PrimeField, Undefined, falsify, witness
from numeric.directions import check_shapes, directions
from numeric.predicates import HOLDS
from numeric.rings import REAL, OutsideRing
from numeric.truth import compile_statement
from symbolic.errors import ShapeError
from symbolic.structures import predicate

m, n = symbols("m n", integer=True, positive=True)
X, w, v, y = MatrixSymbol("X", m, n), MatrixSymbol("w", n, 1), MatrixSymbol("v", n, 1), MatrixSymbol("y", m, 1)
A, B = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n)
lam = sp.Symbol("lambda", positive=True)
s, t = symbols("s t", real=True)
injective, nonzero, semidefinite = map(predicate, ("injective", "nonzero", "positive_semidefinite"))


@dataclass
class Claim:
    lhs: Any
    rhs: Any
    relation: str = "="


def eq(left, right):
    return Eq(left, right, evaluate=False)


def implies(*parts):
    *premises, conclusion = parts
    return Implies(premises[0] if len(premises) == 1 else And(*premises, evaluate=False), conclusion, evaluate=False)


def gt(left, right):
    return Gt(left, right, evaluate=False)


interpolates, normal = eq(X * w, y), eq(X.T * X * w, X.T * y)
apart = Trace((w - v).T * (w - v))

TRUE: dict[str, tuple[Any, list[Any]]] = {
    "a linear premise is solved": (implies(interpolates, normal), []),
    "several premises": (implies(interpolates, eq(X.T * y, v), eq(X.T * X * w, v)), []),
    "a difference as a premise": (implies(Ne(w, v), gt(apart, 0)), []),
    "an order as a premise": (implies(gt(s, t), gt(t, 1), gt(s * t, t)), []),
    "an order of values as a premise": (
        implies(Ge(w.T * w, v.T * v, evaluate=False), Ge(2 * w.T * w, v.T * v, evaluate=False)), [],
    ),
    "in a conjunction": (And(implies(interpolates, normal), implies(Ne(w, v), gt(apart, 0)), evaluate=False), []),
    "a conjunction as a conclusion": (implies(eq(A, B), And(eq(A.T, B.T), Q.square(A), evaluate=False)), []),
    "semidefinite": (semidefinite(X.T * X), []),
    "nonzero": (nonzero(A * w), [Q.invertible(A), nonzero(w)]),
    "injective": (injective(X.T * X), [injective(X)]),
    "positive": (Claim(w.T * w, sp.Integer(0), ">"), [nonzero(w)]),
    "not equal": (Claim(A, A + B, "!="), [nonzero(B)]),
    "floats, equal": (Claim(exp(2 * s) - 2 * exp(s) + 1, sp.Integer(0), ">="), []),
    "floats, equal by rounding": (Claim(log(lam * 3), log(lam) + log(sp.Integer(3)), ">="), []),
    "floats, a premise that rounding decides": (implies(gt(exp(s) * exp(-s), 1), eq(s, 0 * t + 1)), []),
    "floats, a power of a size": (
        eq((2 * sp.pi * lam) ** (-m / 2) * Trace(y.T * y), Trace(y * y.T) / sp.sqrt(2 * sp.pi * lam) ** m), [],
    ),
    "a power of a size": (eq((lam**2) ** (m / 2) * Trace(y.T * y), lam**m * Trace(y.T * y)), []),
}  # fmt: skip

FALSE: dict[str, tuple[Any, list[Any], str]] = {
    "normal equations interpolate": (implies(normal, interpolates), [], "X.T*X*w = X.T*y holds, X*w = y does not"),
    "a seminorm": (implies(Ne(w, v), gt(Trace((w - v).T * X.T * X * (w - v)), 0)), [], "w != v holds"),
    "an order": (implies(gt(s, t), gt(s * t, t**2)), [], "s > t holds"),
    "a premise too few": (implies(eq(X.T * y, v), eq(X.T * X * w, v)), [], "X.T*y = v holds"),
    "in a conjunction": (
        And(implies(interpolates, normal), implies(normal, interpolates), evaluate=False), [], "X*w = y does not",
    ),
    "never equal": (Ne(A * B, B * A, evaluate=False), [], "the left side is 0, the right side is 0"),
    "semidefinite": (semidefinite(A + A.T), [], "is not positive semidefinite: v'Mv = -2"),
    "nonzero": (nonzero(A), [], "A = [[0]] is not nonzero"),
    "injective": (injective(X.T * X), [], "is not injective"),
    "floats": (Claim(exp(s), 1 + 2 * s, ">="), [], "the left side is 2.7182818, the right side is 3"),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_true_statement_stands(name, seed):
    claim, given = TRUE[name]
    if name == "floats, a premise that rounding decides":  # no instance satisfies it
        assert falsify(claim, given, seed=seed) is None
        return
    assert falsify(claim, given, seed=seed) is None
    assert witness(claim, given, seed=seed).holds


@pytest.mark.parametrize("seed", range(8))
def test_instances_of_rare_premises_are_looked_for(seed):
    assert witness(TRUE["an order as a premise"][0], seed=seed).instances > 0


@pytest.mark.parametrize("name", FALSE)
def test_a_false_statement_is_refuted_in_words(name):
    claim, given, text = FALSE[name]
    found = falsify(claim, given)
    assert found is not None
    assert text in found.reason
    assert found.exact == (name != "floats")
    assert max(found.sizes.values(), default=1) <= 2


def test_premises_join_the_hypotheses_of_each_part():
    claim = And(implies(interpolates, Ne(w, v), normal), gt(apart, 0), evaluate=False)
    *parts, whole = directions(claim, [injective(X)])
    second, first = sorted(parts, key=lambda part: bool(part.premise))
    assert first.setting.definitions == [(y, X * w)]
    assert first.setting.tests == [injective(X), Ne(w, v)]
    assert first.conclusion == normal
    assert not second.premise
    assert not second.setting.definitions
    assert whole.claim == claim


def test_clashing_shapes_are_found_in_premises_and_parts():
    for claim in (implies(interpolates, eq(X, w)), And(eq(A, B), implies(eq(X, A), normal), evaluate=False)):
        with pytest.raises(ShapeError):
            check_shapes(claim, ())


# statement, value of s, as a claim, as a premise
ROUNDED = {
    "greater": (gt(s, 1), 1.5, True, True),
    "less": (gt(s, 1), 0.5, False, False),
    "equal": (gt(s, 1), 1.0, True, False),
    "a little less": (Ge(s, 1), 1 - 1e-12, True, False),
    "a little more": (Ge(s, 1), 1 + 1e-12, True, False),
    "turned": (sp.Le(1, s), 1 - 1e-12, True, False),
    "different": (Ne(s, 1), 1.5, True, True),
    "a little different": (Ne(s, 1), 1 + 1e-12, True, False),
    "the same": (Ne(s, 1), 1.0, False, False),
    "not equal": (Not(eq(s, 1), evaluate=False), 1 + 1e-12, True, False),
    "neither": (Not(Or(gt(s, 1), gt(-s, 1), evaluate=False), evaluate=False), 1.0, True, False),
    "both": (And(gt(s, 1), gt(s, 0), evaluate=False), 1.0, True, False),
}


@pytest.mark.parametrize("name", ROUNDED)
def test_rounding_refutes_no_claim_and_supports_no_premise(name):
    statement, value, claim, premise = ROUNDED[name]
    for certain, expected in ((False, claim), (True, premise)):
        check = compile_statement(statement, {}, REAL, {}, certain=certain)
        assert check({s: np.float64(value)}).holds is expected


def test_a_premise_that_rounding_decides_does_not_hold():
    check = compile_statement(implies(gt(s, 1), gt(s, 2)), {}, REAL, {})
    assert check({s: np.float64(1.0)}).holds
    assert not check({s: np.float64(1.5)}).holds


def test_what_rounding_decides_is_no_instance_of_an_iff():
    claim = Claim(gt(s, 1), gt(2 * s, 2), "iff")
    check = compile_statement(claim, {}, REAL, {})
    assert check({s: np.float64(2.0)}).holds
    with pytest.raises(Undefined, match="too close"):
        check({s: np.float64(1.0)})


@pytest.mark.parametrize("claim", [eq(exp(s) * exp(s), exp(2 * s)), gt(exp(s) * exp(s), exp(s))])
def test_values_too_large_for_floats_decide_nothing(claim):
    check = compile_statement(claim, {}, REAL, {})
    with np.errstate(over="ignore", invalid="ignore"), pytest.raises(Undefined):
        check({s: np.float64(700.0)})


def test_difference_needs_no_order():
    for ring in (RATIONAL, PrimeField()):
        check = compile_statement(Ne(s, t), {}, ring, {})
        assert [check({s: ring.scalar(2), t: ring.scalar(q)}).holds for q in (2, 3)] == [False, True]
    with pytest.raises(OutsideRing):
        compile_statement(gt(s, t), {}, PrimeField(), {})


@pytest.mark.parametrize("ring", [RATIONAL, REAL, PrimeField()], ids=lambda ring: ring.name)
def test_zero_and_nonzero_matrices(ring):
    zero, one = ring.zeros(2, 2), ring.unit(2, 2, 1, 0)
    assert HOLDS["zero"](ring, zero, (2, 2)) and not HOLDS["zero"](ring, one, (2, 2))
    assert HOLDS["nonzero"](ring, one, (2, 2)) and not HOLDS["nonzero"](ring, zero, (2, 2))
    assert HOLDS["diagonal"](ring, zero, (2, 2)) and not HOLDS["diagonal"](ring, one, (2, 2))


def test_rounding_does_not_spoil_a_diagonal_matrix():
    value = np.array([[1.0, 1e-17], [0.0, 2.0]])
    assert HOLDS["diagonal"](REAL, value, (2, 2))
    assert not HOLDS["diagonal"](REAL, value + 1e-3, (2, 2))
