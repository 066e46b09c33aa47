"""Gradients and Hessians by `to_numpy` against automatic differentiation and against code written by hand.

    python benchmarks/emitted.py [--quick] [--plot FILE]

Every contender computes the same array from the same float64 arrays; results are compared before anything is timed.
They take turns, so that a busy machine slows all of them; shown are medians of times, and the median over short turns
of the ratio to the code written by hand, which is the best NumPy that we know. JAX is jitted, torch is torch.func,
autograd is HIPS autograd, all on the CPU. A contender that is not installed is left out.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from statistics import median
from typing import Any

import numpy as np
import sympy as sp
from sympy import HadamardProduct, Lambda, MatrixSymbol, OneMatrix, Symbol, Trace, symbols

from symbolic import gradient, hessian, to_numpy
from symbolic.errors import PushthroughError

n, d, k, h = symbols("n d k h", integer=True, positive=True)
X, y, w = MatrixSymbol("X", n, d), MatrixSymbol("y", n, 1), MatrixSymbol("w", d, 1)
A, Y, U, V = MatrixSymbol("A", d, d), MatrixSymbol("Y", n, d), MatrixSymbol("U", n, k), MatrixSymbol("V", d, k)
W, v = MatrixSymbol("W", d, h), MatrixSymbol("v", h, 1)
lam, t = Symbol("lambda", positive=True), Symbol("t", real=True)
ridge = Trace((y - X * w).T * (y - X * w)) + lam * Trace(w.T * w)
quadratic = Trace(w.T * A * w)
softplus = Lambda(t, sp.log(1 + sp.exp(t)))
logistic = Trace(OneMatrix(1, n) * (-HadamardProduct(y, X * w)).applyfunc(softplus)) + lam * Trace(w.T * w) / 2
factorisation = Trace((Y - U * V.T).T * (Y - U * V.T)) + lam * Trace(U.T * U)
residual = (X * W).applyfunc(sp.tanh) * v - y
network = Trace(residual.T * residual)


# The losses once more, for automatic differentiation: `np` is the array module.


def ridge_loss(np: Any, w: Any, X: Any, y: Any, lam: float) -> Any:
    r = y - X @ w
    return (r * r).sum() + lam * (w * w).sum()


def quadratic_loss(np: Any, w: Any, A: Any) -> Any:
    return (w * (A @ w)).sum()


def logistic_loss(np: Any, w: Any, X: Any, y: Any, lam: float) -> Any:
    z = -y * (X @ w)
    return np.logaddexp(z, np.zeros_like(z)).sum() + lam * (w * w).sum() / 2


def factorisation_loss(np: Any, U: Any, V: Any, Y: Any, lam: float) -> Any:
    R = Y - U @ V.T
    return (R * R).sum() + lam * (U * U).sum()


def network_loss(np: Any, W: Any, v: Any, X: Any, y: Any) -> Any:
    r = np.tanh(X @ W) @ v - y
    return (r * r).sum()


# Gradients and Hessians by hand.


def ridge_gradient(w, X, y, lam):
    return 2 * (X.T @ (X @ w - y) + lam * w)


def ridge_hessian(w, X, y, lam):
    H = 2 * (X.T @ X)
    H.flat[:: len(H) + 1] += 2 * lam
    return H


def quadratic_gradient(w, A):
    return A @ w + A.T @ w


def quadratic_hessian(w, A):
    return A + A.T


def logistic_gradient(w, X, y, lam):
    p = 1 / (1 + np.exp(y * (X @ w)))
    return lam * w - X.T @ (y * p)


def logistic_hessian(w, X, y, lam):
    p = 1 / (1 + np.exp(y * (X @ w)))
    H = X.T @ (y * y * p * (1 - p) * X)
    H.flat[:: len(H) + 1] += lam
    return H


def factorisation_gradient(U, V, Y, lam):
    return 2 * (U @ (V.T @ V) - Y @ V + lam * U)


def factorisation_hessian(U, V, Y, lam):
    (n, k), G = U.shape, 2 * (V.T @ V)
    G.flat[:: k + 1] += 2 * lam
    H, i = np.zeros((k, n, k, n)), np.arange(n)
    H[:, i, :, i] = G
    return H.reshape(k * n, k * n)


def network_gradient(W, v, X, y):
    H = np.tanh(X @ W)
    r = H @ v - y
    return 2 * (X.T @ ((r * v.T) * (1 - H * H)))


def network_hessian(W, v, X, y):
    (n, d), h = X.shape, len(v)
    T = np.tanh(X @ W)
    S = (1 - T * T) * v.T
    J = (S[:, :, None] * X[:, None, :]).reshape(n, h * d)
    H = (2 * (J.T @ J)).reshape(h, d, h, d)
    curved = -4 * (T @ v - y) * T * S
    for a in range(h):
        H[a, :, a, :] += X.T @ (curved[:, a : a + 1] * X)
    return H.reshape(h * d, h * d)


@dataclass(frozen=True)
class Problem:
    name: str
    loss: Any
    wrt: Any
    inputs: tuple[Any, ...]
    plain: Callable[..., Any]
    gradient: Callable[..., Any]
    hessian: Callable[..., Any]
    sizes: Callable[[int], dict[Any, int]]
    hessian_sizes: Callable[[int], dict[Any, int]] | None = None


PROBLEMS = (
    Problem("ridge", ridge, w, (X, y, lam), ridge_loss, ridge_gradient, ridge_hessian, lambda s: {n: s, d: s // 2}),
    Problem(
        "quadratic form", quadratic, w, (A,), quadratic_loss, quadratic_gradient, quadratic_hessian, lambda s: {d: s}
    ),
    Problem(
        "logistic", logistic, w, (X, y, lam), logistic_loss, logistic_gradient, logistic_hessian,
        lambda s: {n: s, d: s // 2},
    ),
    Problem(
        "factorisation", factorisation, U, (V, Y, lam), factorisation_loss, factorisation_gradient,
        factorisation_hessian, lambda s: {n: s, d: s // 2, k: 10}, lambda s: {n: s // 5, d: s // 10, k: 10},
    ),
    Problem(
        "network", network, W, (v, X, y), network_loss, network_gradient, network_hessian,
        lambda s: {n: s, d: s // 10, h: 10},
    ),
)  # fmt: skip
Contender = tuple[str, Callable[[], Any]]


def installed(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        print(f"{name} is not installed: left out")
        return None


def vec_order(H: Any, wrt: np.ndarray) -> np.ndarray:
    """A second derivative with axes (i, j, k, l) as the matrix in vec order."""
    rows, cols = wrt.shape
    return np.asarray(H).reshape(rows, cols, rows, cols).transpose(1, 0, 3, 2).reshape(rows * cols, rows * cols)


class Peers:
    """The libraries that differentiate, loaded once."""

    def __init__(self) -> None:
        self.jax, self.torch, self.autograd = installed("jax"), installed("torch"), installed("autograd")
        if self.jax:
            self.jax.config.update("jax_enable_x64", True)
            self.jnp = import_module("jax.numpy")
        if self.torch:
            import_module("torch.func")
        if self.autograd:
            self.anp = import_module("autograd.numpy")

    def contenders(self, p: Problem, second: bool, wrt: Any, inputs: list[Any]) -> list[Contender]:
        found = []
        if self.jax:
            jax, jnp = self.jax, self.jnp
            f = jax.jit((jax.hessian if second else jax.grad)(lambda x, *rest: p.plain(jnp, x, *rest)))
            args = [jnp.asarray(a) for a in (wrt, *inputs)]
            found.append(("jax", lambda: f(*args).block_until_ready()))
        if self.torch:
            torch = self.torch
            g = (torch.func.hessian if second else torch.func.grad)(lambda x, *rest: p.plain(torch, x, *rest))
            tensors = [torch.as_tensor(a, dtype=torch.float64) for a in (wrt, *inputs)]
            found.append(("torch", lambda: g(*tensors)))
        if self.autograd and not (second and np.size(wrt) > 600):  # it loops over the entries
            numpy, autograd = self.anp, self.autograd
            a = (autograd.hessian if second else autograd.grad)(lambda x, *rest: p.plain(numpy, x, *rest))
            found.append(("autograd", lambda: a(wrt, *inputs)))
        return found


def arrays(p: Problem, sizes: dict[Any, int]) -> tuple[Any, list[Any]]:
    rng = np.random.default_rng(0)

    def draw(s: Any) -> Any:
        if s == lam:
            return 0.1
        array = rng.normal(size=[int(sp.S(m).subs(sizes)) for m in s.shape])
        return np.sign(array) if p.name == "logistic" and s == y else array / array.shape[-1] ** 0.5

    return draw(p.wrt), [draw(s) for s in p.inputs]


def seconds(run: Callable[[], Any], least: float) -> float:
    """The time of one call, from a loop that takes at least so long."""
    count, spent = 1, 0.0
    while True:
        start = time.perf_counter()
        for _ in range(count):
            run()
        spent = time.perf_counter() - start
        if spent >= least or count >= 1 << 14:
            return spent / count
        count *= 2 if spent > least / 8 else 4


def measure(contenders: list[Contender], rounds: int, least: float) -> dict[str, list[float]]:
    """Times of all contenders, in turn; one that takes seconds leaves after three turns."""
    times: dict[str, list[float]] = {name: [] for name, _ in contenders}
    for turn in range(rounds):
        for name, run in contenders if turn % 2 else reversed(contenders):
            if turn < 3 or sum(times[name]) < 1:
                times[name].append(seconds(run, least))
    return times


def paired(first: Callable[[], Any], second: Callable[[], Any], rounds: int) -> float:
    """The median ratio of the times of two contenders, in short turns right after each other."""
    once = seconds(second, 0.001)
    count, turns = max(1, int(2e-4 / once)), rounds * (8 if once < 0.002 else 1)
    ratios = []
    for turn in range(turns):
        spent = []
        for run in (first, second) if turn % 2 else (second, first):
            start = time.perf_counter()
            for _ in range(count):
                run()
            spent.append(time.perf_counter() - start)
        ratios.append(spent[0] / spent[1] if turn % 2 else spent[1] / spent[0])
    return median(ratios)


def race(p: Problem, second: bool, size: int, peers: Peers, rounds: int, least: float) -> dict[str, float] | None:
    """Median times, and "ratio", the median of ours to hand turn by turn; None where there is no code of ours."""
    sizes = (p.hessian_sizes if second and p.hessian_sizes else p.sizes)(size)
    wrt, inputs = arrays(p, sizes)
    try:
        ours = to_numpy((hessian if second else gradient)(p.loss, p.wrt), p.wrt, *p.inputs, sizes=sizes)
    except PushthroughError as error:
        print(f"{p.name}, {'hessian' if second else 'gradient'}: {str(error)[:90]}")
        return None
    by_hand = p.hessian if second else p.gradient
    contenders = [("ours", lambda: ours(wrt, *inputs)), ("hand", lambda: by_hand(wrt, *inputs))]
    contenders += peers.contenders(p, second, wrt, inputs)
    expected = by_hand(wrt, *inputs)
    for name, run in contenders:
        result = run()
        if second and name not in ("ours", "hand"):
            result = vec_order(result, wrt)
        np.testing.assert_allclose(np.asarray(result), expected, rtol=1e-6, atol=1e-8, err_msg=f"{p.name}: {name}")
    times = measure(contenders, rounds, least)
    ratio = paired(contenders[0][1], contenders[1][1], rounds)
    return {name: median(some) for name, some in times.items()} | {"ratio": ratio}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two sizes, few rounds")
    parser.add_argument("--plot", metavar="FILE", help="draw the ratios")
    options = parser.parse_args()
    points, rounds, least = ([50, 200], 5, 0.002) if options.quick else ([50, 100, 200, 500, 1000], 25, 0.004)
    peers = Peers()
    names = ["ours", "hand", "jax", "torch", "autograd"]
    rows: list[tuple[str, int, dict[str, float]]] = []
    print(f"{'':34}" + "".join(f"{name:>10}" for name in names) + f"{'ours/hand':>11}   (microseconds)")
    for p in PROBLEMS:
        for second in (False, True):
            for size in points:
                if second and p.name == "network" and size > 500:
                    continue
                found = race(p, second, size, peers, rounds, least)
                if found is None:
                    break
                label = f"{p.name}, {'Hessian' if second else 'gradient'}"
                rows.append((label, size, found))
                cells = "".join(f"{found[m] * 1e6:10.1f}" if m in found else f"{'-':>10}" for m in names)
                print(f"{label:26}n = {size:<4}" + cells + f"{found['ratio']:11.2f}", flush=True)
    for name in names[1:]:
        ratios = [f["ratio"] if name == "hand" else f["ours"] / f[name] for _, _, f in rows if name in f]
        if ratios:
            print(f"ours / {name}: median {median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f}")
    if options.plot:
        draw(rows, names, options.plot)


def draw(rows: list[tuple[str, int, dict[str, float]]], names: list[str], file: str) -> None:
    """Times as multiples of the code written by hand, one panel a problem."""
    pyplot = import_module("matplotlib.pyplot")
    labels = list(dict.fromkeys(label for label, _, _ in rows))
    figure, axes = pyplot.subplots(2, -(-len(labels) // 2), figsize=(18, 7), sharey=True, squeeze=False)
    for axis, label in zip(axes.T.flat, labels, strict=False):
        for name in names:
            here = [(s, f) for at, s, f in rows if at == label and name in f]
            points = [(s, f["ratio"] if name == "ours" else f[name] / f["hand"]) for s, f in here]
            if points:
                axis.loglog(*zip(*points, strict=True), marker="o", label=name, lw=2.5 if name == "ours" else 1)
        axis.set_title(label)
        axis.set_xlabel("n")
        axis.xaxis.set_minor_formatter("")
    axes[0, 0].set_ylabel("time / time by hand")
    axes[0, 0].legend()
    figure.tight_layout()
    figure.savefig(file, dpi=120)


if __name__ == "__main__":
    sys.exit(main())
