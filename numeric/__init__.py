"""Instances of claims: evaluation (floating point and exact), sampling, refutation, evidence, derivative checks.

    evaluate(expr, {symbol: array})      the value in floating point
    sample(exprs, given)                 an instance that satisfies hypotheses (orthogonal, an SVD, X'Xw = X'y)
    falsify(claim, given)                a small exact Counterexample, or None
    witness(claim, given)                exact instances with their error bound, float instances with their error
    check_derivative(f, x, result)       complex step or differences, and dual numbers modulo a prime

One plan per expression and size runs over any ring of `numeric.rings` or `numeric.field`. A new node is one function in
`numeric.compile`, a new structure one row in `numeric.generators`, a new predicate one row in `numeric.predicates`.
"""

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

__all__ = [
    "RATIONAL",
    "REAL",
    "Counterexample",
    "DerivativeCheck",
    "DualRing",
    "NoInstance",
    "OutsideRing",
    "PrimeField",
    "Undefined",
    "Witness",
    "check_derivative",
    "compile_plan",
    "evaluate",
    "falsify",
    "sample",
    "size_patterns",
    "svd_triple",
    "witness",
]
