"""A second, deliberately plain evaluator of SymPy matrix expressions, and derivatives of it by complex steps.

It knows only standard nodes and multiplies 2-D arrays strictly as they stand, so an answer that it evaluates needs no
tolerance for 1x1 matrices.
"""

from __future__ import annotations

from functools import reduce
from itertools import product as cartesian
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import Application
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.blockmatrix import BlockMatrix
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.slice import MatrixSlice
from sympy.matrices.expressions.special import OneMatrix

from symbolic.nodes import Commutation, Gradient, Hessian, Jacobian, Vec

STEP = 1e-30
# Max, Abs and Heaviside at a complex number: decided by the real part, so that a complex step differentiates them.
FUNCTIONS = {
    "exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos, "tanh": np.tanh,
    "Max": lambda a, b: a if np.real(a) >= np.real(b) else b,
    "Abs": lambda a: a if np.real(a) >= 0 else -a,
    "sign": lambda a: np.sign(np.real(a)),
    "Heaviside": lambda a, at_zero=0.5: np.heaviside(np.real(a), np.real(at_zero)),
}  # fmt: skip


def evaluate(expr: Any, env: dict) -> Any:
    """The value of `expr`: a 2-D array for a matrix, a number for a scalar; `env` holds symbols, sizes included."""
    if expr in env:
        return env[expr]
    size = lambda n: int(n.subs({k: v for k, v in env.items() if isinstance(v, int)}))  # noqa: E731
    args = expr.args
    if isinstance(expr, MatrixSlice):
        cuts = [slice(*(int(evaluate(end, env)) for end in cut)) for cut in args[1:]]
        return evaluate(args[0], env)[cuts[0], cuts[1]]
    if isinstance(expr, BlockMatrix):
        return np.block([[evaluate(e, env) for e in expr.blocks[p, :]] for p in range(expr.blocks.rows)])
    if isinstance(expr, (sp.Number, sp.NumberSymbol)):
        return float(expr)
    if isinstance(expr, sp.Sum):
        body, *limits = args
        ranges = [range(int(evaluate(low, env)), int(evaluate(high, env)) + 1) for _, low, high in limits]
        names = [limit[0] for limit in limits]
        return sum(evaluate(body, {**env, **dict(zip(names, at, strict=True))}) for at in cartesian(*ranges))
    if isinstance(expr, MatrixElement):
        return evaluate(args[0], env)[int(evaluate(args[1], env)), int(evaluate(args[2], env))]
    if isinstance(expr, (sp.Identity, sp.ZeroMatrix, OneMatrix)):
        make = {sp.Identity: np.eye, sp.ZeroMatrix: np.zeros, OneMatrix: np.ones}[type(expr)]
        shape = [size(n) for n in expr.shape]
        return make(shape[0]) if make is np.eye else make(shape)
    if isinstance(expr, Commutation):
        m, n = (size(a) for a in args)
        return np.eye(m * n).reshape(n, m, n * m).transpose(1, 0, 2).reshape(m * n, m * n)
    if isinstance(expr, sp.KroneckerDelta):
        return int(evaluate(args[0], env) == evaluate(args[1], env))
    if isinstance(expr, sp.Derivative):
        body, (variable, _) = args
        base, *at = variable.args if isinstance(variable, MatrixElement) else (variable,)
        along = slopes(body, base, env)
        where = [int(evaluate(a, env)) for a in at]
        return along[0, where[1] * np.shape(env[base])[0] + where[0] if where else 0]
    if isinstance(expr, (Jacobian, Hessian)):
        if isinstance(expr, Gradient):
            return slopes(expr.expr, expr.wrt, env).reshape(np.shape(env[expr.wrt]), order="F")
        assert not isinstance(expr, Hessian)
        return slopes(expr.expr, expr.wrt, env)
    if isinstance(expr, ElementwiseApplyFunction):
        function, argument = args
        inner = evaluate(argument, env)
        name = sp.Dummy()
        body = function(name)
        return np.array([[evaluate(body, {**env, name: z}) for z in line] for line in inner])
    if isinstance(expr, sp.MatrixBase):
        return np.array([[evaluate(e, env) for e in expr.row(p)] for p in range(expr.rows)])
    values = [evaluate(a, env) for a in args]
    if isinstance(expr, (sp.Add, sp.MatAdd)):
        return reduce(lambda a, b: a + b, values)
    if isinstance(expr, sp.MatMul):
        scalars = [v for v in values if np.ndim(v) == 0]
        return np.prod(scalars) * reduce(lambda a, b: a @ b, [v for v in values if np.ndim(v) == 2])
    if isinstance(expr, sp.Mul):
        return reduce(lambda a, b: a * b, values)
    if isinstance(expr, sp.Transpose):
        return values[0].T
    if isinstance(expr, sp.Inverse):
        return np.linalg.inv(values[0])
    if isinstance(expr, sp.Trace):
        return np.trace(values[0])
    if isinstance(expr, sp.Determinant):
        return np.linalg.det(values[0])
    if isinstance(expr, sp.MatPow):
        return values[0] ** values[1] if values[0].size == 1 else np.linalg.matrix_power(values[0], int(values[1]))
    if isinstance(expr, sp.Pow):
        return values[0] ** values[1]
    if isinstance(expr, sp.HadamardProduct):
        return reduce(lambda a, b: a * b, values)
    if isinstance(expr, HadamardPower):
        return values[0] ** values[1]
    if isinstance(expr, DiagMatrix):
        return np.diag(values[0].ravel())
    if isinstance(expr, DiagonalOf):
        return np.diag(values[0])[:, None]
    if isinstance(expr, sp.KroneckerProduct):
        return reduce(np.kron, values)
    if isinstance(expr, Application):
        return FUNCTIONS[str(expr.func)](*values)
    if isinstance(expr, Vec):
        return values[0].reshape(-1, 1, order="F")
    raise NotImplementedError(type(expr))


def flat(value: Any) -> np.ndarray:
    """vec: columns stacked."""
    return np.atleast_2d(np.asarray(value)).flatten(order="F")


def slopes(f: Any, x: Any, env: dict, step: complex = 1j * STEP) -> np.ndarray:
    """d vec f / d (vec x)', column by column, by complex steps (central differences for a real step)."""
    at = np.asarray(env[x])
    columns = []
    for k in range(at.size):
        move = np.zeros(at.size, dtype=complex)
        move[k] = step
        move = move.reshape(at.shape, order="F") if at.ndim else move[0]
        up = flat(evaluate(f, {**env, x: at + move}))
        if np.imag(step):
            columns.append(np.imag(up) / np.imag(step))
        else:
            down = flat(evaluate(f, {**env, x: at - move}))
            columns.append(np.real(up - down) / (2 * np.real(step)))
    return np.stack(columns, axis=1)
