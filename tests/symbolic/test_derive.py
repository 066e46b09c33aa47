"""Derivations: each step is true on random instances, and they read as the homework wants them written."""

import sys
from itertools import pairwise
from itertools import product as cartesian

import numpy as np
import pytest
import sympy as sp
from sympy import Determinant, HadamardProduct, Identity, Symbol, Trace, exp, log, sqrt

from numeric.witness import witness
from symbolic.by_entry import entry_of
from symbolic.calculus import gradient, jacobian
from symbolic.derive import answer_type, derive
from symbolic.errors import ShapeError, UnsupportedError, WitnessError
from symbolic.index import index_symbol
from symbolic.latex import write_latex
from symbolic.nodes import Gradient, Jacobian
from symbolic.rules import RULES
from symbolic.shapes import shape
from tests.symbolic.expressions import A, X, c, instance, lam, m, n, w, x, y
from tests.symbolic.plain import evaluate

SEED = 20241103
r = sp.MatrixSymbol("r", 1, n)
POWER = Symbol("p", integer=True, positive=True)
INDICES = [index_symbol(name) for name in "ijklpqrst"]
residual = y - X * w
CASES = {
    "2a": (x.T * c, x), "2b": (x.T * x, x), "2c": (A * x, x), "2d": (x.T * A * x, x), "constant": (c.T * c, x),
    "traced": (Trace(x * x.T * A), x), "entries": ((x.T * A * x)[0, 0], x), "affine": (X * x - y, x),
    "ridge": (residual.T * residual + lam * w.T * w, w), "in X": (residual.T * residual, X),
    "trace": (Trace(A.T * A), A), "row": (x.T * A, x), "by a row": (r * A * r.T, r), "norm": (sqrt(x.T * x), x),
    "log loss": (log(1 + exp(-(c.T * x)[0, 0])), x), "product": (sp.MatMul(x.T, A, x, x.T, c), x),
    "scaled vector": (sp.MatMul(x, x.T, c), x), "inverse": (c.T * A.inv() * x, A),
    "log det": (log(Determinant(A * A.T + Identity(n))), A), "hadamard": (HadamardProduct(x, c).T * A * x, x),
}  # fmt: skip


@pytest.mark.parametrize("method", ["entrywise", "differential"])
@pytest.mark.parametrize("f, v", CASES.values(), ids=CASES)
def test_every_step_is_true(f, v, method):
    derivation = derive(f, v, method)
    sides = [side for step in derivation for side in (step.lhs, step.rhs)]
    names = sorted({s for side in sides for s in side.free_symbols} & set(INDICES), key=str)
    for rows, columns in [(2, 3), (3, 2), (1, 1)]:
        env = instance(np.random.default_rng(SEED), rows, columns)
        env[r] = env[c].T
        env[sp.MatrixSymbol(f"d{v}", *v.shape)] = np.random.default_rng(SEED + 1).normal(size=env[v].shape)
        limit = min(rows, columns)  # each index is in range whatever it runs over
        places = list(cartesian(range(limit), repeat=len(names)))
        for step in derivation:
            assert shape(step.lhs) == shape(step.rhs)
            for at in places[-2:]:
                here = {**env, **dict(zip(names, at, strict=True))}
                left, right = (np.atleast_2d(evaluate(side, here)) for side in (step.lhs, step.rhs))
                assert left.shape == right.shape
                assert np.allclose(left, right, rtol=1e-9, atol=1e-9), (step.lhs, step.rhs, here)


@pytest.mark.parametrize("f, v", CASES.values(), ids=CASES)
def test_steps_are_a_chain_that_ends_in_the_claim(f, v):
    for method in ("entrywise", "differential"):
        derivation = derive(f, v, method)
        *chain, last = derivation.steps
        assert (last.lhs, last.rhs) == (derivation.lhs, derivation.rhs)
        assert derivation.lhs in (Jacobian(f, v), Gradient(f, v))
        assert derivation.result == (jacobian(f, v) if 1 in v.shape else gradient(f, v))
        assert all(step.reason and step.relation == "=" for step in derivation)
        begin = next(i for i, s in enumerate(chain) if s.lhs.has(sp.Derivative, Jacobian, Gradient))
        assert all(a.rhs == b.lhs for a, b in pairwise(chain[begin:]))


ANY_SHAPE = {
    "matrix by matrix": (A.inv(), A), "product by a factor": (X * A, A), "transpose": (X.T, X), "square": (X.T * X, X),
    "matrix by vector": (x * c.T, x), "vector by matrix": (X * x, X),
    "matrix by number": ((A + lam * Identity(n)).inv(), lam), "row by number": (lam**2 * x.T * A, lam),
    "scalar by number": (Trace((A * A.T + lam * Identity(n)).inv()), lam), "by an entry": (A * A, A[0, 0]),
    "scalar by an entry": (Determinant(A), A[0, 0]), "entrywise": (X.applyfunc(sp.tanh), X),
    "kronecker": (sp.KroneckerProduct(A, A), A), "entry of an inverse": (A.inv()[0, 0], A),
    "blocks": (Determinant(sp.BlockMatrix([[A, x], [c.T, Identity(1)]])), A),
    "neighbours": (sp.Sum((x[INDICES[0] + 1, 0] - x[INDICES[0], 0]) ** 2, (INDICES[0], 0, n - 2)), x),
    "power": (Trace(A**POWER), A), "power as a map": (A**POWER, A),
}  # fmt: skip


@pytest.mark.parametrize("method", ["entrywise", "differential"])
@pytest.mark.parametrize("f, v", ANY_SHAPE.values(), ids=ANY_SHAPE)
def test_derivatives_of_any_shape_have_true_steps(f, v, method):
    derivation = derive(f, v, method)
    assert "agrees with complex step" in derivation.evidence
    assert derivation.steps[-1].rhs == derivation.result or isinstance(derivation.result, sp.Sum)
    for step in derivation:
        seen = witness(sp.Eq(step.lhs, step.rhs, evaluate=False), limit=3, instances=2)
        assert seen.holds, (step.lhs, step.rhs)
        assert write_latex(step.lhs) and write_latex(step.rhs)


def test_a_wrong_answer_is_caught_by_the_witnesses(monkeypatch):
    monkeypatch.setattr(sys.modules["symbolic.derive"], "jacobian", lambda f, v: 2 * jacobian(f, v))
    assert derive(x.T * A * x, x, check=False).evidence == ""
    with pytest.raises(WitnessError, match="DISAGREES"):
        derive(x.T * A * x, x)


def test_without_a_witness_the_evidence_says_so(monkeypatch):
    monkeypatch.setattr("symbolic.witnesses.installed", lambda: ())
    assert derive(c.T * x, x).evidence.startswith("not checked")


def test_rules_are_cited_in_the_differential_method():
    steps = derive(c.T * A.inv() * x, A, "differential").steps
    assert RULES["inverse"].latex in steps[0].reason
    assert not any("d} " in step.reason for step in derive(c.T * A * x, x, "differential"))


def test_the_quadratic_form_reads_as_in_a_textbook():
    derivation = derive(x.T * A * x, x)
    assert derivation.answer_type == (
        "The derivative of a scalar by a column vector of n entries is a 1 x n row; entry k is the derivative by x_k."
    )
    assert [f"{step.lhs} = {step.rhs}" for step in derivation] == [
        "x.T*A*x = Sum(A[i, j]*x[i, 0]*x[j, 0], (i, 0, n - 1), (j, 0, n - 1))",
        "Derivative(Sum(A[i, j]*x[i, 0]*x[j, 0], (i, 0, n - 1), (j, 0, n - 1)), x[k, 0]) = "
        "Sum(KroneckerDelta(i, k)*A[i, j]*x[j, 0], (i, 0, n - 1), (j, 0, n - 1))"
        " + Sum(KroneckerDelta(j, k)*A[i, j]*x[i, 0], (i, 0, n - 1), (j, 0, n - 1))",
        "Sum(KroneckerDelta(i, k)*A[i, j]*x[j, 0], (i, 0, n - 1), (j, 0, n - 1))"
        " + Sum(KroneckerDelta(j, k)*A[i, j]*x[i, 0], (i, 0, n - 1), (j, 0, n - 1)) = "
        "Sum(A[i, k]*x[i, 0], (i, 0, n - 1)) + Sum(A[k, i]*x[i, 0], (i, 0, n - 1))",
        "Sum(A[i, k]*x[i, 0], (i, 0, n - 1)) + Sum(A[k, i]*x[i, 0], (i, 0, n - 1)) = "
        "Sum((A[i, k] + A[k, i])*x[i, 0], (i, 0, n - 1))",
        "Sum((A[i, k] + A[k, i])*x[i, 0], (i, 0, n - 1)) = (x.T*(A + A.T))[0, k]",
        "Jacobian(x.T*A*x, x) = x.T*(A + A.T)",
    ]
    assert [f"{step.lhs} = {step.rhs}" for step in derive(x.T * A * x, x, "differential")] == [
        "Jacobian(x.T*A*x, x)*dx = dx.T*A*x + x.T*A*dx",
        "dx.T*A*x + x.T*A*dx = x.T*A*dx + x.T*A.T*dx",
        "x.T*A*dx + x.T*A.T*dx = x.T*(A + A.T)*dx",
        "Jacobian(x.T*A*x, x) = x.T*(A + A.T)",
    ]


TYPES = {
    "scalar by column": (c.T * x, x, "a 1 x n row; entry j is the derivative by x_j."),
    "scalar by row": (x.T * x, x, "a 1 x n row"), "vector": (X * x, x, "a m x n matrix; entry (i, j)"),
    "matrix": (Trace(A), A, "has the shape of that matrix; entry (j, k) is the derivative by A_jk."),
}  # fmt: skip


@pytest.mark.parametrize("f, v, words", TYPES.values(), ids=TYPES)
def test_the_type_of_the_answer_comes_first(f, v, words):
    assert words in answer_type(f, v)


def test_names_do_not_clash_with_the_symbols_of_the_problem():
    i, size = Symbol("i"), Symbol("j", integer=True, positive=True)
    k = sp.MatrixSymbol("k", size, 1)
    steps = derive(i * k.T * k, k).steps
    assert str(steps[1].lhs) == "Derivative(i*Sum(k[l, 0]**2, (l, 0, j - 1)), k[p, 0])"


def test_entries_of_a_product_of_sums_stay_together():
    j, k, l = sp.symbols("j k l", integer=True, nonnegative=True)
    e = sp.MatMul(2, X.T, sp.MatAdd(sp.MatMul(X, w), sp.MatMul(-1, y)))
    expected = "2*Sum((-y[k, 0] + Sum(X[k, l]*w[l, 0], (l, 0, n - 1)))*X[k, j], (k, 0, m - 1))"
    assert str(entry_of(e, j, sp.S.Zero, (k, l))) == expected


def test_what_cannot_be_derived_is_refused():
    with pytest.raises(ValueError, match="method"):
        derive(c.T * x, x, "guess")
    with pytest.raises(UnsupportedError, match="MatMul"):
        derive(c.T * x, A * x)
    with pytest.raises(ShapeError):
        derive(X * A * X, X)
    assert derive(m * c.T * c, x).result == sp.ZeroMatrix(1, n)
