"""The functions that the networks run: written by `to_numpy` from the rows of `symbolic.layers`, once, on first use.

What runs backward is the derived backward pass; nothing here knows a derivative. `.source` shows the code:

    >>> print(functions().affine_back.source.splitlines()[-1].strip())
    return (G @ W.T, X.T @ G, G.T.sum(-1, keepdims=True))
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from symbolic.emit.function import to_numpy
from symbolic.layers import LAYERS, G, W, X, Y, Z, b, lam, scores


class Functions(NamedTuple):
    """One function a field. Rows are examples, `b` is a column, `Y` one-hot; the losses return (loss, gradient)."""

    affine: Any  # (X, W, b) -> output
    affine_back: Any  # (G, X, W) -> by X, by W, by b
    affine_parameters_back: Any  # (G, X) -> by W, by b
    relu: Any  # Z -> output
    relu_back: Any  # (G, Z) -> by Z
    softmax: Any  # (S, Y); S has to be shifted so that no row has large positive entries
    svm: Any  # (S, Y)
    l2: Any  # (W, lambda)


@lru_cache(maxsize=1)
def functions() -> Functions:
    """All of them; the first call derives and writes the code, which takes about half a second."""
    affine, relu, softmax, svm, l2 = (LAYERS[name] for name in ("affine", "relu", "softmax", "svm", "l2"))
    by_X, by_W, by_b = (affine.backward[s] for s in (X, W, b))
    return Functions(
        to_numpy(affine.forward, X, W, b, name="affine"),
        to_numpy((by_X, by_W, by_b), G, X, W, name="affine_back"),
        to_numpy((by_W, by_b), G, X, name="affine_parameters_back"),
        to_numpy(relu.forward, Z, name="relu"),
        to_numpy(relu.backward[Z], G, Z, name="relu_back"),
        to_numpy((softmax.forward, softmax.backward[scores]), scores, Y, name="softmax"),
        to_numpy((svm.forward, svm.backward[scores]), scores, Y, name="svm"),
        to_numpy((l2.forward, l2.backward[W]), W, lam, name="l2"),
    )


__all__ = ["Functions", "functions"]
