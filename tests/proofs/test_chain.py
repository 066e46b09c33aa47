"""Chains: what a certificate says, as the equalities a person would write."""

from itertools import pairwise

import pytest
from sympy import Eq, Identity, Inverse, MatAdd, MatMul, MatrixSymbol, Q, Symbol, Transpose, symbols

from proofs import prove
from proofs.chain import chain
from proofs.explain import explain
from proofs.verify import verify
from symbolic.latex import write_latex

m, n, k = symbols("m n k", integer=True, positive=True)
A, B, S = (MatrixSymbol(name, n, n) for name in "ABS")
U, V, X = MatrixSymbol("U", m, n), MatrixSymbol("V", n, m), MatrixSymbol("X", m, n)
lam = Symbol("lambda", positive=True)
I_m, I_n = Identity(m), Identity(n)

IDENTITIES = {
    "push_through": (
        MatMul(Inverse(MatAdd(I_m, MatMul(U, V))), U),
        MatMul(U, Inverse(MatAdd(I_n, MatMul(V, U)))),
        (Q.invertible(I_m + U * V), Q.invertible(I_n + V * U)),
    ),
    "inverse_of_product": (Inverse(MatMul(A, B)), MatMul(Inverse(B), Inverse(A)), (Q.invertible(A), Q.invertible(B))),
    "transpose_of_inverse": (Inverse(Transpose(A)), Transpose(Inverse(A)), (Q.invertible(A),)),
    "difference_of_inverses": (
        MatAdd(Inverse(A), MatMul(-1, Inverse(B))),
        MatMul(Inverse(A), MatAdd(B, MatMul(-1, A)), Inverse(B)),
        (Q.invertible(A), Q.invertible(B)),
    ),
    "product_of_symmetric": (Transpose(MatMul(A, B, A)), MatMul(A, B, A), (Q.symmetric(A), Q.symmetric(B))),
    "ridge": (
        MatMul(Inverse(MatAdd(MatMul(X.T, X), MatMul(lam, I_n))), X.T),
        MatMul(X.T, Inverse(MatAdd(MatMul(X, X.T), MatMul(lam, I_m)))),
        (Q.positive(lam),),
    ),
}


@pytest.mark.parametrize("name", IDENTITIES)
def test_chain_is_a_proof_step_by_step(name: str) -> None:
    """It starts at the left side, ends at the right one, joins without a gap, and every link is proved on its own."""
    lhs, rhs, given = IDENTITIES[name]
    derivation = verify(explain(lhs, rhs, given))
    steps = derivation.steps
    assert derivation.verdict.status == "proved"
    assert steps and steps[0].lhs == lhs and steps[-1].rhs == rhs
    assert all(one.rhs == other.lhs for one, other in pairwise(steps))
    assert [step.verdict.status for step in steps] == ["proved"] * len(steps)


def test_push_through_reads_like_a_textbook() -> None:
    lhs, rhs, given = IDENTITIES["push_through"]
    lines = [write_latex(step.rhs) for step in explain(lhs, rhs, given).steps]
    one, other = r"\left(I_m + U V\right)", r"\left(I_n + V U\right)"
    assert lines == [
        rf"{one}^{{-1}} U {other} {other}^{{-1}}",
        rf"{one}^{{-1}} {one} U {other}^{{-1}}",
        rf"U {other}^{{-1}}",
    ]


def test_each_link_uses_at_most_one_hypothesis() -> None:
    for lhs, rhs, given in IDENTITIES.values():
        reasons = [step.reason for step in explain(lhs, rhs, given).steps]
        assert all(reason == "expand" or reason[0] in "gai" for reason in reasons)
        assert not any(one == other == "expand" for one, other in pairwise(reasons))


def test_a_claim_that_is_no_equality_has_no_chain() -> None:
    verdict = prove(Q.positive_definite(X.T * X + lam * Identity(n)))
    assert verdict.status == "proved" and chain(verdict.certificate) == []


def test_what_is_not_proved_has_no_steps() -> None:
    derivation = explain(MatMul(A, B), MatMul(B, A))
    assert derivation.steps == () and verify(derivation).verdict.status == "refuted"


def test_reasons_name_the_hypothesis_used() -> None:
    given = (Eq(MatMul(A, B), S, evaluate=False),)
    (step,) = verify(explain(MatMul(2, A, B), MatMul(2, S), given)).steps
    assert step.reason == "uses $A B = S$"
