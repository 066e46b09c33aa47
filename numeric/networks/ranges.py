"""What a sweep shows in numbers: how wide usable ranges are and where they lie; what goes through fresh networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from numeric.networks.sweep import Grid, Sweep

AXES = {"scale": 1, "rate": 2}


def longest_run(values: Any) -> tuple[int, int]:
    """Where the longest run of true values begins and ends (its end is not in it); the first of several.

    >>> longest_run(np.array([1, 0, 1, 1, 0]))
    (2, 4)
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(values, int) != 0, [0]]).astype(int)))
    runs = list(zip(edges[::2], edges[1::2], strict=True))
    begin, end = max(runs, key=_length, default=(0, 0))
    return int(begin), int(end)


def _length(run: tuple[int, int]) -> int:
    return run[1] - run[0]


def widths(found: Sweep, of: str) -> np.ndarray:
    """How many decades of the scale (`of="scale"`), or of the rate, are usable where the other is held fixed.

    An array of seeds x values of the other. A run of k neighbouring values of the grid that got all training examples
    right counts as k steps of the grid, so that a width is known up to one step.
    """
    axis = AXES[of]
    lines = np.moveaxis(found.reached, axis, -1)
    runs = np.array([[_length(longest_run(line)) for line in seed] for seed in lines])
    return runs * step_of(found.scales if of == "scale" else found.rates)


def of_most_seeds(found: Sweep) -> np.ndarray:
    """The cells, scales x rates, that get all training examples right with more than half of the seeds."""
    return 2 * found.reached.sum(axis=0) > len(found.seeds)


def usable(found: Sweep, of: str, at: int | None = None) -> tuple[float, float] | None:
    """The first and the last of the longest run of scales (or rates) that most seeds learn with; None without any.

    With the value number `at` of the other hyperparameter, or with any one of its values.
    """
    values = found.scales if of == "scale" else found.rates
    most = np.moveaxis(of_most_seeds(found), AXES[of] - 1, 0)
    begin, end = longest_run(most.any(axis=1) if at is None else most[:, at])
    return (values[begin], values[end - 1]) if end > begin else None


def step_of(values: Sequence[float]) -> float:
    """The distance of neighbours on a logarithmic grid, in decades; 0 if there is one value only."""
    return float(np.log10(values[-1] / values[0])) / (len(values) - 1) if len(values) > 1 else 0.0


def slope_of_band(found: Sweep, above: float) -> float | None:
    """The slope of the line through the middles of the usable rates, in decades of rate per decade of scale.

    Least squares over all seeds and all scales from `above` on whose usable rates do not touch an end of the grid;
    None where there are not two such scales.
    """
    scales, rates = np.log10(found.scales), np.log10(found.rates)
    points = [
        (scales[k], rates[line].mean())
        for seed in found.reached
        for k, line in enumerate(seed)
        if found.scales[k] >= above and line.any() and not (line[0] or line[-1])
    ]
    if len({scale for scale, _ in points}) < 2:
        return None
    x, y = np.array(points).T
    return float(np.polyfit(x, y, 1)[0])


class Moments(NamedTuple):
    """Mean squares in fresh networks: cells x layers each.

    `activations[:, k]` is that of the input of affine layer k (of the examples themselves for k = 0), `slopes[:, k]`
    that of the derivatives of the loss by the outputs of layer k.
    """

    activations: np.ndarray
    slopes: np.ndarray


def measured(grid: Grid, x: np.ndarray, targets: np.ndarray) -> Moments:
    """The mean squares in networks as they are, over all examples and all units of a layer."""
    inputs, _, slopes = grid.passed(x, targets)
    cells = len(grid.rates)
    activations, back = (
        np.stack([np.broadcast_to((part**2).mean(axis=(1, 2)), cells) for part in parts], axis=1)
        for parts in (inputs, slopes)
    )
    return Moments(activations, back)


def expected(widths: Sequence[int], scales: np.ndarray, first: np.ndarray, last: np.ndarray) -> Moments:
    """The mean squares that theory expects, for weights of mean 0 and standard deviation `scales`, biases 0.

    A ReLU layer with fan-in n multiplies the mean square of what goes forward by `n s^2 / 2`, and one with fan-out n
    that of the derivatives that come back (He, Zhang, Ren and Sun, Delving Deep into Rectifiers, 2015, section 2.2).
    `first` is the mean square of the examples, `last` that of the derivatives by the scores.

    >>> expected([4, 8, 2], np.array([1.0]), first=np.array([3.0]), last=np.array([5.0]))
    Moments(activations=array([[3., 6.]]), slopes=array([[5., 5.]]))
    """
    gains = np.asarray(scales)[:, None] ** 2 / 2
    forward = np.cumprod(np.concatenate([first[:, None], gains * widths[:-2]], axis=1), axis=1)
    back = np.cumprod(np.concatenate([last[:, None], gains * widths[:1:-1]], axis=1), axis=1)[:, ::-1]
    return Moments(forward, back)


__all__ = [
    "Moments",
    "expected",
    "longest_run",
    "measured",
    "of_most_seeds",
    "slope_of_band",
    "step_of",
    "usable",
    "widths",
]
