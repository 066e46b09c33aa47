"""Training: batches, an update rule for every parameter, histories, and the parameters that did best on validation."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from numeric.networks.update_rules import UPDATE_RULES


class Solver:
    """Trains `model` on `data`, a mapping with X_train, y_train, X_val and y_val.

    The model has a dict `params` of arrays; `model.loss(X)` is an array of scores, `model.loss(X, y)` a loss and a dict
    of gradients.

    update_rule        the name of one in `UPDATE_RULES`, or a function `(w, dw, config) -> (next_w, config)`
    optim_config       settings for it, such as {"learning_rate": 1e-3}; each parameter has a copy of its own
    lr_decay           the learning rate is multiplied by this after every epoch
    batch_size, num_epochs     an epoch has N // batch_size steps, at least one; batches are drawn with replacement
    num_train_samples, num_val_samples     how many examples accuracies are measured on (drawn); None: all
    checkpoint_name    if given, NAME_epoch_K.npz with all parameters and histories is written after epoch K
    print_every, verbose       the loss is printed every so many steps, the accuracies after every epoch

    What is drawn comes from NumPy's global generator, which `np.random.seed` sets. After `train`, `loss_history` has
    the loss of every step, `train_acc_history` and `val_acc_history` have the accuracies after the first step and after
    every epoch, and `model.params` are the ones of these moments that did best on validation: `best_params`, with
    `best_val_acc`. Raises ValueError for an unknown rule.

    >>> from numeric.networks.nets import FullyConnectedNet
    >>> x, y = np.array([[-1.0], [1.0]]), np.array([0, 1])
    >>> data = {"X_train": x, "y_train": y, "X_val": x, "y_val": y}
    >>> solver = Solver(FullyConnectedNet([], 1, 2, seed=0), data, num_epochs=20, batch_size=2, verbose=False)
    >>> solver.train()
    >>> solver.check_accuracy(x, y)
    1.0
    """

    def __init__(
        self,
        model: Any,
        data: Mapping[str, Any],
        *,
        update_rule: str | Callable[..., Any] = "sgd",
        optim_config: Mapping[str, Any] | None = None,
        lr_decay: float = 1.0,
        batch_size: int = 100,
        num_epochs: int = 10,
        num_train_samples: int | None = 1000,
        num_val_samples: int | None = None,
        checkpoint_name: str | None = None,
        print_every: int = 10,
        verbose: bool = True,
    ) -> None:
        if isinstance(update_rule, str) and update_rule not in UPDATE_RULES:
            raise ValueError(f"there is no update rule {update_rule!r}: take one of {', '.join(UPDATE_RULES)}.")
        self.model = model
        self.X_train, self.y_train, self.X_val, self.y_val = (
            np.asarray(data[name]) for name in ("X_train", "y_train", "X_val", "y_val")
        )
        self.update_rule = UPDATE_RULES[update_rule] if isinstance(update_rule, str) else update_rule
        self.optim_config = dict(optim_config or {})
        self.lr_decay = lr_decay
        self.batch_size = batch_size
        self.num_epochs = num_epochs
        self.num_train_samples = num_train_samples
        self.num_val_samples = num_val_samples
        self.checkpoint_name = checkpoint_name
        self.print_every = print_every
        self.verbose = verbose
        self.epoch = 0
        self.best_val_acc = 0.0
        self.best_params: dict[str, np.ndarray] = {}
        self.loss_history: list[float] = []
        self.train_acc_history: list[float] = []
        self.val_acc_history: list[float] = []
        self.optim_configs = {name: dict(self.optim_config) for name in model.params}

    def train(self) -> None:
        """Run `num_epochs` epochs, and leave the best parameters in the model."""
        steps_per_epoch = max(len(self.X_train) // self.batch_size, 1)
        steps = self.num_epochs * steps_per_epoch
        for step in range(1, steps + 1):
            self._step()
            if self.verbose and (step - 1) % self.print_every == 0:
                self._say(f"(Iteration {step} / {steps}) loss: {self.loss_history[-1]:f}")
            ended = step % steps_per_epoch == 0
            if ended:
                self.epoch += 1
                for config in self.optim_configs.values():
                    if "learning_rate" in config:
                        config["learning_rate"] *= self.lr_decay
            if ended or step == 1:
                self._look()
            if ended and self.checkpoint_name is not None:
                self._save()
        if self.best_params:
            self.model.params = {name: value.copy() for name, value in self.best_params.items()}

    def check_accuracy(self, X: Any, y: Any, num_samples: int | None = None, batch_size: int = 100) -> float:
        """The fraction of the examples X whose largest score is that of their class y; scores with a NaN are wrong.

        `num_samples` examples are drawn where there are more; they are worked `batch_size` at a time.
        """
        X, y = np.asarray(X), np.asarray(y)
        if num_samples is not None and num_samples < len(X):
            drawn = np.random.choice(len(X), num_samples)
            X, y = X[drawn], y[drawn]
        scores = np.concatenate([self.model.loss(X[k : k + batch_size]) for k in range(0, len(X), batch_size)])
        return float(np.mean((scores.argmax(axis=1) == y) & ~np.isnan(scores).any(axis=1)))

    def _step(self) -> None:
        """One batch, and one update of every parameter."""
        drawn = np.random.choice(len(self.X_train), self.batch_size)
        loss, grads = self.model.loss(self.X_train[drawn], self.y_train[drawn])
        self.loss_history.append(loss)
        for name, value in self.model.params.items():
            updated = self.update_rule(value, grads[name], self.optim_configs[name])
            self.model.params[name], self.optim_configs[name] = updated

    def _look(self) -> None:
        """Measure both accuracies, and keep the parameters if they are the best so far."""
        train = self.check_accuracy(self.X_train, self.y_train, self.num_train_samples)
        val = self.check_accuracy(self.X_val, self.y_val, self.num_val_samples)
        self.train_acc_history.append(train)
        self.val_acc_history.append(val)
        if self.verbose:
            self._say(f"(Epoch {self.epoch} / {self.num_epochs}) train acc: {train:f}; val_acc: {val:f}")
        if val > self.best_val_acc or not self.best_params:
            self.best_val_acc = val
            self.best_params = {name: value.copy() for name, value in self.model.params.items()}

    def _save(self) -> None:
        """Write the checkpoint whole or not at all."""
        file = Path(f"{self.checkpoint_name}_epoch_{self.epoch}.npz")
        draft = file.with_name(f".{file.name}.part")
        histories = {name: np.array(getattr(self, name)) for name in _HISTORIES}
        try:
            with draft.open("wb") as stream:
                np.savez(stream, **self.model.params, **histories)  # type: ignore[arg-type]
            os.replace(draft, file)
        finally:
            draft.unlink(missing_ok=True)
        if self.verbose:
            self._say(f"Checkpoint: {file}")

    def _say(self, line: str) -> None:
        sys.stdout.write(line + "\n")


_HISTORIES = ("loss_history", "train_acc_history", "val_acc_history")

__all__ = ["Solver"]
