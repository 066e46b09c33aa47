"""A derivation as a display: which steps form one chain, and what a reason may contain."""

from types import SimpleNamespace

import math_core
from sympy import MatrixSymbol, Symbol, symbols

from symbolic.derivation import Derivation, Step
from symbolic.derive import derive

a, b, c, d = symbols("a b c d")
n = symbols("n", integer=True, positive=True)
A, x = MatrixSymbol("A", n, n), MatrixSymbol("x", n, 1)


def test_chains_break_where_the_argument_breaks() -> None:
    steps = (Step(a, b), Step(b, c, "<"), Step(c, d, ">"), Step(a, d), Step(a, b, "implies"), Step(b, c, "implies"))
    chains = [[step.relation for step in chain] for chain in Derivation(a, d, steps=steps).chains()]
    assert chains == [["=", "<"], [">"], ["="], ["implies"], ["implies"]]


def test_display_of_a_derivative() -> None:
    shown = derive(x.T * A * x, x).to_latex()
    assert shown.startswith(
        r"\begin{aligned}" + "\n" + r"\mathbf{x}^{\top} A \mathbf{x} &= \sum_{i=1}^{n} \sum_{j=1}^{n}"
    )
    assert (
        r"\\" + "\n" + r"\frac{\partial}{\partial \mathbf{x}}\left(\mathbf{x}^{\top} A \mathbf{x}\right) &= " in shown
    )
    assert shown.count("\n&= ") == 3  # three steps continue the entry's chain
    assert math_core.LatexToMathML().convert_with_local_state(shown, displaystyle=True)


def test_reasons_are_prose_and_verdicts_are_shown() -> None:
    step = Step(a, b, reason=r"50% of it, as $c_1 \to 0$", verdict=SimpleNamespace(status="supported"))
    shown = Derivation(a, b, steps=(step,))._repr_latex_()
    assert r"a &= b && \text{50\% of it, as $c_1 \to 0$ (supported)}" in shown


def test_a_claim_without_steps_is_its_own_display() -> None:
    assert r"a &\iff b" in Derivation(a, b, "iff").to_latex()
    assert r"a &\text{ same minimiser } b" in Derivation(a, b, "same minimiser").to_latex()
    assert "a &\n" in Derivation(a, b, "holds").to_latex()


def test_unnamed_indices_keep_clear_of_names_elsewhere_in_the_derivation() -> None:
    entry = (x.T * A)[0, Symbol("k", integer=True)]
    assert r"\sum_{j=1}^{n}" in Derivation(entry, Symbol("i")).to_latex()
