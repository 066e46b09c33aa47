r"""Problem 6(a): the backward passes of the layers, derived; the code written from them; and how well both agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from sympy import Eq, MatAdd, MatMul, MatrixSymbol, OneMatrix, Trace, Transpose

from numeric.networks import (
    FullyConnectedNet,
    affine_backward,
    affine_forward,
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    relu_backward,
    relu_forward,
    softmax_loss,
    svm_loss,
)
from numeric.networks.differences import error_in_norm
from numeric.networks.generated import functions
from proofs.document import Listing, Part, Table
from symbolic.derivation import Derivation
from symbolic.derive import derive
from symbolic.latex import write_latex
from symbolic.layers import LAYERS, C, G, N, W, X, Y, Z, b, margins, scores

LABEL = "6(a)"
DEPTHS = range(1, 6)
_EXAMPLES, _CLASSES = OneMatrix(N, 1), OneMatrix(C, 1)

INTRO = (
    r"A batch is $N$ examples, one a row. An affine layer has the input $X \in \mathbb{R}^{N \times D}$, the weights"
    r" $W \in \mathbb{R}^{D \times C}$ and the bias $\mathbf{b} \in \mathbb{R}^C$, which is added to every row; $Z$ is"
    r" the input of a ReLU, $S \in \mathbb{R}^{N \times C}$ holds the scores of $C$ classes. $Y$ holds the right"
    r" classes: row $i$ is $1$ at the class of example $i$ and $0$ elsewhere. $G$ is the gradient of the loss by the"
    r" output of a layer, which comes from the layer above. $\operatorname{step}(t)$ is $1$ for $t > 0$ and $0$ for"
    r" $t < 0$, $\lambda > 0$ the strength of the penalty on weights."
)


def backward_passes() -> Part:
    """What goes back through each layer, as derivations; the code that runs, and its errors against differences."""
    return Part(
        LABEL,
        r"The backward passes. If the output of a layer is $F$ and the layer above hands down the gradient $G$ of the"
        r" loss by $F$, then the gradient of the loss by an input of the layer is the gradient of"
        r" $\operatorname{tr}(G^\top F)$ with $G$ held fixed. A loss needs no $G$.",
        derivations(),
        listings=listings(),
        remarks=(
            r"A derivative by the column $\mathbf{b}$ is a row; the gradient, in the shape of $\mathbf{b}$, is its"
            r" transpose $G^\top \mathbf{1}$.",
            r"At $0$ the ReLU has no derivative. The code takes the slope $0$ there, and at a margin of exactly $0$:"
            r" $\operatorname{step}(t, 0)$ is the step whose value at $0$ is $0$.",
            r"Scores may be of any size: the largest of each row is subtracted first, which by the first line on the"
            r" softmax changes nothing, and then no exponential overflows.",
            r"The hinge loss counts the right class too, whose margin is always $1$, and subtracts it again. Its"
            r" gradient is the second of its two derivations with $G = \frac{1}{N} \operatorname{step}(M)$, entry by"
            r" entry, for the margins $M$.",
        ),
        tables=(layer_errors(), net_errors()),
    )


def derivations() -> tuple[Derivation, ...]:
    affine, relu, softmax, l2 = (LAYERS[name] for name in ("affine", "relu", "softmax", "l2"))
    hinge = Trace(MatMul(Transpose(_EXAMPLES), relu.forward, _CLASSES)) / N - 1
    return (
        titled("Affine layer, by its input", affine.scalar, X, "differential"),
        titled("Affine layer, by its weights", affine.scalar, W, "differential"),
        titled("Affine layer, by its bias", affine.scalar, b, "differential"),
        titled("ReLU", relu.scalar, Z),
        shifted(),
        titled("Softmax loss, by the scores", softmax.scalar, scores),
        titled("Hinge loss, by the margins", hinge, Z, "differential"),
        titled("Margins, by the scores", Trace(MatMul(Transpose(G), margins())), scores, "differential"),
        titled("Penalty on weights", l2.scalar, W),
    )


def titled(title: str, expr: Any, by: Any, method: str = "entrywise") -> Derivation:
    return replace(derive(expr, by, method), title=title)


def shifted() -> Derivation:
    """A number added to all scores of an example does not change its loss: the rows of Y have sum 1."""
    loss, m = LAYERS["softmax"].forward, MatrixSymbol("m", N, 1)
    moved = loss.xreplace({scores: MatAdd(scores, MatMul(m, Transpose(_CLASSES)))})
    given = (Eq(MatMul(Y, _CLASSES), _EXAMPLES, evaluate=False),)
    return Derivation(moved, loss, given=given, title="Softmax loss, scores shifted by a number for each example")


def listings() -> tuple[Listing, ...]:
    """The generated functions without the checks of their arguments, beside what they compute."""
    affine, relu, softmax, svm, l2 = (LAYERS[name] for name in ("affine", "relu", "softmax", "svm", "l2"))
    run = functions()
    return (
        listing(run.affine, affine.forward),
        listing(run.affine_back, *(affine.backward[by] for by in (X, W, b))),
        listing(run.relu_back, relu.backward[Z]),
        listing(run.softmax, softmax.forward, softmax.backward[scores]),
        listing(run.svm, svm.forward, svm.backward[scores]),
        listing(run.l2, l2.forward, l2.backward[W]),
    )


def listing(function: Any, *results: Any) -> Listing:
    formulas = [write_latex(result) for result in results]
    tall = r"\begin{gathered}" + r" \\ ".join(formulas) + r"\end{gathered}"
    return Listing(function.__name__, shortened(function.source), formulas[0] if len(formulas) == 1 else tall)


def shortened(source: str) -> str:
    """The signature, and the lines after the checks of the arguments.

    >>> print(shortened(functions().relu_back.source))
    def relu_back(G, Z):
        ...  # checks of types and shapes
        return G * positive(Z)
    """
    lines = source.splitlines()
    signature = max(k for k, line in enumerate(lines) if line.startswith("def "))
    last_check = max(k for k, line in enumerate(lines) if line.startswith(" " * 8))
    return "\n".join([lines[signature], "    ...  # checks of types and shapes", *lines[last_check + 1 :]])


Measured = tuple[str, Callable[[], np.ndarray], Callable[[], np.ndarray]]


def layer_errors() -> Table:
    """Each derived gradient against central differences at a random instance in double precision."""
    rows = tuple((name, scientific(error_in_norm(ours(), slopes()))) for name, ours, slopes in measured())
    return Table(
        ("gradient", "relative error in norm"),
        rows,
        "The code against central differences of step $10^{-5}$, at random arrays in double precision. The error is"
        r" $\lVert a - d \rVert / \max(\lVert a \rVert, \lVert d \rVert)$ over all entries together.",
    )


def measured() -> tuple[Measured, ...]:
    """Name, derived gradient, differences; examples are of shape 3 x 4, which an affine layer flattens."""
    rng = np.random.RandomState(6)
    x, w, bias, up = (rng.standard_normal(shape) for shape in ((5, 3, 4), (12, 7), (7,), (5, 7)))
    found, labels = rng.standard_normal((5, 7)), rng.randint(7, size=5)
    run, reg = functions(), 0.7
    back = affine_backward(up, affine_forward(x, w, bias)[1])

    def affine(_: Any) -> np.ndarray:
        return affine_forward(x, w, bias)[0]

    def slope(f: Callable[[Any], float], at: np.ndarray) -> np.ndarray:
        return eval_numerical_gradient(f, at, verbose=False)

    return (
        ("affine layer, $X$", lambda: back[0], lambda: eval_numerical_gradient_array(affine, x, up)),
        ("affine layer, $W$", lambda: back[1], lambda: eval_numerical_gradient_array(affine, w, up)),
        (r"affine layer, $\mathbf{b}$", lambda: back[2], lambda: eval_numerical_gradient_array(affine, bias, up)),
        ("ReLU, $Z$", lambda: relu_backward(up, found),
         lambda: eval_numerical_gradient_array(lambda z: relu_forward(z)[0], found, up)),
        ("softmax loss, $S$", lambda: softmax_loss(found, labels)[1],
         lambda: slope(lambda s: softmax_loss(s, labels)[0], found)),
        ("hinge loss, $S$", lambda: svm_loss(found, labels)[1],
         lambda: slope(lambda s: svm_loss(s, labels)[0], found)),
        ("penalty on weights, $W$", lambda: run.l2(w, reg)[1], lambda: slope(lambda v: run.l2(v, reg)[0], w)),
    )  # fmt: skip


def net_errors() -> Table:
    """All parameters of whole networks of every depth."""
    rows = []
    for depth in DEPTHS:
        errors = whole_net(depth)
        worst = max(errors, key=lambda name: errors[name])
        rows.append((f"${depth}$", f"${len(errors)}$", scientific(errors[worst]), f"${worst[0]}_{worst[1:]}$"))
    return Table(
        ("affine layers", "parameters", "largest relative error in norm", "at"),
        tuple(rows),
        r"Whole networks of ReLU layers with softmax loss and a penalty ($\lambda = 0.5$), by each of their weights and"
        " biases.",
    )


def whole_net(depth: int) -> dict[str, float]:
    rng = np.random.RandomState(depth)
    net = FullyConnectedNet([8] * (depth - 1), 6, 5, reg=0.5, weight_scale=0.5, dtype=np.float64, seed=depth)
    x, y = rng.standard_normal((10, 6)), rng.randint(5, size=10)
    for name, value in net.params.items():
        if name.startswith("b"):
            value += 0.1 * rng.standard_normal(value.shape)
    _, grads = net.loss(x, y)
    return {
        name: error_in_norm(grads[name], eval_numerical_gradient(lambda _: net.loss(x, y)[0], value, verbose=False))
        for name, value in net.params.items()
    }


def scientific(value: float) -> str:
    """A positive number to one digit, as mathematics.

    >>> scientific(3.4e-11)
    '$3 \\\\cdot 10^{-11}$'
    """
    digit, power = f"{value:.0e}".split("e")
    return rf"${digit} \cdot 10^{{{int(power)}}}$"


__all__ = ["INTRO", "LABEL", "backward_passes"]
