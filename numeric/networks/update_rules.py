"""Update rules: each is called for one parameter, `(w, dw, config) -> (next_w, config)`, and `w` stays as it is.

`config` holds the settings and what the rule remembers between steps. What is missing is filled in, and a dict that is
passed is the one that is changed and returned. float32 stays float32, whatever the type of the settings is.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np

Config = dict[str, Any]


def sgd(w: np.ndarray, dw: np.ndarray, config: Config | None = None) -> tuple[np.ndarray, Config]:
    """w - learning_rate dw; learning_rate is 1e-2 unless set.

    >>> sgd(np.array([1.0]), np.array([2.0]), {"learning_rate": 0.1})[0]
    array([0.8])
    """
    config = _filled(config, learning_rate=1e-2)
    return _less(w, float(config["learning_rate"]) * dw), config


def sgd_momentum(w: np.ndarray, dw: np.ndarray, config: Config | None = None) -> tuple[np.ndarray, Config]:
    """v' = momentum v - learning_rate dw, then w + v'; 0.9 and 1e-2 unless set, velocity v begins at 0.

    Source: Sutskever, Martens, Dahl and Hinton, *On the importance of initialization and momentum*, 2013, eq. 1 and 2.

    >>> sgd_momentum(np.array([1.0]), np.array([2.0]), {"velocity": np.array([1.0])})[0]
    array([1.88])
    """
    config = _filled(config, learning_rate=1e-2, momentum=0.9)
    config["velocity"] = float(config["momentum"]) * config.get("velocity", 0.0) - float(config["learning_rate"]) * dw
    return w + config["velocity"], config


def rmsprop(w: np.ndarray, dw: np.ndarray, config: Config | None = None) -> tuple[np.ndarray, Config]:
    """Steps divided by the root of a moving mean of squared gradients, entry by entry.

    c' = decay_rate c + (1 - decay_rate) dw^2, then w - learning_rate dw / (sqrt(c') + epsilon); 0.99, 1e-2 and 1e-8
    unless set, cache c begins at 0.

    Source: Tieleman and Hinton, *Lecture 6.5: RMSProp*, Neural Networks for Machine Learning, 2012.

    >>> rmsprop(np.array([1.0]), np.array([2.0]), {"decay_rate": 0.75})[0].round(6)
    array([0.98])
    """
    config = _filled(config, learning_rate=1e-2, decay_rate=0.99, epsilon=1e-8)
    decay = float(config["decay_rate"])
    config["cache"] = decay * config.get("cache", 0.0) + (1 - decay) * dw**2
    return _less(w, float(config["learning_rate"]) * dw / (np.sqrt(config["cache"]) + float(config["epsilon"]))), config


def adam(w: np.ndarray, dw: np.ndarray, config: Config | None = None) -> tuple[np.ndarray, Config]:
    """Moving means of gradients and of their squares, both corrected for having begun at 0.

    t' = t + 1, m' = beta1 m + (1 - beta1) dw, v' = beta2 v + (1 - beta2) dw^2, then
    w - learning_rate (m' / (1 - beta1^t')) / (sqrt(v' / (1 - beta2^t')) + epsilon). Unless set: learning_rate 1e-3,
    beta1 0.9, beta2 0.999, epsilon 1e-8; m, v and t begin at 0.

    Source: Kingma and Ba, *Adam: A Method for Stochastic Optimization*, 2015, algorithm 1.

    >>> adam(np.array([1.0]), np.array([7.0]))[0].round(9)
    array([0.999])
    """
    config = _filled(config, learning_rate=1e-3, beta1=0.9, beta2=0.999, epsilon=1e-8, t=0)
    beta1, beta2 = float(config["beta1"]), float(config["beta2"])
    t = config["t"] = config["t"] + 1
    m = config["m"] = beta1 * config.get("m", 0.0) + (1 - beta1) * dw
    v = config["v"] = beta2 * config.get("v", 0.0) + (1 - beta2) * dw**2
    mean, square = m / (1 - beta1**t), v / (1 - beta2**t)
    return _less(w, float(config["learning_rate"]) * mean / (np.sqrt(square) + float(config["epsilon"]))), config


def _less(w: np.ndarray, step: Any) -> np.ndarray:
    """w - step, in the memory of `step` where it fits: fresh memory costs more than the arithmetic."""
    if isinstance(step, np.ndarray) and step.dtype == w.dtype and step.shape == w.shape:
        return np.subtract(w, step, out=step)
    return w - step


def _filled(config: Config | None, **defaults: float) -> Config:
    """The dict itself, with what it lacks."""
    config = {} if config is None else config
    for name, value in defaults.items():
        config.setdefault(name, value)
    return config


UPDATE_RULES = MappingProxyType({rule.__name__: rule for rule in (sgd, sgd_momentum, rmsprop, adam)})

__all__ = ["UPDATE_RULES", "adam", "rmsprop", "sgd", "sgd_momentum"]
