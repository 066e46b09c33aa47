"""Check a derivative against differences that know nothing of its rules, and exactly against dual numbers.

Floats: the complex step Im f(x + ih)/h with h = 1e-30 (a Hessian: central differences of that), or central differences
of fourth order in real arithmetic, at the best of three steps. Exact: the same expression run on pairs a + b*eps modulo
a 61-bit prime, where eps^2 = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy import Basic, MatrixSymbol

from numeric.compile import compile_plan
from numeric.directions import check_shapes, flat_given
from numeric.plan import OutsideRange, Plan
from numeric.rings import REAL, Undefined, Value, relative_error
from numeric.sample import NoInstance, Sampler
from numeric.setting import patterns_of, read_setting
from numeric.witness import Witness, witness
from symbolic.errors import UnsupportedError, WitnessError
from symbolic.nodes import Gradient, Hessian, Jacobian, is_single

_NODES = {"jacobian": Jacobian, "gradient": Gradient, "hessian": Hessian}
# Largest relative error that still passes, by method and order of derivative.
_TOLERANCE = {("complex step", 1): 1e-10, ("complex step", 2): 1e-7, ("differences", 1): 1e-5, ("differences", 2): 1e-4}
_STEPS = (1e-2, 2e-3, 2e-4)


@dataclass(frozen=True)
class DerivativeCheck:
    """Whether `result` is the derivative at the instances tried; true in a boolean context if it passes.

    error:     largest relative error in floating point, over all entries and instances
    method:    "complex step" or "differences"
    instances: float instances compared
    exact:     the exact evidence (`Witness`), or None if the expression has no exact values
    """

    claim: Any
    passes: bool
    error: float
    method: str
    instances: int
    exact: Witness | None

    def __bool__(self) -> bool:
        return self.passes

    def __str__(self) -> str:
        verdict = "agrees" if self.passes else "DISAGREES"
        text = f"{verdict} with {self.method} at {self.instances} instances, largest relative error {self.error:.1e}"
        if self.exact is None:
            return text + "; no exact evaluation (functions without exact values)"
        outcome = f"{self.exact.instances} exact instances" if self.exact.holds else "an exact instance disagrees"
        return f"{text}; {outcome}"


def check_derivative(
    expr: Any,
    wrt: Any,
    result: Any,
    kind: str = "jacobian",
    given: Iterable[Basic] = (),
    method: str = "complex step",
    seed: int = 0,
) -> DerivativeCheck:
    """Compare `result` with the `kind` ("jacobian", "gradient" or "hessian") of `expr` by the symbol `wrt`.

    Layouts are those of `symbolic`: the Jacobian of a scalar by a column is a row, the gradient has the shape of `wrt`.
    `method="differences"` uses real arithmetic only. Raises ShapeError if `result` does not have the shape of that
    derivative, UnsupportedError for unknown nodes, NoInstance if the expression is defined nowhere that was tried.

    >>> from sympy import MatrixSymbol, symbols
    >>> n = symbols("n", integer=True, positive=True)
    >>> A, x = MatrixSymbol("A", n, n), MatrixSymbol("x", n, 1)
    >>> bool(check_derivative(x.T*A*x, x, x.T*(A + A.T)))
    True
    >>> print(check_derivative(x.T*A*x, x, 2*x.T*A).passes)
    False
    """
    if kind not in _NODES:
        raise UnsupportedError(f"a derivative is a jacobian, a gradient or a hessian, not {kind!r}")
    if not (isinstance(wrt, MatrixSymbol) or is_single(wrt)):
        raise UnsupportedError(f"derivatives are taken by a matrix, a scalar symbol or an entry, not by {wrt}")
    if is_single(wrt) and kind == "gradient":
        kind = "jacobian"
    node = _NODES[kind](expr, wrt)
    claim = sp.Eq(node, result, evaluate=False)
    given = tuple(flat_given(given))
    check_shapes(claim, given)
    instances, error = _float_errors(claim, given, method, seed)
    if not instances:
        raise NoInstance(f"{expr} could not be evaluated at any instance tried")
    exact: Witness | None = witness(claim, given, seed=seed)
    if exact.ring == "floats":
        exact = None
    passes = error < _TOLERANCE[method, 2 if kind == "hessian" else 1] and (exact is None or exact.holds)
    return DerivativeCheck(claim, passes, error, method, instances, exact)


def attest(expr: Any, wrt: Any, result: Any, kind: str) -> str:
    """In words: what exact dual numbers, complex steps and differences say of this derivative; a witness of `symbolic`.

    Raises WitnessError, with the instance, where they disagree with it. What cannot be evaluated is not checked, and
    that is said.
    """
    try:
        seen = check_derivative(expr, wrt, result, kind)
    except (NoInstance, UnsupportedError) as error:
        return f"not checked: {error}"
    if seen:
        return str(seen)
    again = check_derivative(expr, wrt, result, kind, method="differences", seed=1)
    if again and (seen.exact is None or seen.exact.holds):  # one of the two lost its digits near a singular point
        return str(again)
    raise WitnessError(f"the {kind} of {expr} by {wrt} is not {result}: it {seen}")


def _float_errors(claim: Any, given: tuple[Basic, ...], method: str, seed: int) -> tuple[int, float]:
    """(instances, largest relative error)."""
    setting, rng = read_setting([claim], given), Random(seed)
    node, result = claim.lhs, claim.rhs
    count, worst = 0, 0.0
    for sizes in patterns_of(setting.sizes, 5):
        indices = setting.index_choices(sizes)[0]
        sampler = Sampler(setting, REAL, sizes, indices)
        exprs = [node, result] if method == "complex step" else [node.args[0], result]
        try:
            plan = compile_plan(exprs, sizes, REAL, indices)
        except OutsideRange:  # an entry that is named does not exist at these sizes
            continue
        for _ in range(3):
            try:
                env = sampler.random(rng)
                found, expected = plan(env)
                if method == "complex step":
                    error = relative_error(found, expected)
                else:
                    error = min(relative_error(_differences(node, plan, env, h), expected) for h in _STEPS)
            except Undefined:
                continue
            count, worst = count + 1, max(worst, error)
    return count, worst


def _differences(node: Any, plan: Plan, env: dict[Basic, Value], h: float) -> Value:
    """The derivative that `node` stands for, from values of the first output alone; laid out as `symbolic` defines."""
    wrt, shape = node.args[1], plan.shapes[1]

    def f(at: dict[Basic, Value]) -> Value:
        return plan(at)[0]

    if isinstance(node, Hessian):
        first = _jacobian(lambda e: _jacobian(f, e, wrt, h).T, env, wrt, h)
    else:
        first = _jacobian(f, env, wrt, h)
    return first.reshape(shape, order="F") if shape != (1, 1) else first[0, 0]


def _jacobian(f: Callable[[Any], Value], env: dict[Basic, Value], wrt: Basic, h: float) -> NDArray[Any]:
    """d vec f / d (vec x)^T by fourth-order central differences."""
    x = np.asarray(env[wrt], dtype=float)
    columns = []
    for place in np.ndindex(*reversed(x.shape)):  # column by column
        unit = np.zeros_like(x)
        unit[tuple(reversed(place))] = h
        near = np.asarray(f({**env, wrt: x + unit})) - np.asarray(f({**env, wrt: x - unit}))
        far = np.asarray(f({**env, wrt: x + 2 * unit})) - np.asarray(f({**env, wrt: x - 2 * unit}))
        columns.append(((8 * near - far) / (12 * h)).ravel(order="F"))
    return np.array(columns).T
