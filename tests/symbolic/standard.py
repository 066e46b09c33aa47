"""Two independent readings of standard SymPy matrix expressions, and derivatives by steps.

`value` goes down the tree in NumPy, over the nodes that SymPy defines,
         and multiplies 2-D arrays strictly as they stand.
`by_sympy` leaves everything to SymPy: sizes become integers, matrices explicit, and then `doit` and `as_explicit`. What
the second cannot read is of no use to people who have SymPy only.
"""

from __future__ import annotations

from functools import reduce
from math import prod
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import Application
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom, BooleanFunction
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.blockmatrix import BlockDiagMatrix, BlockMatrix
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.slice import MatrixSlice
from sympy.matrices.expressions.special import OneMatrix

STEP = 1e-30  # of a complex step; nothing cancels
WIDE = 1e-3  # of central differences of the fourth order


WORDS: dict[type, Any] = {}  # rules of nodes that are not SymPy's, for those who want to read them too


class NotStandardError(Exception):
    """A node that this reader of SymPy's nodes does not know, or a sum or product that does not fit."""


def _larger(*values: Any) -> Any:
    return max(values, key=np.real)


def _smaller(*values: Any) -> Any:
    return min(values, key=np.real)


def _log(z: Any) -> Any:
    """Of a negative number the log of minus it: the slope is the same, and no branch is crossed."""
    return np.log(-z) if np.real(z) < 0 else np.log(z)


# At a complex number the real part decides, so that complex steps differentiate what has a kink.
FUNCTIONS = {
    "exp": np.exp, "log": _log, "sin": np.sin, "cos": np.cos,
    "tan": np.tan, "tanh": np.tanh, "sinh": np.sinh, "cosh": np.cosh, "atan": np.arctan, "Max": _larger,
             "Min": _smaller,
    "Abs": lambda z: z if np.real(z) >= 0 else -z,
    "sign": lambda z: np.sign(np.real(z)),
    "Heaviside": lambda z, at_zero=0.5: np.heaviside(np.real(z), np.real(at_zero)),
}  # fmt: skip
COMPARE = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal,
         "!=": np.not_equal}


def value(expr: Any, env: dict) -> Any:
    """The value of `expr`: a 2-D array for a matrix, a number otherwise; `env` holds the symbols, sizes included."""
    if expr in env:
        return env[expr]
    if isinstance(expr, (sp.Number, sp.NumberSymbol)):
        return float(expr)
    if type(expr) in WORDS:
        return WORDS[type(expr)](expr, env)
    for kinds, rule in _RULES:
        if isinstance(expr, kinds):
            return rule(expr, env)
    raise NotStandardError(f"{type(expr).__name__} is not a standard node")


def _whole(expr: Any, env: dict) -> int:
    number = value(sp.sympify(expr), env)
    if number != int(number):
        raise NotStandardError(f"{expr} is no whole number")
    return int(number)


def _shape(expr: Any, env: dict) -> tuple[int, ...]:
    return tuple(_whole(size, env) for size in expr.shape)


def _sum(expr: Any, env: dict) -> Any:
    body, *limits = expr.args
    name, low, high = limits[-1]
    terms = []
    for at in range(_whole(low, env), _whole(high, env) + 1):
        inner = {**env, name: at}
        terms.append(value(body if len(limits) == 1 else expr.func(body, *limits[:-1]), inner))
    return reduce(lambda a, b: a + b, terms) if terms else 0.0


def _product(expr: Any, env: dict) -> Any:
    body, (name, low, high) = expr.args
    return prod(value(body, {**env, name: at}) for at in range(_whole(low, env), _whole(high, env) + 1))


def _element(expr: Any, env: dict) -> Any:
    matrix, row, column = value(expr.args[0], env), _whole(expr.args[1], env), _whole(expr.args[2], env)
    if not (0 <= row < matrix.shape[0] and 0 <= column < matrix.shape[1]):
        raise NotStandardError(f"{expr} lies outside")
    return matrix[row, column]


def _slice(expr: Any, env: dict) -> Any:
    rows, columns = ([_whole(a, env) for a in side] for side in (expr.rowslice, expr.colslice))
    return value(expr.parent, env)[slice(*rows), slice(*columns)]


def _add(expr: Any, env: dict) -> Any:
    """A number may stand beside 1x1 matrices, and nothing else is broadcast."""
    values = [value(a, env) for a in expr.args]
    shapes = {np.shape(v) for v in values}
    if len(shapes) > 1 and shapes != {(), (1, 1)}:
        raise NotStandardError(f"shapes {[np.shape(v) for v in values]} in a sum")
    return reduce(lambda a, b: a + b, values)


def _mul(expr: Any, env: dict) -> Any:
    values = [value(a, env) for a in expr.args]
    numbers, matrices = [v for v in values if np.ndim(v) == 0], [v for v in values if np.ndim(v) == 2]
    scale = prod(numbers)
    return scale * reduce(lambda a, b: a @ b, matrices) if matrices else scale


def _pow(expr: Any, env: dict) -> Any:
    base, exponent = (value(a, env) for a in expr.args)
    if np.ndim(base) == 0:
        return base**exponent
    if base.shape == (1, 1):
        return base**exponent
    if exponent != int(np.real(exponent)):
        raise NotStandardError(f"{expr} is a root of a matrix")
    return np.linalg.matrix_power(base, int(np.real(exponent)))


def _applied(expr: Any, env: dict) -> Any:
    function, argument = expr.args
    name = sp.Dummy()
    body = function(name)
    inner = value(argument, env)
    return np.array([[value(body, {**env, name: z}) for z in line] for line in inner])


def _function(expr: Any, env: dict) -> Any:
    values = [value(a, env) for a in expr.args]
    name = expr.func.__name__
    if name not in FUNCTIONS:
        raise NotStandardError(f"the function {name}")
    if any(np.shape(v) not in ((), (1, 1)) for v in values):
        raise NotStandardError(f"{name} of a matrix")
    result = FUNCTIONS[name](*(v if np.ndim(v) == 0 else v[0, 0] for v in values))
    return np.full((1, 1), result) if any(np.ndim(v) for v in values) else result


def _piecewise(expr: Any, env: dict) -> Any:
    return next(value(e, env) for e, condition in expr.args if _holds(condition, env))


def _holds(condition: Any, env: dict) -> bool:
    if isinstance(condition, BooleanAtom):
        return bool(condition)
    if isinstance(condition, Relational):
        left, right = (np.real(value(a, env)) for a in condition.args)
        return bool(COMPARE[condition.rel_op](left, right))
    if isinstance(condition, BooleanFunction):
        parts = [_holds(a, env) for a in condition.args]
        return {"And": all, "Or": any, "Not": lambda given: not given[0]}[type(condition).__name__](parts)
    raise NotStandardError(f"the condition {condition}")


def _function_matrix(expr: Any, env: dict) -> Any:
    rows, columns = _shape(expr, env)
    return np.array([[value(expr.lamda(sp.Integer(a), sp.Integer(b)),
             env) for b in range(columns)] for a in range(rows)])


def _explicit(expr: Any, env: dict) -> Any:
    return np.array([[value(expr[a, b], env) for b in range(expr.cols)] for a in range(expr.rows)]).reshape(expr.shape)




def _block(expr: Any, env: dict) -> Any:
    table = expr.blocks
    return np.block([[np.atleast_2d(value(table[a, b], env)) for b in range(table.cols)] for a in range(table.rows)])


def _block_diagonal(expr: Any, env: dict) -> Any:
    blocks = [value(a, env) for a in expr.args]
    zero = lambda a, b: np.zeros((blocks[a].shape[0], blocks[b].shape[1]))  # noqa: E731
    n = range(len(blocks))
    return np.block([[blocks[a] if a == b else zero(a, b) for b in n] for a in n])


def _entrywise(operation: Any) -> Any:
    def rule(expr: Any, env: dict) -> Any:
        values = [value(a, env) for a in expr.args]
        if len({np.shape(v) for v in values if np.ndim(v)}) > 1:
            raise NotStandardError(f"shapes {[np.shape(v) for v in values]} in {type(expr).__name__}")
        return reduce(operation, values)

    return rule


def _of_one(operation: Any) -> Any:
    return lambda expr, env: operation(value(expr.args[0], env))


def _diagonal_matrix(matrix: Any) -> Any:
    return np.diag(matrix.ravel()) if 1 in matrix.shape else np.diag(np.diag(matrix))


_RULES: list[tuple[Any, Any]] = [
    (sp.Identity, lambda e, env: np.eye(_shape(e, env)[0])),
    (sp.ZeroMatrix, lambda e, env: np.zeros(_shape(e, env))),
    (OneMatrix, lambda e, env: np.ones(_shape(e, env))),
    (MatrixElement, _element),
    (MatrixSlice, _slice),
    (sp.Sum, _sum),
    (sp.Product, _product),
    (ElementwiseApplyFunction, _applied),
    (sp.FunctionMatrix, _function_matrix),
    (sp.MatrixBase, _explicit),
    (BlockDiagMatrix, _block_diagonal),
    (BlockMatrix, _block),
    ((sp.Add, sp.MatAdd), _add),
    ((sp.Mul, sp.MatMul), _mul),
    (sp.Transpose, _of_one(lambda z: z.T)),
    (sp.Inverse, _of_one(np.linalg.inv)),
    ((sp.Pow, sp.MatPow), _pow),
    (sp.Trace, _of_one(np.trace)),
    (sp.Determinant, _of_one(np.linalg.det)),
    (sp.HadamardProduct, _entrywise(lambda a, b: a * b)),
    (HadamardPower, _entrywise(lambda a, b: a**b)),
    (sp.KroneckerProduct, lambda e, env: reduce(np.kron, [value(a, env) for a in e.args])),
    (DiagMatrix, _of_one(lambda z: np.diag(z.ravel()))),
    (DiagonalMatrix, _of_one(_diagonal_matrix)),
    (DiagonalOf, _of_one(lambda z: np.diag(z)[:, None])),
    (sp.KroneckerDelta, lambda e, env: float(value(e.args[0], env) == value(e.args[1], env))),
    (sp.Piecewise, _piecewise),
    (Application, _function),
]


def by_sympy(expr: Any, env: dict) -> Any:
    """The value of `expr` by SymPy's own `doit` and `as_explicit`; NotStandardError where it gets stuck.

    Matrices are put in at once or entry by entry: SymPy can do some things only one way and some only another.
    """
    bound = {name for node in sp.preorder_traversal(expr) for name in getattr(node, "bound_symbols", ())}
    env = {a: v for a, v in env.items() if a not in bound}
    sizes = {a: sp.Integer(v) for a, v in env.items() if isinstance(v, int)}
    numbers = {a: sp.Float(float(v)) for a, v in env.items() if isinstance(v, float)}
    matrices = {a.xreplace(sizes): sp.ImmutableDenseMatrix(v) for a, v in env.items() if isinstance(a, sp.MatrixSymbol)}
    problem = ""
    for read in (_at_once, _traces_first, _by_entries):
        try:
            return _number(read(expr.xreplace({**sizes, **numbers}), matrices))
        except Exception as error:
            problem = problem or f"SymPy stops: {type(error).__name__}: {str(error)[:80]}"
    raise NotStandardError(problem)


def _at_once(sized: Any, matrices: dict) -> Any:
    return sized.xreplace(matrices).doit()


def _traces_first(sized: Any, matrices: dict) -> Any:
    """Traces and determinants of explicit matrices, which `doit` leaves standing when a sum with I is inside."""

    def explicit(e: Any) -> Any:
        return e.func(e.args[0].doit().as_explicit()).doit()

    return sized.xreplace(matrices).replace(lambda e: isinstance(e, (sp.Trace, sp.Determinant)), explicit).doit()


def _by_entries(sized: Any, matrices: dict) -> Any:
    entries = {a[p, q]: v[p, q] for a, v in matrices.items() for p in range(v.rows) for q in range(v.cols)}
    done = sized.doit()
    done = done.as_explicit() if isinstance(done, sp.MatrixExpr) else done
    return done.xreplace(entries).doit()


def _number(done: Any) -> Any:
    if isinstance(done, sp.MatrixExpr):
        done = done.as_explicit()
    if isinstance(done, sp.MatrixBase):
        return np.array(done.evalf().tolist(), dtype=float).reshape(done.shape)
    return float(done)


def flat(array: Any) -> np.ndarray:
    """vec: columns stacked."""
    return np.atleast_2d(np.asarray(array)).flatten(order="F")


def steps(at: np.ndarray | float, size: complex) -> Any:
    """A small step in each entry in turn, in the order of vec."""
    shape = np.shape(at)
    for position in range(int(np.prod(shape))):
        move = np.zeros(int(np.prod(shape)), dtype=complex)
        move[position] = size
        yield move.reshape(shape, order="F") if shape else move[0]


def slopes(function: Any, at: Any) -> np.ndarray:
    """d vec F / d (vec X)' of a Python function, by complex steps."""
    return np.stack([np.imag(flat(function(at + move))) / STEP for move in steps(at, 1j * STEP)], axis=1)


def differences(function: Any, at: Any) -> np.ndarray:
    """The same by central differences of the fourth order, for what has no complex values."""
    columns = []
    for move in steps(at, WIDE):
        move = np.real(move)
        near = flat(function(at + move)) - flat(function(at - move))
        far = flat(function(at + 2 * move)) - flat(function(at - 2 * move))
        columns.append((8 * near - far) / (12 * WIDE))
    return np.real(np.stack(columns, axis=1))


__all__ = ["WORDS", "NotStandardError", "by_sympy", "differences", "flat", "slopes", "value"]
