"""Fully connected ReLU networks of any depth, their loss and its gradients."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from numeric.networks.generated import functions
from numeric.networks.layers import rows_of, softmax_loss


class FullyConnectedNet:
    """affine - ReLU - ... - affine - softmax, with len(hidden_dims) + 1 affine layers.

    `params` holds W1, b1, W2, b2, ...: weights are drawn from a normal distribution of standard deviation
    `weight_scale`, biases are 0, all of type `dtype`, and so is everything computed from them. With a `seed` the
    weights do not depend on anything else; without one NumPy's global generator is used, which `np.random.seed` sets.
    `reg` is the strength of the penalty reg/2 (sum of all squared weights); biases are free. `params` and `reg` are
    read anew at every call of `loss`.

    >>> net = FullyConnectedNet([4, 3], input_dim=2, num_classes=5, seed=0)
    >>> {name: value.shape for name, value in net.params.items()}
    {'W1': (2, 4), 'b1': (4,), 'W2': (4, 3), 'b2': (3,), 'W3': (3, 5), 'b3': (5,)}
    >>> net.loss(np.ones((7, 2))).shape, net.params["W1"].dtype
    ((7, 5), dtype('float32'))
    """

    def __init__(
        self,
        hidden_dims: Sequence[int],
        input_dim: int = 3 * 32 * 32,
        num_classes: int = 10,
        reg: float = 0.0,
        weight_scale: float = 1e-2,
        dtype: Any = np.float32,
        seed: int | None = None,
    ) -> None:
        self.reg = reg
        self.dtype = np.dtype(dtype)
        self.num_layers = len(hidden_dims) + 1
        normal = (np.random if seed is None else np.random.RandomState(seed)).standard_normal
        widths = [int(np.prod(input_dim)), *hidden_dims, num_classes]
        self.params: dict[str, np.ndarray] = {}
        for k, (fan_in, fan_out) in enumerate(pairwise(widths), 1):
            self.params[f"W{k}"] = (float(weight_scale) * normal((fan_in, fan_out))).astype(self.dtype)
            self.params[f"b{k}"] = np.zeros(fan_out, self.dtype)

    def loss(self, X: Any, y: Any = None) -> Any:
        """The scores of the examples X (N, d1, ..., dk) as N x C; with labels y (N,), the loss and its gradients.

        The loss is the mean softmax cross-entropy plus the penalty; the gradients are a dict with the keys and shapes
        of `params`. Raises ShapeError, or ValueError for labels that are no classes.
        """
        run = functions()
        given = rows_of(np.asarray(X).astype(self.dtype, copy=False))
        inputs, outputs = [], []
        for k in range(1, self.num_layers + 1):
            inputs.append(given)
            outputs.append(run.affine(given, self.params[f"W{k}"], self.params[f"b{k}"].reshape(-1, 1)))
            given = run.relu(outputs[-1]) if k < self.num_layers else outputs[-1]
        if y is None:
            return given
        loss, slope = softmax_loss(given, y)
        grads: dict[str, np.ndarray] = {}
        for k in range(self.num_layers, 0, -1):
            weights = self.params[f"W{k}"]
            if k > 1:
                down, by_weights, by_bias = run.affine_back(slope, inputs[k - 1], weights)
                slope = run.relu_back(down, outputs[k - 2])
            else:  # nobody asks for the slope by the examples
                by_weights, by_bias = run.affine_parameters_back(slope, inputs[0])
            if self.reg:
                penalty, pull = run.l2(weights, self.reg)
                loss += float(penalty)
                by_weights += pull
            grads[f"W{k}"], grads[f"b{k}"] = by_weights, by_bias.reshape(-1)
        return loss, grads


class TwoLayerNet(FullyConnectedNet):
    """affine - ReLU - affine - softmax in float64: a `FullyConnectedNet` with one hidden layer.

    >>> TwoLayerNet(input_dim=4, hidden_dim=3, num_classes=2).params["W2"].shape
    (3, 2)
    """

    def __init__(
        self,
        input_dim: int = 3 * 32 * 32,
        hidden_dim: int = 100,
        num_classes: int = 10,
        weight_scale: float = 1e-3,
        reg: float = 0.0,
    ) -> None:
        super().__init__([hidden_dim], input_dim, num_classes, reg, weight_scale, np.float64)


__all__ = ["FullyConnectedNet", "TwoLayerNet"]
