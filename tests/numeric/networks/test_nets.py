"""Networks: gradients of every parameter at every depth, the composition against one derivation of the whole."""

from __future__ import annotations

from inspect import signature
from typing import Any

import numpy as np
import pytest
from sympy import Lambda, MatrixSymbol, Max, OneMatrix, Symbol, Trace, exp, log, symbols

from numeric import evaluate
from numeric.networks import FullyConnectedNet, TwoLayerNet, eval_numerical_gradient
from numeric.networks.differences import error_in_norm
from symbolic import gradient
from symbolic.errors import ShapeError

CLOSE = 1e-7


def instance(depth: int, reg: float = 0.0, **settings: Any) -> tuple[FullyConnectedNet, np.ndarray, np.ndarray]:
    rng = np.random.RandomState(depth)
    hidden = [7, 6, 5, 8][: depth - 1]
    net = FullyConnectedNet(hidden, 6, 4, reg, **{"weight_scale": 0.5, "dtype": np.float64, "seed": depth, **settings})
    for k in range(1, depth + 1):
        net.params[f"b{k}"][:] = 0.1 * rng.standard_normal(net.params[f"b{k}"].shape)
    return net, rng.standard_normal((9, 2, 3)), rng.randint(4, size=9)


@pytest.mark.parametrize("reg", [0.0, 0.7])
@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5])
def test_gradients_of_every_parameter(depth: int, reg: float) -> None:
    net, x, y = instance(depth, reg)
    _, grads = net.loss(x, y)
    assert grads.keys() == net.params.keys()
    for name, value in net.params.items():
        slopes = eval_numerical_gradient(lambda _: net.loss(x, y)[0], value, verbose=False)
        assert grads[name].shape == value.shape
        assert error_in_norm(grads[name], slopes) < CLOSE, name


def test_scores_by_hand() -> None:
    net, x, _ = instance(3)
    given = x.reshape(9, 6)
    for k in (1, 2, 3):
        given = given @ net.params[f"W{k}"] + net.params[f"b{k}"]
        given = np.where(given > 0, given, 0) if k < 3 else given
    assert np.allclose(net.loss(x), given, rtol=1e-13)


def test_the_penalty_is_on_weights_and_read_anew() -> None:
    net, x, y = instance(3)
    plain, _ = net.loss(x, y)
    net.reg = 0.5
    squares = sum((net.params[f"W{k}"] ** 2).sum() for k in (1, 2, 3))
    assert net.loss(x, y)[0] == pytest.approx(plain + 0.25 * squares, rel=1e-13)


def test_layers_compose_to_the_gradient_of_the_whole_network() -> None:
    """The engine differentiates loss(relu(X W1 + 1 b1') W2 + 1 b2') as one expression."""
    N, D, H, C = symbols("N D H C", integer=True, positive=True)
    X, Y = MatrixSymbol("X", N, D), MatrixSymbol("Y", N, C)
    W1, b1 = MatrixSymbol("W1", D, H), MatrixSymbol("b1", H, 1)
    W2, b2 = MatrixSymbol("W2", H, C), MatrixSymbol("b2", C, 1)
    z = Symbol("z", real=True)
    ones = OneMatrix(N, 1)
    scores = (X * W1 + ones * b1.T).applyfunc(Lambda(z, Max(0, z))) * W2 + ones * b2.T
    total = Trace(ones.T * (scores.applyfunc(exp) * OneMatrix(C, 1)).applyfunc(log)) - Trace(Y.T * scores)
    net, x, y = instance(2)
    arrays = {X: x.reshape(9, 6), Y: np.eye(4)[y], W1: net.params["W1"], W2: net.params["W2"],
              b1: net.params["b1"][:, None], b2: net.params["b2"][:, None]}  # fmt: skip
    _, grads = net.loss(x, y)
    for symbol in (W1, b1, W2, b2):
        whole = evaluate(gradient(total / N, symbol), arrays)
        assert error_in_norm(grads[symbol.name], whole.reshape(grads[symbol.name].shape)) < 1e-13


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_the_type_that_is_asked_for_is_kept(kind: Any) -> None:
    net, x, y = instance(3, np.float64(0.1), dtype=kind, weight_scale=np.float64(0.5))
    loss, grads = net.loss(x, y)
    assert {a.dtype for a in (*grads.values(), *net.params.values(), net.loss(x))} == {np.dtype(kind)}
    assert isinstance(loss, float)


def test_weights_are_as_large_as_asked_and_biases_zero() -> None:
    net = FullyConnectedNet([200, 300], 100, 50, weight_scale=0.03, seed=1)
    for k, shape in enumerate([(100, 200), (200, 300), (300, 50)], 1):
        weights = net.params[f"W{k}"]
        assert weights.shape == shape and abs(weights.std() / 0.03 - 1) < 0.03 and abs(weights.mean()) < 1e-3
        assert (net.params[f"b{k}"] == 0).all() and net.params[f"b{k}"].shape == (shape[1],)


def test_seeds() -> None:
    one, two, other = (FullyConnectedNet([3], 4, 2, seed=seed).params["W1"] for seed in (1, 1, 2))
    assert (one == two).all() and not (one == other).any()
    np.random.seed(5)
    first = FullyConnectedNet([3], 4, 2).params["W1"]
    np.random.seed(5)
    assert (FullyConnectedNet([3], 4, 2).params["W1"] == first).all()


def test_two_layers() -> None:
    net = TwoLayerNet(input_dim=5, hidden_dim=4, num_classes=3, weight_scale=0.1, reg=0.5)
    assert {name: value.shape for name, value in net.params.items()} == {
        "W1": (5, 4), "b1": (4,), "W2": (4, 3), "b2": (3,)}  # fmt: skip
    assert {value.dtype for value in net.params.values()} == {np.dtype(float)} and net.reg == 0.5
    x, y = np.random.RandomState(0).standard_normal((6, 5)), np.arange(6) % 3
    _, grads = net.loss(x, y)
    for name, value in net.params.items():
        slopes = eval_numerical_gradient(lambda _: net.loss(x, y)[0], value, verbose=False)
        assert error_in_norm(grads[name], slopes) < CLOSE


def test_defaults_are_the_public_ones() -> None:
    assert [(p.name, p.default) for p in signature(TwoLayerNet).parameters.values()] == [
        ("input_dim", 3072), ("hidden_dim", 100), ("num_classes", 10), ("weight_scale", 1e-3), ("reg", 0.0),
    ]  # fmt: skip
    full = {p.name: p.default for p in signature(FullyConnectedNet).parameters.values()}
    assert next(iter(full)) == "hidden_dims"
    full.pop("hidden_dims")
    assert full == {"input_dim": 3072, "num_classes": 10, "reg": 0.0, "weight_scale": 1e-2, "dtype": np.float32,
                    "seed": None}  # fmt: skip


def test_examples_of_another_size_are_refused() -> None:
    net, x, y = instance(2)
    with pytest.raises(ShapeError, match="6 x 7, and should be 4 x 7"):
        net.loss(x[:, :, :2], y)
    with pytest.raises(ValueError, match="4 classes"):
        net.loss(x, y + 1)
