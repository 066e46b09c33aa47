"""Widths of usable ranges on tables made by hand; mean squares against what theory and sampling say."""

from itertools import pairwise

import numpy as np
import pytest

from numeric.networks.ranges import expected, longest_run, measured, of_most_seeds, slope_of_band, usable, widths
from numeric.networks.sweep import Grid, Sweep


def table(*seeds: str) -> Sweep:
    """A sweep from rows of `#` (learned) and `.`, one row for each scale 0.1, 1, 10; rates are half decades."""
    reached = np.array([[[mark == "#" for mark in row] for row in seed.split()] for seed in seeds])
    rates = tuple(10 ** (k / 2) for k in range(reached.shape[2]))
    return Sweep((0.1, 1.0, 10.0), rates, tuple(range(len(seeds))), 1.0 * reached, 1 * reached, reached)


def test_the_longest_run_of_several() -> None:
    assert longest_run([0, 1, 1, 0, 1, 1, 1]) == (4, 7)
    assert longest_run([1, 1, 0, 1, 1]) == (0, 2)
    assert longest_run([0, 0]) == (0, 0)


def test_widths_count_neighbours_in_decades() -> None:
    found = table("..##. .###. #.#..")
    assert widths(found, "rate").tolist() == [[1.0, 1.5, 0.5]]  # half a decade a step
    assert widths(found, "scale").tolist() == [[1.0, 1.0, 3.0, 2.0, 0.0]]  # a decade a step


def test_usable_is_what_most_seeds_learn() -> None:
    found = table("##... .#... ....#", ".#... .#... .....", "..... ..... .....")
    assert of_most_seeds(found).tolist() == [[False, True, False, False, False]] * 2 + [[False] * 5]
    assert usable(found, "scale") == usable(found, "scale", 1) == (0.1, 1.0)
    assert usable(found, "rate") == pytest.approx((10**0.5, 10**0.5))
    assert usable(found, "scale", 0) is None and usable(found, "rate", 2) is None
    half = table("##. ... ...", "#.. ... ...")
    assert usable(half, "rate", 0) == (1.0, 1.0)  # one of two seeds is not most


def test_the_slope_of_a_band() -> None:
    falling = table("....##. ..##... ##.....", "...###. .###... .......", "......# ....... ......#")
    assert slope_of_band(falling, 0.01) == pytest.approx(-1.0)  # scales whose rates touch an end are left out
    assert slope_of_band(falling, 1.0) is None


def test_mean_squares_of_a_network_by_hand() -> None:
    """x = (3, 4), W1 = 1 (twice), W2 = 1: hidden 3 s and 4 s, score 7 s^2; one class, so the loss is flat."""
    grid = Grid([np.eye(2), np.eye(2)], [2.0], [1.0])
    seen = measured(grid, np.array([[3.0, 4.0]]), np.array([[1.0, 0.0]]))
    assert seen.activations[0] == pytest.approx([(9 + 16) / 2, (36 + 64) / 2])
    p = 1 / (1 + np.exp(4.0))  # of the first class: scores 12 and 16
    assert seen.slopes[0] == pytest.approx([4 * (1 - p) ** 2, (1 - p) ** 2])


def test_theory_agrees_with_wide_networks() -> None:
    random = np.random.default_rng(0)
    units, scales = [40, 300, 200, 250, 5], np.array([0.03, 0.1, 0.2])
    x, targets = random.normal(size=(20, 40)), np.eye(5)[np.arange(20) % 5]
    weights = [random.normal(size=(a, b)) for a, b in pairwise(units)]
    seen = measured(Grid(weights, scales, np.ones(3)), x, targets)
    theory = expected(units, scales, seen.activations[:, 0], seen.slopes[:, -1])
    assert np.abs(np.log(seen.activations / theory.activations)).max() < 0.2
    assert np.abs(np.log(seen.slopes / theory.slopes)).max() < 0.4
