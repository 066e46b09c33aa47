"""All cells of a grid at once: each ends where it would end alone, and none disturbs another."""

import warnings

import numpy as np
import pytest

from numeric.networks import FullyConnectedNet, sgd
from numeric.networks import sweep as module
from numeric.networks.sweep import Grid, batches, sweep

HIDDEN, CLASSES = [7, 6], 3
EPOCHS = 25
SCALES, RATES = (0.1, 0.7, 2.0), (0.01, 0.3)
RANDOM = np.random.default_rng(1)
LABELS = np.arange(10) % CLASSES
TARGETS = np.eye(CLASSES)[LABELS]
X = RANDOM.normal(size=(10, 5)) + 2 * TARGETS @ np.eye(CLASSES, 5)


def net(seed: int, scale: float = 1.0, hidden: list[int] = HIDDEN) -> FullyConnectedNet:
    return FullyConnectedNet(hidden, X.shape[1], CLASSES, weight_scale=scale, dtype=np.float64, seed=seed)


def weights(seed: int) -> list[np.ndarray]:
    return [net(seed).params[f"W{k}"] for k in (1, 2, 3)]


def alone(seed: int, scale: float, rate: float, steps: np.ndarray) -> FullyConnectedNet:
    """One network, trained step by step as the `Solver` does."""
    model = net(seed, scale)
    for rows in steps:
        _, gradients = model.loss(X[rows], LABELS[rows])
        for name, value in model.params.items():
            model.params[name], _ = sgd(value, gradients[name], {"learning_rate": rate})
    return model


def test_every_cell_goes_the_way_of_a_network_alone() -> None:
    """After 30 steps all parameters are those of `FullyConnectedNet` under `sgd`."""
    steps = batches(0, len(X), 4, 15).reshape(-1, 4)
    pairs = np.array([(scale, rate) for scale in SCALES for rate in RATES])
    grid = Grid(weights(3), *pairs.T)
    for rows in steps:
        grid.step(X[rows], TARGETS[rows])
    for cell, (scale, rate) in enumerate(pairs):
        model = alone(3, scale, rate, steps)
        for k in range(3):
            assert np.allclose(grid.weights[k][cell], model.params[f"W{k + 1}"], rtol=1e-10, atol=1e-12)
            assert np.allclose(grid.biases[k][cell, :, 0], model.params[f"b{k + 1}"], rtol=1e-10, atol=1e-12)
        assert np.allclose(grid.scores(X)[cell], model.loss(X), rtol=1e-10, atol=1e-10)


def test_outcomes_are_those_of_networks_alone() -> None:
    found = sweep(X, LABELS, weights, SCALES, RATES, (3, 4), epochs=EPOCHS, batch_size=4)
    assert found.accuracy.shape == (2, 3, 2) and 0 < found.reached.sum() < found.reached.size
    for s, seed in enumerate((3, 4)):
        drawn = batches(seed, len(X), 4, EPOCHS)
        for i, scale in enumerate(SCALES):
            for j, rate in enumerate(RATES):
                models = (alone(seed, scale, rate, drawn[: k + 1].reshape(-1, 4)) for k in range(EPOCHS))
                right = [float((model.loss(X).argmax(axis=1) == LABELS).mean()) for model in models]
                assert found.epochs[s, i, j] == (right.index(1.0) + 1 if 1.0 in right else 0)
                assert found.accuracy[s, i, j] == pytest.approx(max(right))


def test_a_cell_that_blows_up_disturbs_no_other_and_says_nothing() -> None:
    calm = sweep(X, LABELS, weights, SCALES, RATES, [0], epochs=8, batch_size=4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        wild = sweep(X, LABELS, weights, (*SCALES, 1e200), (*RATES, 1e100), [0], epochs=8, batch_size=4)
    assert wild.finite[0, :3, :2].all() and not wild.finite[0, 3].any() and not wild.finite[0, :3, 2].all()
    assert (wild.epochs[wild.accuracy < 1] == 0).all()
    assert np.array_equal(wild.accuracy[:, :3, :2], calm.accuracy)
    assert np.array_equal(wild.epochs[:, :3, :2], calm.epochs)


def test_what_has_blown_up_or_learned_all_is_not_trained_further(monkeypatch: pytest.MonkeyPatch) -> None:
    cells: list[int] = []
    step = Grid.step
    monkeypatch.setattr(Grid, "step", lambda grid, *batch: cells.append(len(grid.rates)) or step(grid, *batch))
    found = sweep(X, LABELS, weights, (0.7, 1e200), (1e-9, 0.1), [1], epochs=EPOCHS, batch_size=5)
    learned = found.epochs[0, 0, 1]
    assert 1 < learned < EPOCHS and not found.finite[0, 1].any()
    assert cells == [4] * 2 + [2] * 2 * (learned - 1) + [1] * 2 * (EPOCHS - learned)


def test_scores_without_a_number_are_never_right() -> None:
    """`argmax` of a row of NaN is the first class; it must not count as a guess."""
    first = np.zeros(len(X), int)
    found = sweep(X, first, weights, [1e200], [1.0], [0], epochs=2, batch_size=4)
    assert not found.finite.any() and found.accuracy.max() == 0 and not found.reached.any()


def test_the_grouping_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    results = []
    for block, threads in ((1, 1), (4, 3), (100, 2)):
        monkeypatch.setattr(module, "BLOCK", block)
        monkeypatch.setattr(module, "_processors", lambda threads=threads: threads)
        results.append(sweep(X, LABELS, weights, SCALES, RATES, (0, 1), epochs=8, batch_size=4))
    for other in results[1:]:
        assert np.array_equal(other.accuracy, results[0].accuracy)
        assert np.array_equal(other.epochs, results[0].epochs)


def test_progress_ends_at_the_number_of_cells() -> None:
    told: list[tuple[int, int]] = []
    sweep(X, LABELS, weights, SCALES, RATES, (0, 1), 1, 4, lambda done, of: told.append((done, of)))
    assert told[-1] == (12, 12) and sorted(told) == told


def test_single_precision_stays_single() -> None:
    grid = Grid([weight.astype(np.float32) for weight in weights(0)], SCALES, (0.1,) * 3)
    grid.step(X[:4].astype(np.float32), TARGETS[:4].astype(np.float32))
    assert {part.dtype for part in (*grid.weights, *grid.biases)} == {np.dtype(np.float32)}
