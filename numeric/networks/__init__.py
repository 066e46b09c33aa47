"""Fully connected networks in NumPy, whose backward passes are derived, under the names that students know.

    affine_forward, affine_backward, relu_..., affine_relu_..., softmax_loss, svm_loss     layers
    TwoLayerNet, FullyConnectedNet                                                         networks
    Solver; sgd, sgd_momentum, rmsprop, adam                                               training
    eval_numerical_gradient, eval_numerical_gradient_array                                 checks by differences

The names and calls are those of the assignments on fully connected networks of Stanford's CS231n and Berkeley's CS182:
their notebook runs after `from numeric.networks import *`. The forward passes are rows of `symbolic.layers`; what runs
backward is generated from their derivatives.
"""

from numeric.networks.differences import eval_numerical_gradient, eval_numerical_gradient_array
from numeric.networks.layers import (
    affine_backward,
    affine_forward,
    affine_relu_backward,
    affine_relu_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
    svm_loss,
)
from numeric.networks.nets import FullyConnectedNet, TwoLayerNet
from numeric.networks.solver import Solver
from numeric.networks.update_rules import adam, rmsprop, sgd, sgd_momentum

__all__ = [
    "FullyConnectedNet",
    "Solver",
    "TwoLayerNet",
    "adam",
    "affine_backward",
    "affine_forward",
    "affine_relu_backward",
    "affine_relu_forward",
    "eval_numerical_gradient",
    "eval_numerical_gradient_array",
    "relu_backward",
    "relu_forward",
    "rmsprop",
    "sgd",
    "sgd_momentum",
    "softmax_loss",
    "svm_loss",
]
