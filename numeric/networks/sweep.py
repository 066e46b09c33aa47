"""Networks for every cell of a grid of hyperparameters trained at once: the cells are a leading axis of all arrays.

Fully connected ReLU networks with softmax loss and SGD, as `FullyConnectedNet` and `Solver` have them, without an L2
term. The functions that run are generated from derived formulas, with the cells as batch dimension. One small network
alone spends much of its time on calls; some thirty together do not, and still fit a processor's cache: a grid is worked
in blocks of that size, by as many threads as there are processors.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from symbolic.emit.function import to_numpy
from symbolic.layers import LAYERS, G, W, X, Y, Z, b, scores

BLOCK = 32  # cells worked together
LARGE = 31 * 2**20  # bytes


@dataclass(frozen=True)
class Sweep:
    """How training went for every seed, initialisation scale and learning rate, in this order of the axes.

    `accuracy` is the largest training accuracy at the end of an epoch, `epochs` the first epoch that ended with all
    examples right (0: none did), `finite` whether the scores were finite numbers as long as the cell was trained.
    """

    scales: tuple[float, ...]
    rates: tuple[float, ...]
    seeds: tuple[int, ...]
    accuracy: np.ndarray
    epochs: np.ndarray
    finite: np.ndarray

    @property
    def reached(self) -> np.ndarray:
        """Which cells had every training example right at the end of some epoch."""
        return self.epochs > 0


class Passed(NamedTuple):
    """What went through the affine layers: their inputs, their outputs, and the slopes of the loss by their outputs."""

    inputs: list[np.ndarray]
    outputs: list[np.ndarray]
    slopes: list[np.ndarray]


class Grid:
    """Networks of one architecture side by side: each parameter has the cells as its first axis.

    `weights` are those of a single network, `[W1, W2, ...]`; cell k multiplies them by `scales[k]` and has the learning
    rate `rates[k]`. Biases begin at zero. Everything is of the floating-point type of `weights`.

    >>> grid = Grid([np.eye(2), np.ones((2, 3))], scales=[1.0, 2.0], rates=[0.1, 0.1])
    >>> grid.scores(np.array([[1.0, -5.0]]))[:, 0]
    array([[1., 1., 1.],
           [4., 4., 4.]])
    """

    def __init__(self, weights: Sequence[np.ndarray], scales: Any, rates: Any) -> None:
        kind = weights[0].dtype
        factors, self.rates = (np.asarray(values, dtype=kind)[:, None, None] for values in (scales, rates))
        self.weights = [factors * weight for weight in weights]
        self.biases = [np.zeros((len(factors), weight.shape[1], 1), kind) for weight in weights]

    def scores(self, x: np.ndarray) -> np.ndarray:
        """What every network answers to the rows of `x`: cells x rows x classes."""
        return self._forward(x)[1][-1]

    def passed(self, x: np.ndarray, targets: np.ndarray) -> Passed:
        """Forward, then the mean softmax loss back; `targets` has a 1 at the class of each row of `x`, else 0."""
        layers = _layers()
        inputs, outputs = self._forward(x)
        top = outputs[-1].max(axis=-1, keepdims=True)  # the loss does not see it, and without it exp would overflow
        slopes = [layers.loss(outputs[-1] - top, targets[None])]
        for weight, output in zip(self.weights[:0:-1], outputs[-2::-1], strict=True):
            slopes.append(layers.relu_back(layers.input_back(slopes[-1], weight), output))
        return Passed(inputs, outputs, slopes[::-1])

    def step(self, x: np.ndarray, targets: np.ndarray) -> None:
        """One step of SGD on the rows of `x`."""
        back = _layers().parameters_back
        inputs, _, slopes = self.passed(x, targets)
        for weight, bias, given, slope in zip(self.weights, self.biases, inputs, slopes, strict=True):
            by_weight, by_bias = back(given, slope)
            by_weight *= self.rates
            weight -= by_weight
            bias -= self.rates * by_bias

    def keep(self, chosen: np.ndarray) -> None:
        """Go on with these cells only; `chosen` holds a Boolean for each."""
        self.rates = self.rates[chosen]
        self.weights = [weight[chosen] for weight in self.weights]
        self.biases = [bias[chosen] for bias in self.biases]

    def _forward(self, x: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        layers = _layers()
        inputs, outputs = [], []
        given = x[None]
        for weight, bias in zip(self.weights, self.biases, strict=True):
            inputs.append(given)
            outputs.append(layers.affine(given, weight, bias))
            given = layers.relu(outputs[-1]) if len(inputs) < len(self.weights) else given
        return inputs, outputs


def sweep(
    x: np.ndarray,
    labels: np.ndarray,
    weights: Callable[[int], Sequence[np.ndarray]],
    scales: Sequence[float],
    rates: Sequence[float],
    seeds: Sequence[int],
    epochs: int = 20,
    batch_size: int = 25,
    progress: Callable[[int, int], None] = lambda done, all: None,
) -> Sweep:
    """Train a network for every seed, scale and rate on the rows of `x`, and see whether it learns them by heart.

    `weights(seed)` are the weights of scale 1 for that seed. An epoch is `len(x) // batch_size` steps; batches are
    drawn with replacement, for a seed the same in all cells. At the end of an epoch all examples are looked at: a cell
    that has them all right, or whose scores are no longer finite, is not trained further. The result does not depend on
    how cells are grouped or on the number of threads. `progress` is told how many cells are done, of how many.

    >>> start = lambda seed: [np.random.default_rng(seed).normal(size=shape) for shape in ((2, 8), (8, 2))]
    >>> found = sweep(np.eye(2), np.array([0, 1]), start, [1.0], [1e-9, 0.1, 1e200], [0], batch_size=2)
    >>> found.epochs, found.finite
    (array([[[ 0, 13,  0]]]), array([[[ True,  True, False]]]))
    """
    jobs = [(seed, block) for seed in range(len(seeds)) for block in _blocks(len(scales) * len(rates))]
    pairs = np.array([(scale, rate) for scale in scales for rate in rates])
    shape = (len(seeds), len(pairs))
    accuracy, reached, finite = np.zeros(shape), np.zeros(shape, int), np.ones(shape, bool)

    def work(seed: int, block: slice) -> int:
        start = weights(seeds[seed])
        grid = Grid(start, *pairs[block].T)
        kind = start[0].dtype
        accuracy[seed, block], reached[seed, block], finite[seed, block] = _train(
            grid,
            x.astype(kind),
            np.eye(start[-1].shape[1], dtype=kind)[labels],
            batches(seeds[seed], len(x), batch_size, epochs),
        )
        return len(pairs[block])

    # When one large array has been freed, glibc's allocator keeps the memory of smaller ones for the next: without this
    # half of the time goes into pages taken from the system and given back at every step. Elsewhere it does nothing.
    np.empty(LARGE, np.uint8)
    done = 0
    with ThreadPoolExecutor(_processors()) as threads:
        try:
            for job in as_completed([threads.submit(work, *job) for job in jobs]):
                done += job.result()
                progress(done, len(seeds) * len(pairs))
        finally:
            threads.shutdown(cancel_futures=True)  # after an interrupt the rest is not worked
    full = (len(seeds), len(scales), len(rates))
    found = (values.reshape(full) for values in (accuracy, reached, finite))
    return Sweep(tuple(scales), tuple(rates), tuple(seeds), *found)


def batches(seed: int, examples: int, batch_size: int, epochs: int) -> np.ndarray:
    """The rows of every batch, drawn with replacement: epochs x steps x rows of a batch.

    >>> batches(0, examples=50, batch_size=25, epochs=20).shape
    (20, 2, 25)
    """
    steps = max(examples // batch_size, 1)
    return np.random.default_rng(seed).integers(examples, size=(epochs, steps, batch_size))


def _train(
    grid: Grid, x: np.ndarray, targets: np.ndarray, epochs: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The largest accuracy of each cell, the epoch in which it was 1 (else 0), whether its scores stayed finite."""
    size = len(grid.rates)
    accuracy, reached, finite = np.zeros(size), np.zeros(size, int), np.ones(size, bool)
    going = np.arange(size)
    labels = targets.argmax(axis=-1)
    with np.errstate(all="ignore"):  # some cells blow up: that is an observation, not a mistake
        for number, steps in enumerate(epochs, 1):
            for rows in steps:
                grid.step(x[rows], targets[rows])
            scores = grid.scores(x)
            finite[going] = np.isfinite(scores).all(axis=(1, 2))
            right = np.where(finite[going], (scores.argmax(axis=-1) == labels).mean(axis=-1), 0.0)
            accuracy[going] = np.maximum(accuracy[going], right)
            reached[going[right == 1]] = number
            goes_on = finite[going] & (right < 1)
            if not goes_on.all():
                grid.keep(goes_on)
                going = going[goes_on]
            if not len(going):
                break
    return accuracy, reached, finite


def _blocks(size: int) -> Iterator[slice]:
    return (slice(start, min(start + BLOCK, size)) for start in range(0, size, BLOCK))


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Layers(NamedTuple):
    affine: Any
    relu: Any
    loss: Any
    relu_back: Any
    input_back: Any
    parameters_back: Any


@lru_cache(maxsize=1)
def _layers() -> _Layers:
    """The functions of the layers, for arrays with the cells in front."""
    affine, relu, softmax = LAYERS["affine"], LAYERS["relu"], LAYERS["softmax"]

    return _Layers(
        to_numpy(affine.forward, X, W, b, batch=True),
        to_numpy(relu.forward, Z, batch=True),
        to_numpy(softmax.backward[scores], scores, Y, batch=True),
        to_numpy(relu.backward[Z], G, Z, batch=True),
        to_numpy(affine.backward[X], G, W, batch=True),
        to_numpy((affine.backward[W], affine.backward[b]), X, G, batch=True),
    )


__all__ = ["Grid", "Passed", "Sweep", "batches", "sweep"]
