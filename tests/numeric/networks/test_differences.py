"""Gradients by central differences."""

from typing import Any

import numpy as np
import pytest

from numeric.networks import eval_numerical_gradient, eval_numerical_gradient_array
from numeric.networks.differences import error_in_norm


def test_x_is_moved_in_place_and_left_as_it_was(capsys: Any) -> None:
    x = np.random.RandomState(0).standard_normal((2, 3))
    before = x.copy()
    slopes = eval_numerical_gradient(lambda _: float((x**3).sum()), x)  # f reads x from outside
    assert error_in_norm(slopes, 3 * before**2) < 1e-9 and (x == before).all()
    assert len(capsys.readouterr().out.splitlines()) == 6
    eval_numerical_gradient(lambda _: 0.0, x, verbose=False)
    assert capsys.readouterr().out == ""


def test_x_is_left_as_it_was_when_f_fails() -> None:
    x = np.array([1.0, 2.0])

    def f(at: np.ndarray) -> float:
        if at[1] != 2:
            raise ArithmeticError
        return 0.0

    with pytest.raises(ArithmeticError):
        eval_numerical_gradient(f, x, verbose=False)
    assert x.tolist() == [1, 2]


def test_weighted_by_what_comes_from_above() -> None:
    A, x, df = (np.random.RandomState(1).standard_normal(shape) for shape in ((4, 3), (3, 2), (4, 2)))
    assert error_in_norm(eval_numerical_gradient_array(lambda at: A @ at, x, df), A.T @ df) < 1e-9


def test_a_function_may_return_its_argument() -> None:
    x = np.array([1.0, 2.0])
    assert eval_numerical_gradient_array(lambda at: at, x, np.array([3.0, 4.0])) == pytest.approx([3, 4])


def test_the_step_is_the_one_asked_for() -> None:
    seen: list[float] = []
    eval_numerical_gradient(lambda at: seen.append(float(at[0])) or 0.0, np.array([1.0]), verbose=False, h=0.25)
    assert sorted(seen) == [0.75, 1.25]


def test_integers_are_refused() -> None:
    for x in (np.array([1, 2]), [1.0, 2.0]):
        with pytest.raises(TypeError, match="floating-point"):
            eval_numerical_gradient(lambda at: 0.0, x, verbose=False)  # type: ignore[arg-type]


def test_error_in_norm() -> None:
    assert error_in_norm([3.0, 4.0], [3.0, 4.0]) == 0 == error_in_norm([0.0], [0.0])
    assert error_in_norm([3.0, 4.0], [3.0, 4.5]) == pytest.approx(0.5 / np.hypot(3, 4.5))
    assert error_in_norm([0.0], [1e-30]) == 1
    assert np.isnan(error_in_norm([np.nan], [1.0]))
