"""What becomes of a row: right, refused, wrong, or right in nodes that a standard evaluator does not know."""

from __future__ import annotations

import signal
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from symbolic.calculus import differential, gradient, hessian, jacobian
from symbolic.errors import UnsupportedError
from symbolic.nodes import Commutation, MatrixSum, Vec
from tests.symbolic.problems import rows
from tests.symbolic.problems.rows import Row
from tests.symbolic.standard import WORDS, NotStandardError, by_sympy, differences, flat, slopes, value

OPERATIONS = {"gradient": gradient, "jacobian": jacobian, "hessian": hessian, "differential": differential}
SHAPES = {  # m, n, p, q
    "any": [(3, 2, 4, 2), (2, 3, 1, 3), (1, 1, 2, 1)],
    "tall": [(4, 2, 3, 2), (3, 3, 1, 2), (2, 1, 1, 1)],
    "wide": [(2, 4, 3, 2), (3, 3, 1, 2), (1, 2, 1, 1)],
    "few p": [(3, 4, 2, 1), (2, 3, 3, 2), (2, 1, 1, 1)],  # p is at most n
}
SMALL = (2, 2, 1, 2)
EXPONENT = 3
FOREIGN = {"PermuteDims", "ArrayDerivative", "ArrayTensorProduct", "ArrayContraction", "ArrayDiagonal", "ArrayAdd"}


class Verdict(NamedTuple):
    """`status`: right, refused, wrong, or foreign (right, but not in SymPy's own nodes)."""

    status: str
    detail: str = ""
    answer: Any = None


def answer(row: Row) -> Any:
    """What the engine says; UnsupportedError where it refuses."""
    by = row.by if isinstance(row.by, tuple) else (row.by,)
    more = {"structure": row.structure} if row.structure else {}
    try:
        return OPERATIONS[row.operation](row.expr, *by, **more)
    except TypeError as error:
        if "argument" in str(error):  # of an operation that does not take two variables, or a structure
            raise UnsupportedError(str(error)) from error
        raise


def instance(row: Row, shape: tuple[int, int, int, int]) -> dict:
    """Values for every symbol of the row; a square matrix is near the identity, so that determinants are positive."""
    rng = np.random.default_rng(crc32(row.id.encode()))
    env: dict = dict(zip((rows.m, rows.n, rows.p, rows.q), shape, strict=True))
    env[rows.k] = EXPONENT
    involved = [e for e in (row.expr, row.printed, row.misprint, *(row.by if isinstance(row.by, tuple) else (row.by,)))
                if isinstance(e, sp.Basic)]  # fmt: skip
    for symbol in sorted({a for e in involved for a in e.atoms(sp.Symbol)} - env.keys(), key=str):
        if symbol.is_integer:
            together = shape == SHAPES[row.shapes][0]  # there all indices are one, so that deltas are seen
            env[symbol] = 0 if min(shape[:2]) == 1 else 1 if together else int(rng.integers(2))
        else:
            env[symbol] = float(rng.uniform(0.6, 1.4))
    matrices = {a for e in involved for a in e.atoms(sp.MatrixSymbol)}
    for matrix in sorted(matrices, key=lambda a: (str(a), str(a.shape))):
        size = [int(value(sp.sympify(k), env)) for k in matrix.shape]
        kind = row.structure if row.structure and matrix == row.by else row.draws.get(matrix, "")
        env[matrix] = draw(rng, size, kind or ("square" if matrix.shape[0] == matrix.shape[1] else ""))
    return env


def draw(rng: np.random.Generator, size: list[int], kind: str) -> np.ndarray:
    """A matrix of this size and kind."""
    normal = rng.normal(size=size)
    if kind == "square":
        return np.eye(size[0]) + 0.3 * normal
    if kind == "symmetric":
        return np.eye(size[0]) + 0.2 * (normal + normal.T)
    if kind == "definite":
        return np.eye(size[0]) + 0.3 * normal @ normal.T
    if kind == "diagonal":
        return np.diag(1 + 0.3 * rng.uniform(size=size[0]))
    if kind == "toeplitz":
        return np.eye(size[0]) + 0.2 * np.array([[normal.flat[(b - a) % normal.size] for b in range(size[0])]
                                                 for a in range(size[0])])  # fmt: skip
    if kind == "positive":
        return rng.uniform(0.3, 1.3, size=size)
    if kind == "small":
        return 0.2 * normal
    if kind == "binary":
        return rng.integers(2, size=size).astype(float)
    if kind == "signs":
        return np.where(normal > 0, 1.0, -1.0)
    if kind == "onehot":
        return np.eye(size[1])[rng.integers(size[1], size=size[0])]
    return 0.7 * normal


def reference(row: Row, env: dict) -> np.ndarray:
    """The derivative of the original function by small steps, flattened as the answer will be."""
    x, *other = row.by if isinstance(row.by, tuple) else (row.by,)
    if row.operation == "differential":
        return slope(row.expr, x, env) @ flat(env[other[0]])
    if row.operation == "hessian":
        y = other[0] if other else x
        inner = lambda at: slope(row.expr, x, {**env, whole(y): at})[0]  # noqa: E731
        return select(differences(inner, env[whole(y)]), y, env)
    if row.structure:
        return structured(slope(row.expr, x, env)[0].reshape(np.shape(env[x]), order="F"), row.structure)
    return slope(row.expr, x, env)


def whole(x: Any) -> Any:
    """The symbol of which x is an entry, or x."""
    return x.args[0] if isinstance(x, MatrixElement) else x


def slope(f: Any, x: Any, env: dict) -> np.ndarray:
    found = slopes(lambda at: value(f, {**env, whole(x): at}), env[whole(x)])
    return select(found, x, env)


def select(columns: np.ndarray, x: Any, env: dict) -> np.ndarray:
    if not isinstance(x, MatrixElement):
        return columns
    row, column = (int(value(a, env)) for a in x.args[1:])
    place = column * env[x.args[0]].shape[0] + row
    return columns[:, place : place + 1]


def structured(free: np.ndarray, structure: str) -> np.ndarray:
    """The derivative by the free entries of a structured matrix, each counted at every place it stands (138)."""
    if structure == "symmetric":
        return free + free.T - np.diag(np.diag(free))
    if structure == "diagonal":
        return np.diag(np.diag(free))
    n = len(free)
    return np.array([[np.trace(free, offset=b - a) for b in range(n)] for a in range(n)])


def close(got: Any, expected: np.ndarray, tolerance: float) -> bool:
    got, expected = flat(got), flat(expected)
    if got.shape != expected.shape:
        return False
    return bool(np.all(np.abs(got - expected) <= tolerance * (1 + np.abs(expected).max(initial=0))))


def _commutation(word: Any, env: dict) -> np.ndarray:
    m, n = (int(value(a, env)) for a in word.args)
    return np.eye(m * n).reshape(n, m, n * m).transpose(1, 0, 2).reshape(m * n, m * n)


def _matrix_sum(word: Any, env: dict) -> np.ndarray:
    body, *limits = word.args
    name, low, high = limits[-1]
    inner = body if len(limits) == 1 else MatrixSum(body, *limits[:-1])
    names = range(int(value(low, env)), int(value(high, env)) + 1)
    return sum((value(inner, {**env, name: at}) for at in names), np.zeros([int(value(a, env)) for a in word.shape]))


# What answers may hold beside SymPy's nodes.
WORDS.update({Vec: lambda word, env: flat(value(word.args[0], env))[:, None], Commutation: _commutation,
              MatrixSum: _matrix_sum})  # fmt: skip


def agrees(row: Row, expr: Any, shape: tuple[int, int, int, int]) -> str:
    """Empty where `expr` has the value of the derivative; else what is amiss."""
    env = instance(row, shape)
    expected = reference(row, env)
    try:
        got = value(expr, env)
    except NotStandardError as error:
        return f"unreadable: {error}"
    tolerance = 1e-6 if row.operation == "hessian" else 1e-8
    wanted = proper_shape(row, env, np.shape(expected))
    if np.shape(got) not in (wanted, () if wanted == (1, 1) else wanted):
        return f"shape {np.shape(got)} for {wanted} at m, n, p, q = {shape}"
    if close(got, expected, tolerance):
        return ""
    return f"is {np.round(flat(got), 4)[:6]}, should be {np.round(flat(expected), 4)[:6]} at m, n, p, q = {shape}"


def proper_shape(row: Row, env: dict, flat_shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that the convention gives the answer."""
    x = row.by[0] if isinstance(row.by, tuple) else row.by
    if row.operation == "gradient":
        return np.shape(env[x]) if isinstance(x, sp.MatrixSymbol) else (1, 1)
    if row.operation == "differential" or (row.operation == "jacobian" and not isinstance(x, sp.MatrixSymbol)):
        original = np.shape(value(row.expr, env))
        return original if original else (1, 1)
    return flat_shape


def judge(row: Row, shapes: Any = None) -> Verdict:
    """The verdict on the engine's answer at these shapes, or at all."""
    try:
        got = answer(row)
    except UnsupportedError as error:
        return Verdict("refused", str(error))
    except Exception as error:
        return Verdict("wrong", f"{type(error).__name__}: {error}")
    names = {type(node).__name__ for node in sp.preorder_traversal(got)}
    if names & FOREIGN:
        return Verdict("wrong", f"array nodes: {names & FOREIGN}", got)
    shapes = shapes or SHAPES[row.shapes]
    for shape in shapes:
        if amiss := agrees(row, got, shape):
            return Verdict("wrong", amiss, got)
    if row.printed is not None:
        for shape in shapes:
            if amiss := agrees(row, row.printed, shape):
                return Verdict("wrong", f"the printed answer {amiss}", got)
    return Verdict("right", "", got)


def digestible(row: Row, got: Any) -> str:
    """Empty where SymPy alone has the value of the answer, or not even one of the question; else what stops it."""
    env = instance(row, SMALL)
    try:
        by_itself = by_sympy(got, env)
    except NotStandardError as error:
        return str(error) if _has_value(row.expr, env) else ""
    return "" if close(by_itself, value(got, env), 1e-7) else "SymPy has another value"


def _has_value(expr: Any, env: dict) -> bool:
    try:
        by_sympy(expr, env)
    except NotStandardError:
        return False
    return True


class SlowError(BaseException):
    """A row that takes too long; nothing on the way may take this for a failure of its own."""


def within(seconds: int, function: Any, *args: Any) -> Any:
    """function(*args), or SlowError when it takes longer."""

    def ring(*_: Any) -> None:
        raise SlowError(f"more than {seconds} s")

    previous = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        return function(*args)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, previous)


__all__ = ["SHAPES", "SlowError", "Verdict", "agrees", "answer", "digestible", "instance", "judge", "reference",
         "within"]
