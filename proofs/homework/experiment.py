"""Problem 6(b): for which initialisation scales and learning rates do three and five layers learn 50 digits by heart?

Every cell of a grid is trained, for several seeds, by the networks' derived formulas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from numeric.networks.nets import FullyConnectedNet
from numeric.networks.ranges import Moments, expected, measured
from numeric.networks.sweep import Grid, Sweep, sweep
from proofs.document import Part
from proofs.homework.experiment_report import Fresh, Observed, Setting, report
from proofs.progress import advance
from symbolic.errors import MissingExtra

SETTING = Setting(
    examples=50,
    hidden=100,
    classes=10,
    epochs=20,
    batch=25,
    depths=(3, 5),
    scales=tuple(float(scale) for scale in np.logspace(-2, 0.5, 21)),
    rates=tuple(float(rate) for rate in np.logspace(-6, 1, 29)),
    seeds=tuple(range(5)),
)
KIND = np.float32  # in double precision a cell in thousands ends otherwise, and it takes half as long again
INSTALL = "the experiment needs scikit-learn, for its digits: pip install '.[networks]'"


def experiment() -> Part:
    """The whole part. Raises MissingExtra where scikit-learn is not installed."""
    x, labels = digits(SETTING.examples)
    return report(SETTING, observe(SETTING, x, labels))


def digits(examples: int) -> tuple[np.ndarray, np.ndarray]:
    """The first of scikit-learn's digits: pixels from 0 to 1, less their mean over these examples; the classes."""
    try:
        from sklearn.datasets import load_digits  # takes a second, and only this part needs it
    except ImportError as error:
        raise MissingExtra(INSTALL) from error
    found: Any = load_digits()
    x = found.data[:examples] / found.data.max()
    return x - x.mean(axis=0), found.target[:examples]


def observe(setting: Setting, x: np.ndarray, labels: np.ndarray) -> Observed:
    """Train everything on the rows of `x`, and measure what goes through the networks before they are trained."""
    sweeps = tuple(_trained(setting, depth, x, labels) for depth in setting.depths)
    return Observed(sweeps, tuple(_fresh(setting, depth, x, labels) for depth in setting.depths))


def _trained(setting: Setting, depth: int, x: np.ndarray, labels: np.ndarray) -> Sweep:
    units = setting.units(depth, x.shape[1])
    cells = len(setting.seeds) * len(setting.scales) * len(setting.rates)
    before = setting.depths.index(depth) * cells
    return sweep(
        x,
        labels,
        lambda seed: weights(units, seed),
        setting.scales,
        setting.rates,
        setting.seeds,
        setting.epochs,
        setting.batch,
        lambda done, _: advance("training networks", before + done, len(setting.depths) * cells),
    )


def weights(units: Sequence[int], seed: int, kind: Any = KIND) -> list[np.ndarray]:
    """Those of a fresh `FullyConnectedNet` of scale 1, from layer to layer of so many units.

    >>> [weight.shape for weight in weights([64, 100, 10], seed=0)]
    [(64, 100), (100, 10)]
    """
    inputs, *hidden, classes = units
    net = FullyConnectedNet(hidden, inputs, classes, weight_scale=1.0, dtype=kind, seed=seed)
    return [net.params[f"W{k}"] for k in range(1, len(units))]


def _fresh(setting: Setting, depth: int, x: np.ndarray, labels: np.ndarray) -> Fresh:
    units, targets = setting.units(depth, x.shape[1]), np.eye(setting.classes)[labels]
    rates = np.ones(len(setting.scales))
    found = [measured(Grid(weights(units, seed, float), setting.scales, rates), x, targets) for seed in setting.seeds]
    seen = Moments(*(np.mean(part, axis=0) for part in zip(*found, strict=True)))
    theory = expected(units, np.array(setting.scales), seen.activations[:, 0], seen.slopes[:, -1])
    return Fresh(seen, theory)


__all__ = ["INSTALL", "SETTING", "digits", "experiment", "observe", "weights"]
