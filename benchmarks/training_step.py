"""How long a training step (forward, backward, SGD) takes, against one written by hand in NumPy and one in PyTorch.

    python benchmarks/training_step.py [--rounds N] [--peers PYTHON]
    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/training_step.py --processor-time     on a busy machine

All in float64 on the CPU, on the same numbers, and their parameters agree after the warm-up. The three take turns, so
that whatever else the machine does meets all of them; ratios are medians over the rounds. PYTHON is an interpreter that
has torch.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
RATE = 1e-3
WARM_UP = 3
CASES = {  # name: (examples in a batch, features, hidden layers, classes, steps a round)
    "images, 3 layers": (100, 3072, (100, 100), 10, 10),
    "images, 5 layers": (100, 3072, (100, 100, 100, 100), 10, 10),
    "wide, 3 layers": (128, 784, (512, 512), 10, 5),
    "digits, 3 layers": (25, 64, (100, 100), 10, 200),
    "digits, 5 layers": (25, 64, (100, 100, 100, 100), 10, 200),
}


def problem(name: str) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Examples, labels and weights: the same in every interpreter."""
    examples, features, hidden, classes, _ = CASES[name]
    rng = np.random.RandomState(0)
    widths = (features, *hidden, classes)
    weights = [rng.standard_normal((m, n)) / m**0.5 for m, n in pairwise(widths)]
    return rng.standard_normal((examples, features)), rng.randint(classes, size=examples), weights


def ours(name: str) -> tuple[Callable[[], None], Callable[[], float]]:
    from numeric.networks import FullyConnectedNet, sgd

    x, y, weights = problem(name)
    _, features, hidden, classes, _ = CASES[name]
    net = FullyConnectedNet(hidden, features, classes, dtype=np.float64)
    net.params.update({f"W{k}": w for k, w in enumerate(weights, 1)})
    configs: dict[str, Any] = {key: {"learning_rate": RATE} for key in net.params}

    def step() -> None:
        _, grads = net.loss(x, y)
        for key, value in net.params.items():
            net.params[key], configs[key] = sgd(value, grads[key], configs[key])

    return step, lambda: float(sum(np.abs(net.params[f"W{k}"]).sum() for k in range(1, len(weights) + 1)))


def by_hand(name: str) -> tuple[Callable[[], None], Callable[[], float]]:
    x, y, weights = problem(name)
    biases = [np.zeros(w.shape[1]) for w in weights]
    rows = np.arange(len(y))

    def step() -> None:
        kept = [x]
        for w, b in zip(weights[:-1], biases[:-1], strict=True):
            kept.append(np.maximum(kept[-1] @ w + b, 0))
        scores = kept[-1] @ weights[-1] + biases[-1]
        slope = np.exp(scores - scores.max(axis=1, keepdims=True))
        slope /= slope.sum(axis=1, keepdims=True)
        loss = -np.log(slope[rows, y]).mean()
        assert loss > 0
        slope[rows, y] -= 1
        slope /= len(y)
        for k in range(len(weights) - 1, -1, -1):
            by_weights, by_bias = kept[k].T @ slope, slope.sum(axis=0)
            if k:
                slope = slope @ weights[k].T
                slope *= kept[k] > 0
            weights[k] -= RATE * by_weights
            biases[k] -= RATE * by_bias

    return step, lambda: float(sum(np.abs(w).sum() for w in weights))


def in_torch(name: str) -> tuple[Callable[[], None], Callable[[], float]]:
    import torch  # type: ignore[import-not-found]

    x, y, start = problem(name)
    inputs, labels = torch.from_numpy(x), torch.from_numpy(y)
    weights = [torch.from_numpy(w).requires_grad_() for w in start]
    biases = [torch.zeros(w.shape[1], dtype=torch.float64, requires_grad=True) for w in start]
    optimizer = torch.optim.SGD([*weights, *biases], lr=RATE)

    def step() -> None:
        given = inputs
        for w, b in zip(weights[:-1], biases[:-1], strict=True):
            given = torch.relu(torch.addmm(b, given, w))
        loss = torch.nn.functional.cross_entropy(torch.addmm(biases[-1], given, weights[-1]), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    return step, lambda: float(sum(w.detach().abs().sum() for w in weights))


def milliseconds(step: Callable[[], None], count: int) -> float:
    clock = time.process_time if "--processor-time" in sys.argv else time.perf_counter
    start = clock()
    for _ in range(count):
        step()
    return 1e3 * (clock() - start) / count


def peer() -> None:
    """Run by an interpreter that has torch: a line for each line read, the size of the weights first, then times."""
    step, size = in_torch(CASES_BY_NUMBER[int(sys.argv[-1])])
    for _ in range(WARM_UP):
        step()
    answer(size())
    for line in sys.stdin:
        answer(milliseconds(step, int(line)))


def answer(value: float) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


CASES_BY_NUMBER = dict(enumerate(CASES))


def main(rounds: int, python: str) -> None:
    sys.path.insert(0, str(ROOT))
    start = time.perf_counter()
    from numeric.networks.generated import functions

    imported = time.perf_counter()
    functions()
    say(f"import {imported - start:.2f} s, deriving and writing all functions {time.perf_counter() - imported:.2f} s")
    for number, name in CASES_BY_NUMBER.items():
        steps = {"ours": ours(name), "by hand": by_hand(name)}
        for _ in range(WARM_UP):
            for step, _size in steps.values():
                step()
        sizes = {who: size() for who, (_, size) in steps.items()}
        times: dict[str, list[float]] = {who: [] for who in steps}
        other = peer_process(python, number) if python else None
        if other:
            sizes["PyTorch"], times["PyTorch"] = heard(other), []
        worst = max(abs(size - sizes["ours"]) / sizes["ours"] for size in sizes.values())
        assert worst < 1e-12, f"{name}: the weights differ by {worst:.1e}"
        count = CASES[name][-1]
        for _ in range(rounds):
            for who, (step, _size) in steps.items():
                times[who].append(milliseconds(step, count))
            if other:
                other.stdin.write(f"{count}\n")
                other.stdin.flush()
                times["PyTorch"].append(heard(other))
        if other:
            other.stdin.close()
            other.wait()
        ratios = {who: [a / b for a, b in zip(times["ours"], t, strict=True)] for who, t in times.items()}
        say(f"{name:18} " + ", ".join(f"{who} {median(t):.3f} ms" for who, t in times.items()))
        for who in [*times][1:]:
            r = sorted(ratios[who])
            middle = f"middle half {r[len(r) // 4]:.2f} to {r[-1 - len(r) // 4]:.2f}"
            say(f"{'':18} ours / {who}: median {median(r):.2f}, {middle}")


def peer_process(python: str, number: int) -> Any:
    options = ["--processor-time"] if "--processor-time" in sys.argv else []
    command = [python, "-W", "ignore", __file__, *options, "--as-peer", str(number)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def heard(process: Any) -> float:
    return json.loads(process.stdout.readline())


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def option(name: str, otherwise: Any) -> Any:
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else otherwise


if __name__ == "__main__":
    if "--as-peer" in sys.argv:
        peer()
    else:
        main(int(option("--rounds", 15)), option("--peers", ""))
