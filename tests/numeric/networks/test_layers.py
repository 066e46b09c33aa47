"""Layers: values against sums written out by hand, gradients against differences, and what must not happen."""

from __future__ import annotations

from math import exp, log
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.networks import (
    affine_backward,
    affine_forward,
    affine_relu_backward,
    affine_relu_forward,
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    relu_backward,
    relu_forward,
    softmax_loss,
    svm_loss,
)
from numeric.networks.differences import error_in_norm
from numeric.networks.generated import functions
from symbolic.errors import ShapeError

CLOSE = 1e-7
SHAPES = [(1, 1), (4, 3), (5, 2, 3), (3, 2, 2, 2)]
LOSSES = [softmax_loss, svm_loss]


def drawn(seed: int, *shapes: tuple[int, ...]) -> list[np.ndarray]:
    rng = np.random.RandomState(seed)
    return [rng.standard_normal(shape) for shape in shapes]


def affine_instance(shape: tuple[int, ...], outputs: int = 4) -> list[np.ndarray]:
    """x, w, b and the slopes of the loss by the output."""
    features = int(np.prod(shape[1:]))
    return drawn(1, shape, (features, outputs), (outputs,), (shape[0], outputs))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_affine_forward_flattens_each_example(shape: tuple[int, ...]) -> None:
    x, w, b, _ = affine_instance(shape)
    out, _ = affine_forward(x, w, b)
    for i, example in enumerate(x):
        for j in range(4):
            expected = sum(v * w[k, j] for k, v in enumerate(example.ravel())) + b[j]
            assert out[i, j] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("layer", [(affine_forward, affine_backward), (affine_relu_forward, affine_relu_backward)])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_affine_gradients(shape: tuple[int, ...], layer: tuple[Any, Any]) -> None:
    forward, backward = layer
    x, w, b, dout = affine_instance(shape)
    _, cache = forward(x, w, b)
    found = backward(dout, cache)
    for place, name in enumerate(("x", "w", "b")):
        values = [x, w, b]
        slopes = eval_numerical_gradient_array(lambda _: forward(*values)[0], values[place], dout)  # noqa: B023
        assert found[place].shape == values[place].shape
        assert error_in_norm(found[place], slopes) < CLOSE, name


@pytest.mark.parametrize("shape", [(), (3,), (4, 3), (2, 3, 4)], ids=str)
def test_relu_of_any_shape(shape: tuple[int, ...]) -> None:
    x, dout = drawn(2, shape, shape)
    x, dout = np.asarray(x), np.asarray(dout)
    out, cache = relu_forward(x)
    assert out.shape == shape and (out == np.where(x > 0, x, 0)).all()
    assert (relu_backward(dout, cache) == np.where(x > 0, dout, 0)).all()
    assert error_in_norm(relu_backward(dout, cache), eval_numerical_gradient_array(relu_fwd, x, dout)) < CLOSE


def relu_fwd(x: np.ndarray) -> np.ndarray:
    return relu_forward(x)[0]


def test_the_slope_of_relu_at_zero_is_zero() -> None:
    assert relu_backward(np.ones(3), relu_forward(np.array([0.0, -0.0, 1e-300]))[1]).tolist() == [0, 0, 1]


def softmax_by_hand(x: np.ndarray, y: np.ndarray) -> float:
    return sum(log(sum(exp(v - row[label]) for v in row)) for row, label in zip(x, y, strict=True)) / len(y)


def svm_by_hand(x: np.ndarray, y: np.ndarray) -> float:
    wrong = [(i, j) for i in range(len(y)) for j in range(x.shape[1]) if j != y[i]]
    return sum(max(0.0, 1 + x[i, j] - x[i, y[i]]) for i, j in wrong) / len(y)


@pytest.mark.parametrize("loss, by_hand", [(softmax_loss, softmax_by_hand), (svm_loss, svm_by_hand)])
@pytest.mark.parametrize("size", [(1, 1), (1, 4), (6, 2), (7, 5)], ids=str)
def test_losses(loss: Any, by_hand: Any, size: tuple[int, int]) -> None:
    (x,) = drawn(3, size)
    y = np.random.RandomState(4).randint(size[1], size=size[0])
    value, slope = loss(x, y)
    assert value == pytest.approx(by_hand(x, y), rel=1e-12, abs=1e-15)
    assert isinstance(value, float) and slope.shape == size
    assert error_in_norm(slope, eval_numerical_gradient(lambda at: loss(at, y)[0], x, verbose=False)) < CLOSE


@pytest.mark.parametrize("loss", LOSSES)
def test_large_scores_do_not_overflow(loss: Any) -> None:
    x = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 1e4, 1e4]])
    with np.errstate(all="raise", under="ignore"):
        value, slope = loss(x, [1, 0, 2])
    expected = {softmax_loss: (2e4 + 2 * log(3)) / 3, svm_loss: (1e4 + 1 + 2e4 + 1 + 2 + 2) / 3}
    assert value == pytest.approx(expected[loss], rel=1e-12)
    assert np.isfinite(slope).all() and abs(slope.sum(axis=1)).max() < 1e-15


@given(st.integers(0, 10**6), st.floats(-1e3, 1e3), st.sampled_from(LOSSES))
def test_a_number_added_to_all_scores_of_an_example_changes_nothing(seed: int, shift: float, loss: Any) -> None:
    (x,) = drawn(seed, (3, 4))
    y = np.random.RandomState(seed).randint(4, size=3)
    value, slope = loss(x, y)
    moved, slope_there = loss(x + np.array([[shift], [0.0], [-shift]]), y)
    assert moved == pytest.approx(value, rel=1e-9, abs=1e-9) and slope_there == pytest.approx(slope, abs=1e-9)


def test_a_margin_of_zero_has_slope_zero() -> None:
    value, slope = svm_loss([[2.0, 1.0, 1.5]], [0])
    assert (value, slope.tolist()) == (0.5, [[-1.0, 0.0, 1.0]])


def test_all_right_by_far_costs_nothing() -> None:
    assert svm_loss(100 * np.eye(3), [0, 1, 2])[0] == 0 and softmax_loss(1000 * np.eye(3), [0, 1, 2])[0] == 0


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_type_of_numbers_is_kept(kind: Any) -> None:
    x, w, b, dout = (a.astype(kind) for a in affine_instance((5, 2, 3)))
    out, cache = affine_relu_forward(x, w, b)
    slopes = [softmax_loss(out, [0, 1, 2, 3, 0])[1], svm_loss(out, [0, 1, 2, 3, 0])[1]]
    assert {a.dtype for a in (out, *affine_relu_backward(dout, cache), *slopes)} == {np.dtype(kind)}


def test_integers_and_lists_are_taken() -> None:
    assert affine_forward([[1, 2]], [[3], [4]], [5])[0].tolist() == [[16.0]]
    assert relu_forward([-1, 2])[0].tolist() == [0.0, 2.0]
    assert softmax_loss([[0, 0]], np.array([1], np.uint8))[1].tolist() == [[0.5, -0.5]]


def test_what_does_not_fit_is_refused() -> None:
    x, w, b, dout = affine_instance((5, 2, 3))
    with pytest.raises(ShapeError, match="is 5 x 4, and should be 6 x 4"):
        affine_forward(x, w[:5], b)
    with pytest.raises(ShapeError, match="b"):
        affine_forward(x, w, b[:3])
    with pytest.raises(ShapeError):
        affine_backward(dout[:, :3], affine_forward(x, w, b)[1])
    with pytest.raises(ShapeError, match=r"\(2,\).*\(3,\)"):
        relu_backward(np.ones(2), np.ones(3))
    with pytest.raises(ShapeError, match="a number"):
        affine_forward(1.0, w, b)


@pytest.mark.parametrize("loss", LOSSES)
def test_labels_that_are_no_classes_are_refused(loss: Any) -> None:
    for labels in ([0, 3], [-1, 0]):
        with pytest.raises(ValueError, match="3 classes"):
            loss(np.zeros((2, 3)), labels)
    with pytest.raises(ValueError, match="integers"):
        loss(np.zeros((2, 3)), [0.0, 1.0])
    for labels in ([0], [[0], [1]]):
        with pytest.raises(ShapeError):
            loss(np.zeros((2, 3)), labels)
    with pytest.raises(ShapeError):
        loss(np.zeros((0, 3)), [])


def test_no_array_that_is_passed_is_changed() -> None:
    x, w, b, dout = affine_instance((5, 2, 3))
    before = [a.copy() for a in (x, w, b, dout)]
    out, cache = affine_relu_forward(x, w, b)
    kept = out.copy()
    affine_relu_backward(dout, cache)
    for loss in LOSSES:
        loss(out, [0, 1, 2, 3, 0])
    assert all((one == two).all() for one, two in zip((x, w, b, dout, out), (*before, kept), strict=True))


def test_what_runs_is_written_from_the_derivation() -> None:
    last = {name: f.source.splitlines()[-1].strip() for name, f in functions()._asdict().items()}
    assert last["affine_back"] == "return (G @ W.T, X.T @ G, G.T.sum(-1, keepdims=True))"
    assert last["relu_back"] == "return G * positive(Z)"
    assert last["l2"] == "return (lam * np.vdot(W, W) / 2, lam * W)"
