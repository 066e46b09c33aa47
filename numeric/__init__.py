"""Instances of claims: evaluation (floating point and exact), sampling, refutation, evidence, derivative checks.

    evaluate(expr, {symbol: array})      the value in floating point
    sample(exprs, given)                 an instance that satisfies hypotheses (orthogonal, an SVD, X'Xw = X'y)
    falsify(claim, given)                a small exact Counterexample, or None
    witness(claim, given)                exact instances with their error bound, float instances with their error
    check_derivative(f, x, result)       complex step or differences, and dual numbers modulo a prime
    FullyConnectedNet, Solver, ...       networks whose backward passes are derived: `numeric.networks`

One plan per expression and size runs over any ring of `numeric.rings` or `numeric.field`. A new node is one function in
`numeric.compile`, a new structure one row in `numeric.generators`, a new predicate one row in `numeric.predicates`.
The names of networks are loaded when they are first used: they bring the generator of code with them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from numeric.compile import compile_plan
from numeric.counterexample import Counterexample
from numeric.evaluate import evaluate
from numeric.falsify import falsify
from numeric.field import PrimeField
from numeric.gradients import DerivativeCheck, check_derivative
from numeric.rings import RATIONAL, REAL, DualRing, OutsideRing, Undefined
from numeric.sample import NoInstance, sample, svd_triple
from numeric.setting import size_patterns
from numeric.witness import Witness, witness

if TYPE_CHECKING:
    from numeric.networks import (
        FullyConnectedNet,
        Solver,
        TwoLayerNet,
        adam,
        affine_backward,
        affine_forward,
        affine_relu_backward,
        affine_relu_forward,
        eval_numerical_gradient,
        eval_numerical_gradient_array,
        relu_backward,
        relu_forward,
        rmsprop,
        sgd,
        sgd_momentum,
        softmax_loss,
        svm_loss,
    )

__all__ = [
    "RATIONAL",
    "REAL",
    "Counterexample",
    "DerivativeCheck",
    "DualRing",
    "FullyConnectedNet",
    "NoInstance",
    "OutsideRing",
    "PrimeField",
    "Solver",
    "TwoLayerNet",
    "Undefined",
    "Witness",
    "adam",
    "affine_backward",
    "affine_forward",
    "affine_relu_backward",
    "affine_relu_forward",
    "check_derivative",
    "compile_plan",
    "eval_numerical_gradient",
    "eval_numerical_gradient_array",
    "evaluate",
    "falsify",
    "relu_backward",
    "relu_forward",
    "rmsprop",
    "sample",
    "sgd",
    "sgd_momentum",
    "size_patterns",
    "softmax_loss",
    "svd_triple",
    "svm_loss",
    "witness",
]


def __getattr__(name: str) -> Any:
    if name in __all__ and name not in globals():
        globals()[name] = getattr(import_module("numeric.networks"), name)
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
