"""Update rules against closed forms of many steps, not against the formulas of one."""

from __future__ import annotations

from inspect import signature
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numeric.networks import adam, rmsprop, sgd, sgd_momentum
from numeric.networks.update_rules import UPDATE_RULES

DEFAULTS = {
    sgd: {"learning_rate": 1e-2},
    sgd_momentum: {"learning_rate": 1e-2, "momentum": 0.9},
    rmsprop: {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8},
    adam: {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
}
slopes_of_steps = st.lists(st.floats(-5, 5), min_size=1, max_size=8)


def steps(rule: Any, slopes: list[float], **settings: Any) -> tuple[float, dict[str, Any]]:
    """Where a weight of 1 gets to."""
    w, config = np.array([1.0]), dict(settings)
    for slope in slopes:
        w, config = rule(w, np.array([slope]), config)
    return float(w[0]), config


@given(slopes_of_steps)
def test_sgd_goes_down_the_sum_of_slopes(slopes: list[float]) -> None:
    assert steps(sgd, slopes, learning_rate=0.1)[0] == pytest.approx(1 - 0.1 * sum(slopes), abs=1e-12)


@given(slopes_of_steps, st.floats(0, 0.99))
def test_momentum_lets_a_slope_act_ever_after(slopes: list[float], mu: float) -> None:
    """A slope at step s has moved the weight by 1 + mu + ... + mu^(n - s) rates at the end of n steps."""
    n = len(slopes)
    weights = [sum(mu**k for k in range(n - s)) for s in range(n)]
    expected = 1 - 0.1 * float(np.dot(weights, slopes))
    assert steps(sgd_momentum, slopes, learning_rate=0.1, momentum=mu)[0] == pytest.approx(expected, abs=1e-12)


@given(st.floats(0.1, 5), st.integers(1, 30))
def test_rmsprop_of_a_constant_slope(slope: float, n: int) -> None:
    """The cache is slope^2 (1 - d^t) after t steps, so that step t is rate / sqrt(1 - d^t)."""
    w, config = steps(rmsprop, [slope] * n, learning_rate=0.1, decay_rate=0.9, epsilon=0.0)
    assert config["cache"][0] == pytest.approx(slope**2 * (1 - 0.9**n), rel=1e-12)
    assert w == pytest.approx(1 - 0.1 * sum((1 - 0.9**t) ** -0.5 for t in range(1, n + 1)), abs=1e-10)


@given(st.floats(0.1, 5), st.integers(1, 30))
def test_adam_of_a_constant_slope_goes_a_rate_a_step(slope: float, n: int) -> None:
    w, config = steps(adam, [-slope] * n, learning_rate=0.1, epsilon=0.0)
    assert w == pytest.approx(1 + 0.1 * n, rel=1e-10) and config["t"] == n


@given(slopes_of_steps.filter(lambda slopes: abs(slopes[0]) > 0.1))
def test_adam_is_a_quotient_of_weighted_means(slopes: list[float]) -> None:
    """Both corrected moments are means with weights beta^(t - s), computed here from all slopes at once."""
    expected, b1, b2 = 1.0, 0.8, 0.9
    for t in range(1, len(slopes) + 1):
        ages = np.arange(t)[::-1]
        mean = np.average(slopes[:t], weights=b1**ages)
        square = np.average(np.square(slopes[:t]), weights=b2**ages)
        expected -= 0.1 * mean / (square**0.5 + 1e-3)
    w, _ = steps(adam, slopes, learning_rate=0.1, beta1=b1, beta2=b2, epsilon=1e-3)
    assert w == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("rule", DEFAULTS, ids=lambda rule: rule.__name__)
def test_epsilon_is_outside_the_root(rule: Any) -> None:
    if "epsilon" in DEFAULTS[rule]:
        w, _ = steps(rule, [2.0], learning_rate=1.0, epsilon=2.0, **({"decay_rate": 0.0} if rule is rmsprop else {}))
        assert w == pytest.approx(1 - 2 / (2 + 2))


@pytest.mark.parametrize("rule", DEFAULTS, ids=lambda rule: rule.__name__)
def test_settings(rule: Any) -> None:
    """Defaults are filled in, the dict that is passed is the one that is changed, and nothing else is."""
    assert list(signature(rule).parameters) == ["w", "dw", "config"] and UPDATE_RULES[rule.__name__] is rule
    w, dw = np.ones((2, 3)), np.full((2, 3), 0.5)
    passed: dict[str, Any] = {"mine": 7}
    next_w, config = rule(w, dw, config=passed)
    assert config is passed and {**config, **DEFAULTS[rule], "mine": 7} == config
    assert (w == 1).all() and (dw == 0.5).all() and next_w.shape == (2, 3) and (next_w < 1).all()
    _, fresh = rule(w, dw)
    assert {name: fresh[name] for name in DEFAULTS[rule]} == DEFAULTS[rule]


@pytest.mark.parametrize("rule", DEFAULTS, ids=lambda rule: rule.__name__)
def test_float32_stays(rule: Any) -> None:
    w, dw = np.ones(3, np.float32), np.ones(3, np.float32)
    config: dict[str, Any] = {name: np.float64(value) for name, value in DEFAULTS[rule].items()}
    for _ in range(2):
        w, config = rule(w, dw, config)
    arrays = [w, *(value for value in config.values() if isinstance(value, np.ndarray))]
    assert {a.dtype for a in arrays} == {np.dtype(np.float32)}


def test_what_a_rule_remembers_is_its_own() -> None:
    """A velocity that was passed is not changed in place: somebody else may hold it."""
    velocity = np.ones(2)
    config: dict[str, Any] = {"velocity": velocity}
    sgd_momentum(np.ones(2), np.ones(2), config)
    assert (velocity == 1).all() and config["velocity"] == pytest.approx(0.89)
