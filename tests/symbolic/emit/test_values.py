"""Generated code computes what the expression says: against `evaluate`, at many shapes, for every backend."""

from random import Random
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from numeric import evaluate
from numeric.rings import Undefined
from symbolic import to_numpy
from tests.symbolic import expressions as drawn
from tests.symbolic.emit import cases

CASES, SIZES = cases.CASES, cases.SIZES


def expected(expr: Any, env: dict[Any, Any]) -> np.ndarray:
    value = np.asarray(evaluate(expr, env))
    return value.reshape(()) if value.size == 1 else value


def squeezed(result: Any) -> np.ndarray:
    result = np.asarray(result)
    return result.reshape(()) if result.size == 1 else result


@pytest.mark.parametrize("name", CASES)
def test_every_node_at_every_shape(name: str) -> None:
    expr, rng = CASES[name], np.random.default_rng(1)
    args = cases.arguments(expr)
    f = to_numpy(expr, *args)
    for rows, columns in SIZES:
        env = cases.instance(rng, expr, rows, columns)
        try:
            value = expected(expr, env)
        except Undefined:  # log of a negative number
            continue
        result = f(*(env[a] for a in args))
        assert np.shape(result) in (value.shape, (1, 1), ())
        np.testing.assert_allclose(squeezed(result), value, rtol=1e-8, atol=1e-10, err_msg=f.source)


@settings(max_examples=120)
@given(seed=st.integers(0, 10**9), scalar=st.booleans())
def test_random_expressions(seed: int, scalar: bool) -> None:
    r = Random(seed)
    expr = drawn.scalar(r, 4, True) if scalar else drawn.matrix(r, r.choice([drawn.n, drawn.m]), drawn.n, 4, True)
    args = sorted(expr.free_symbols, key=str)
    f = to_numpy(expr, *args)
    env = drawn.instance(np.random.default_rng(seed), *r.choice(drawn.SIZES))
    value = expected(expr, {a: env[a] for a in args})
    result = squeezed(f(*(env[a] for a in args)))
    np.testing.assert_allclose(result, value, rtol=1e-6, atol=1e-8 * (1 + np.abs(value).max()), err_msg=f.source)


@settings(max_examples=40)
@given(seed=st.integers(0, 10**9))
def test_respelling_changes_nothing(seed: int) -> None:
    r = Random(seed)
    expr = drawn.scalar(r, 3)
    other = drawn.respell(r, expr)
    args = sorted(expr.free_symbols | other.free_symbols, key=str)
    env = drawn.instance(np.random.default_rng(seed), *r.choice(drawn.SIZES))
    one, two = to_numpy((expr, other), *args)(*(env[a] for a in args))
    np.testing.assert_allclose(one, two, rtol=1e-6, atol=1e-8 * (1 + abs(one)))


# Batches: the first two arguments that have numbers in them get a batch dimension.

BATCHED = [name for name in CASES if name not in ("an explicit matrix",)]


def batches(expr: Any, rows: int, columns: int) -> tuple[list[Any], list[Any], list[dict[Any, Any]], dict[Any, Any]]:
    """(arguments, those with batches, three instances, the three as one)."""
    rng = np.random.default_rng(2)
    args = cases.arguments(expr)
    chosen = [a for a in args if isinstance(a, sp.MatrixSymbol) or a == cases.lam][:2]
    envs = [cases.instance(rng, expr, rows, columns) for _ in range(3)]
    for env in envs:
        env |= {cases.lam: rng.uniform(0.5, 2)}
        env |= {a: envs[0][a] for a in args if a not in chosen}
    return args, chosen, envs, {a: np.stack([e[a] for e in envs]) if a in chosen else envs[0][a] for a in args}


@pytest.mark.parametrize("name", BATCHED)
def test_batches(name: str) -> None:
    expr = CASES[name]
    args, chosen, envs, together = batches(expr, 3, 2)
    f = to_numpy(expr, *args, batched=chosen)
    result = f(*(together[a] for a in args))
    for k, env in enumerate(envs):
        try:
            value = expected(expr, env)
        except Undefined:
            continue
        np.testing.assert_allclose(squeezed(result[k]) if chosen else result, value, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("batched", [False, True], ids=["", "batched"])
@pytest.mark.parametrize("library", ["jax", "torch"])
def test_other_libraries(library: str, batched: bool) -> None:
    module = cases.imported(library)
    if library == "jax":
        module.config.update("jax_enable_x64", True)
    convert = module.numpy.asarray if library == "jax" else module.as_tensor
    for name in BATCHED:
        expr = CASES[name]
        args, chosen, envs, together = batches(expr, 3, 2)
        f = to_numpy(expr, *args, backend=library, batched=chosen if batched else ())
        values = together if batched else envs[0]
        result = f(*(convert(values[a]) if isinstance(values[a], np.ndarray) else values[a] for a in args))
        first = np.asarray(result)[0] if batched and chosen else np.asarray(result)
        try:
            value = expected(expr, envs[0])
        except Undefined:
            continue
        np.testing.assert_allclose(squeezed(first), value, rtol=1e-8, atol=1e-10, err_msg=f"{name}\n{f.source}")


def test_rows_columns_and_numbers_in_batches() -> None:
    row, square, lam = sp.MatrixSymbol("r", 1, cases.n), cases.A, cases.lam
    f = to_numpy(lam * row * square, row, square, lam, batch=True)
    A = np.arange(16.0).reshape(4, 2, 2)
    for rows in (np.ones((4, 2)), np.ones((4, 1, 2))):
        np.testing.assert_allclose(f(rows, A, np.arange(4)), np.arange(4)[:, None, None] * A.sum(-2, keepdims=True))
    assert f(np.ones((3, 1, 2)), np.ones((5, 1, 2, 2)), np.ones(3)).shape == (5, 3, 1, 2)
    mixed = to_numpy([lam, cases.x.T * cases.x, square], cases.x, lam, square, batched=lam)
    assert [np.shape(r) for r in mixed(np.ones(2), np.arange(3), np.eye(2))] == [(3,), (3,), (3, 2, 2)]


def test_a_loss_can_be_traced_and_differentiated() -> None:
    jax, torch = cases.imported("jax"), cases.imported("torch")
    jax.config.update("jax_enable_x64", True)
    expr = cases.loss
    args = [cases.x, *(a for a in cases.arguments(expr) if a != cases.x)]
    env = cases.instance(np.random.default_rng(3), expr, 4, 3)
    values = [env[a] for a in args]
    slope = to_numpy(cases.CASES["its gradient"], *args)(*values)
    by_jax = jax.jit(jax.grad(to_numpy(expr, *args, backend="jax")))(*values)
    np.testing.assert_allclose(by_jax, slope, rtol=1e-10)
    tensors = [torch.as_tensor(v) if isinstance(v, np.ndarray) else v for v in values]
    by_torch = torch.func.grad(to_numpy(expr, *args, backend="torch"))(*tensors)
    np.testing.assert_allclose(by_torch.numpy(), slope, rtol=1e-10)
