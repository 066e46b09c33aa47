"""Verdicts: true identities are proved with certificates that the kernel accepts alone, false ones never are."""

import json
import random
import sys
import time
from contextlib import suppress

import pytest
from sympy import (
    Derivative,
    Eq,
    HadamardProduct,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    Matrix,
    MatrixSymbol,
    Piecewise,
    Q,
    Sum,
    Symbol,
    Trace,
    Transpose,
    symbols,
)
from sympy.matrices.exceptions import NonInvertibleMatrixError
from sympy.matrices.expressions import MatrixExpr

from numeric import NoInstance, falsify
from proofs import kernel
from proofs.attempt import Attempt
from proofs.prove import Claim, prove, replay
from proofs.search import Contradiction
from proofs.verdict import Verdict
from symbolic.errors import ProofError, PushthroughError, ShapeError, UnsupportedError
from symbolic.facts import predicate
from symbolic.nodes import ForAll, Gradient, Hessian, Jacobian

m, n, p, k = symbols("m n p k", integer=True, positive=True)
A, B, C, D, P, R, S = (MatrixSymbol(name, n, n) for name in "ABCDPRS")
X, U, V, M = MatrixSymbol("X", m, n), MatrixSymbol("U", n, m), MatrixSymbol("V", m, n), MatrixSymbol("M", m, m)
x, y, u, v, t = *(MatrixSymbol(name, n, 1) for name in "xyuv"), MatrixSymbol("t", m, 1)
lam = Symbol("lambda", positive=True)
a, b, w, c, z = symbols("a b w c z", real=True)
i, j, l = symbols("i j l", integer=True, nonnegative=True)
I, J = Identity(n), Identity(m)
injective, semidefinite = predicate("injective"), predicate("positive_semidefinite")


def eq(left, right):
    return Eq(left, right, evaluate=False)


def penrose(of, inverse):
    pairs = [(of * inverse * of, of), (inverse * of * inverse, inverse)]
    return [eq(*pair) for pair in [*pairs, *((Transpose(e), e) for e in (of * inverse, inverse * of))]]


H, G = MatrixSymbol("H", m, n), MatrixSymbol("G", n, m)
inv = Inverse
gain = P * H.T * inv(H * P * H.T + M)
left_, middle, right_ = MatrixSymbol("L", m, k), MatrixSymbol("D", k, k), MatrixSymbol("W", n, k)
svd = [eq(X, left_ * middle * right_.T), eq(left_.T * left_, Identity(k)), eq(right_.T * right_, Identity(k))]
svd.append(Q.diagonal(middle))
X1, X2 = MatrixSymbol("Y", n, m), MatrixSymbol("Z", n, m)
hat = X * inv(X.T * X) * X.T

# name: (claim, given, conditions that the verdict must list)
TRUE = {
    "push-through": (eq(inv(X.T * X + lam * I) * X.T, X.T * inv(X * X.T + lam * J)), [], 0),
    "push-through, general": (eq(inv(I + U * V) * U, U * inv(J + V * U)), [], 2),
    "Woodbury": (
        eq(inv(A + U * M * V), inv(A) - inv(A) * U * inv(inv(M) + V * inv(A) * U) * V * inv(A)),
        [Q.invertible(A), Q.invertible(M)],
        2,
    ),
    "Sherman-Morrison": (
        eq(inv(A + u * v.T), inv(A) - inv(A) * u * inv(Identity(1) + v.T * inv(A) * u) * v.T * inv(A)),
        [Q.invertible(A)],
        2,
    ),
    "trace of Sherman-Morrison": (
        eq(
            Trace(inv(A + u * v.T)),
            Trace(inv(A)) - Trace(inv(A) * u * inv(Identity(1) + v.T * inv(A) * u) * v.T * inv(A)),
        ),
        [Q.invertible(A)],
        2,
    ),
    "inverse of a product": (eq(inv(A * B), inv(B) * inv(A)), [Q.invertible(A), Q.invertible(B)], 0),
    "inverse of a transpose": (eq(inv(Transpose(A)), Transpose(inv(A))), [Q.invertible(A)], 0),
    "inverse of a symmetric matrix": (Q.symmetric(inv(S)), [Q.symmetric(S), Q.invertible(S)], 0),
    "ridge by SVD": (
        eq(inv(X.T * X + lam * I) * X.T, right_ * inv(middle**2 + lam * Identity(k)) * middle * left_.T), svd, 0,
    ),
    "one Moore-Penrose inverse": (eq(X1, X2), [*penrose(X, X1), *penrose(X, X2)], 0),
    "reverse order law": (
        eq(MatMul(A, B, R, P, A, B), A * B),
        [*penrose(A, P), *penrose(B, R), eq(A.T * A * B * B.T, B * B.T * A.T * A)],
        0,
    ),
    "complement of a projector": (eq((I - P) * (I - P), I - P), [eq(P * P, P)], 0),
    "hat matrix is symmetric": (Q.symmetric(hat), [injective(X)], 0),
    "hat matrix is idempotent": (eq(hat * hat, hat), [injective(X)], 0),
    "Schur complement": (
        eq(inv(A - B * inv(D) * C), inv(A) + inv(A) * B * inv(D - C * inv(A) * B) * C * inv(A)),
        [Q.invertible(A), Q.invertible(D)],
        2,
    ),
    "Kalman-Joseph": (
        eq((I - G * H) * P * Transpose(I - G * H) + G * M * G.T, (I - G * H) * P),
        [eq(G, gain), Q.positive_definite(P), Q.positive_definite(M)],
        0,
    ),
    "difference of inverses": (eq(inv(A) - inv(B), inv(A) * (B - A) * inv(B)), [], 2),
    "parallel sum": (eq(A * inv(A + B) * B, B * inv(A + B) * A), [], 1),
    "Hua": (eq(A - inv(inv(A) + inv(inv(B) - A)), A * B * A), [], 4),
    "trace is cyclic": (eq(Trace(A * B * C), Trace(C * A * B)), [], 0),
    "trace under similarity": (eq(Trace(A * B * inv(A)), Trace(B)), [Q.invertible(A)], 0),
    "polynomials": (eq((A + B) * (A - B), A**2 - A * B + B * A - B**2), [], 0),
    "symmetric form": (eq(x.T * S * y, y.T * S * x), [Q.symmetric(S)], 0),
    "when the double is the sum": (Claim(eq(A + A.T, 2 * A), Q.symmetric(A), "iff"), [], 0),
    "for every vector": (Claim(ForAll(x, eq(x.T * (A + A.T), 2 * x.T * A)), Q.symmetric(A), "iff"), [], 0),
    "product of orthogonal matrices": (Q.orthogonal(A * B), [Q.orthogonal(A), Q.orthogonal(B)], 0),
    "Householder": (Q.orthogonal(I - 2 * u * u.T), [eq(u.T * u, Identity(1))], 0),
    "cancellation": (Claim(eq(A * B, A * C), eq(B, C), "implies"), [Q.invertible(A)], 0),
    "gradient of ridge": (
        eq(Gradient((t - X * x).T * (t - X * x) + lam * x.T * x, x), 2 * X.T * (X * x - t) + 2 * lam * x), [], 0,
    ),
    "gradient, symmetric": (eq(Gradient(x.T * S * x, x), 2 * S * x), [Q.symmetric(S)], 0),
    "Hessian": (eq(Hessian(x.T * A * x, x), A + A.T), [], 0),
    "Jacobian": (eq(Jacobian(X * x, x), X), [], 0),
    "index sum": (eq(Sum(A[i, l] * B[l, j], (l, 0, n - 1)), (A * B)[i, j]), [], 0),
    "index sum, symmetric": (
        eq(Sum((S[l, j] + S[j, l]) * x[l, 0], (l, 0, n - 1)), 2 * Sum(S[j, l] * x[l, 0], (l, 0, n - 1))),
        [Q.symmetric(S)],
        0,
    ),
    "elbow": (Claim(eq(w * z + b, 0), eq(z, -b / w), "iff"), [Q.nonzero(w)], 0),
    "a product that is 0": (Claim(eq(w * z * lam, 0), eq(z, 0), "implies"), [Q.nonzero(w)], 0),
    "three cases, in other words": (
        eq(Piecewise((1, a > b), (2, a < b), (3, True)), Piecewise((2, b > a), (3, Eq(b, a)), (1, True))), [], 0,
    ),
    "updated elbow": (eq(-(b - a) / (w - c), (a - b) / (w - c)), [Q.nonzero(w - c)], 0),
    "fractions": (eq(1 / (1 / a + 1 / b), a * b / (a + b)), [Q.positive(a), Q.positive(b)], 0),
    "fractions, presupposed": (eq((a + b) / w, a / w + b / w), [], 1),
    "cases": (eq(Piecewise((a, a > 0), (0, True)) + Piecewise((0, a > 0), (a, True)), a), [], 0),
    "derivative by cases": (
        eq(Derivative(Piecewise((w * z + b, w * z + b > 0), (0, True)), w), Piecewise((z, w * z + b > 0), (0, True))),
        [],
        0,
    ),
    "positive definite": (Q.positive_definite(A.T * P * A + R), [Q.positive_definite(R), semidefinite(P)], 0),
    "invertible": (Q.invertible(X.T * X), [injective(X)], 0),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE)
def test_true(name):
    claim, given, conditions = TRUE[name]
    verdict = prove(claim, given, max_seconds=20)
    assert verdict.status == "proved", verdict.reason
    assert len(verdict.conditions) == conditions, verdict.conditions
    report = kernel.check(json.loads(json.dumps(verdict.certificate)))
    assert len(verdict.certificate["assumed"]) >= conditions
    assert verdict.reason
    assert verdict.witness.holds
    assert replay(verdict.certificate)
    assert report.statement.startswith("for all real")


# Single edits of the equations above: transpose, negate, drop, double, swap, lose an inverse.


def edits(e):
    """Expressions that differ from `e` in one place; None where SymPy refuses to build one."""
    args = list(e.args)
    for k, part in enumerate(args):
        if isinstance(part, MatrixExpr):
            for changed in edits(part):
                if changed is not None:
                    yield rebuilt(e, [*args[:k], changed, *args[k + 1 :]])
    if isinstance(e, (MatMul, MatAdd)) and len(args) > 1:
        for k in range(len(args)):
            yield rebuilt(e, args[:k] + args[k + 1 :])
    if isinstance(e, MatAdd):
        for k in range(len(args)):
            yield rebuilt(e, [*args[:k], MatMul(-1, args[k]), *args[k + 1 :]])
    if isinstance(e, MatMul):
        for k in range(len(args) - 1):
            yield rebuilt(e, [*args[:k], args[k + 1], args[k], *args[k + 2 :]])
    if isinstance(e, (Inverse, Transpose)):
        yield e.arg
    elif isinstance(e, MatrixSymbol):
        yield Transpose(e)
        yield MatMul(3, e)


def rebuilt(e, args):
    try:
        return e.func(*args) if len(args) > 1 or isinstance(e, (Inverse, Transpose)) else args[0]
    except (TypeError, ValueError, NotImplementedError):
        return None


def mutants(seed, count):
    """(name, claim, given): up to `count` single edits of each side of each equation of matrices, if well-typed."""
    rng, found = random.Random(seed), []
    for name, (claim, given, _) in TRUE.items():
        sides = list(claim.args) if isinstance(claim, Eq) else []
        for k in (0, 1) if sides and isinstance(sides[0], MatrixExpr) else ():
            options = [e for e in edits(sides[k]) if e is not None]
            for changed in rng.sample(options, min(len(options), count)):
                mutant = [changed, sides[1]] if k == 0 else [sides[0], changed]
                with suppress(ShapeError):
                    Claim(*mutant)
                    found.append((name, eq(*mutant), given))
    return found


MUTANTS = mutants(seed=2, count=4)


def test_false_mutants_are_never_proved():
    """The search and the kernel, without the instances that would have stopped them first, prove no false mutant."""
    false = 0
    for name, claim, given in MUTANTS:
        try:
            counterexample = falsify(claim, given)
        except (NoInstance, NonInvertibleMatrixError, UnsupportedError):
            continue
        if counterexample is None:
            continue
        false += 1
        certificate = None
        with suppress(Contradiction, kernel.KernelError, UnsupportedError):
            certificate = Attempt(claim, given, time.perf_counter() + 0.1, None).certificate()
        assert certificate is None, f"{name}: {claim}"
    assert false >= 60


@pytest.mark.parametrize("name", ["push-through", "Schur complement", "symmetric form", "gradient of ridge"])
def test_mutants_are_refuted_with_a_counterexample(name):
    claim, given, _ = TRUE[name]
    wrong = eq(claim.lhs, MatMul(2, claim.rhs))
    verdict = prove(wrong, given)
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    assert verdict.certificate is None


# Claims that nothing may be said of, and other refusals.

VACUOUS = {
    "a matrix one more than itself": (eq(A, B), [eq(A, A + I)]),
    "a number one more than itself": (eq(A, B), [eq(lam, lam + 1)]),
    "two products": (eq(A, B), [eq(A * B, I), eq(A * B, 2 * I)]),
    "an inverse that cannot be": (eq(A * Inverse(P - P * R * B), B), [eq(R * B, I)]),
    "an inverse of zero": (eq(MatMul(A, Inverse(MatAdd(P, MatMul(-1, P)))), B), []),
}


@pytest.mark.parametrize("name", VACUOUS)
def test_nothing_follows_from_nothing(name):
    claim, given = VACUOUS[name]
    try:
        verdict = prove(claim, given, max_seconds=1)
    except PushthroughError:
        return
    assert verdict.status == "refuted"
    assert verdict.certificate is None


def test_a_proof_without_an_instance_is_conditional():
    """AB - BA = I holds for no real matrices, which is a fact about traces: the kernel proves, no instance agrees."""
    verdict = prove(eq(A * B * B - B * B * A, 2 * B), [eq(A * B - B * A, I)], max_seconds=1)
    assert verdict.status == "conditional"
    assert "no" in verdict.conditions[-1]


def test_what_holds_at_size_one_only_is_conditional():
    """x x' has an inverse for n = 1 alone."""
    verdict = prove(eq(MatMul(Inverse(x * x.T), x, x.T), I))
    assert verdict.status == "conditional"
    assert "size above 1" in verdict.conditions[-1]


def test_ill_typed_claims():
    with pytest.raises(ShapeError, match="n is not m"):
        Claim(X.T, X)
    verdict = prove(eq(X.T, X))
    assert verdict.status == "refuted"
    assert "n is not m" in verdict.reason


def test_a_claim_that_sympy_decided_is_not_read():
    with pytest.raises(PushthroughError, match="evaluate=False"):
        prove(Eq(A, A))
    with pytest.raises(PushthroughError, match="evaluate=False"):
        prove(False)


def test_what_the_kernel_lacks_is_supported():
    verdict = prove(eq(HadamardProduct(A, B), HadamardProduct(B, A)))
    assert verdict.status == "supported"
    assert "HadamardProduct" in verdict.reason
    assert verdict.witness.instances


def test_true_but_out_of_reach_is_supported():
    """A one-sided inverse of a square matrix is two-sided: true, by dimension, which words do not know."""
    verdict = prove(eq(B * A, I), [eq(A * B, I)], max_seconds=0.5)
    assert verdict.status == "supported"
    assert verdict.certificate is None


def test_time_is_bounded():
    begin = time.perf_counter()
    given = [eq(A * B * A, B * A * B), eq(B * P * B, P * B * P)]
    verdict = prove(eq(A * P * B * P, P * A * B * P), given, max_seconds=0.5)
    assert verdict.status in ("refuted", "supported")
    assert time.perf_counter() - begin < 8


def test_a_proof_that_an_instance_contradicts_is_a_bug(monkeypatch):
    """Were the kernel wrong, the instances would raise."""
    certificate = Attempt(eq(A + B, B + A), [], time.perf_counter() + 1, None).certificate()
    monkeypatch.setattr(sys.modules["proofs.prove"], "falsify", lambda claim, given, **effort: None)
    monkeypatch.setattr(Attempt, "certificate", lambda self: certificate)
    with pytest.raises(ProofError, match="an instance contradicts it"):
        prove(eq(A * B, B * A))


def test_replay():
    certificate = prove(TRUE["push-through"][0]).certificate
    assert replay(json.dumps(certificate))
    for key, value in (("version", 2), ("proof", None), ("given", [])):
        with pytest.raises(ProofError, match="not a certificate"):
            replay({**certificate, key: value})
    with pytest.raises(ProofError):
        replay("{")


def test_only_the_signs_that_are_needed_are_assumed():
    mu = Symbol("mu", positive=True)
    certificate = prove(eq(mu * A * Inverse(lam * I + X.T * X), A * Inverse(lam * I + X.T * X) * mu)).certificate
    assert certificate["given"] == [["positive", "lambda"]]
    iff = Claim(eq(mu * A, mu * B), eq(A, B), "iff")
    assert prove(iff).certificate["given"] == [["positive", "mu"]]


def test_a_verdict_is_no_truth_value():
    verdict = prove(eq(A + B, B + A))
    with pytest.raises(TypeError, match=r"verdict\.status"):
        bool(verdict)
    with pytest.raises(ValueError, match="not one of"):
        Verdict("certain")


def test_verdicts_are_deterministic():
    claim, given, _ = TRUE["Woodbury"]
    one, two = prove(claim, given), prove(claim, given)
    assert json.dumps(one.certificate) == json.dumps(two.certificate)
    assert str(one.witness) == str(two.witness)


EXPLAINED = {
    "push-through": "(lambda I + X' X)^-1 X' - X' (lambda I + X X')^-1 = "
    "[inv0.l] X' (lambda I + X X')^-1 - (lambda I + X' X)^-1 X' [inv1.r], and every term is 0",
    "positive definite": "A' P A + R is positive definite, where R is positive definite, P is positive semidefinite",
    "elbow": "if z = -b w^-1:",
    "inverse of a transpose": "A' has the left inverse A^-T",
    "polynomials": "both sides have one normal form",
    "derivative by cases": "the derivative of a function given by cases is that of the branch in force",
}


@pytest.mark.parametrize("name", EXPLAINED)
def test_explanations(name):
    claim, given, _ = TRUE[name]
    verdict = prove(claim, given)
    assert EXPLAINED[name] in verdict.explain()
    assert "proved" in verdict._repr_html_()


@pytest.mark.parametrize("claim", ["A = B", 3, None])
def test_what_is_no_claim_is_refused(claim):
    with pytest.raises(PushthroughError, match="a claim is"):
        prove(claim)


def test_sides_are_expressions():
    with pytest.raises(PushthroughError, match="a side of a claim"):
        Claim("A", "A")
    assert prove(Claim(Matrix([[1, 2]]), Matrix([[1, 3]]))).status == "refuted"
