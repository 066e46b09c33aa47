r"""The layers of fully connected networks, for a whole batch in matrix notation, and their backward passes, derived.

    affine     X W + 1 b'                        N examples of D features to C outputs; b is added to every row
    relu       max(0, Z), entry by entry
    softmax    (1' log(exp(S) 1) - tr(Y'S)) / N      the mean cross-entropy of the softmax of scores S with Y
    svm        1' max(0, M) 1 / N - 1                the mean multiclass hinge loss, M the margins
    l2         lambda/2 tr(W'W)                      a penalty on weights

Each row of `LAYERS` holds a forward pass only. The backward pass is what `gradient` makes of it: for a layer whose
output is a matrix, the gradient of tr(G' out), where G is the gradient of the loss by that output. Y holds the classes
one-hot: row i has a 1 at the class of example i, and 0 elsewhere.

Where max(0, z) has a kink it has no derivative; in a backward pass its slope there is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sympy import (
    Add,
    HadamardProduct,
    Heaviside,
    Lambda,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Max,
    OneMatrix,
    Rational,
    S,
    Symbol,
    Trace,
    Transpose,
    exp,
    log,
    symbols,
)

from symbolic.calculus import gradient
from symbolic.shapes import shape

N, D, C = symbols("N D C", integer=True, positive=True)
X = MatrixSymbol("X", N, D)
W = MatrixSymbol("W", D, C)
b = MatrixSymbol("b", C, 1)
Z = MatrixSymbol("Z", N, C)
scores = MatrixSymbol("S", N, C)
Y = MatrixSymbol("Y", N, C)
G = MatrixSymbol("G", N, C)
lam = Symbol("lambda", positive=True)

_z = Symbol("z", real=True)
_POSITIVE_PART = Lambda(_z, Max(0, _z))
_EXAMPLES, _CLASSES = OneMatrix(N, 1), OneMatrix(C, 1)


@dataclass(frozen=True)
class Layer:
    """One row: `forward` as an expression, by which of its symbols it is differentiated, where it is found.

    `upstream` is the gradient of the loss by the output, None for a scalar output; `constants` are its other symbols.
    """

    name: str
    title: str
    forward: Any
    inputs: tuple[Any, ...]
    source: str
    upstream: Any = None
    constants: tuple[Any, ...] = ()
    polynomial: bool = False

    @property
    def scalar(self) -> Any:
        """What is differentiated: tr(G' out), or the output itself where it is a scalar."""
        return self.forward if self.upstream is None else Trace(MatMul(Transpose(self.upstream), self.forward))

    @property
    def backward(self) -> MappingProxyType[Any, Any]:
        """The gradient of `scalar` by each input, derived when it is first asked for; the slope at a kink is 0.

        >>> dict(LAYERS["affine"].backward)
        {X: G*W.T, W: X.T*G, b: G.T*1}
        >>> LAYERS["l2"].backward[W]
        lambda*W
        """
        return _backward(self)

    @property
    def shapes(self) -> dict[Any, tuple[Any, Any]]:
        """The shape of every symbol, and under "out" that of the output.

        >>> LAYERS["affine"].shapes
        {X: (N, D), W: (D, C), b: (C, 1), G: (N, C), 'out': (N, C)}
        """
        others = () if self.upstream is None else (self.upstream,)
        named = {symbol: shape(symbol) for symbol in (*self.inputs, *self.constants, *others)}
        return {**named, "out": shape(self.forward)}


@lru_cache(maxsize=64)
def _backward(layer: Layer) -> MappingProxyType[Any, Any]:
    return MappingProxyType({by: flat_at_kinks(gradient(layer.scalar, by)) for by in layer.inputs})


def flat_at_kinks(expr: Any) -> Any:
    """`expr` with the slope of max(0, z) at z = 0, which no derivative gives, taken to be 0: the usual subgradient.

    >>> flat_at_kinks(gradient(Trace(Z.applyfunc(_POSITIVE_PART).T * Y), Z))
    HadamardProduct(Y, Lambda(_z, Heaviside(_z, 0)).(Z))
    """
    return expr.replace(Heaviside, lambda z, *at: Heaviside(z, 0))


def margins() -> Any:
    """By how much each score exceeds that of the example's own class, plus 1; in the own class this is 1.

    >>> margins().shape
    (N, C)
    """
    own = MatMul(HadamardProduct(scores, Y), _CLASSES)
    return MatAdd(scores, MatMul(MatAdd(_EXAMPLES, MatMul(S.NegativeOne, own)), Transpose(_CLASSES)))


_ROWS = (
    Layer(
        "affine",
        "affine layer",
        MatAdd(MatMul(X, W), MatMul(_EXAMPLES, Transpose(b))),
        (X, W, b),
        "Goodfellow, Bengio and Courville, Deep Learning, 6.5.6",
        upstream=G,
        polynomial=True,
    ),
    Layer(
        "relu",
        "rectifier",
        Z.applyfunc(_POSITIVE_PART),
        (Z,),
        "Goodfellow, Bengio and Courville, Deep Learning, 6.3.1",
        upstream=G,
    ),
    Layer(
        "softmax",
        "softmax with cross-entropy",
        Add(
            Trace(MatMul(Transpose(_EXAMPLES), MatMul(scores.applyfunc(exp), _CLASSES).applyfunc(log))),
            -Trace(MatMul(Transpose(Y), scores)),
        )
        / N,
        (scores,),
        "Bishop, Pattern Recognition and Machine Learning, eq. 4.108 and 4.109",
        constants=(Y,),
    ),
    Layer(
        "svm",
        "multiclass hinge loss",
        # In its own class an example has margin 1: it is counted, and taken off again.
        Trace(MatMul(Transpose(_EXAMPLES), margins().applyfunc(_POSITIVE_PART), _CLASSES)) / N - 1,
        (scores,),
        "Weston and Watkins, Support vector machines for multi-class pattern recognition, 1999",
        constants=(Y,),
    ),
    Layer(
        "l2",
        "penalty on weights",
        Rational(1, 2) * lam * Trace(MatMul(Transpose(W), W)),
        (W,),
        "Goodfellow, Bengio and Courville, Deep Learning, 7.1.1",
        constants=(lam,),
        polynomial=True,
    ),
)

LAYERS = MappingProxyType({row.name: row for row in _ROWS})

__all__ = ["LAYERS", "Layer", "flat_at_kinks", "margins"]
