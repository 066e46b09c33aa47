"""Training: it learns, it remembers the best, and its histories say what happened."""

from __future__ import annotations

from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from numeric.networks import FullyConnectedNet, Solver, TwoLayerNet

RULES = [("sgd", 0.5), ("sgd_momentum", 0.1), ("rmsprop", 1e-2), ("adam", 1e-2)]


@pytest.fixture
def spirals() -> dict[str, np.ndarray]:
    """Three arms that no linear classifier separates."""
    rng = np.random.RandomState(0)
    y = np.arange(150) % 3
    radius = np.linspace(0.1, 1, 150)
    angle = 2 * np.pi * y / 3 + 3 * radius + 0.05 * rng.standard_normal(150)
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    last = np.arange(150) % 5 == 4
    return {"X_train": x[~last], "y_train": y[~last], "X_val": x[last], "y_val": y[last]}


def net(seed: int = 0, hidden: tuple[int, ...] = (30, 30), **settings: Any) -> FullyConnectedNet:
    return FullyConnectedNet(hidden, 2, 3, **{"weight_scale": 0.4, "dtype": np.float64, "seed": seed, **settings})


@pytest.mark.parametrize("rule, rate", RULES)
def test_a_small_set_is_learned_by_heart(spirals: dict[str, np.ndarray], rule: str, rate: float) -> None:
    np.random.seed(1)
    solver = Solver(
        net(), spirals, update_rule=rule, optim_config={"learning_rate": rate}, num_epochs=120, batch_size=20,
        verbose=False,
    )  # fmt: skip
    solver.train()
    assert max(solver.train_acc_history) == 1.0
    assert solver.loss_history[-1] < 0.1 < 1 < solver.loss_history[0]
    assert solver.check_accuracy(spirals["X_val"], spirals["y_val"]) == solver.best_val_acc > 0.9


def test_histories(spirals: dict[str, np.ndarray]) -> None:
    solver = Solver(net(), spirals, num_epochs=4, batch_size=50, verbose=False)
    solver.train()
    assert len(solver.loss_history) == 4 * (120 // 50) and solver.epoch == 4
    assert len(solver.train_acc_history) == len(solver.val_acc_history) == 1 + 4
    assert solver.best_val_acc == max(solver.val_acc_history)
    solver.num_epochs = 0
    solver.train()
    assert len(solver.loss_history) == 8


def test_a_batch_may_be_larger_than_the_set(spirals: dict[str, np.ndarray]) -> None:
    solver = Solver(net(), spirals, num_epochs=2, batch_size=500, verbose=False)
    solver.train()
    assert len(solver.loss_history) == 2


def test_the_best_parameters_are_kept_and_not_shared(spirals: dict[str, np.ndarray]) -> None:
    np.random.seed(2)
    model = net()
    # With such a rate the net falls apart after a while: the end is not the best.
    solver = Solver(
        model, spirals, update_rule="rmsprop", optim_config={"learning_rate": 0.5}, num_epochs=10, verbose=False
    )
    solver.train()
    assert solver.val_acc_history[-1] < solver.best_val_acc
    assert solver.check_accuracy(spirals["X_val"], spirals["y_val"]) == solver.best_val_acc
    model.params["W1"][:] = 0
    assert solver.best_params["W1"].any()


def test_a_rule_may_change_weights_in_place(spirals: dict[str, np.ndarray]) -> None:
    model = net()
    begun = {name: value.copy() for name, value in model.params.items()}
    data = {**spirals, "y_val": model.loss(spirals["X_val"]).argmax(axis=1)}  # nothing beats the beginning
    calls = 0

    def forget(w: np.ndarray, dw: np.ndarray, config: dict[str, Any]) -> tuple[np.ndarray, dict[str, Any]]:
        nonlocal calls
        calls += 1
        w *= float(calls <= len(begun))
        return w, config

    solver = Solver(model, data, update_rule=forget, num_epochs=3, verbose=False)
    solver.train()
    assert solver.val_acc_history[0] == solver.best_val_acc == 1 > solver.val_acc_history[-1]
    assert all((model.params[name] == begun[name]).all() for name in begun)


def test_a_model_that_is_never_right_keeps_its_parameters() -> None:
    x, y = np.ones((4, 2)), np.zeros(4, int)
    model = net()
    solver = Solver(model, {"X_train": x, "y_train": y, "X_val": x, "y_val": y + 7}, num_epochs=1, verbose=False)
    solver.train()
    assert solver.best_val_acc == 0
    assert solver.best_params.keys() == model.params.keys() == {"W1", "b1", "W2", "b2", "W3", "b3"}


def test_the_rate_decays_once_an_epoch(spirals: dict[str, np.ndarray]) -> None:
    settings = {"learning_rate": 0.1}
    solver = Solver(net(), spirals, optim_config=settings, lr_decay=0.5, num_epochs=3, batch_size=30, verbose=False)
    solver.train()
    assert {config["learning_rate"] for config in solver.optim_configs.values()} == {0.1 / 8}
    assert settings == {"learning_rate": 0.1}


def test_a_rule_may_be_a_function(spirals: dict[str, np.ndarray]) -> None:
    model = net()
    before = {name: value.copy() for name, value in model.params.items()}
    seen: list[tuple[int, ...]] = []

    def stay(w: np.ndarray, dw: np.ndarray, config: dict[str, Any]) -> tuple[np.ndarray, dict[str, Any]]:
        seen.append(dw.shape)
        return w, config

    Solver(model, spirals, update_rule=stay, num_epochs=1, batch_size=120, lr_decay=0.5, verbose=False).train()
    assert len(seen) == 6 and all((model.params[name] == before[name]).all() for name in before)


def test_accuracy_counts_and_draws() -> None:
    model = FullyConnectedNet([], 2, 2, dtype=np.float64)
    model.params["W1"] = np.eye(2)
    x = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [np.nan, 0.0]])
    solver = Solver(model, {"X_train": x, "y_train": [], "X_val": x, "y_val": []}, verbose=False)
    assert solver.check_accuracy(x, [0, 1, 0, 0]) == 0.5  # scores that are no numbers choose no class
    assert solver.check_accuracy(x, [0, 1, 0, 0], batch_size=3) == 0.5
    assert solver.check_accuracy(x[:2], [0, 1], num_samples=50) == 1
    assert solver.check_accuracy(x[1:3], [0, 0], num_samples=1) == 0


def test_what_is_printed(spirals: dict[str, np.ndarray], capsys: Any) -> None:
    Solver(net(), spirals, num_epochs=2, batch_size=20, print_every=5).train()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(")")[0] for line in lines] == [
        "(Iteration 1 / 12", "(Epoch 0 / 2", "(Iteration 6 / 12", "(Epoch 1 / 2", "(Iteration 11 / 12", "(Epoch 2 / 2"
    ]  # fmt: skip
    Solver(net(), spirals, num_epochs=1, verbose=False).train()
    assert capsys.readouterr().out == ""


def test_checkpoints(spirals: dict[str, np.ndarray], tmp_path: Path) -> None:
    solver = Solver(net(), spirals, num_epochs=2, checkpoint_name=str(tmp_path / "run"), verbose=False)
    solver.train()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["run_epoch_1.npz", "run_epoch_2.npz"]
    with np.load(tmp_path / "run_epoch_2.npz", allow_pickle=False) as saved:
        assert saved["loss_history"].tolist() == solver.loss_history
        assert saved["W1"].shape == (2, 30)


def test_runs_with_one_seed_are_the_same(spirals: dict[str, np.ndarray]) -> None:
    runs = []
    for _ in range(2):
        np.random.seed(3)
        solver = Solver(TwoLayerNet(2, 5, 3, 0.1), spirals, num_epochs=2, num_train_samples=10, verbose=False)
        solver.train()
        runs.append((solver.loss_history, solver.train_acc_history))
    assert runs[0] == runs[1]


def test_what_can_be_set() -> None:
    defaults = {p.name: p.default for p in signature(Solver).parameters.values()}
    assert defaults.pop("optim_config") is None and [*defaults][:2] == ["model", "data"]
    assert {name: value for name, value in defaults.items() if name not in {"model", "data"}} == {
        "update_rule": "sgd", "lr_decay": 1.0, "batch_size": 100, "num_epochs": 10, "num_train_samples": 1000,
        "num_val_samples": None, "checkpoint_name": None, "print_every": 10, "verbose": True,
    }  # fmt: skip
    data = dict.fromkeys(("X_train", "y_train", "X_val", "y_val"), np.zeros(0))
    with pytest.raises(ValueError, match=r"'sdg'.*sgd, sgd_momentum, rmsprop, adam"):
        Solver(net(), data, update_rule="sdg")
    with pytest.raises(TypeError, match="epochs"):
        Solver(net(), data, epochs=3)  # type: ignore[call-arg]
