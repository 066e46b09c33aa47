"""The layers of fully connected networks: each forward pass returns (out, cache), its backward pass takes that cache.

An array `x` of N examples may have any trailing shape; affine layers flatten each example. What runs are the derived
formulas of `symbolic.layers` (`numeric.networks.generated`); float32 stays float32. The names and arguments are those
of the assignments of Stanford's CS231n and Berkeley's CS182.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from numeric.networks.generated import functions
from symbolic.errors import ShapeError

Cache = tuple[Any, ...]


def affine_forward(x: Any, w: Any, b: Any) -> tuple[np.ndarray, Cache]:
    """X w + b for every example: x is (N, d1, ..., dk), w is (D, M) with D = d1 ... dk, b is (M,); out is (N, M).

    Raises ShapeError where the sizes disagree.

    >>> affine_forward(np.ones((2, 2, 3)), np.ones((6, 1)), np.array([0.5]))[0].ravel()
    array([6.5, 6.5])
    """
    x, w, b = floats(x), floats(w), floats(b)
    return functions().affine(rows_of(x), w, b.reshape(-1, 1)), (x, w, b)


def affine_backward(dout: Any, cache: Cache) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(dx, dw, db), each of the shape of what it belongs to, from the slopes `dout` (N, M) of the loss by the output.

    >>> _, cache = affine_forward([[1.0, 2.0]], [[3.0], [4.0]], [0.0])
    >>> affine_backward(np.array([[10.0]]), cache)
    (array([[30., 40.]]), array([[10.],
           [20.]]), array([10.]))
    """
    x, w, b = cache
    dx, dw, db = functions().affine_back(floats(dout), rows_of(x), w)
    return dx.reshape(x.shape), dw, db.reshape(b.shape)


def relu_forward(x: Any) -> tuple[np.ndarray, np.ndarray]:
    """max(0, x), entry by entry, for x of any shape.

    >>> relu_forward([-1.0, 2.0])[0]
    array([0., 2.])
    """
    x = floats(x)
    return functions().relu(x.reshape(1, -1)).reshape(x.shape), x


def relu_backward(dout: Any, cache: np.ndarray) -> np.ndarray:
    """`dout` where the input was positive, 0 elsewhere: also at an input of 0, where the slope is a convention.

    >>> relu_backward(np.array([5.0, 6.0, 7.0]), np.array([-1.0, 2.0, 0.0]))
    array([0., 6., 0.])
    """
    dout = floats(dout)
    if dout.shape != cache.shape:
        raise ShapeError(f"dout has the shape {dout.shape}, and the input of the ReLU had {cache.shape}.")
    return functions().relu_back(dout.reshape(1, -1), cache.reshape(1, -1)).reshape(cache.shape)


def affine_relu_forward(x: Any, w: Any, b: Any) -> tuple[np.ndarray, Cache]:
    """A ReLU after an affine layer.

    >>> affine_relu_forward([[1.0]], [[2.0, -2.0]], [0.0, 0.0])[0]
    array([[2., 0.]])
    """
    inner, affine_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(inner)
    return out, (affine_cache, relu_cache)


def affine_relu_backward(dout: Any, cache: Cache) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(dx, dw, db) of a ReLU after an affine layer.

    >>> out, cache = affine_relu_forward([[1.0]], [[2.0, -2.0]], [0.0, 0.0])
    >>> affine_relu_backward(np.ones_like(out), cache)[1]
    array([[1., 0.]])
    """
    affine_cache, relu_cache = cache
    return affine_backward(relu_backward(dout, relu_cache), affine_cache)


def softmax_loss(x: Any, y: Any) -> tuple[float, np.ndarray]:
    """The mean cross-entropy of the softmax of scores x (N, C) with the classes y (N,), and its gradient by x.

    The loss does not change when a number is added to all scores of an example: the largest is made 0, so that nothing
    overflows. Raises ShapeError, or ValueError for labels that are no classes.

    >>> loss, dx = softmax_loss([[1e4, 0.0], [0.0, 0.0]], [0, 1])
    >>> round(loss, 6), dx
    (0.346574, array([[ 0.  ,  0.  ],
           [ 0.25, -0.25]]))
    """
    x, targets = scored(x, y)
    return _loss(functions().softmax(x - x.max(axis=1, keepdims=True), targets))


def svm_loss(x: Any, y: Any) -> tuple[float, np.ndarray]:
    """The mean over the examples of sum max(0, 1 + x_j - x_y) over the wrong classes j, and its gradient by x (N, C).

    At a margin of exactly 0 the slope is taken to be 0. Raises as `softmax_loss` does.

    >>> svm_loss([[3.0, 1.0, 2.5]], [0])
    (0.5, array([[-1.,  0.,  1.]]))
    """
    x, targets = scored(x, y)
    return _loss(functions().svm(x, targets))


def one_hot(y: Any, classes: int, dtype: Any = float) -> np.ndarray:
    """Row i is 1 at class y[i] and 0 elsewhere. Raises ValueError for labels that are no classes.

    >>> one_hot([1, 0], 3)
    array([[0., 1., 0.],
           [1., 0., 0.]])
    """
    y = np.asarray(y)
    if y.dtype.kind not in "iu" and y.size:
        raise ValueError(f"labels are integers, the numbers of the classes, not {y.dtype}.")
    if (y.astype(np.uint64) >= classes).any():  # a negative label is a very large one
        raise ValueError(f"labels go from {y.min()} to {y.max()}, but there are {classes} classes: 0 to {classes - 1}.")
    table = np.zeros((y.size, classes), dtype)
    table[np.arange(y.size), y] = 1
    return table


def scored(x: Any, y: Any) -> tuple[np.ndarray, np.ndarray]:
    """Scores as an array, and classes as the one-hot matrix that belongs to them."""
    x, y = floats(x), np.asarray(y)
    if x.ndim != 2 or y.shape != x.shape[:1] or not x.size:
        raise ShapeError(f"scores of N examples in C classes are N x C with N labels, not {x.shape} and {y.shape}.")
    return x, one_hot(y, x.shape[1], x.dtype)


def floats(x: Any) -> np.ndarray:
    """An array of floating-point numbers; float32 stays."""
    x = np.asarray(x)
    return x if x.dtype.kind == "f" else x.astype(float)


def rows_of(x: np.ndarray) -> np.ndarray:
    """Examples of any shape as the rows of a matrix."""
    if x.ndim == 2:
        return x
    if x.ndim == 0:
        raise ShapeError("a batch of examples has at least one dimension, and this is a number.")
    return x.reshape(len(x), int(np.prod(x.shape[1:])))


def _loss(result: tuple[Any, np.ndarray]) -> tuple[float, np.ndarray]:
    return float(result[0]), result[1]


__all__ = [
    "affine_backward",
    "affine_forward",
    "affine_relu_backward",
    "affine_relu_forward",
    "one_hot",
    "relu_backward",
    "relu_forward",
    "softmax_loss",
    "svm_loss",
]
