"""Verdicts on single steps, written as an author would, under a scope that is given."""

import pytest
import sympy as sp

from proofs.checking.judge import Judge, Judgement
from proofs.checking.repair import Repairer
from proofs.checking.walk import Step
from proofs.prove import replay
from symbolic.facts import predicate
from symbolic.notation.parser import parse, parse_expression
from symbolic.notation.read import MEANINGS
from symbolic.notation.scope import Function, Piece, Scope
from symbolic.notation.tree import Node

m, n, k = sp.symbols("m n k", integer=True, positive=True)
SHAPES = {
    "X": (m, n), "Y": (m, n), "y": (m, 1), "w": (n, 1), "v": (n, 1), "u": (n, 1), "A": (n, n), "B": (n, n), "S": (n, n),
    "P": (n, n), "Z": (m, n), "omega": (m, 1), "lambda": (1, 1), "alpha": (1, 1),
}  # fmt: skip
GIVEN = (
    sp.Q.symmetric(sp.MatrixSymbol("S", n, n)),
    sp.Q.positive_definite(sp.MatrixSymbol("P", n, n)),
    sp.Q.invertible(sp.MatrixSymbol("A", n, n)),
    sp.Q.invertible(sp.MatrixSymbol("B", n, n)),
    predicate("injective")(sp.MatrixSymbol("X", m, n)),
)  # fmt: skip
SCOPE = Scope(
    sizes={"m": m, "n": n, "k": k}, shapes=SHAPES, given=GIVEN, signs={"lambda": "positive"},
    functions={"f": Function(("w",), parse_expression(r"\|y - Xw\|_2^2 + \lambda \|w\|_2^2"))},
    pieces={"x": Piece("X", "row")},
)  # fmt: skip
assert MEANINGS


def step_of(latex: str) -> tuple[Node, str, Node]:
    (row,) = parse(latex)
    (chain,) = row.chains
    left, right = chain.terms
    assert isinstance(left, Node) and isinstance(right, Node)
    return left, chain.signs[0].value, right


def judged(latex: str, scope: Scope = SCOPE) -> Judgement:
    return Judge(latex).judge(*step_of(latex), scope, None)


PROVED = [
    r"(A + B)^T = A^\top + B'",
    r"(AB)^{-1} = B^{-1}A^{-1}",
    r"(AB)^{-T} = A^{-T}B^{-T}",
    r"(X^TX + \lambda I)^{-1}X^T = X^T(XX^T + \lambda I_m)^{-1}",
    r"\|y - Xw\|_2^2 = y^Ty - 2w^TX^Ty + w^TX^TXw",
    r"\operatorname{tr}(AB) = \mathrm{tr}(BA)",
    r"\|X\|_F^2 = \operatorname{tr}(X^TX)",
    r"\nabla f(w) = 2X^T(Xw - y) + 2\lambda w",
    r"\frac{\partial}{\partial w} (w^TAw) = (A + A^T)w",
    r"\frac{\partial}{\partial w} (w^TAw) = w^T(A + A^T)",  # the other layout
    r"\frac{\partial}{\partial w} w^TSw = 2Sw",
    r"\frac{\partial (Xw)}{\partial w} = X",
    r"w^Tv\, u = u\,v^Tw",
    r"u v^T w = (v \cdot w) u",
    r"\sum_{i=1}^n w_i v_i = w^Tv",
    r"(Aw)_i = \sum_j A_{ij} w_j",
    r"\sum_{j \neq i} A_{ij} w_j = (Aw)_i - A_{ii} w_i",
    r"f(0) = y^Ty",
    r"w^T X^T X w \ge 0",
    r"\begin{bmatrix} A & 0 \\ 0 & B \end{bmatrix}\begin{bmatrix} w \\ v \end{bmatrix}"
    r" = \begin{bmatrix} Aw \\ Bv \end{bmatrix}",
    r"X^TX + \lambda I \succ 0",
    r"\nabla_A \log\det A = A^{-T}",
    r"(\tfrac12)^2 w = \frac14 w",
    r"A^2 - B^2 = A(A - B) + (A - B)B",
]
SUPPORTED = [
    r"\sum_{i=1}^m x_i x_i^T = X^TX",
    r"\det(AB) = \det(A)\det(B)",
    r"|2A| = 2^n |A|",
    r"\log\det(AB) = \log\det A + \log\det B",
    r"\operatorname{vec}(AB) = (B^T \otimes I)\operatorname{vec}(A)",
    r"w \odot v = \operatorname{diag}(w)v",
    r"X^T\operatorname{diag}(\omega)X = \sum_{i=1}^m \omega_i x_i x_i'",
]
REFUTED = [
    r"(AB)^{-1} = A^{-1}B^{-1}",
    r"(A + B)^2 = A^2 + 2AB + B^2",
    r"\|y - Xw\|_2^2 = y^Ty - w^TX^Ty + w^TX^TXw",
    r"\nabla f(w) = X^T(Xw - y) + 2\lambda w",
    r"\frac{\partial}{\partial w} w^TAw = 2Aw",
    r"\sum_{i=1}^{n-1} w_i v_i = w^Tv",
    r"(Aw)_i = \sum_j A_{ji} w_j",
    r"w^TAw \ge 0",
    r"\det(A + B) = \det(A) + \det(B)",
    r"\operatorname{tr}(ABS) = \operatorname{tr}(BAS)",
    r"X^Ty = Xy",  # does not exist
    r"X^TX + \lambda I_m = \lambda I_m + X^TX",
    r"w = w^T",
]
UNREAD = [r"q = A", r"\Gamma w = A w", r"A^{1/2} = A", r"A^{10^{9}} = A"]


@pytest.mark.parametrize("latex", PROVED)
def test_right_steps_are_proved(latex: str) -> None:
    found = judged(latex)
    assert found.verdict == "proved", found
    assert replay(found.certificate)


@pytest.mark.parametrize("latex", SUPPORTED)
def test_right_steps_beyond_proofs_are_supported(latex: str) -> None:
    assert judged(latex).verdict == "supported", judged(latex)


@pytest.mark.parametrize("latex", REFUTED)
def test_false_steps_are_refuted_with_evidence(latex: str) -> None:
    found = judged(latex)
    assert found.verdict == "refuted", found
    assert found.counterexample


@pytest.mark.parametrize("latex", UNREAD)
def test_what_is_not_understood_is_said_to_be_so(latex: str) -> None:
    assert judged(latex).verdict == "unread"


def test_a_strict_inequality_that_fails_at_zero_only_is_conditional() -> None:
    found = judged(r"w^TPw > 0")
    assert found.verdict == "conditional"
    assert found.counterexample


def test_a_clash_of_guessed_sizes_is_not_held_against_the_author() -> None:
    guessed = SCOPE.with_shapes({"Q": (k, k)}, found=True)
    assert judged(r"QA = AQ", guessed).verdict == "unread"


def test_a_clash_of_declared_sizes_names_both() -> None:
    found = judged(r"X^Ty = Xy")
    assert "cannot multiply X (m x n) by y (m x 1): n is not m" in found.reason


REPAIRS = [
    (r"(AB)^{-1} = A^{-1}B^{-1}", r"B^{-1}A^{-1}"),
    (r"\|y - Xw\|_2^2 = y^Ty - w^TX^Ty + w^TX^TXw", r"y^Ty - 2w^TX^Ty + w^TX^TXw"),
    (r"(AB)^T = A^TB^T", r"B^TA^T"),
    (r"X^Ty = Xy", r"X^Ty"),
    (r"\nabla f(w) = 2X^T(Xw - y) + \lambda w", r"2X^T(Xw - y) + 2\lambda w"),
    (r"(Aw)_i = \sum_j A_{ji} w_j", r"\sum_j A_{ij} w_j"),
    (r"\sum_{i=1}^{n-1} w_i v_i = w^Tv", r"\sum_{i=1}^n w_i v_i"),
    (r"w^TAw - w^TBw = w^T(A + B)w", r"w^T(A - B)w"),
    (r"\frac{\partial}{\partial w} w^TSw = Sw", "2Sw"),
]


@pytest.mark.parametrize("latex, repaired", REPAIRS, ids=[latex for latex, _ in REPAIRS])
def test_repairs(latex: str, repaired: str) -> None:
    """What is offered makes the step true; it is the slip undone."""
    left, _, right = step_of(latex)
    (row,) = parse(latex)
    step = Step(left, row.chains[0].signs[0], right, judged(latex), scope=SCOPE)
    found = Repairer(latex).repair(step)
    assert found is not None
    assert "".join(found.step.split()) == "".join(repaired.split())
    corrected = latex[: found.span[0]] + found.latex + latex[found.span[1] :]
    assert judged(corrected).verdict in ("proved", "supported")
