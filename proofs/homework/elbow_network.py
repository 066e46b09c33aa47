"""The gradients of a network with one hidden layer of ReLUs, for all units at once, and what entry i of them says.

Near a point where no unit sits at its kink the layer is linear: Phi(z) = D z with D = diag(1(z > 0)) constant. With
this D the gradients are derived and proved; that they are those of Phi, applied entry by entry, is compared on exact
instances.
"""

from dataclasses import replace

from sympy import (
    Add,
    Basic,
    DiagMatrix,
    Expr,
    Integer,
    KroneckerDelta,
    Lambda,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Mul,
    Piecewise,
    Pow,
    Rational,
    Sum,
    Symbol,
    Trace,
    true,
)
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.matexpr import MatrixElement

from proofs.document import Table
from proofs.homework.elbow_unit import r, rate, x, y
from proofs.verify import verdict_on
from symbolic.calculus import gradient
from symbolic.derivation import Derivation, equalities
from symbolic.derive import derive
from symbolic.nodes import Gradient

h = Symbol("h", integer=True, positive=True)
i, k = (Symbol(name, integer=True) for name in "ik")
W1, W2, bias = MatrixSymbol("W_1", h, 1), MatrixSymbol("W_2", 1, h), MatrixSymbol("b", h, 1)
D, indicator = MatrixSymbol("D", h, h), MatrixSymbol("s", h, 1)
BEFORE_RELU = MatAdd(MatMul(x, W1), bias)


def loss_of(prediction: Expr) -> Expr:
    return Mul(Rational(1, 2), Pow(Add(prediction, Mul(-1, y)), 2, evaluate=False), evaluate=False)


def jacobians() -> tuple[Derivation, ...]:
    """The loss by the biases and by the weights, entry by entry and stacked, with the indicator as the matrix D."""
    loss = loss_of(MatMul(W2, D, BEFORE_RELU))
    named = ((bias, "All biases at once, as a row"), (W1, "All weights at once, as a row"))
    return tuple(replace(derive(loss, by), title=title) for by, title in named)


def gradients() -> tuple[Derivation, ...]:
    """The same as columns, with the residual factored out."""
    prediction = MatMul(W2, D, BEFORE_RELU)
    residual, out = Add(Trace(prediction), Mul(-1, y)), list[Derivation]()
    for by, factor, name in ((bias, Integer(1), "biases"), (W1, x, "weights")):
        form = MatMul(*([] if factor == 1 else [factor]), residual, D.T, W2.T)
        out.append(
            Derivation(
                Gradient(loss_of(prediction), by), form, title=f"The loss by all {name}, as a column",
                answer_type="A column of as many entries as there are units: residual, indicator, output weights.",
            )
        )  # fmt: skip
    return tuple(out)


def entry_of_unit() -> tuple[Derivation, ...]:
    """Entry i of diag(s) W2' is s_i (W2)_i, so unit i moves by its own indicator and output weight only."""
    own, weight = MatrixElement(indicator, i, 0), MatrixElement(W2, 0, i)
    summed = Sum(Mul(KroneckerDelta(i, k), own, MatrixElement(W2, 0, k)), (k, 0, h - 1))
    moved = [
        Add(MatrixElement(old, i, 0), Mul(-1, rate, *scale, summed), evaluate=False)
        for old, scale in ((W1, (x, r)), (bias, (r,)))
    ]
    after = [
        Add(MatrixElement(old, i, 0), Mul(-1, rate, *scale, own, weight), evaluate=False)
        for old, scale in ((W1, (x, r)), (bias, (r,)))
    ]
    return (
        equalities(summed, Mul(own, weight), title=r"Entry $i$ of $D W_2^\top$, with $D_{ik} = \delta_{ik} s_i$"),
        equalities(moved[0], after[0], title=r"The weight of unit $i$ after the step"),
        equalities(moved[1], after[1], title=r"The bias of unit $i$ after the step"),
    )


def agreement() -> Table:
    """The gradients of Phi, applied entry by entry, against the form with the diagonal matrix of the indicator."""
    t = Symbol("t", real=True)
    relu = ElementwiseApplyFunction(Lambda(t, Piecewise((t, t > 0), (0, true))), BEFORE_RELU)
    step = Lambda(t, Piecewise((1, t > 0), (0, true)))
    residual = Add(Trace(MatMul(W2, relu)), Mul(-1, y))
    diagonal = MatMul(DiagMatrix(ElementwiseApplyFunction(step, BEFORE_RELU)), W2.T)
    rows = []
    for by, factor, name, shown in (
        (bias, Integer(1), r"$\mathbf{b}$", r"(\hat{f}(x) - y) \, D W_2^\top"),
        (W1, x, r"$W_1$", r"x \, (\hat{f}(x) - y) \, D W_2^\top"),
    ):
        found: Basic = gradient(loss_of(Trace(MatMul(W2, relu))), by)
        form = MatMul(*([] if factor == 1 else [factor]), residual, diagonal)
        verdict = verdict_on(found, form, "=", ())
        seen = verdict.witness
        count = "" if seen is None else f"{seen.instances + seen.floats} instances"
        rows.append((name, f"${shown}$", verdict.status, count))
    return Table(
        ("by", "form with $D$", "verdict", "compared on"), tuple(rows),
        r"The gradients of $\ell = \frac{1}{2} (W_2 \Phi(W_1 x + \mathbf{b}) - y)^2$, with $\Phi$ applied entry by"
        r" entry, as the engine derives them, and the form above with the diagonal matrix $D$ of"
        r" $\mathbb{1}(W_1 x + \mathbf{b} > 0)$: elementwise functions are not in the language of proofs,"
        r" so this is evidence from instances.",
    )  # fmt: skip


__all__ = ["agreement", "entry_of_unit", "gradients", "jacobians"]
