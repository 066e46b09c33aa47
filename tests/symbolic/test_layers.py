"""The table of layers: every backward pass is the derivative of its forward pass, and reads as it does in books."""

from typing import Any

import pytest
from sympy import Eq, HadamardProduct, Heaviside, Lambda, MatrixSymbol, OneMatrix, Symbol, Trace

from numeric import check_derivative, evaluate
from proofs import prove
from symbolic.layers import LAYERS, C, D, G, Layer, N, W, X, Y, Z, b, flat_at_kinks, lam, margins, scores
from symbolic.nodes import Gradient
from symbolic.shapes import SCALAR, shape

SLOPES = [(layer, by) for layer in LAYERS.values() for by in layer.inputs]


def named(value: Any) -> str:
    return value.name


@pytest.mark.parametrize("layer, by", SLOPES, ids=named)
def test_backward_is_the_gradient_of_forward(layer: Layer, by: Any) -> None:
    """By complex steps, and, where functions have exact values, by dual numbers in a prime field."""
    seen = check_derivative(layer.scalar, by, layer.backward[by], kind="gradient")
    assert seen.passes and seen.instances >= 10
    assert seen.exact is not None or layer.name == "softmax"


@pytest.mark.parametrize("layer, by", [row for row in SLOPES if row[0].polynomial], ids=named)
def test_polynomial_layers_are_proved(layer: Layer, by: Any) -> None:
    assert prove(Eq(Gradient(layer.scalar, by), layer.backward[by], evaluate=False)).status == "proved"


def test_backward_passes_are_readable() -> None:
    affine = LAYERS["affine"].backward
    assert affine == {X: G * W.T, W: X.T * G, b: G.T * OneMatrix(N, 1)}
    assert LAYERS["l2"].backward[W] == lam * W
    z = Symbol("z", real=True)
    step = Z.applyfunc(Lambda(z, Heaviside(z, 0)))
    assert str(LAYERS["relu"].backward[Z]) == str(HadamardProduct(G, step)).replace("z", "_z")


@pytest.mark.parametrize("layer", LAYERS.values(), ids=named)
def test_every_row_says_what_it_is(layer: Layer) -> None:
    assert layer.title and len(layer.source) > 20
    free = layer.scalar.free_symbols - {N, D, C}
    assert free == {*layer.inputs, *layer.constants, *({layer.upstream} - {None})} == {*layer.shapes} - {"out"}
    assert {by: shape(slope) for by, slope in layer.backward.items()} == {by: shape(by) for by in layer.inputs}
    assert (shape(layer.scalar) == SCALAR) and (layer.upstream is None) == (shape(layer.forward) == SCALAR)


def test_the_slope_at_a_kink_is_zero() -> None:
    relu = LAYERS["relu"].backward[Z]
    assert evaluate(relu, {Z: [[0.0, 1.0, -1.0]], G: [[5.0, 6.0, 7.0]]}).tolist() == [[0.0, 6.0, 0.0]]
    T = MatrixSymbol("T", N, C)
    assert flat_at_kinks(Trace(T)) == Trace(T)


def test_margins_are_those_of_the_wrong_classes() -> None:
    found = evaluate(margins(), {scores: [[3.0, 1.0, 2.5]], Y: [[1.0, 0.0, 0.0]]})
    assert found.tolist() == [[1.0, -1.0, 0.5]]  # in the own class 1: the loss takes that off again
